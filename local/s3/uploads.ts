// Unfinished multipart uploads on disk. A part is one file whose name says all about it, so one rename makes it visible.
import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WrittenFile } from './body-file.ts';
import type { Buckets } from './buckets.ts';
import type { ChecksumAlgorithm, ChecksumType } from './checksums.ts';
import type { DataDir } from './data-dir.ts';
import { discard, moveInto, readJson, writeSynced } from './durable-files.ts';
import { S3Error } from './errors.ts';
import { namesIn } from './key-paths.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { ObjectLock } from './object-lock.ts';

export interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly storageClass: string;
  readonly contentHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType };
  readonly lock?: ObjectLock;
  /** ARN of the KMS key that its parts are encrypted with. */
  readonly kmsKey?: string;
}

export interface UploadedPart {
  readonly partNumber: number;
  readonly file: string;
  readonly sizeBytes: number;
  /** Without quotes: the MD5 in hex. */
  readonly etag: string;
  /** Bytes of the upload's algorithm; undefined when the upload has none. */
  readonly digest?: Buffer;
  readonly lastModifiedMs: number;
}

export class Uploads {
  readonly #dir: DataDir;
  readonly #lock = new KeyedLock();

  constructor(dir: DataDir) {
    this.#dir = dir;
  }

  directory(upload: { bucket: string; uploadId: string }): string {
    return join(this.#dir.uploads(upload.bucket), upload.uploadId);
  }

  async create(draft: Omit<Upload, 'uploadId'>): Promise<Upload> {
    const upload: Upload = { ...draft, uploadId: randomBytes(24).toString('hex') };
    const staged = await this.#dir.temporaryDirectory();
    await writeSynced(join(staged, 'upload.json'), JSON.stringify(upload));
    await moveInto(staged, this.directory(upload));
    return upload;
  }

  /** Throws NoSuchUpload, also when the id belongs to another key. */
  async get(bucket: string, key: string, uploadId: string): Promise<Upload> {
    const upload = /^[0-9a-f]{48}$/.test(uploadId)
      ? await readJson<Upload>(join(this.directory({ bucket, uploadId }), 'upload.json'))
      : undefined;
    if (upload?.key !== key) throw new S3Error('NoSuchUpload', { fields: { UploadId: uploadId } });
    return upload;
  }

  /** By key, then by age, as ListMultipartUploads answers. */
  async all(bucket: string): Promise<Upload[]> {
    const ids = await namesIn(this.#dir.uploads(bucket));
    const found = await Promise.all(
      ids.map((uploadId) => readJson<Upload>(join(this.directory({ bucket, uploadId }), 'upload.json'))),
    );
    return found
      .filter((upload) => upload !== undefined)
      .sort(
        (a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiatedMs - b.initiatedMs,
      );
  }

  /** By part number; of two under one number the later one. */
  async parts(upload: Upload): Promise<UploadedPart[]> {
    const byNumber = new Map<number, UploadedPart>();
    for (const name of (await namesIn(this.directory(upload))).sort()) {
      const part = parsePartName(name);
      if (part) byNumber.set(part.partNumber, part);
    }
    return [...byNumber.values()];
  }

  /** Makes a written file a part. Throws NoSuchUpload when the upload ended in the meantime. */
  async addPart(
    upload: Upload,
    partNumber: number,
    path: string,
    written: WrittenFile,
    nowMs: number,
  ): Promise<void> {
    await this.exclusively(upload, async () => {
      await this.get(upload.bucket, upload.key, upload.uploadId);
      const older = (await namesIn(this.directory(upload))).filter(
        (name) => parsePartName(name)?.partNumber === partNumber,
      );
      const newestOlderMs = Math.max(0, ...older.map((name) => parsePartName(name)?.lastModifiedMs ?? 0));
      const name = partName(partNumber, Math.max(nowMs, newestOlderMs + 1), written);
      await moveInto(path, join(this.directory(upload), name));
      for (const old of older) await rm(join(this.directory(upload), old), { force: true });
    });
  }

  /** Aborts: the parts are out of sight at once. */
  async abort(upload: Upload): Promise<void> {
    await this.exclusively(upload, async () => {
      await this.get(upload.bucket, upload.key, upload.uploadId);
      await discard(this.#dir.tmp, this.directory(upload));
    });
  }

  exclusively<T>(upload: Upload, work: () => Promise<T>): Promise<T> {
    return this.#lock.run(upload.uploadId, work);
  }

  /** Start-up: frees parts that a kill left behind after their successor had arrived. */
  async sweep(buckets: Buckets): Promise<void> {
    for (const bucket of await buckets.all()) {
      for (const upload of await this.all(bucket.name)) {
        const kept = new Set((await this.parts(upload)).map((part) => part.file));
        for (const name of await readdir(this.directory(upload))) {
          if (parsePartName(name) && !kept.has(name)) await rm(join(this.directory(upload), name));
        }
      }
    }
  }
}

function partName(partNumber: number, nowMs: number, written: WrittenFile): string {
  const fields = [
    String(partNumber).padStart(5, '0'),
    String(nowMs).padStart(14, '0'),
    written.sizeBytes,
    written.md5.toString('hex'),
    written.checksum?.digest.toString('hex') ?? '',
  ];
  return `${fields.join('-')}.part`;
}

function parsePartName(name: string): UploadedPart | undefined {
  const match = /^(\d{5})-(\d{14})-(\d+)-([0-9a-f]{32})-([0-9a-f]*)\.part$/.exec(name);
  if (match === null) return undefined;
  const [, number, modified, size, etag = '', digest = ''] = match;
  return {
    partNumber: Number(number),
    lastModifiedMs: Number(modified),
    sizeBytes: Number(size),
    etag,
    file: name,
    digest: digest === '' ? undefined : Buffer.from(digest, 'hex'),
  };
}

/** The entity tag of an object made of parts: the MD5 of their MD5s and how many they are. */
export function multipartEtag(parts: readonly UploadedPart[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}
