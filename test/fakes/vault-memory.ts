// The vault played in memory: versions, part lists, checksums and thaws as S3 has them, and faults on demand.
import { combineParts, crc32, encodeCrc32 } from '../../lambdas/domain/crc32.ts';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { MIN_PART_BYTES } from '../../lambdas/domain/part-plan.ts';
import type {
  Clock,
  ListMark,
  LockedVersion,
  ObjectHead,
  PartInfo,
  Vault,
} from '../../lambdas/stages/ports.ts';

interface Upload {
  readonly key: string;
  readonly storageClass: string;
  readonly token: string;
  readonly begunMs: number;
  readonly parts: Map<number, { info: PartInfo; bytes: Uint8Array }>;
}

interface Version {
  readonly head: ObjectHead;
  readonly bytes: Uint8Array;
  readableFromMs?: number;
  readableUntilMs?: number;
  tier?: string;
}

const DAY_MS = 86_400_000;
/** As many as S3 lists at a time. */
const LIST_PAGE = 1_000;
const TIERS = ['Bulk', 'Standard', 'Expedited'];

export class MemoryVault implements Vault {
  readonly bucket = 'vault';
  /** Every version ever stored, the newest last; a test may take one away. */
  readonly versions = new Map<string, Version[]>();
  readonly uploads = new Map<string, Upload>();
  /** Versions that an Object Lock keeps, and until when: for a legal hold, infinity. */
  readonly locks = new Map<string, number>();
  /** Part numbers as they were sent, failed attempts included. */
  readonly sent: number[] = [];
  /** Called with each part that has arrived whole; what it throws is what S3 answers, and the part is not kept. */
  onPart: (partNumber: number) => void = () => undefined;
  /** Called before an upload is completed, and after: a throw there is a lost answer. */
  beforeComplete: () => void = () => undefined;
  afterComplete: () => void = () => undefined;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #thawMs: number;
  #ids = 0;

  constructor(options: { clock?: Pick<Clock, 'nowMs'>; thawMs?: number } = {}) {
    this.#clock = options.clock ?? { nowMs: () => Date.now() };
    this.#thawMs = options.thawMs ?? 0;
  }

  /** The newest version's bytes, thawed or not. */
  bytesOf(key: string): Uint8Array | undefined {
    return this.versions.get(key)?.at(-1)?.bytes;
  }

  async createUpload({ key, storageClass, token }: Parameters<Vault['createUpload']>[0]): Promise<string> {
    const id = this.#id('upload');
    this.uploads.set(id, { key, storageClass, token, begunMs: this.#clock.nowMs(), parts: new Map() });
    return id;
  }

  async listParts(o: { key: string; uploadId: string }): Promise<readonly PartInfo[] | undefined> {
    const parts = this.#upload(o)?.parts.values();
    return parts && [...parts].map(({ info }) => info).sort((a, b) => a.partNumber - b.partNumber);
  }

  async uploadPart(o: Parameters<Vault['uploadPart']>[0]): Promise<PartInfo> {
    this.sent.push(o.partNumber);
    const bytes = await this.collected(o.body);
    o.signal?.throwIfAborted();
    if (bytes.length !== o.sizeBytes)
      throw new TransientError('SOURCE_SHORT', `${bytes.length} of ${o.sizeBytes} bytes.`);
    this.onPart(o.partNumber);
    const upload = this.#upload(o);
    if (!upload) throw new TransientError('UPLOAD_GONE', 'S3 answered NoSuchUpload (404).');
    const crc = this.checksumOf(bytes);
    const info = { partNumber: o.partNumber, sizeBytes: bytes.length, etag: `"${crc}"`, crc32: crc };
    upload.parts.set(o.partNumber, { info, bytes });
    return info;
  }

  async completeUpload(
    o: Parameters<Vault['completeUpload']>[0],
  ): Promise<{ versionId: string } | undefined> {
    const upload = this.#upload(o);
    if (!upload) return undefined;
    this.beforeComplete();
    const chosen = o.parts.map((part) => chosenPart(upload, part));
    const infos = chosen.map(({ info }) => info);
    if (infos.slice(0, -1).some(({ sizeBytes }) => sizeBytes < MIN_PART_BYTES)) throw refusedByS3();
    const bytes = this.joined(chosen.map((part) => part.bytes));
    if (bytes.length !== o.sizeBytes || combineParts(infos) !== o.crc32) throw refusedByS3();
    this.uploads.delete(o.uploadId);
    const versionId = this.#store(o.key, bytes, upload);
    this.afterComplete();
    return { versionId };
  }

  async abortUpload(o: { key: string; uploadId: string }): Promise<void> {
    if (this.#upload(o)) this.uploads.delete(o.uploadId);
  }

  async listUploads(key: string): Promise<readonly string[]> {
    return [...this.uploads].filter(([, upload]) => upload.key === key).map(([id]) => id);
  }

  async listVersions({ prefix, after }: Parameters<Vault['listVersions']>[0]) {
    const all = [...this.versions]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, versions]) =>
        versions
          .map(({ head }, at) => ({
            key,
            versionId: head.versionId,
            sizeBytes: head.sizeBytes,
            isLatest: at === versions.length - 1,
            isDeleteMarker: false,
          }))
          .reverse(),
      );
    const rest = behind(all, after, ({ versionId }) => versionId);
    const versions = rest.slice(0, LIST_PAGE);
    const last = rest.length > LIST_PAGE ? versions.at(-1) : undefined;
    return { versions, next: last && { key: last.key, id: last.versionId } };
  }

