// The rooms of the house and the doors between them, kept by a test: see docs/architecture.md.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

function files(...rooms: string[]): string[] {
  return rooms.flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
}

const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)].flatMap(([, path]) => path ?? []);
}

/** Rooms that a room's files import from; packages and node: count as `package`. */
function roomsOf(file: string): string[] {
  return importsOf(file).map((path) => {
    if (!path.startsWith('.')) return path.startsWith('node:') ? 'node' : 'package';
    const [room = '', floor = ''] = relative(ROOT, join(ROOT, file, '..', path)).split('/');
    return room === 'lambdas' ? `lambdas/${floor}` : room;
  });
}

describe('imports go down only', () => {
  test.each([
    ['lambdas/contract', ['lambdas/contract']],
    ['lambdas/domain', ['lambdas/domain', 'lambdas/contract', 'node']],
    ['lambdas/stages', ['lambdas/stages', 'lambdas/domain', 'lambdas/contract']],
    [
      'lambdas/adapters',
      ['lambdas/adapters', 'lambdas/stages', 'lambdas/domain', 'lambdas/contract', 'node', 'package'],
    ],
    ['lib', ['lib', 'lambdas/contract', 'node', 'package']],
    // An app takes it as it is: nothing of what runs, and nothing to install.
    ['client', ['client', 'node']],
  ])('%s', (room, allowed) => {
    const strangers = files(room).flatMap((file) =>
      roomsOf(file)
        .filter((from) => !allowed.includes(from))
        .map((from) => `${file} imports ${from}`),
    );

    expect(strangers).toEqual([]);
  });

  test('adapters take nothing but ports from the stages', () => {
    const strangers = files('lambdas/adapters')
      .filter((file) => !file.endsWith('host.ts'))
      .flatMap((file) =>
        importsOf(file).filter((path) => path.includes('/stages/') && !path.endsWith('/ports.ts')),
      );

    expect(strangers).toEqual([]);
  });
});

describe('only one file', () => {
  test.each([
    ['reads the environment', /process\.env/, ['lambdas/adapters/config.ts']],
    ['makes AWS clients', /new \w+Client\(/, ['lambdas/adapters/clients.ts']],
    ['knows the time', /Date\.now\(\)|new Date\(\)/, ['lambdas/adapters/clock.ts']],
    ['is random', /Math\.random|randomBytes|randomUUID/, ['lambdas/adapters/random.ts']],
  ])('%s', (_, pattern, expected) => {
    const found = files('lambdas').filter((file) => pattern.test(textOf(file)));

    expect(found).toEqual(expected);
  });
});

test('every file says in its first lines what it is for', () => {
  const silent = files('lib', 'lambdas', 'local', 'cli', 'client').filter(
    (file) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(textOf(file)),
  );

  expect(silent).toEqual([]);
});

test('no type is escaped from, and nothing is left for later', () => {
  const pattern =
    /\bas any\b|: any[;,)>[]|<any>|@ts-ignore|@ts-nocheck|\bTODO\b|\bFIXME\b|\.(only|skip|todo)\(/;

  const found = files('lib', 'lambdas', 'local', 'cli', 'client', 'test').filter(
    (file) => file !== 'test/house.test.ts' && pattern.test(textOf(file)),
  );

  expect(found).toEqual([]);
});
