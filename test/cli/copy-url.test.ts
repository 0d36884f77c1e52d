// A copy between two real servers: every byte, resumed or not, and what is never mixed, left behind or touched.
import { CreateMultipartUploadCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpOrigin, serveFile } from '../fakes/http-origin.ts';
import { anMp4 } from '../fakes/mp4.ts';
import {
  type CopyPlace,
  KEY,
  PART,
  PROBE,
  rangeOfPart,
  someBytes,
  startCopyPlace,
  stuckAtThirdPart,
  withoutRange,
} from './copy-place.ts';

let place: CopyPlace;
beforeEach(async () => {
  place = await startCopyPlace();
});
afterEach(() => place.close());

const BYTES = someBytes(4 * PART + 17);

describe('every byte arrives', () => {
  test.each([
    { what: 'nothing at all', sizeBytes: 0, parts: 1 },
    { what: 'one byte', sizeBytes: 1, parts: 1 },
    { what: 'exactly one part', sizeBytes: PART, parts: 1 },
    { what: 'one byte more', sizeBytes: PART + 1, parts: 2 },
  ])('of $what, with Range and without', async ({ sizeBytes, parts }) => {
    const bytes = someBytes(sizeBytes);
    const ranged = await place.origin(bytes);
    const plain = await place.origin(bytes);
    plain.instead = withoutRange(bytes);

    const copies = [
      await place.copy(ranged.url, { key: 'ranged' }),
      await place.copy(plain.url, { key: 'plain' }),
    ];

    for (const { receipt } of copies)
      expect(receipt).toMatchObject({ size_bytes: sizeBytes, parts, resumed_parts: 0 });
    expect((await place.stored('vault', 'ranged')).equals(bytes)).toBe(true);
    expect((await place.stored('vault', 'plain')).equals(bytes)).toBe(true);
  });
});

/** Begins a copy and stops it while the third part is on its way. */
async function stopAtThirdPart(origin: HttpOrigin): Promise<void> {
  const stop = new AbortController();
  const reached = stuckAtThirdPart(origin, BYTES);
  const copying = place.copy(origin.url, { signal: stop.signal });
  await reached;
  stop.abort(new Error('stopped'));
  await expect(copying).rejects.toThrow('stopped');
  origin.instead = undefined;
  origin.requests.length = 0;
}

describe('run again after a stop', () => {
  test('it reads the missing parts and samples of the others, and nothing more', async () => {
    const origin = await place.origin(BYTES);
    await stopAtThirdPart(origin);

    const { receipt, notes } = await place.copy(origin.url);

    expect(receipt).toMatchObject({ parts: 5, resumed_parts: 2 });
    expect(notes).toEqual(['Goes on with 2 of 5 parts of an earlier run.']);
    const samples = [rangeOfPart(1), rangeOfPart(2)];
    const missing = [rangeOfPart(3), rangeOfPart(4), `bytes=${4 * PART}-${4 * PART + 16}`];
    expect(origin.requests.map(({ range }) => range)).toEqual([PROBE, ...samples, ...missing, PROBE]);
    expect((await place.stored()).equals(BYTES)).toBe(true);
    expect(await place.vault.listUploads(KEY)).toEqual([]);
  });

  test('it keeps the parts of a source without Range too', async () => {
    const origin = await place.origin(BYTES);
    await stopAtThirdPart(origin);
    origin.instead = withoutRange(BYTES);

    const { receipt } = await place.copy(origin.url);

    expect(receipt).toMatchObject({ parts: 5, resumed_parts: 2 });
    expect((await place.stored()).equals(BYTES)).toBe(true);
  });
});

