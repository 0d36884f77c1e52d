// Object versions on disk. One directory each, renamed into place whole; its name carries order and version id.
import { randomBytes } from 'node:crypto';
import { rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket, Buckets } from './buckets.ts';
import type { Checksum } from './checksums.ts';
import type { DataDir } from './data-dir.ts';
import {
  discard,
  isMissing,
  makeDirectory,
  readJson,
  replaceFile,
  syncDirectory,
  writeSynced,
} from './durable-files.ts';
import { S3Error } from './errors.ts';
import { listKeys, namesIn } from './key-paths.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { ObjectLock } from './object-lock.ts';

export interface VersionHead {
  readonly lastModifiedMs: number;
  readonly deleteMarker?: boolean;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly storageClass: string;
  /** Content-Type and its kin, as given. */
  readonly contentHeaders: Readonly<Record<string, string>>;
  /** Names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: Checksum;
  /** Set on objects made of parts: their list is in parts.json. */
  readonly partCount?: number;
  readonly uploadId?: string;
  /** ARN of the KMS key that it is encrypted with. */
  readonly kmsKey?: string;
  /** All of a version that can change. */
  readonly lock?: ObjectLock;
}

export interface Version extends VersionHead {
  readonly bucket: string;
  readonly key: string;
  /** `null` for versions from before versioning and from while it was suspended. */
  readonly versionId: string;
  readonly latest: boolean;
  readonly dir: string;
  /** Names this very version in its bucket and key, even among `null` ones. */
  readonly name: string;
}

/** One data file of an object, in order. */
export interface StoredPart {
  readonly partNumber: number;
  readonly file: string;
  readonly sizeBytes: number;
  /** Base64. */
  readonly checksum?: string;
}

/** What a new version must know before it takes its place: throws to refuse. */
export type Precondition = (current: Version | undefined) => void;

export class Versions {
  readonly #dir: DataDir;
  readonly #lock = new KeyedLock();

  constructor(dir: DataDir) {
    this.#dir = dir;
  }

