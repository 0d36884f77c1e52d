// The template of the stack by default, synthesized here with nothing in its functions: what docs/operating.md is reckoned from.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { FUNCTIONS } from '../lambdas/contract/names.ts';
import { Icehouse } from '../lib/icehouse.ts';
import type { Template } from './idle-cost.ts';

export function defaultTemplate(): Template {
  const directory = mkdtempSync(join(tmpdir(), 'icehouse-docs-'));
  try {
    for (const name of FUNCTIONS) mkdirSync(join(directory, name));
    const app = new App({ outdir: join(directory, 'cdk.out'), builtinCloudFormationValidation: false });
    new Icehouse(new Stack(app, 'Icehouse'), 'Icehouse', { functionsDirectory: directory });
    return app.synth().getStackByName('Icehouse').template;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
