// The bundles: one module per function that needs nothing but Node, and no work when nothing has changed.
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FUNCTIONS, OPTIONAL_FUNCTIONS } from '../../lambdas/contract/names.ts';
import { bundle } from '../../lib/bundle.ts';

let directory = '';
let output = '';
const handlerFile = (name: string) => join(directory, 'handlers', `${name}.ts`);

/** Uses CommonJS `require` of a Node module, as some dependencies do, and an error named after its class. */
const handlerSource = (name: string) => `
  const os = require('node:os');
  class VaultMissingError extends Error {}
  export const handler = async (): Promise<string> => [${JSON.stringify(name)}, typeof os.cpus, VaultMissingError.name].join(' ');
`;

const runBundle = () => bundle({ handlersDirectory: join(directory, 'handlers'), outputDirectory: output });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'icehouse-bundle-'));
  output = join(directory, 'functions');
  mkdirSync(join(directory, 'handlers'));
  for (const name of [...FUNCTIONS, ...OPTIONAL_FUNCTIONS])
    writeFileSync(handlerFile(name), handlerSource(name));
  runBundle();
});

afterAll(() => rm(directory, { recursive: true }));

describe('the bundle', () => {
  test('of each function is a module with its source map, and nothing else', () => {
    for (const name of [...FUNCTIONS, ...OPTIONAL_FUNCTIONS]) {
      expect(readdirSync(join(output, name)).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    }
  });

  test('runs: require works and errors keep their names', async () => {
    const { handler } = await import(join(output, 'archive', 'index.mjs'));

    expect(await handler()).toBe('archive function VaultMissingError');
  });

  test('is left alone when nothing has changed', () => {
    const before = statSync(join(output, 'archive', 'index.mjs')).mtimeMs;

    runBundle();

    expect(statSync(join(output, 'archive', 'index.mjs')).mtimeMs).toBe(before);
  });

  test('is made anew when a handler changes', async () => {
    writeFileSync(handlerFile('cancel'), handlerSource('changed'));
    utimesSync(handlerFile('cancel'), new Date(0), new Date(0));

    runBundle();

    const { handler } = await import(join(output, 'cancel', 'index.mjs'));
    expect(await handler()).toMatch(/^changed /);
  });

  test('carries the description of the API, where no file lies beside the code', async () => {
    writeFileSync(handlerFile('expire'), 'export const handler = async () => OPENAPI_YAML;\n');

    runBundle();

    const { handler } = await import(join(output, 'expire', 'index.mjs'));
    expect(await handler()).toBe(readFileSync(join(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8'));
  });
});
