// The two proofs of a deletion: what refuses them, and that nobody but their verifier can make one.
import { describe, expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import type { ObjectHead } from '../../lambdas/domain/object-head.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import {
  type ArchiveEvidence,
  carriesToken,
  OwnUnpublishedAsset,
  PROOF_LIFETIME_MS,
  proveArchive,
  proveOwnUnpublished,
  VerifiedArchive,
} from '../../lambdas/domain/verified-archive.ts';
import { aRecord } from '../fakes/record.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const OTHER_TOKEN = 'fedcba9876543210fedcba9876543210';
const AT = '2026-11-22T12:00:00.000Z';
const GATHERED_AT_MS = Date.parse(AT);

const RAW = {
  id: 'asset1',
  status: 'ready',
  passthrough: 'order 66',
  meta: { title: 'Köln' },
  tracks: [
    { id: 'v', type: 'video' },
    { id: 't', type: 'text', status: 'ready', name: 'Deutsch' },
  ],
  playback_ids: [{ id: 'p1', policy: 'public' }],
};
const asset = toPlatformAsset(RAW);

const record = aRecord({
  status: 'deleting',
  archive: {
    bucket: 'vault',
    key: 'master.mp4',
    version_id: 'v1',
    size_bytes: 1_000,
    crc32: 'MASTER==',
    storage_class: 'DEEP_ARCHIVE',
    token: TOKEN,
    verified_at: AT,
    manifest: { key: 'manifest.json', version_id: 'm1', size_bytes: 100, crc32: 'MANIFST=' },
    captions: [{ track_id: 't', key: 't.vtt', version_id: 't1', size_bytes: 10, crc32: 'CAPTION=' }],
    sidecars: [
      {
        name: 'poster.jpg',
        content_type: 'image/jpeg',
        key: 'poster.jpg',
        version_id: 'p1',
        size_bytes: 20,
        crc32: 'POSTER==',
      },
    ],
  },
});

const ours = { checksumType: 'FULL_OBJECT', token: TOKEN } as const;
const HEADS: Record<string, ObjectHead> = {
  'master.mp4': {
    ...ours,
    versionId: 'v1',
    sizeBytes: 1_000,
    crc32: 'MASTER==',
    storageClass: 'DEEP_ARCHIVE',
  },
  'manifest.json': { ...ours, versionId: 'm1', sizeBytes: 100, crc32: 'MANIFST=', storageClass: 'STANDARD' },
  't.vtt': { ...ours, versionId: 't1', sizeBytes: 10, crc32: 'CAPTION=', storageClass: 'STANDARD' },
  'poster.jpg': { ...ours, versionId: 'p1', sizeBytes: 20, crc32: 'POSTER==', storageClass: 'STANDARD' },
};

function evidence(changed: Partial<ArchiveEvidence> = {}): ArchiveEvidence {
  const heads = new Map(Object.entries(HEADS));
  return { record, gatheredAtMs: GATHERED_AT_MS, asset, manifestAsset: asset, heads, ...changed };
}

function withHead(key: string, changed: Partial<ObjectHead> | undefined): ArchiveEvidence {
  const head = HEADS[key];
  const heads = new Map<string, ObjectHead | undefined>(Object.entries(HEADS));
  heads.set(key, changed && head && { ...head, ...changed });
  return evidence({ heads });
}

function provedArchive(): VerifiedArchive {
  const answer = proveArchive(evidence());
  if (answer.kind !== 'proved') throw new Error(`Expected a proof, got ${JSON.stringify(answer)}`);
  return answer.proof;
}

describe('an archive is proved', () => {
  test('when the vault has every version as it was written and the asset is as its manifest says', () => {
    const proof = provedArchive();

    expect(VerifiedArchive.is(proof)).toBe(true);
    expect(OwnUnpublishedAsset.is(proof)).toBe(false);
    expect(proof).toMatchObject({ assetId: 'asset1', provedAtMs: GATHERED_AT_MS });
  });

  test('without images, as archives of earlier days are', () => {
    const older = { ...record, archive: record.archive && { ...record.archive, sidecars: undefined } };
    const heads = new Map(Object.entries(HEADS).filter(([key]) => key !== 'poster.jpg'));

    expect(proveArchive(evidence({ record: older, heads }))).toMatchObject({ kind: 'proved' });
  });

  test('for a minute', () => {
    expect(PROOF_LIFETIME_MS).toBe(60_000);
  });
});

