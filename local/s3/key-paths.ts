// Object keys as directory names and back: safe on file systems that ignore case and limit a name to 255 bytes.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './durable-files.ts';

const MAX_NAME = 200;

/**
 * Upper case becomes `=x`, any byte outside `[a-z0-9_-]` and dots within the key `%xx`; what is longer than a
 * file name may be continues in a subdirectory, and the directory it continues from ends with `~`.
 */
export function keyToPath(key: string): string {
  let name = '';
  for (const byte of Buffer.from(key, 'utf8')) name += encodeByte(byte, name === '');
  const pieces: string[] = [];
  while (name.length > MAX_NAME) {
    pieces.push(`${name.slice(0, MAX_NAME)}~`);
    name = name.slice(MAX_NAME);
  }
  return join(...pieces, name);
}

function encodeByte(byte: number, first: boolean): string {
  const c = String.fromCharCode(byte);
  if (/[a-z0-9_-]/.test(c) || (c === '.' && !first)) return c;
  if (/[A-Z]/.test(c)) return `=${c.toLowerCase()}`;
  return `%${byte.toString(16).padStart(2, '0')}`;
}

function pathToBytes(name: string): string {
  return name.replace(/=([a-z])|%([0-9a-f]{2})/g, (_, upper: string | undefined, hex: string) =>
    upper !== undefined ? upper.toUpperCase() : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Every key below `dir` whose bytes begin with the prefix, in the order of S3: by UTF-8 bytes. */
export async function listKeys(dir: string, prefix: string): Promise<string[]> {
  const wanted = toBytes(prefix);
  const found: string[] = [];
  await walk(dir, '', (name) => {
    const bytes = pathToBytes(name);
    if (bytes.startsWith(wanted)) found.push(bytes);
  });
  return found.sort().map((bytes) => Buffer.from(bytes, 'latin1').toString('utf8'));
}

/** One character per UTF-8 byte, so that `<` compares as S3 does. */
export function toBytes(key: string): string {
  return Buffer.from(key, 'utf8').toString('latin1');
}

async function walk(dir: string, before: string, visit: (name: string) => void): Promise<void> {
  for (const name of await namesIn(dir)) {
    if (name.endsWith('~')) await walk(join(dir, name), before + name.slice(0, -1), visit);
    else visit(before + name);
  }
}

/** An empty list when the directory does not exist. */
export async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
