// Keys as directory names: every key has its own, on file systems that ignore case too.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyToPath, listKeys } from '../../../local/s3/key-paths.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'key-paths-'));
});
afterEach(() => rm(dir, { recursive: true }));

const KEYS = ['.', '..', 'A', 'Z~', 'a', 'a/../b', 'a/b', 'c:\\nul', 'x'.repeat(1024), '~', 'ü', '\u{1F600}'];

test('every key is found again, in byte order', async () => {
  for (const key of KEYS) await mkdir(join(dir, keyToPath(key)), { recursive: true });

  expect(await listKeys(dir, '')).toEqual(KEYS);
});

test('no two keys share a name when case is ignored, and none leaves its directory', () => {
  const paths = KEYS.map((key) => keyToPath(key).toLowerCase());

  expect(new Set(paths).size).toBe(KEYS.length);
  expect(paths.filter((path) => path.startsWith('.') || path.includes('/.'))).toEqual([]);
});

test('no name is longer than a file system allows', () => {
  const names = keyToPath('Ü'.repeat(512)).split('/');

  expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(255);
});

test('a prefix narrows the list', async () => {
  for (const key of KEYS) await mkdir(join(dir, keyToPath(key)), { recursive: true });

  expect(await listKeys(dir, 'a/')).toEqual(['a/../b', 'a/b']);
});
