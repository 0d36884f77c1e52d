// Real deletion proofs for tests, made by the verifiers themselves from the evidence they ask for: there is no other way.
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import {
  type OwnUnpublishedAsset,
  proveArchive,
  proveOwnUnpublished,
  type VerifiedArchive,
} from '../../lambdas/domain/verified-archive.ts';
import { aRecord } from './record.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const MADE_AT = '2026-01-01T00:00:00.000Z';

/** The vault holds this asset, as of `provedAtMs`. */
export function archiveProof(assetId: string, provedAtMs: number): VerifiedArchive {
  const asset = toPlatformAsset({ id: assetId, status: 'ready' });
  const object = { version_id: '1', size_bytes: 3, crc32: 'AAAAAA==' };
  const record: AssetRecord = {
    ...aRecord({ asset_id: assetId }),
    archive: {
      ...object,
      bucket: 'vault',
      key: 'master.mp4',
      storage_class: 'DEEP_ARCHIVE',
      token: TOKEN,
      verified_at: MADE_AT,
      manifest: { ...object, key: 'manifest.json' },
      captions: [],
    },
  };
  const head = {
    versionId: '1',
    sizeBytes: 3,
    crc32: 'AAAAAA==',
    token: TOKEN,
    checksumType: 'FULL_OBJECT',
  } as const;
  const heads = new Map([
    ['master.mp4', { ...head, storageClass: 'DEEP_ARCHIVE' }],
    ['manifest.json', { ...head, storageClass: 'STANDARD' }],
  ]);
  const answer = proveArchive({ record, gatheredAtMs: provedAtMs, asset, manifestAsset: asset, heads });
  if (answer.kind !== 'proved')
    throw new Error(`The evidence no longer proves an archive: ${JSON.stringify(answer)}`);
  return answer.proof;
}

/** A restore of ours made this asset and never published it. */
export function ownProof(assetId: string, provedAtMs: number): OwnUnpublishedAsset {
  const record: AssetRecord = {
    ...aRecord({ asset_id: 'original1' }),
    restore: {
      tier: 'Standard',
      requested_at: MADE_AT,
      ready_by: MADE_AT,
      estimated_cost_usd: 0,
      token: TOKEN,
      create_attempts: 1,
      new_playback_ids: [],
    },
  };
  const asset = toPlatformAsset({ id: assetId, status: 'errored' });
  const inputs = [{ settings: { url: `https://vault.test/master.mp4?x-icehouse-token=${TOKEN}` } }];
  const proof = proveOwnUnpublished(record, asset, inputs, provedAtMs);
  if (!proof) throw new Error('The evidence no longer proves an asset of our own.');
  return proof;
}
