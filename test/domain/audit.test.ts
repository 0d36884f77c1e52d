// The judgements of an audit, by table: evidence in, finding out.
import { describe, expect, test } from 'vitest';
import { type Audit, NOTHING_COUNTED, turned } from '../../lambdas/domain/audit.ts';
import {
  judgeArchive,
  judgeFolder,
  judgeUpload,
  type ListedVersion,
  type Look,
} from '../../lambdas/domain/audit-judgements.ts';
import { isAwaitedAtPlatform, judgeListed, mindfulOfArchive } from '../../lambdas/domain/audit-platform.ts';
import type { Archive, AssetRecord, Failure, Status } from '../../lambdas/domain/record.ts';
import { aRecord } from '../fakes/record.ts';

const FOLDER = 'mux/env1/asset1/2';

const ARCHIVE: Archive = {
  bucket: 'vault',
  key: `${FOLDER}/master.mp4`,
  version_id: 'm1',
  size_bytes: 100,
  crc32: 'AAAAAA==',
  storage_class: 'DEEP_ARCHIVE',
  token: 'token1',
  verified_at: '2026-11-01T00:00:00.000Z',
  manifest: { key: `${FOLDER}/manifest.json`, version_id: 's1', size_bytes: 10, crc32: 'BBBBBB==' },
  captions: [
    { key: `${FOLDER}/captions/t1.vtt`, version_id: 'c1', size_bytes: 5, crc32: 'CCCCCC==', track_id: 't1' },
  ],
};

const archived = (given: Partial<AssetRecord> = {}) =>
  aRecord({ life: 2, status: 'archived', archive: ARCHIVE, ...given });

const failed = (from: Status, retryable = true): Failure => ({
  code: 'X',
  message: '',
  action: '',
  from,
  retryable,
});

const there = (versionId: string, sizeBytes: number, crc32: string, storageClass: string): Look => ({
  kind: 'there',
  head: { versionId, sizeBytes, crc32, checksumType: 'FULL_OBJECT', storageClass, token: 'token1' },
});

const LOOKS = new Map<string, Look>([
  [ARCHIVE.key, there('m1', 100, 'AAAAAA==', 'DEEP_ARCHIVE')],
  [ARCHIVE.manifest.key, there('s1', 10, 'BBBBBB==', 'STANDARD')],
  [`${FOLDER}/captions/t1.vtt`, there('c1', 5, 'CCCCCC==', 'STANDARD')],
]);