describe.each(['master.mp4', 'manifest.json', 't.vtt', 'poster.jpg'])(
  'the proof is refused when %s',
  (key) => {
    test.each<[string, Partial<ObjectHead> | undefined, string]>([
      ['is missing', undefined, 'ARCHIVE_MISSING'],
      ['has another version', { versionId: 'v9' }, 'ARCHIVE_MISSING'],
      ['is a byte longer', { sizeBytes: 1_001 }, 'ARCHIVE_SIZE_MISMATCH'],
      ['is empty', { sizeBytes: 0 }, 'ARCHIVE_SIZE_MISMATCH'],
      ['has another checksum', { crc32: 'OTHER===' }, 'ARCHIVE_CHECKSUM_MISMATCH'],
      ['has no checksum', { crc32: undefined }, 'ARCHIVE_CHECKSUM_MISMATCH'],
      ['has another token', { token: OTHER_TOKEN }, 'ARCHIVE_NOT_OURS'],
      ['has no token', { token: undefined }, 'ARCHIVE_NOT_OURS'],
      ['has a checksum of parts', { checksumType: 'COMPOSITE' }, 'ARCHIVE_CLASS_MISMATCH'],
      ['has a checksum of unknown type', { checksumType: undefined }, 'ARCHIVE_CLASS_MISMATCH'],
      ['lies in another class', { storageClass: 'GLACIER' }, 'ARCHIVE_CLASS_MISMATCH'],
    ])('%s', (_, changed, code) => {
      const answer = proveArchive(withHead(key, changed));

      expect(answer).toEqual({ kind: 'refused', code, message: expect.stringContaining(`${key}: `) });
    });
  },
);

describe('the proof is refused', () => {
  test.each<[string, Partial<ArchiveEvidence>, string]>([
    ['without an archive', { record: { ...record, archive: undefined } }, 'ARCHIVE_MISSING'],
    ['without any evidence from the vault', { heads: new Map() }, 'ARCHIVE_MISSING'],
    ['when the asset is another', { asset: { ...asset, id: 'asset2' } }, 'ARCHIVE_OF_ANOTHER_ASSET'],
    [
      'when the manifest is of another',
      { manifestAsset: { ...asset, id: 'asset2' } },
      'ARCHIVE_OF_ANOTHER_ASSET',
    ],
    [
      'when both are another',
      { asset: { ...asset, id: 'asset2' }, manifestAsset: { ...asset, id: 'asset2' } },
      'ARCHIVE_OF_ANOTHER_ASSET',
    ],
  ])('%s', (_, changed, code) => {
    expect(proveArchive(evidence(changed))).toMatchObject({ kind: 'refused', code });
  });

  test('rather than called stale when both apply', () => {
    const changed = toPlatformAsset({ ...RAW, passthrough: 'order 67' });

    const answer = proveArchive({ ...withHead('master.mp4', { sizeBytes: 1 }), asset: changed });

    expect(answer).toMatchObject({ kind: 'refused', code: 'ARCHIVE_SIZE_MISMATCH' });
  });
});

describe('the archive is stale when', () => {
  test.each<[string, object]>([
    ['a caption was added', { tracks: [...RAW.tracks, { id: 'n', type: 'text', status: 'ready' }] }],
    ['a track was renamed', { tracks: [RAW.tracks[0], { ...RAW.tracks[1], name: 'German' }] }],
    ['meta changed', { meta: { title: 'Bonn' } }],
    ['passthrough changed', { passthrough: 'order 67' }],
    ['a playback id was added', { playback_ids: [...RAW.playback_ids, { id: 'p2', policy: 'signed' }] }],
    ['a playback id was replaced', { playback_ids: [{ id: 'p2', policy: 'public' }] }],
    ['the thumbnail moved', { thumbnail_time: 3 }],
  ])('%s', (_, changed) => {
    const answer = proveArchive(evidence({ asset: toPlatformAsset({ ...RAW, ...changed }) }));

    expect(answer).toEqual({ kind: 'stale' });
  });
});

const inputsWith = (token: string) => [
  { settings: { url: `https://vault.test/master.mp4?X-Amz-Expires=86400&x-icehouse-token=${token}&y=1` } },
];
const made = toPlatformAsset({ id: 'new2', status: 'ready' });
const restore = {
  tier: 'Bulk',
  requested_at: AT,
  ready_by: AT,
  estimated_cost_usd: 0,
  token: TOKEN,
  create_attempts: 2,
  new_playback_ids: [],
} as const;
const restoring = aRecord({ status: 'uploading', restore });

function provedOwn(): OwnUnpublishedAsset {
  const proof = proveOwnUnpublished(restoring, made, inputsWith(TOKEN), GATHERED_AT_MS);
  if (!proof) throw new Error('Expected a proof.');
  return proof;
}

