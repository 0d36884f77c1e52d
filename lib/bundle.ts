// Bundles every function with one esbuild call: dist/functions/<function>/index.mjs, ready for Code.fromAsset.
// NodejsFunction would do the same once per function and per synth, which costs seconds.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { FUNCTIONS, OPTIONAL_FUNCTIONS } from '../lambdas/contract/names.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** In the npm package the functions lie here, bundled when it was made. */
const PACKED = join(ROOT, 'functions');

/** The API serves it: its text stands in the bundle, where no file lies beside the code. */
const OPENAPI_FILE = join(ROOT, 'docs/openapi.yaml');

/** What each bundled file looked like, beside the functions. */
const STAMP_FILE = 'inputs.json';

/** CommonJS packages among our dependencies call `require`, which an ES module does not have. */
const REQUIRE_BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** The benchmark bundles its programs the same way. */
export const BUNDLE_OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  splitting: false,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  // ES modules first: what nobody imports can be left out of them.
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE_BANNER },
  minify: true,
  // Errors are named after their class, and a minified class would be called `a`.
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'error',
  write: false,
} satisfies BuildOptions;

/** What the functions do without. Figures and reasons: docs/decisions/0034-bundles.md. */
const LEFT_OUT = {
  // undici's second parser: this is how Node itself leaves it out of its own copy.
  define: { esbuildDetection: 'true' },
  // Rooms of undici that nothing of ours gets into: bodies that are forms, and the parser for a V8 without SIMD.
  external: ['../llhttp/llhttp-wasm.js', '../web/fetch/body.js', '../web/fetch/formdata', '../web/webidl'],
  alias: { '@aws-sdk/credential-provider-node': './lambdas/adapters/function-credentials.ts' },
} satisfies BuildOptions;

export interface BundleOptions {
  /** Holds `<function>.ts` for each function. @default lambdas/handlers */
  readonly handlersDirectory?: string;
  /** Gets `<function>/index.mjs` and its source map. @default dist/functions */
  readonly outputDirectory?: string;
}

/** Where the construct finds the functions when no prop says so. Throws esbuild's BuildFailure. */
export function functionsDirectory(): string {
  return existsSync(PACKED) ? PACKED : bundle();
}

/**
 * Bundles all functions and answers the directory that holds them. When no input has changed since the last time
 * (size and time of each file), nothing is done. Throws esbuild's BuildFailure.
 */
export function bundle(options: BundleOptions = {}): string {
  const handlers = options.handlersDirectory ?? join(ROOT, 'lambdas/handlers');
  const output = options.outputDirectory ?? join(ROOT, 'dist/functions');
  const stampFile = join(output, STAMP_FILE);
  const names = [...FUNCTIONS, ...OPTIONAL_FUNCTIONS];
  const entryPoints = names.map((name) => ({ in: join(handlers, `${name}.ts`), out: `${name}/index` }));
  if (isFresh(stampFile, entryPoints)) return output;

  const define = { ...LEFT_OUT.define, OPENAPI_YAML: JSON.stringify(readFileSync(OPENAPI_FILE, 'utf8')) };
  // Asked for here, because the npm package holds no esbuild and never needs one.
  const { buildSync }: typeof import('esbuild') = createRequire(import.meta.url)('esbuild');
  const { outputFiles, metafile } = buildSync({
    ...BUNDLE_OPTIONS,
    ...LEFT_OUT,
    define,
    entryPoints,
    outdir: output,
  });
  for (const { path, contents } of outputFiles) writeWhole(path, contents);
  const modules = Object.keys(metafile.inputs).map((path) => resolve(ROOT, path));
  const inputs = [...modules, OPENAPI_FILE, import.meta.filename];
  writeWhole(stampFile, JSON.stringify(Object.fromEntries(inputs.map((path) => [path, stampOf(path)]))));
  return output;
}

/** The files that the functions in this directory were bundled from. */
export function inputsOf(directory: string): readonly string[] {
  return Object.keys(stampsIn(join(directory, STAMP_FILE)));
}

function stampsIn(stampFile: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(stampFile, 'utf8'));
}

function isFresh(stampFile: string, entryPoints: readonly { readonly in: string }[]): boolean {
  if (!existsSync(stampFile)) return false;
  const stamps = stampsIn(stampFile);
  const isSame = Object.entries(stamps).every(([path, stamp]) => stampOf(path) === stamp);
  return isSame && entryPoints.every((entry) => entry.in in stamps);
}

function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.size} ${stat.mtimeMs}`;
}

/**
 * Swapped in at once, so that a process that bundles or deploys at the same time never reads half a file. The draft
 * lies one directory up, where it is not part of a function's asset.
 */
function writeWhole(path: string, contents: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = join(dirname(path), '..', `.${process.pid}.draft`);
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