  async listUnfinished({ prefix, after }: Parameters<Vault['listUnfinished']>[0]) {
    const all = [...this.uploads]
      .filter(([, { key }]) => key.startsWith(prefix))
      .sort(([, a], [, b]) => (a.key < b.key ? -1 : 1))
      .map(([uploadId, { key, begunMs }]) => ({ key, uploadId, begunMs }));
    const rest = behind(all, after, ({ uploadId }) => uploadId);
    const uploads = rest.slice(0, LIST_PAGE);
    const last = rest.length > LIST_PAGE ? uploads.at(-1) : undefined;
    return { uploads, next: last && { key: last.key, id: last.uploadId } };
  }

  async removeVersions(versions: Parameters<Vault['removeVersions']>[0]): Promise<readonly LockedVersion[]> {
    const locked: LockedVersion[] = [];
    for (const { key, versionId } of versions) {
      if (!this.#version(key, versionId)) continue;
      const untilMs = this.locks.get(versionId) ?? 0;
      if (untilMs === Infinity) locked.push({ key, versionId });
      else if (untilMs > this.#clock.nowMs()) locked.push({ key, versionId, untilMs });
      else this.#forget(key, versionId);
    }
    return locked;
  }

  async lock({ key, versionId, untilMs }: Parameters<Vault['lock']>[0]) {
    if (!this.#version(key, versionId)) return 'gone' as const;
    this.locks.set(versionId, Math.max(untilMs, this.locks.get(versionId) ?? 0));
    return 'locked' as const;
  }

  async head({ key, versionId }: { key: string; versionId?: string }): Promise<ObjectHead | undefined> {
    const version = this.#version(key, versionId);
    return version && { ...version.head, thaw: this.#thawOf(version) };
  }

  async put({ key, token, body }: Parameters<Vault['put']>[0]) {
    const version_id = this.#store(key, Uint8Array.from(body), { token, storageClass: 'STANDARD' });
    return { key, version_id, size_bytes: body.length, crc32: encodeCrc32(crc32(body)) };
  }

  async get({ key, versionId }: { key: string; versionId: string }): Promise<Uint8Array | undefined> {
    const version = this.#version(key, versionId);
    if (version && !this.#readable(version)) {
      throw new PermanentError('VAULT_REFUSED', 'S3 answered InvalidObjectState (403).', {
        action: 'Thaw it.',
      });
    }
    return version?.bytes;
  }

  async thaw({ key, versionId, tier, days }: Parameters<Vault['thaw']>[0]) {
    const version = this.#version(key, versionId);
    if (!version)
      throw new PermanentError('ARCHIVE_MISSING', `No such version of ${key}.`, { action: 'None.' });
    const nowMs = this.#clock.nowMs();
    if (this.#readable(version)) {
      if (version.readableUntilMs !== undefined) version.readableUntilMs = nowMs + days * DAY_MS;
      return 'readable' as const;
    }
    const running = this.#thawOf(version)?.ongoing === true;
    if (running && TIERS.indexOf(tier) <= TIERS.indexOf(version.tier ?? '')) return 'in-progress' as const;
    version.tier = tier;
    version.readableFromMs = nowMs + this.#thawMs;
    version.readableUntilMs = version.readableFromMs + days * DAY_MS;
    return 'started' as const;
  }

  async presign(o: Parameters<Vault['presign']>[0]): Promise<string> {
    const query = new URLSearchParams({ versionId: o.versionId, 'x-icehouse-token': o.token });
    return `https://${this.bucket}.invalid/${o.key}?${query}`;
  }

  /** A chunk's memory may be filled anew once the next is asked for. */
  protected async collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
    return this.joined(chunks);
  }

  protected joined(pieces: readonly Uint8Array[]): Uint8Array {
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** Base64 of the CRC32. */
  protected checksumOf(bytes: Uint8Array): string {
    return encodeCrc32(crc32(bytes));
  }

  #id(kind: string): string {
    this.#ids += 1;
    return `${kind}-${this.#ids}`;
  }

  #upload({ key, uploadId }: { key: string; uploadId: string }): Upload | undefined {
    const upload = this.uploads.get(uploadId);
    return upload?.key === key ? upload : undefined;
  }

  #version(key: string, versionId: string | undefined): Version | undefined {
    const versions = this.versions.get(key) ?? [];
    return versionId === undefined
      ? versions.at(-1)
      : versions.find(({ head }) => head.versionId === versionId);
  }

  #forget(key: string, versionId: string): void {
    const left = (this.versions.get(key) ?? []).filter(({ head }) => head.versionId !== versionId);
    if (left.length > 0) this.versions.set(key, left);
    else this.versions.delete(key);
  }