describe('an asset of our own', () => {
  test('is proved by the token in the URL it was made from', () => {
    const proof = provedOwn();

    expect(OwnUnpublishedAsset.is(proof)).toBe(true);
    expect(VerifiedArchive.is(proof)).toBe(false);
    expect(proof).toMatchObject({ assetId: 'new2', provedAtMs: GATHERED_AT_MS });
  });

  test.each<[string, AssetRecord, object]>([
    ['a second one, made by a create whose answer was lost', withRestore({ new_asset_id: 'new1' }), made],
    [
      'the one under way, when it errored',
      withRestore({ new_asset_id: 'new2' }),
      { ...made, status: 'errored' },
    ],
    ['one that shows itself after another was published', published('new1'), made],
  ])('may also be %s', (_, owner, asset) => {
    const proof = proveOwnUnpublished(owner, { ...made, ...asset }, inputsWith(TOKEN), GATHERED_AT_MS);

    expect(OwnUnpublishedAsset.is(proof)).toBe(true);
  });

  const short = 'a'.repeat(31);
  test.each<[string, AssetRecord, object, Record<string, unknown>[]]>([
    ['the published one', published('new2'), {}, inputsWith(TOKEN)],
    ['the published one, errored', published('new2'), { status: 'errored' }, inputsWith(TOKEN)],
    [
      'the current one, whatever the status',
      aRecord({ ...restoring, current_asset_id: 'new2' }),
      {},
      inputsWith(TOKEN),
    ],
    ['the one about to be published', withRestore({ new_asset_id: 'new2' }), {}, inputsWith(TOKEN)],
    ["the customer's own asset", restoring, { id: 'asset1' }, inputsWith(TOKEN)],
    ['one of a record without a restore', aRecord({ status: 'uploading' }), {}, inputsWith(TOKEN)],
    ['one with another token', restoring, {}, inputsWith(OTHER_TOKEN)],
    ['one without a token', restoring, {}, [{ settings: { url: 'https://origin.test/master.mp4' } }]],
    ['one whose token stands under another name', restoring, {}, [{ settings: { passthrough: TOKEN } }]],
    ['one whose inputs are unknown', restoring, {}, []],
    ['one with a short token', withRestore({ token: short }), {}, inputsWith(short)],
    ['one with an empty token', withRestore({ token: '' }), {}, inputsWith('')],
  ])('is never %s', (_, owner, asset, inputInfo) => {
    expect(proveOwnUnpublished(owner, { ...made, ...asset }, inputInfo, GATHERED_AT_MS)).toBeUndefined();
  });

  test('is found by its token among several inputs', () => {
    expect(carriesToken([{ settings: { url: 'u' } }, ...inputsWith(TOKEN)], TOKEN)).toBe(true);
    expect(carriesToken(inputsWith(TOKEN), OTHER_TOKEN)).toBe(false);
  });
});

describe.each([
  ['VerifiedArchive', VerifiedArchive, provedArchive],
  ['OwnUnpublishedAsset', OwnUnpublishedAsset, provedOwn],
] as const)('nobody else makes a %s', (_, Proof, prove) => {
  test.each([
    ['a symbol of the same description', Symbol('held by this file alone')],
    ['a registered symbol', Symbol.for('held by this file alone')],
    ['nothing', undefined],
  ])('by its constructor, with %s', (_, holder) => {
    expect(() => Reflect.construct(Proof, [holder, 'asset1', GATHERED_AT_MS])).toThrow(
      'A deletion proof is made by its verifier only.',
    );
  });

  test('by extending it', () => {
    class Forged extends Proof {}

    expect(() => Reflect.construct(Forged, [Symbol('x'), 'asset1', GATHERED_AT_MS])).toThrow(
      'by its verifier',
    );
  });

  test.each<[string, () => unknown]>([
    ['by its prototype alone', () => Object.create(Proof.prototype)],
    ['by a look-alike', () => ({ assetId: 'asset1', provedAtMs: GATHERED_AT_MS })],
    ['by setting the prototype', () => Object.setPrototypeOf({ assetId: 'asset1' }, Proof.prototype)],
    ['through JSON', () => JSON.parse(JSON.stringify(prove()))],
    ['by a structured clone', () => structuredClone(prove())],
    ['by spreading', () => ({ ...prove() })],
    ['by assigning onto its prototype', () => Object.assign(Object.create(Proof.prototype), prove())],
    ['out of nothing', () => null],
    ['out of a word', () => 'asset1'],
    ['out of a function', () => Proof],
  ])('%s', (_, forge) => {
    expect(Proof.is(forge())).toBe(false);
  });
});

function withRestore(changed: object): AssetRecord {
  return aRecord({ status: 'uploading', restore: { ...restore, ...changed } });
}

function published(current_asset_id: string): AssetRecord {
  return aRecord({
    status: 'restored',
    current_asset_id,
    restore: { ...restore, new_asset_id: current_asset_id },
  });
}