describe('two files are never mixed', () => {
  test('when another one of the same size has taken its place: the copy begins anew and says so', async () => {
    const origin = await place.origin(BYTES);
    await stopAtThirdPart(origin);
    const before = await place.vault.listUploads(KEY);
    const other = someBytes(BYTES.length);
    origin.instead = serveFile(other, '"two"');

    const { receipt, notes } = await place.copy(origin.url);

    expect(receipt.resumed_parts).toBe(0);
    expect(notes).toEqual([
      'An unfinished upload of this key is left as it is: it holds other bytes than the source. --abort-others ends it.',
    ]);
    expect((await place.stored()).equals(other)).toBe(true);
    expect(await place.vault.listUploads(KEY)).toEqual(before);
  });

  test('when it changed where no sample looks, by its Last-Modified', async () => {
    const origin = await place.origin(BYTES);
    await stopAtThirdPart(origin);
    const lastModified = new Date(Date.now() + 60_000).toUTCString();
    origin.instead = (request, response) => {
      response.setHeader('last-modified', lastModified);
      serveFile(BYTES, '"two"')(request, response);
    };

    const { receipt, notes } = await place.copy(origin.url);

    expect(receipt.resumed_parts).toBe(0);
    expect(notes.join()).toContain('the source was changed since it was begun');
  });

  test.each([
    { when: 'under way', changesAt: rangeOfPart(3) },
    { when: 'before the second probe', changesAt: `bytes=${4 * PART}-${4 * PART + 16}` },
  ])('when it changes $when: nothing is stored, nothing is left', async ({ changesAt }) => {
    const origin = await place.origin(BYTES);
    let etag = '"one"';
    origin.instead = (request, response) => {
      if (request.headers.range === changesAt && changesAt === rangeOfPart(3)) etag = '"two"';
      serveFile(BYTES, etag)(request, response);
      if (request.headers.range === changesAt) etag = '"two"';
    };

    const copying = place.copy(origin.url);

    await expect(copying).rejects.toThrow(expect.objectContaining({ code: 'SOURCE_CHANGED' }));
    expect(await place.vault.head({ key: KEY })).toBeUndefined();
    expect(await place.vault.listUploads(KEY)).toEqual([]);
  });
});

describe('uploads that others began', () => {
  const OURS = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
  const begin = (key: string, more: object = {}) =>
    place.client.send(new CreateMultipartUploadCommand({ Bucket: 'vault', Key: key, ...more }));

  test('are left alone, and named with the reason', async () => {
    await begin(KEY);
    await begin(KEY, { ...OURS, StorageClass: 'GLACIER' });
    await begin(KEY, OURS);
    const { url } = await place.origin(Buffer.from('123456789'));

    const { notes } = await place.copy(url);

    expect(notes.toSorted()).toEqual([
      expect.stringContaining('it holds no parts yet'),
      expect.stringContaining('it is for GLACIER'),
      expect.stringContaining('it was begun by another program'),
    ]);
    expect(await place.vault.listUploads(KEY)).toHaveLength(3);
  });

  test('are ended on demand, those of this very key', async () => {
    await begin(KEY);
    await begin(`${KEY}.old`);
    const { url } = await place.origin(Buffer.from('123456789'));

    await place.copy(url, { abortOthers: true });

    expect(await place.vault.listUploads(KEY)).toEqual([]);
    expect(await place.vault.listUploads(`${KEY}.old`)).toHaveLength(1);
  });

  test('in parts of other sizes are left alone', async () => {
    const origin = await place.origin(BYTES);
    await stopAtThirdPart(origin);

    const { notes } = await place.copy(origin.url, { partSizeBytes: PART + 1 });

    expect(notes.join()).toContain('its parts have other sizes');
    expect((await place.stored()).equals(BYTES)).toBe(true);
  });
});

describe('where a video is demanded', () => {
  test('a whole one is taken, and S3 keeps its type', async () => {
    const { url } = await place.origin(anMp4());

    await place.copy(url, { media: true });

    const head = await place.client.send(new HeadObjectCommand({ Bucket: 'vault', Key: KEY }));
    expect(head).toMatchObject({ ContentLength: 1_000, ContentType: 'video/mp4' });
  });

  const CUT = anMp4().subarray(0, 900);
  test.each([
    { what: 'a page', bytes: Buffer.from('<html>Sorry</html>'), ranged: true, code: 'MASTER_IS_HTML' },
    { what: 'a cut video', bytes: CUT, ranged: true, code: 'MASTER_TRUNCATED' },
    { what: 'a cut video without Range', bytes: CUT, ranged: false, code: 'MASTER_TRUNCATED' },
  ])('$what is refused and leaves nothing behind', async ({ bytes, ranged, code }) => {
    const origin = await place.origin(bytes);
    if (!ranged) origin.instead = withoutRange(bytes);

    const copying = place.copy(origin.url, { media: true });

    await expect(copying).rejects.toThrow(expect.objectContaining({ code }));
    expect(await place.vault.head({ key: KEY })).toBeUndefined();
    expect(await place.vault.listUploads(KEY)).toEqual([]);
  });
});
