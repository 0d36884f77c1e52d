// The directory that a cloud lives in: locked for one boot at a time, with the access keys that it was given once.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CloudError } from './cloud-error.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface DataDirectory {
  readonly path: string;
  /** The key pair of a function or of the owner, made at the first call and kept. */
  credentialsOf(principal: string): Credentials;
  /** Whose key it is. */
  principalOf(accessKeyId: string): string | undefined;
  release(): void;
}

/** Throws CloudError DATA_DIRECTORY_IN_USE. */
export function openDataDirectory(path: string): DataDirectory {
  mkdirSync(path, { recursive: true });
  const release = lock(path);
  const file = join(path, 'credentials.json');
  const known = readCredentials(file);
  return {
    path,
    credentialsOf(principal) {
      const credentials = known.get(principal) ?? newCredentials();
      if (!known.has(principal)) {
        known.set(principal, credentials);
        writeCredentials(file, known);
      }
      return credentials;
    },
    principalOf: (accessKeyId) => [...known].find(([, pair]) => pair.accessKeyId === accessKeyId)?.[0],
    release,
  };
}

/**
 * SQLite's exclusive lock is the kernel's: it ends with the process, however that ends, so that no stale lock can be
 * left behind (a file with a process id can, and ids come back, in containers above all).
 */
function lock(path: string): () => void {
  const database = new DatabaseSync(join(path, 'lock'));
  const ownerFile = join(path, 'pid');
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    const owner = existsSync(ownerFile) ? ` (process ${readFileSync(ownerFile, 'utf8')})` : '';
    const message = `${path} is in use by another embedded cloud${owner}. Stop it, or give another --data directory.`;
    throw new CloudError('DATA_DIRECTORY_IN_USE', message, { cause });
  }
  writeFileSync(ownerFile, String(process.pid));
  return () => database.close();
}

function newCredentials(): Credentials {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = [...randomBytes(16)].map((byte) => letters[byte % 32]).join('');
  return { accessKeyId: `AKIA${id}`, secretAccessKey: randomBytes(30).toString('base64url') };
}

function readCredentials(file: string): Map<string, Credentials> {
  if (!existsSync(file)) return new Map();
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Credentials>));
}

function writeCredentials(file: string, known: ReadonlyMap<string, Credentials>): void {
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(Object.fromEntries(known), null, 2), { mode: 0o600 });
  renameSync(draft, file);
}
