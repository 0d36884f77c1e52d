// `npm run package:try`: packs dist/package, installs the tarball into an empty CDK app without any registry, and sees that
// the app compiles, synthesizes to the template that the repository itself makes, and has the command and the client.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import cdkJson from '../cdk.json' with { type: 'json' };
import { makePackage } from './package.ts';
import { functionsIn, templatesDiffer } from './template.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** What is already on the disk of whoever has a CDK app; all else must come from the tarball. */
const OF_THE_APP = ['aws-cdk-lib', 'constructs', '@types/node', 'undici-types'];

const appSource = (icehouse: string) => `import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { Icehouse } from '${icehouse}';

const app = new App();
const stack = new Stack(app, 'Archive');
new Icehouse(stack, 'Icehouse', {
  deletions: 'dry-run',
  graceDays: 45,
  minNotice: Duration.hours(2),
  webhooks: { urls: ['https://app.example.com/icehouse'] },
});
app.synth();
`;

const USES = `import { IcehouseClient, ProblemError, verifyIcehouseSignature } from 'icehouse/client';
import type { IcehouseProps } from 'icehouse';

export const props: IcehouseProps = { storageClass: 'GLACIER_IR' };
export const summary = (client: IcehouseClient): Promise<string> => client.status('abc').then((record) => record.summary);
// @ts-expect-error The types are there: this is no storage class.
export const wrong: IcehouseProps = { storageClass: 'STANDARD' };
export const doors = [ProblemError.name, typeof verifyIcehouseSignature];
`;

const TSCONFIG = {
  compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: ['node'] },
  files: ['app.ts', 'uses.ts'],
};

type Run = (command: string, ...args: readonly string[]) => string;

function runIn(directory: string): Run {
  // With the feature flags of our own app, as `cdk synth` gives them: without them the CDK makes other templates.
  const cdk = { CDK_OUTDIR: 'cdk.out', CDK_CONTEXT_JSON: JSON.stringify(cdkJson.context) };
  const env = { ...process.env, ...cdk };
  return (command, ...args) =>
    execFileSync(command, args, { cwd: directory, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function install(directory: string, run: Run): void {
  makePackage(join(directory, 'package'));
  const [{ filename, size, unpackedSize }] = JSON.parse(run('npm', 'pack', './package', '--json'));
  say(`${filename}: ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked`);
  writeFileSync(
    join(directory, 'package.json'),
    JSON.stringify({ name: 'app', type: 'module', private: true }),
  );
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', `./${filename}`);
  for (const name of OF_THE_APP) link(directory, name);
}

function link(directory: string, name: string): void {
  const place = join(directory, 'node_modules', name);
  mkdirSync(join(place, '..'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), place);
}

function synthesized(directory: string, file: string, run: Run): unknown {
  run(process.execPath, file);
  return JSON.parse(readFileSync(join(directory, 'cdk.out', 'Archive.template.json'), 'utf8'));
}

function tryPackage(directory: string): void {
  const run = runIn(directory);
  install(directory, run);
  writeFileSync(join(directory, 'app.js'), appSource('icehouse'));
  writeFileSync(join(directory, 'app.ts'), appSource('icehouse'));
  writeFileSync(join(directory, 'uses.ts'), USES);
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  run(join(ROOT, 'node_modules/.bin/tsc'), '--project', '.');
  say('An app in TypeScript compiles against its types.');

  writeFileSync(join(directory, 'ours.ts'), appSource(join(ROOT, 'lib/icehouse.ts')));
  const installed = synthesized(directory, 'app.js', run);
  const difference = templatesDiffer(installed, synthesized(directory, 'ours.ts', run));
  if (difference)
    throw new Error(`The installed construct makes another template than the repository: ${difference}`);
  say(`An app in JavaScript synthesizes the repository's own template: ${functionsIn(installed)} functions.`);

  run(process.execPath, '--eval', "for (const door of ['', '/client']) require('icehouse' + door)");
  say('Both doors open by `require` too.');
  const version = run('npx', '--offline', '--no-install', 'icehouse', '--version').trim();
  say(`npx icehouse --version: ${version}`);
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const directory = mkdtempSync(join(tmpdir(), 'icehouse-package-'));
try {
  tryPackage(directory);
} finally {
  rmSync(directory, { recursive: true });
}
