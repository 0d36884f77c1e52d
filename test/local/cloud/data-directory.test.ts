// One boot per data directory, also after a kill; keys that stay.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataDirectory } from '../../../local/cloud/data-directory.ts';
import { temporaryDirectory } from './hand-made.ts';

const MODULE = join(import.meta.dirname, '../../../local/cloud/data-directory.ts');

/** Another process that holds the directory until it is killed. */
async function holder(directory: string) {
  const script = join(directory, 'holder.mjs');
  const lines = [
    `import { openDataDirectory } from ${JSON.stringify(MODULE)};`,
    // Kept, since the garbage collector closes a database that nobody holds, and the lock ends with it.
    `globalThis.held = openDataDirectory(${JSON.stringify(join(directory, 'data'))});`,
    // A test that fails before its kill leaves nobody behind.
    "process.on('disconnect', () => process.exit());",
    "process.send('held');",
  ];
  writeFileSync(script, lines.join('\n'));
  const child = fork(script, { execArgv: [] });
  await once(child, 'message');
  return child;
}

test('refuses a directory that another process holds, and says which', async () => {
  using directory = temporaryDirectory();
  const child = await holder(directory.path);

  const open = () => openDataDirectory(join(directory.path, 'data'));

  expect(open).toThrow(new RegExp(`in use by another embedded cloud \\(process ${child.pid}\\)`));
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('takes over a directory whose holder was killed', async () => {
  using directory = temporaryDirectory();
  const child = await holder(directory.path);
  child.kill('SIGKILL');
  await once(child, 'exit');

  const data = openDataDirectory(join(directory.path, 'data'));

  expect(data.path).toBe(join(directory.path, 'data'));
  data.release();
});

test('gives every principal its own key pair, the same one after a restart', () => {
  using directory = temporaryDirectory();
  const before = openDataDirectory(directory.path);
  const one = before.credentialsOf('one');
  const two = before.credentialsOf('two');
  before.release();

  const after = openDataDirectory(directory.path);

  expect(one.accessKeyId).not.toBe(two.accessKeyId);
  expect(after.credentialsOf('one')).toEqual(one);
  expect(after.principalOf(two.accessKeyId)).toBe('two');
  after.release();
});