  /** Newest first. Directories only: no file is read. */
  async #names(bucket: string, key: string): Promise<{ name: string; versionId: string }[]> {
    const names = (await namesIn(this.#dir.versions(bucket, key))).sort().reverse();
    const versions = names.map((name) => ({ name, versionId: name.slice(name.indexOf('-') + 1) }));
    const newestNull = versions.find((version) => version.versionId === 'null');
    // A kill between the arrival of a new null version and the removal of the old leaves both: the newest counts.
    return versions.filter((version) => version.versionId !== 'null' || version === newestNull);
  }

  async #load(bucket: string, key: string, name: string, latest: boolean): Promise<Version | undefined> {
    const dir = join(this.#dir.versions(bucket, key), name);
    const head = await readJson<VersionHead>(join(dir, 'head.json'));
    if (head === undefined) return undefined;
    return { ...head, bucket, key, name, dir, latest, versionId: name.slice(name.indexOf('-') + 1) };
  }

  /** Newest first, delete markers included. */
  async all(bucket: string, key: string): Promise<Version[]> {
    const names = await this.#names(bucket, key);
    const loaded = await Promise.all(names.map(({ name }, at) => this.#load(bucket, key, name, at === 0)));
    return loaded.filter((version) => version !== undefined);
  }

  /** The newest version, which may be a delete marker, or the one named. */
  async find(bucket: string, key: string, versionId?: string): Promise<Version | undefined> {
    // A version may be replaced between the listing and the reading: the second look sees its successor.
    for (let attempt = 0; attempt < 3; attempt++) {
      const names = await this.#names(bucket, key);
      const at = versionId === undefined ? 0 : names.findIndex((one) => one.versionId === versionId);
      const wanted = names[at];
      if (wanted === undefined) return undefined;
      const version = await this.#load(bucket, key, wanted.name, at === 0);
      if (version !== undefined) return version;
    }
    return undefined;
  }

  /**
   * Makes the content of `stagedDir`, whose data files are synced, the newest version. The rename at the end is
   * the commit: before it nothing is visible, after it everything is.
   */
  async place(
    bucket: Bucket,
    key: string,
    stagedDir: string,
    head: VersionHead,
    precondition?: Precondition,
  ): Promise<Version> {
    return this.#lock.run(`${bucket.name}/${key}`, async () => {
      const current = await this.find(bucket.name, key);
      precondition?.(current);
      const versionId = bucket.versioning === 'Enabled' ? randomBytes(16).toString('hex') : 'null';
      const dir = this.#dir.versions(bucket.name, key);
      const before = await namesIn(dir);
      const name = `${nextOrder(before, head.lastModifiedMs)}-${versionId}`;
      await writeSynced(join(stagedDir, 'head.json'), JSON.stringify(head));
      await syncDirectory(stagedDir);
      await makeDirectory(dir);
      await rename(stagedDir, join(dir, name));
      await syncDirectory(dir);
      if (versionId === 'null') await this.#removeNull(dir, before);
      return { ...head, bucket: bucket.name, key, name, versionId, latest: true, dir: join(dir, name) };
    });
  }

  async #removeNull(dir: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (name.endsWith('-null')) await discard(this.#dir.tmp, join(dir, name));
    }
  }

  /** Changes the lock of a version; what `change` throws leaves it as it was. */
  async relock(
    { bucket, key, versionId }: Version,
    change: (lock: ObjectLock | undefined) => ObjectLock,
  ): Promise<void> {
    await this.#lock.run(`${bucket}/${key}`, async () => {
      const version = await this.find(bucket, key, versionId);
      const path = version && join(version.dir, 'head.json');
      const head = path && (await readJson<VersionHead>(path));
      if (!head) throw new S3Error('NoSuchVersion', { fields: { Key: key, VersionId: versionId } });
      const text = JSON.stringify({ ...head, lock: change(head.lock) });
      await replaceFile(this.#dir.tmp, path, text);
    });
  }

  /** Removes a version for good; undefined when there is none. What `permit` throws leaves it there. */
  async remove(
    bucket: string,
    key: string,
    versionId: string,
    permit?: (version: Version) => void,
  ): Promise<Version | undefined> {
    return this.#lock.run(`${bucket}/${key}`, async () => {
      const version = await this.find(bucket, key, versionId);
      if (version === undefined) return undefined;
      permit?.(version);
      const dir = this.#dir.versions(bucket, key);
      if (versionId === 'null') await this.#removeNull(dir, await namesIn(dir));
      else await discard(this.#dir.tmp, version.dir);
      await removeIfEmpty(dir);
      return version;
    });
  }

  /** Start-up: frees null versions whose successor had arrived when a kill came, and keys with nothing left. */
  async sweep(buckets: Buckets): Promise<void> {
    for (const { name } of await buckets.all()) {
      for (const key of await listKeys(this.#dir.objects(name), '')) {
        const dir = this.#dir.versions(name, key);
        const kept = new Set((await this.#names(name, key)).map((version) => version.name));
        const stale = (await namesIn(dir)).filter((one) => !kept.has(one));
        await this.#removeNull(dir, stale);
        if (kept.size === 0) await removeIfEmpty(dir);
      }
    }
  }

  /** The data files of a version, in order. */
  async parts(version: Version): Promise<readonly StoredPart[]> {
    if (version.partCount === undefined) {
      return [{ partNumber: 1, file: 'data', sizeBytes: version.sizeBytes }];
    }
    const parts = await readJson<StoredPart[]>(join(version.dir, 'parts.json'));
    if (parts === undefined) throw new S3Error('NoSuchKey');
    return parts;
  }
}

/** Microseconds in 17 digits: grows with time, and past any version already there even when the clock went back. */
function nextOrder(names: readonly string[], nowMs: number): string {
  const newest = names.reduce((max, name) => Math.max(max, Number.parseInt(name, 10)), 0);
  return String(Math.max(nowMs * 1000, newest + 1)).padStart(17, '0');
}

async function removeIfEmpty(dir: string): Promise<void> {
  try {
    await rmdir(dir);
  } catch (error) {
    if (!isMissing(error) && !(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) {
      throw error;
    }
  }
}
