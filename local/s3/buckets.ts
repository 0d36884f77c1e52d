// Buckets: made once, versioned on demand.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDir } from './data-dir.ts';
import { makeDirectory, readJson, replaceFile } from './durable-files.ts';
import { S3Error } from './errors.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { DefaultRetention } from './object-lock.ts';

export type Versioning = 'Enabled' | 'Suspended';

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly createdMs: number;
  /** Undefined until somebody has set it: such a bucket answers without version ids. */
  readonly versioning?: Versioning;
  /** There, its objects can be locked; never taken away again. */
  readonly objectLock?: { readonly rule?: DefaultRetention };
  /** ARN of the KMS key that its new objects are encrypted with; undefined: SSE-S3. */
  readonly kmsKey?: string;
}

export class Buckets {
  readonly #dir: DataDir;
  readonly #lock = new KeyedLock();

  constructor(dir: DataDir) {
    this.#dir = dir;
  }

  async all(): Promise<Bucket[]> {
    const found = await Promise.all(
      (await readdir(this.#dir.buckets)).sort().map((name) => this.#read(name)),
    );
    return found.filter((bucket) => bucket !== undefined);
  }

  /** Throws NoSuchBucket. */
  async get(name: string): Promise<Bucket> {
    const bucket = isBucketName(name) ? await this.#read(name) : undefined;
    if (bucket === undefined) throw new S3Error('NoSuchBucket', { fields: { BucketName: name } });
    return bucket;
  }

  /** Throws InvalidBucketName and BucketAlreadyOwnedByYou. */
  async create(bucket: Bucket): Promise<void> {
    if (!isBucketName(bucket.name)) throw new S3Error('InvalidBucketName');
    await this.#lock.run(bucket.name, async () => {
      if (await this.#read(bucket.name)) throw new S3Error('BucketAlreadyOwnedByYou');
      await makeDirectory(this.#dir.objects(bucket.name));
      await makeDirectory(this.#dir.uploads(bucket.name));
      await this.#write(bucket);
    });
  }

  async setVersioning(name: string, versioning: Versioning): Promise<void> {
    await this.#lock.run(name, async () => this.#write({ ...(await this.get(name)), versioning }));
  }

  async setObjectLock(name: string, objectLock: Bucket['objectLock']): Promise<void> {
    await this.#lock.run(name, async () => this.#write({ ...(await this.get(name)), objectLock }));
  }

  async setKmsKey(name: string, kmsKey: string | undefined): Promise<void> {
    await this.#lock.run(name, async () => this.#write({ ...(await this.get(name)), kmsKey }));
  }

  #read(name: string): Promise<Bucket | undefined> {
    return readJson<Bucket>(join(this.#dir.bucket(name), 'bucket.json'));
  }

  #write(bucket: Bucket): Promise<void> {
    const path = join(this.#dir.bucket(bucket.name), 'bucket.json');
    return replaceFile(this.#dir.tmp, path, JSON.stringify(bucket));
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, the part that keeps paths safe. */
function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
}
