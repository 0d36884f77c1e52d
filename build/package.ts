// `npm run package`: makes dist/package, the directory that is published. Node strips no types under node_modules, so all
// in it is compiled: the construct and the client file by file with their types, the functions and the command bundled.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { FUNCTIONS, OPTIONAL_FUNCTIONS } from '../lambdas/contract/names.ts';
import { BUNDLE_OPTIONS, bundle, inputsOf } from '../lib/bundle.ts';
import packageJson from '../package.json' with { type: 'json' };
import { manifest } from './manifest.ts';
import { notices } from './notices.ts';

const ROOT = resolve(import.meta.dirname, '..');

const { absWorkingDir, bundle: isBundle, platform, format, mainFields, banner, minify } = BUNDLE_OPTIONS;

/** In chunks, so that the command starts without what only some of its subcommands need. */
const COMMAND_OPTIONS = {
  ...{ absWorkingDir, bundle: isBundle, platform, format, mainFields, banner, minify },
  entryPoints: { icehouse: 'cli/icehouse.ts' },
  splitting: true,
  keepNames: true,
  target: 'node22',
  metafile: true,
  logLevel: 'error',
} satisfies BuildOptions;

/** Throws what tsc and esbuild complain of. */
export function makePackage(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  compile(directory);
  copyFunctions(directory);
  const { metafile } = buildSync({ ...COMMAND_OPTIONS, outdir: join(directory, 'cli') });
  const bundled = [...inputsOf(bundle()), ...Object.keys(metafile.inputs)];
  writeFileSync(join(directory, 'THIRD-PARTY-LICENSES'), notices(ROOT, bundled));
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest(packageJson), null, 2)}\n`);
  cpSync(join(ROOT, 'LICENSE'), join(directory, 'LICENSE'));
  cpSync(join(ROOT, 'docs/as-a-construct.md'), join(directory, 'README.md'));
}

function compile(directory: string): void {
  const project = join(import.meta.dirname, 'tsconfig.json');
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['--project', project, '--outDir', directory], { stdio: 'inherit' });
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts')) nameCompiled(join(directory, file));
  }
}

/** tsc renames the imports of what runs, and leaves those of types as they are. */
function nameCompiled(declarations: string): void {
  const text = readFileSync(declarations, 'utf8');
  writeFileSync(declarations, text.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'"));
}

function copyFunctions(directory: string): void {
  const functions = bundle();
  for (const name of [...FUNCTIONS, ...OPTIONAL_FUNCTIONS]) {
    cpSync(join(functions, name), join(directory, 'functions', name), { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const directory = join(ROOT, 'dist/package');
  makePackage(directory);
  process.stdout.write(
    `Made ${directory}: try it with \`npm run package:try\`, publish it with \`npm publish ${directory}\`.\n`,
  );
}