describe('an archive', () => {
  test('that is as its record says is no finding', () => {
    expect(judgeArchive(archived(), LOOKS)).toEqual([]);
  });

  test('that is being removed misses nothing, however long a lock draws that out', () => {
    const times = { executes_at: '2026-11-01T00:00:00.000Z', begun_at: '2026-11-01T00:15:00.000Z' };
    const record = archived({ status: 'purging', purge: { from: 'deleted', ...times } });

    expect(judgeArchive(record, new Map())).toEqual([]);
  });

  test('with a sidecar missing and another moved to a colder class is two findings', () => {
    const looks = new Map(LOOKS)
      .set(ARCHIVE.manifest.key, { kind: 'missing' })
      .set(`${FOLDER}/captions/t1.vtt`, there('c1', 5, 'CCCCCC==', 'GLACIER'));

    const findings = judgeArchive(archived(), looks);

    expect(findings).toMatchObject([
      { code: 'ARCHIVE_WITHOUT_OBJECT', severity: 'error', life: 2, key: ARCHIVE.manifest.key },
      { code: 'ARCHIVE_DIFFERS', severity: 'warning', expected: 'class STANDARD', found: 'class GLACIER' },
    ]);
  });

  test('with an image missing, or another in its place, is a warning each: a restore does without', () => {
    const image = (name: string) => ({
      name,
      content_type: 'image/jpeg',
      key: `${FOLDER}/sidecars/${name}`,
      version_id: 'i1',
      size_bytes: 7,
      crc32: 'DDDDDD==',
    });
    const archive = { ...ARCHIVE, sidecars: [image('poster.jpg'), image('storyboard.jpg')] };
    const looks = new Map(LOOKS)
      .set(`${FOLDER}/sidecars/poster.jpg`, { kind: 'missing' })
      .set(`${FOLDER}/sidecars/storyboard.jpg`, there('i1', 8, 'DDDDDD==', 'STANDARD'));

    const findings = judgeArchive(archived({ status: 'deleted', archive }), looks);

    expect(findings).toMatchObject([
      { code: 'ARCHIVE_WITHOUT_OBJECT', severity: 'warning', key: `${FOLDER}/sidecars/poster.jpg` },
      { code: 'ARCHIVE_DIFFERS', severity: 'warning', expected: 'bytes 7', found: 'bytes 8' },
    ]);
    expect(findings[0]?.what_to_do).toContain('can be restored without it');
  });

  test('with several differences is one finding that names them all, and never the token', () => {
    const head = { versionId: 'm1', sizeBytes: 99, storageClass: 'DEEP_ARCHIVE', token: 'token2' };
    const looks = new Map(LOOKS).set(ARCHIVE.key, { kind: 'there', head });

    const findings = judgeArchive(archived(), looks);

    expect(findings).toMatchObject([
      {
        severity: 'error',
        expected: 'bytes 100, CRC32 AAAAAA==, token ours, checksum type FULL_OBJECT',
        found: 'bytes 99, CRC32 none, token not ours, checksum type none',
      },
    ]);
  });

  test.each<[Status, boolean]>([
    ['requested', false],
    ['archiving', false],
    ['cancelled', false],
    ['archived', true],
    ['deleted', true],
    ['thawing', true],
  ])('that the record does not name is missed in %s: %s', (status, isMissed) => {
    const findings = judgeArchive(aRecord({ status }), new Map());

    expect(findings.length > 0).toBe(isMissed);
  });

  test('is to be copied anew while the asset is at Mux, and to be looked for when it is not', () => {
    const adviceIn = (status: Status) => judgeArchive(archived({ status }), new Map())[0]?.what_to_do;

    expect(adviceIn('archived')).toContain('copied anew');
    expect(adviceIn('deleted')).toContain('backups');
    expect(adviceIn('restored')).toContain('backups');
  });
});

const NOW_MS = Date.UTC(2026, 10, 22);
const askedFor = (requested_at: string) => ({ requested_at, restarts: 0 });

describe('an asset', () => {
  test.each<[Partial<AssetRecord>, boolean]>([
    [{ status: 'requested' }, true],
    [{ status: 'archived' }, true],
    [{ status: 'deleting' }, false],
    [{ status: 'deleted' }, false],
    [{ status: 'restored' }, false],
    [{ status: 'cancelled' }, false],
    [{ status: 'failed', failure: failed('preparing') }, true],
    [{ status: 'failed', failure: failed('thawing') }, false],
    [{ status: 'failed', failure: failed('requested', false) }, false],
    [{ status: 'failed', failure: { ...failed('requested'), code: 'TEST_ASSET' } }, false],
    [{ status: 'failed', failure: { ...failed('preparing'), code: 'ASSET_ERRORED' } }, false],
    [{ status: 'failed', archive: ARCHIVE, failure: { ...failed('archived'), code: 'ASSET_ERRORED' } }, true],
    [{ status: 'failed', failure: failed('requested'), lost_at: '2026-11-01T00:00:00.000Z' }, false],
  ])('%j is awaited at the platform: %s', (given, expected) => {
    expect(isAwaitedAtPlatform(aRecord(given))).toBe(expected);
  });

  test.each<[Partial<AssetRecord>, boolean, string | undefined]>([
    [{ status: 'archived' }, false, undefined],
    [{ status: 'archived' }, true, 'MASTER_LEFT_OPEN'],
    [{ status: 'archived', master: askedFor('2026-11-21T00:00:00.000Z') }, true, undefined],
    [{ status: 'archived', master: askedFor('2026-11-20T22:59:59.000Z') }, true, 'MASTER_LEFT_OPEN'],
    [{ status: 'preparing' }, true, undefined],
    [{ status: 'cancelled' }, true, 'MASTER_LEFT_OPEN'],
    [{ status: 'deleting' }, false, undefined],
    [{ status: 'deleted' }, false, 'STILL_AT_MUX'],
    [{ status: 'uploading' }, true, 'STILL_AT_MUX'],
    [{ status: 'restored' }, false, 'STILL_AT_MUX'],
    [{ status: 'failed', failure: failed('uploading') }, false, 'STILL_AT_MUX'],
  ])('%j that is listed, its master open: %s, is found as %s', (given, isMasterOpen, code) => {
    expect(judgeListed(aRecord(given), { isMasterOpen }, NOW_MS)?.code).toBe(code);
  });
});

