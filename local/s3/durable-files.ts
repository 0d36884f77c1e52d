// Writes that survive a kill or a power cut: file, fsync, rename, fsync of the directory, in that order.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Not atomic: for files in a directory that nobody looks at yet. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes or replaces a file so that a reader sees the old text or the new one, never a half. */
export async function replaceFile(temporaryDir: string, path: string, text: string): Promise<void> {
  const temporary = join(temporaryDir, randomBytes(12).toString('hex'));
  await writeSynced(temporary, text);
  await moveInto(temporary, path);
}

/** Renames a file or directory whose content is already synced, and makes the new name durable. */
export async function moveInto(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncDirectory(dirname(to));
}

export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) await syncDirectory(dirname(first));
}

/** Takes a file or directory out of sight at once, then frees its bytes. A kill in between leaves it to the sweep. */
export async function discard(temporaryDir: string, path: string): Promise<void> {
  const trash = join(temporaryDir, randomBytes(12).toString('hex'));
  await moveInto(path, trash);
  await syncDirectory(dirname(path));
  await rm(trash, { recursive: true, force: true });
}

/** Undefined when there is no such file. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
