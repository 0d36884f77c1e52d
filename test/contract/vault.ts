// What every vault does, whether played in memory or on an S3 API. Each row cites the page that says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { combineParts } from '../../lambdas/domain/crc32.ts';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import type { PartInfo, Vault } from '../../lambdas/stages/ports.ts';

export interface VaultUnderTest {
  readonly vault: Vault;
  /** Waits, or lets the clock run, until a thaw of tier Standard is done. One of tier Bulk must take longer. */
  thawDone(): Promise<void>;
  nowMs(): number;
  /** Keeps a version from being deleted until then, or by a legal hold. */
  lock(version: { readonly key: string; readonly versionId: string }, untilMs?: number): Promise<void>;
  close(): Promise<void>;
}

const MIB = 1_048_576;
/** CRC32 of "123456789" in base64, from the catalogue of CRCs. */
const DIGITS = Buffer.from('123456789');
const DIGITS_CRC = 'y/Q5Jg==';

/** Pages are below docs.aws.amazon.com/AmazonS3/latest/. */
export function vaultContract(name: string, start: () => Promise<VaultUnderTest>): void {
  describe(`the contract of a vault: ${name}`, () => {
    let under: VaultUnderTest;
    let vault: Vault;
    let keys = 0;
    const freshKey = () => `mux/env/asset${++keys}/1/master.mp4`;
    const create = (key: string, storageClass: 'DEEP_ARCHIVE' | 'GLACIER_IR' = 'DEEP_ARCHIVE') =>
      vault.createUpload({ key, contentType: 'video/mp4', storageClass, token: `token of ${key}` });
    const send = (key: string, uploadId: string, partNumber: number, bytes: Uint8Array) =>
      vault.uploadPart({ key, uploadId, partNumber, sizeBytes: bytes.length, body: chunksOf(bytes) });
    const finish = (key: string, uploadId: string, parts: readonly PartInfo[]) =>
      vault.completeUpload({ key, uploadId, parts, sizeBytes: sizeOf(parts), crc32: combineParts(parts) });
    const store = async (storageClass: 'DEEP_ARCHIVE' | 'GLACIER_IR') => {
      const key = freshKey();
      const uploadId = await create(key, storageClass);
      const done = await finish(key, uploadId, [await send(key, uploadId, 1, DIGITS)]);
      return { key, versionId: done?.versionId ?? 'none' };
    };

    beforeAll(async () => {
      under = await start();
      vault = under.vault;
    });
    afterAll(() => under.close());

    // userguide/mpuoverview.html, userguide/checking-object-integrity.html (documented)
    test('keeps an object of several parts with its class, token, size and full-object checksum', async () => {
      const key = freshKey();
      const uploadId = await create(key);
      const parts = [
        await send(key, uploadId, 1, Buffer.alloc(5 * MIB, 1)),
        await send(key, uploadId, 2, DIGITS),
      ];

      const done = await finish(key, uploadId, parts);

      const head = await vault.head({ key, versionId: done?.versionId });
      expect(parts[1]).toMatchObject({ partNumber: 2, sizeBytes: 9, crc32: DIGITS_CRC });
      expect(head).toEqual({
        versionId: done?.versionId,
        sizeBytes: 5 * MIB + 9,
        crc32: combineParts(parts),
        checksumType: 'FULL_OBJECT',
        storageClass: 'DEEP_ARCHIVE',
        token: `token of ${key}`,
        thaw: undefined,
      });
      expect(await vault.head({ key })).toEqual(head);
    });

    // API/API_UploadPart.html: "the part can be any size" for the last one (documented; for zero bytes: assumed)
    test('keeps an empty object of one empty part', async () => {
      const key = freshKey();
      const uploadId = await create(key);

      const done = await finish(key, uploadId, [await send(key, uploadId, 1, new Uint8Array(0))]);

      expect(await vault.head({ key, versionId: done?.versionId })).toMatchObject({
        sizeBytes: 0,
        crc32: 'AAAAAA==',
      });
    });

    // API/API_ListParts.html (documented)
    test('lists the parts of an upload by number, as they were answered', async () => {
      const key = freshKey();
      const uploadId = await create(key);
      const none = await vault.listParts({ key, uploadId });
      const third = await send(key, uploadId, 3, DIGITS);
      const first = await send(key, uploadId, 1, DIGITS);

      const listed = await vault.listParts({ key, uploadId });

      expect(none).toEqual([]);
      expect(listed).toEqual([first, third]);
    });

    // API/API_UploadPart.html: "the previously uploaded part is overwritten" (documented)
    test('keeps the later of two parts of one number', async () => {
      const key = freshKey();
      const uploadId = await create(key);
      await send(key, uploadId, 1, Buffer.from('earlier'));
      const later = await send(key, uploadId, 1, DIGITS);

      expect(await vault.listParts({ key, uploadId })).toEqual([later]);
    });

    // The port's own promise.
    test('rethrows what the body throws and keeps no part', async () => {
      const key = freshKey();
      const uploadId = await create(key);
      const lost = new Error('the source broke off');
      const body = breakingOff(lost);

      const sending = vault.uploadPart({ key, uploadId, partNumber: 1, sizeBytes: 2 * MIB, body });

      await expect(sending).rejects.toBe(lost);
      expect(await vault.listParts({ key, uploadId })).toEqual([]);
    });

    test.each([
      ['short', 10],
      ['long', 8],
    ])('refuses a body that is too %s and keeps no part', async (_, sizeBytes) => {
      const key = freshKey();
      const uploadId = await create(key);

      const sending = vault.uploadPart({ key, uploadId, partNumber: 1, sizeBytes, body: chunksOf(DIGITS) });

      await expect(sending).rejects.toThrow(TransientError);
      expect(await vault.listParts({ key, uploadId })).toEqual([]);
    });

    test('stops sending a part when it is told to', async () => {
      const key = freshKey();
      const uploadId = await create(key);
      const stop = new AbortController();
      const reason = new Error('another part failed');
      const body = (async function* () {
        yield DIGITS;
        stop.abort(reason);
        yield DIGITS;
      })();

      const sending = vault.uploadPart({
        key,
        uploadId,
        partNumber: 1,
        sizeBytes: 18,
        body,
        signal: stop.signal,
      });

      await expect(sending).rejects.toBe(reason);
      expect(await vault.listParts({ key, uploadId })).toEqual([]);
    });

    // API/API_CompleteMultipartUpload.html: ChecksumCRC32, MpuObjectSize, EntityTooSmall (documented)
    test.each([
      ['another checksum', { crc32: 'AAAAAA==' }],
      ['another size', { sizeBytes: 10 }],
    ])('completes nothing that has %s than announced', async (_, wrong) => {
      const key = freshKey();
      const uploadId = await create(key);
      const parts = [await send(key, uploadId, 1, DIGITS)];

      const completing = vault.completeUpload({
        key,
        uploadId,
        parts,
        sizeBytes: 9,
        crc32: DIGITS_CRC,
        ...wrong,
      });

      await expect(completing).rejects.toThrow(expect.objectContaining({ code: 'ARCHIVE_REFUSED_BY_S3' }));
      expect(await vault.head({ key })).toBeUndefined();
      expect(await vault.listParts({ key, uploadId })).toEqual(parts);
    });

    test('completes no object of which a part but the last is smaller than 5 MiB', async () => {
      const key = freshKey();
      const uploadId = await create(key);
      const parts = [await send(key, uploadId, 1, DIGITS), await send(key, uploadId, 2, DIGITS)];

      await expect(finish(key, uploadId, parts)).rejects.toThrow(
        expect.objectContaining({ code: 'ARCHIVE_REFUSED_BY_S3' }),
      );
    });

    // API/API_CompleteMultipartUpload.html: NoSuchUpload "might have been aborted or completed" (documented)
    test('says of an upload that is completed or aborted that it no longer exists', async () => {
      const key = freshKey();
      const completed = await create(key);
      const parts = [await send(key, completed, 1, DIGITS)];
      await finish(key, completed, parts);
      const aborted = await create(key);
      await vault.abortUpload({ key, uploadId: aborted });

      expect(await vault.listParts({ key, uploadId: completed })).toBeUndefined();
      expect(await vault.listParts({ key, uploadId: aborted })).toBeUndefined();
      expect(await finish(key, completed, parts)).toBeUndefined();
      expect(await finish(key, aborted, parts)).toBeUndefined();
      await expect(vault.abortUpload({ key, uploadId: aborted })).resolves.toBeUndefined();
      await expect(send(key, aborted, 1, DIGITS)).rejects.toThrow(
        expect.objectContaining({ code: 'UPLOAD_GONE' }),
      );
    });

    // API/API_ListMultipartUploads.html (documented)
    test('lists the unfinished uploads of exactly one key', async () => {
      const key = freshKey();
      const uploads = [await create(key), await create(key)];
      await create(`${key}.other`);

      expect([...(await vault.listUploads(key))].sort()).toEqual(uploads.sort());
      expect(await vault.listUploads('mux/nothing')).toEqual([]);
    });

    // API/API_ListMultipartUploads.html (documented)
    test('lists the unfinished uploads below a prefix', async () => {
      const folder = `mux/uploads${++keys}/`;
      const uploadId = await create(`${folder}a`);
      await vault.abortUpload({ key: `${folder}b`, uploadId: await create(`${folder}b`) });

      const { uploads, next } = await vault.listUnfinished({ prefix: folder });

      expect(uploads).toEqual([{ key: `${folder}a`, uploadId, begunMs: expect.any(Number) }]);
      expect(next).toBeUndefined();
    });

    // API/API_ListObjectVersions.html: key-marker and version-id-marker, newest first within a key (documented)
    test('lists every version below a prefix, and goes on behind any of them', async () => {
      const folder = `mux/versions${++keys}/`;
      const put = async (name: string) =>
        (await vault.put({ key: folder + name, contentType: 'a/b', token: 't', body: DIGITS })).version_id;
      const older = await put('a');
      const newer = await put('a');
      const other = await put('b');
      await vault.put({ key: `mux/versions${keys}-beside`, contentType: 'a/b', token: 't', body: DIGITS });

      const all = await vault.listVersions({ prefix: folder });
      const rest = await vault.listVersions({ prefix: folder, after: { key: `${folder}a`, id: newer } });

      const entry = (name: string, versionId: string, isLatest: boolean) => ({
        key: folder + name,
        versionId,
        sizeBytes: 9,
        isLatest,
        isDeleteMarker: false,
      });
      const behind = [entry('a', older, false), entry('b', other, true)];
      expect(all).toEqual({ versions: [entry('a', newer, true), ...behind], next: undefined });
      expect(rest).toEqual({ versions: behind, next: undefined });
    });

    // userguide/versioning-workflows.html (documented)
    test('keeps every version of a small object in the standard class', async () => {
      const key = freshKey();
      const put = (text: string) =>
        vault.put({ key, contentType: 'text/vtt', token: 'token', body: Buffer.from(text) });
      const first = await put('123456789');
      const second = await put('second');

      expect(first).toMatchObject({ key, size_bytes: 9, crc32: DIGITS_CRC });
      expect(await vault.head({ key, versionId: first.version_id })).toMatchObject({
        sizeBytes: 9,
        crc32: DIGITS_CRC,
        checksumType: 'FULL_OBJECT',
        storageClass: 'STANDARD',
        token: 'token',
      });
      expect((await vault.head({ key }))?.versionId).toBe(second.version_id);
      expect(await vault.get({ key, versionId: first.version_id })).toEqual(new Uint8Array(DIGITS));
    });

    // API/API_HeadObject.html, API/API_GetObject.html (documented)
    test('tells what is not there from what fails', async () => {
      const { version_id: versionId } = await vault.put({
        key: freshKey(),
        contentType: 'a/b',
        token: 't',
        body: DIGITS,
      });

      expect(await vault.head({ key: 'mux/nothing' })).toBeUndefined();
      expect(await vault.head({ key: 'mux/nothing', versionId })).toBeUndefined();
      expect(await vault.get({ key: 'mux/nothing', versionId })).toBeUndefined();
    });

    // API/API_RestoreObject.html: 202, 409 RestoreAlreadyInProgress, upgrade to a faster tier, 200 (documented)
    test('thaws an archived object, faster when asked again for a faster tier', async () => {
      const object = await store('DEEP_ARCHIVE');
      const thaw = (tier: 'Bulk' | 'Standard') => vault.thaw({ ...object, tier, days: 3 });

      await expect(vault.get(object)).rejects.toThrow(PermanentError);
      expect(await thaw('Bulk')).toBe('started');
      expect(await thaw('Bulk')).toBe('in-progress');
      expect((await vault.head(object))?.thaw).toEqual({ ongoing: true });
      expect(await thaw('Standard')).toBe('started');
      await under.thawDone();
      expect(await thaw('Standard')).toBe('readable');
      expect((await vault.head(object))?.thaw).toEqual({ ongoing: false, untilMs: expect.any(Number) });
      expect(await vault.get(object)).toEqual(new Uint8Array(DIGITS));
    });

    // API/API_RestoreObject.html: for Glacier Flexible and Deep Archive only (documented; the error of the others: assumed)
    test('finds an object of GLACIER_IR readable without a thaw', async () => {
      const object = await store('GLACIER_IR');

      expect(await vault.thaw({ ...object, tier: 'Standard', days: 1 })).toBe('readable');
      expect(await vault.get(object)).toEqual(new Uint8Array(DIGITS));
    });

    test('says that an archive to be thawed is missing', async () => {
      const { versionId } = await store('DEEP_ARCHIVE');

      const thawing = vault.thaw({ key: 'mux/nothing', versionId, tier: 'Bulk', days: 1 });

      await expect(thawing).rejects.toThrow(expect.objectContaining({ code: 'ARCHIVE_MISSING' }));
    });

    const small = async (key = freshKey()) => {
      const put = await vault.put({ key, contentType: 'a/b', token: 't', body: DIGITS });
      return { key, versionId: put.version_id };
    };

    // API/API_DeleteObjects.html: up to 1,000 keys; "if the object specified in the request isn't found, confirms the
    // deletion" (documented; for a version: reported, github.com/minio/minio/pull/11086)
    test('removes a thousand versions for good, exactly those, whether they are there or not', async () => {
      const [older, newer, other] = [await small(), await small(), await small()];
      const beside = await small(older.key);
      const stranger = 'f'.repeat(32);
      const unknown = Array.from({ length: 996 }, (_, at) => ({
        key: `mux/gone/${at}`,
        versionId: stranger,
      }));
      const these = [...unknown, older, { ...newer, versionId: stranger }, newer, newer];

      const kept = [await vault.removeVersions(these), await vault.removeVersions(these)];

      expect(these).toHaveLength(1_000);
      expect(kept).toEqual([[], []]);
      expect([await vault.head(older), await vault.head(newer)]).toEqual([undefined, undefined]);
      expect(await vault.get(older)).toBeUndefined();
      expect([await vault.head(beside), await vault.head(other)]).toMatchObject([
        { versionId: beside.versionId },
        { versionId: other.versionId },
      ]);
      expect(await vault.removeVersions([])).toEqual([]);
    });

    // API/API_DeleteObject.html; userguide/restoring-objects.html: a restored copy goes with its object (assumed)
    test('removes an archived version of several parts, and the thaw of it', async () => {
      const object = await store('DEEP_ARCHIVE');
      await vault.thaw({ ...object, tier: 'Bulk', days: 1 });

      const kept = await vault.removeVersions([object]);

      expect(kept).toEqual([]);
      expect(await vault.head(object)).toBeUndefined();
      const thawing = vault.thaw({ ...object, tier: 'Standard', days: 1 });
      await expect(thawing).rejects.toThrow(expect.objectContaining({ code: 'ARCHIVE_MISSING' }));
      const again = await small(object.key);
      expect((await vault.head(again))?.thaw).toBeUndefined();
    });

    // userguide/object-lock.html: AccessDenied until the retain-until date; API/API_HeadObject.html: shows that date, to
    // the millisecond (documented; the precision: assumed)
    test('keeps a locked version, says until when, and removes all others', async () => {
      const [first, locked, last] = [await small(), await store('DEEP_ARCHIVE'), await small()];
      const untilMs = under.nowMs() + 600_000;
      await under.lock(locked, untilMs);

      const kept = await vault.removeVersions([first, locked, last]);

      expect(kept).toEqual([{ ...locked, untilMs }]);
      expect(await vault.head(locked)).toMatchObject({ versionId: locked.versionId });
      expect([await vault.head(first), await vault.head(last)]).toEqual([undefined, undefined]);
    });

    // userguide/object-lock-managing.html: a retention may become longer by another PutObjectRetention, in both modes
    // (documented)
    test('locks a version for longer and never for shorter, and no other of its key', async () => {
      const locked = await small();
      const beside = await small(locked.key);
      const untilMs = under.nowMs() + 600_000;
      const lock = (moreMs: number) =>
        vault.lock({ ...locked, mode: 'governance', nowMs: under.nowMs(), untilMs: untilMs + moreMs });

      const answers = [await lock(0), await lock(60_000), await lock(-60_000), await lock(60_000)];

      expect(answers).toEqual(['locked', 'locked', 'locked', 'locked']);
      const kept = await vault.removeVersions([locked, beside]);
      expect(kept).toEqual([{ ...locked, untilMs: untilMs + 60_000 }]);
    });

    // API/API_PutObjectRetention.html (documented); the errors of a key and of a version that is not there: assumed
    test('says of what is gone that it cannot be locked', async () => {
      const { key, versionId } = await small();
      const wish = {
        versionId: 'f'.repeat(32),
        mode: 'governance',
        nowMs: under.nowMs(),
        untilMs: under.nowMs() + 600_000,
      } as const;

      const answers = [await vault.lock({ ...wish, key: 'mux/nothing' }), await vault.lock({ ...wish, key })];

      expect(answers).toEqual(['gone', 'gone']);
      expect(await vault.head({ key, versionId })).toMatchObject({ versionId });
    });

    // userguide/object-lock.html: a legal hold "doesn't have an associated fixed amount of time" (documented)
    test('keeps a version under legal hold, and names no end', async () => {
      const held = await small();
      await under.lock(held);

      const kept = await vault.removeVersions([held]);

      expect(kept).toEqual([held]);
      expect(await vault.head(held)).toMatchObject({ versionId: held.versionId });
    });

    // userguide/RESTAuthentication query parameters: S3 ignores those that begin with x- (documented)
    test('signs a URL for one version that carries the token', async () => {
      const object = await store('GLACIER_IR');

      const url = new URL(await vault.presign({ ...object, token: 'abc', expiresSeconds: 60 }));

      expect(url.searchParams.get('versionId')).toBe(object.versionId);
      expect(url.searchParams.get('x-icehouse-token')).toBe('abc');
    });
  });
}

function sizeOf(parts: readonly PartInfo[]): number {
  return parts.reduce((sum, part) => sum + part.sizeBytes, 0);
}

/** In pieces, so that a part is never one chunk by chance. */
async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const half = Math.ceil(bytes.length / 2);
  yield bytes.subarray(0, half);
  yield bytes.subarray(half);
}

async function* breakingOff(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(MIB);
  throw error;
}