describe('an asset that is still at Mux', () => {
  const STILL = { code: 'STILL_AT_MUX', severity: 'error', what_to_do: 'Delete it there.' } as const;
  const deleted = archived({ status: 'deleted' });

  test('may go when its archive is whole', () => {
    expect(mindfulOfArchive(STILL, deleted, judgeArchive(deleted, LOOKS))).toEqual(STILL);
  });

  test.each<[string, AssetRecord, ReadonlyMap<string, Look>, RegExp]>([
    [
      'whose manifest is missing',
      deleted,
      new Map(LOOKS).set(ARCHIVE.manifest.key, { kind: 'missing' }),
      /does not hold its archive \(ARCHIVE_WITHOUT_OBJECT: no such version\)/,
    ],
    [
      'of which nothing is left, each fault said once',
      deleted,
      new Map(),
      /does not hold its archive \(ARCHIVE_WITHOUT_OBJECT: no such version\)/,
    ],
    [
      'of whose master S3 would not say',
      deleted,
      new Map(LOOKS).set(ARCHIVE.key, { kind: 'refused', message: 'S3 said 400.' }),
      /it is not certain that the vault holds its archive \(ARCHIVE_UNREADABLE: S3 said 400\.\)/,
    ],
    [
      'whose record names no archive',
      aRecord({ status: 'restored' }),
      new Map(),
      /does not hold its archive \(none on the record\)/,
    ],
  ])('%s is not to be deleted', (_, record, looks, words) => {
    const finding = mindfulOfArchive(STILL, record, judgeArchive(record, looks));

    expect(finding).toMatchObject({ code: 'STILL_AT_MUX', severity: 'error' });
    expect(finding.what_to_do).toMatch(/^Do NOT delete it at Mux: /);
    expect(finding.what_to_do).toMatch(words);
  });
});

describe('a folder of the vault', () => {
  const version = (name: string, versionId: string, more: Partial<ListedVersion> = {}): ListedVersion => ({
    key: `${FOLDER}/${name}`,
    versionId,
    sizeBytes: 7,
    isLatest: true,
    isDeleteMarker: false,
    ...more,
  });
  const NAMED = [version('master.mp4', 'm1'), version('manifest.json', 's1')];
  const STRAY = version('manifest.json', 's0', { isLatest: false });

  test('holds what its record names, and older versions that are only counted', () => {
    const verdict = judgeFolder({ assetId: 'asset1', life: 2 }, [...NAMED, STRAY], archived());

    expect(verdict).toEqual({ findings: [], superseded: [STRAY] });
  });

  test('holds reports on restores and images, which are no findings', () => {
    const report = version('restored/new1.json', 'r1');
    const olderPoster = version('sidecars/poster.jpg', 'p0', { isLatest: false });

    const verdict = judgeFolder({ assetId: 'asset1', life: 2 }, [...NAMED, olderPoster, report], archived());

    expect(verdict).toEqual({ findings: [], superseded: [olderPoster] });
  });

  test('of an earlier life is a leftover, but for what the record still names', () => {
    const verdict = judgeFolder({ assetId: 'asset1', life: 2 }, [...NAMED, STRAY], archived({ life: 3 }));

    expect(verdict).toEqual({ findings: [], superseded: [STRAY] });
  });

  test.each([
    ['of an asset without a record', undefined],
    ['of a life that its record has not reached', aRecord({ life: 1 })],
  ])('%s is one finding', (_, record) => {
    const { findings } = judgeFolder({ assetId: 'asset1', life: 2 }, NAMED, record);

    expect(findings).toMatchObject([
      { code: 'OBJECT_WITHOUT_RECORD', asset_id: 'asset1', life: 2, found: '2 versions, 14 bytes' },
    ]);
  });

  test('shows a delete marker on top of what its record names', () => {
    const marker = version('master.mp4', 'd1', { isDeleteMarker: true, sizeBytes: 0 });

    const verdict = judgeFolder({ assetId: 'asset1', life: 2 }, [marker, ...NAMED], archived());

    expect(verdict.findings).toMatchObject([{ code: 'ARCHIVE_HIDDEN', key: ARCHIVE.key }]);
    expect(verdict.superseded).toEqual([]);
  });

  test('of which nothing is left but delete markers is nothing', () => {
    const marker = version('master.mp4', 'd1', { isDeleteMarker: true, sizeBytes: 0 });

    expect(judgeFolder({ assetId: 'asset1', life: 2 }, [marker], undefined).findings).toEqual([]);
  });
});

