// The app as `cdk synth` runs it: the real handlers bundled, cdk-nag and the template checks of the CDK switched on.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

test('the app synthesizes one stack that says where everything is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'icehouse-app-'));
  const { context } = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8'));
  const env = { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) };

  try {
    await promisify(execFile)(process.execPath, ['lib/app.ts'], { cwd: ROOT, env });

    const template = JSON.parse(await readFile(join(directory, 'Icehouse.template.json'), 'utf8'));
    const report = JSON.parse(await readFile(join(directory, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports).toEqual([]);
    expect(Object.keys(template.Outputs)).toEqual([
      'ApiUrl',
      'WebhookUrl',
      'VaultBucket',
      'LedgerTable',
      'TransitionBus',
      'MuxSecret',
      'CopyQueue',
      'CopyDeadLettersQueue',
      'FailedInvocationsQueue',
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
