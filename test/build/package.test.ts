// What the npm package says of itself. That it installs, compiles and synthesizes is tried by `npm run package:try`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifest } from '../../build/manifest.ts';
import { notices } from '../../build/notices.ts';
import { functionsIn, templatesDiffer } from '../../build/template.ts';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');

test('installs nothing: the functions and the command are bundled, the CDK is the app’s own', () => {
  const published = manifest(packageJson);

  expect(published).not.toHaveProperty('dependencies');
  expect(published).not.toHaveProperty('private');
  expect(Object.keys(published.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
});

test('every door is a file that is compiled', () => {
  const { exports, bin } = manifest(packageJson);

  const compiled = [exports['.'].default, exports['./client'].default, bin.icehouse];

  for (const path of compiled) expect(existsSync(join(ROOT, path.replace(/js$/, 'ts')))).toBe(true);
  expect(exports['.'].types).toBe('./lib/icehouse.d.ts');
});

test('the license of each bundled package goes with it, one text once', () => {
  const undici = join(ROOT, 'node_modules/undici/index.js');

  const text = notices(ROOT, ['lib/bundle.ts', undici, 'node_modules/zod/v4/core/api.js', undici]);

  expect(text.match(/^--- .*/gm)).toEqual([
    `--- undici ${packageJson.dependencies.undici}`,
    `--- zod ${packageJson.dependencies.zod}`,
  ]);
  expect(text).toContain('Copyright (c) Matteo Collina and Undici contributors');
});

test('templates are alike but for the hashes of assets', () => {
  const stack = (hash: string, timeout: number) => ({
    Resources: {
      A: { Type: 'AWS::Lambda::Function', Code: { S3Key: `${hash.repeat(64)}.zip` }, Timeout: timeout },
    },
  });

  expect(templatesDiffer(stack('a', 3), stack('b', 3))).toBeUndefined();
  expect(templatesDiffer(stack('a', 3), stack('b', 4))).toBe('/Resources/A/Timeout: 3, 4');
  expect(templatesDiffer(stack('a', 3), {})).toContain('/Resources');
  expect(functionsIn(stack('a', 3))).toBe(1);
});