describe('an unfinished upload', () => {
  const nowMs = Date.UTC(2026, 10, 22);
  const upload = { upload_id: 'u1', key: 'k', token: 't', part_size_bytes: 1, restarts: 0 };
  const record = aRecord({
    upload: { ...upload, source: { size_bytes: 1, probed_at: '2026-11-01T00:00:00.000Z' } },
  });

  test.each([
    ['that the record names', record, 'u1', 2, undefined],
    ['that the record does not name', record, 'u2', 2, 'UPLOAD_WITHOUT_RECORD'],
    ['of an asset without a record', undefined, 'u1', 2, 'UPLOAD_WITHOUT_RECORD'],
    ['that has just begun', undefined, 'u1', 0.9, undefined],
  ])('%s', (_, known, uploadId, ageHours, code) => {
    const listed = { key: 'k', uploadId, begunMs: nowMs - ageHours * 3_600_000 };

    expect(judgeUpload(listed, { assetId: 'asset1', life: 1 }, known, nowMs)?.code).toBe(code);
  });
});

describe('an audit after a page', () => {
  const audit: Audit = {
    id: 'a1',
    version: 3,
    started_at: '2026-11-22T03:00:00.000Z',
    updated_at: '2026-11-22T03:00:00.000Z',
    wake_at: '2026-11-22T03:04:30.000Z',
    attempts: 2,
    pass: 'vault',
    cursor: 'x',
    counts: { ...NOTHING_COUNTED, versions: 5 },
    errors: 1,
    warnings: 0,
    found: { STILL_AT_MUX: 1 },
    findings_kept: 1,
    finding_pages: 1,
  };
  const AT = '2026-11-22T03:01:00.000Z';

  test('goes on in the same pass while there are pages', () => {
    const warning = { code: 'OBJECT_WITHOUT_RECORD', severity: 'warning', what_to_do: '' } as const;

    const next = turned(audit, { findings: [warning], counts: { versions: 1_000 }, next: 'y' }, 1, AT);

    expect(next).toEqual({
      ...audit,
      updated_at: AT,
      attempts: 0,
      waiting_for: undefined,
      cursor: 'y',
      counts: { ...NOTHING_COUNTED, versions: 1_005 },
      warnings: 1,
      found: { STILL_AT_MUX: 1, OBJECT_WITHOUT_RECORD: 1 },
      findings_kept: 2,
      finding_pages: 2,
    });
  });

  test('begins the next pass after the last page, and is finished after the last pass', () => {
    const page = { findings: [], counts: {}, next: undefined };

    const next = turned(audit, page, 0, AT);
    const last = turned(next, page, 0, AT);

    expect(next).toMatchObject({ pass: 'uploads', cursor: undefined });
    expect(next.finished_at).toBeUndefined();
    expect(last).toMatchObject({ pass: 'uploads', finished_at: AT, wake_at: undefined });
  });
});

describe('an asset that Mux has although its record is purged', () => {
  const times = { executes_at: '2026-11-01T00:00:00.000Z', done_at: '2026-11-01T00:30:00.000Z' };
  const purged = (given: object) =>
    aRecord({ status: 'purged', archive: undefined, purge: { from: 'archived', ...times, ...given } });

  test.each([
    ['an erasure', { led_by: 'asset0' }, /erased by order.*delete it there/],
    ['the end of its archive', {}, /^Do NOT delete it at Mux/],
  ])('by %s is a finding', (_, given, what) => {
    const record = purged(given);

    const finding = judgeListed(record, { isMasterOpen: false }, Date.UTC(2026, 10, 2));

    expect(finding).toMatchObject({ code: 'STILL_AT_MUX', severity: 'error' });
    expect(finding && mindfulOfArchive(finding, record, []).what_to_do).toMatch(what);
  });
});