  #store(
    key: string,
    bytes: Uint8Array,
    { token, storageClass }: { token: string; storageClass: string },
  ): string {
    const versionId = this.#id('version');
    const checksum = { crc32: this.checksumOf(bytes), checksumType: 'FULL_OBJECT' as const };
    const head = { versionId, sizeBytes: bytes.length, ...checksum, storageClass, token };
    this.versions.set(key, [...(this.versions.get(key) ?? []), { head, bytes }]);
    return versionId;
  }

  #readable(version: Version): boolean {
    const nowMs = this.#clock.nowMs();
    if (!['GLACIER', 'DEEP_ARCHIVE'].includes(version.head.storageClass)) return true;
    return nowMs >= (version.readableFromMs ?? Infinity) && nowMs < (version.readableUntilMs ?? 0);
  }

  #thawOf(version: Version): ObjectHead['thaw'] {
    const { readableFromMs, readableUntilMs } = version;
    if (readableFromMs === undefined || readableUntilMs === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    if (nowMs < readableFromMs) return { ongoing: true };
    return nowMs < readableUntilMs ? { ongoing: false, untilMs: readableUntilMs } : undefined;
  }
}

/** What a list shows after a mark. */
function behind<T extends { readonly key: string }>(
  all: readonly T[],
  after: ListMark | undefined,
  idOf: (entry: T) => string,
): readonly T[] {
  if (!after) return all;
  // A key alone, as S3 takes it: what sorts behind it, whether it is there or not.
  if (after.id === undefined) return all.filter(({ key }) => key > after.key);
  return all.slice(all.findIndex((entry) => entry.key === after.key && idOf(entry) === after.id) + 1);
}

function chosenPart(upload: Upload, part: PartInfo): { info: PartInfo; bytes: Uint8Array } {
  const stored = upload.parts.get(part.partNumber);
  if (!stored || stored.info.etag !== part.etag)
    throw new TransientError('VAULT_UNAVAILABLE', 'S3 answered InvalidPart.');
  return stored;
}

function refusedByS3(): PermanentError {
  return new PermanentError('ARCHIVE_REFUSED_BY_S3', 'Size, CRC32 or part sizes are wrong.', {
    action: 'Copy again.',
    retryable: true,
  });
}
