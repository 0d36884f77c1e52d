// Whole lives at a Mux whose assets say arbitrary things for a while: no stage crashes, no video is deleted without its
// proved copy, and once the answers are right again every record comes to rest.
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toAssetNamed, toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { STATUSES } from '../../lambdas/domain/record.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { anyJson, fromEntries, runs, timeoutMs } from './fuzz.ts';

const RUNS = 60;

const VIDEO = anMp4();
const sum = Buffer.alloc(4);
sum.writeUInt32BE(crc32(VIDEO));
const VIDEO_CRC32 = sum.toString('base64');

type Raw = Readonly<Record<string, unknown>>;
/** What becomes of one genuine answer. */
type Oddity = (raw: Raw) => unknown;

/** All that is read of an asset; its id goes wrong on its own, below. */
const FIELDS = [
  'status',
  'duration',
  'is_live',
  'test',
  'master_access',
  'master',
  'playback_ids',
  'tracks',
  'errors',
  'meta',
  'passthrough',
  'created_at',
  'upload_id',
  'resolution_tier',
  'static_renditions',
  'thumbnail_time',
];

const field = fc.constantFrom(...FIELDS);
const changed = fc.tuple(
  field,
  fc.oneof(anyJson(), fc.constantFrom('ready', 'errored', 'temporary', [], {}, null)),
);
const oddity: fc.Arbitrary<Oddity> = fc.oneof(
  { weight: 3, arbitrary: fc.constant((raw: Raw) => raw) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.array(field, { maxLength: 2 }), fc.array(changed, { maxLength: 2 })).map(
      ([dropped, changes]) =>
        (raw: Raw) =>
          fromEntries([...Object.entries(raw).filter(([name]) => !dropped.includes(name)), ...changes]),
    ),
  },
  { weight: 1, arbitrary: anyJson().map((value) => () => value) },
  { weight: 1, arbitrary: fc.constant((raw: Raw) => ({ ...raw, id: 'another1' })) },
);

/**
 * The platform's answers as the adapter would read them, each made odd in its turn. The list is left as it is: where it
 * shows an asset under another name or time, nobody can find what a lost create made.
 */
function makeOdd({ platform }: House, oddities: Oddity[]): void {
  const { inspect, requestMaster, createAsset } = platform;
  const odd = (raw: Raw) => (oddities.shift() ?? ((same: Raw) => same))(raw);
  const read = (asset: PlatformAsset | undefined, assetId: string) =>
    asset && toAssetNamed(assetId, odd(asset.raw));
  platform.inspect = async (assetId) => read(await inspect(assetId), assetId);
  platform.requestMaster = async (assetId) => toAssetNamed(assetId, odd((await requestMaster(assetId)).raw));
  platform.createAsset = async (order) => toPlatformAsset(odd((await createAsset(order)).raw));
}

async function expectSafe(home: House): Promise<void> {
  const record = home.record();
  expect(STATUSES).toContain(record.status);
  expect(record.wake_at).toBeUndefined();
  expect(home.log.lines.filter(({ message }) => message === 'invocation failed')).toEqual([]);
  if (home.platform.assetIds().includes('asset1')) return;
  const { key = '', version_id: versionId = '' } = record.archive ?? {};
  // The bytes themselves lie frozen: their sum is what S3 shows of them.
  const head = await home.vault.head({ key, versionId });
  expect(head).toMatchObject({ sizeBytes: VIDEO.length, crc32: VIDEO_CRC32 });
}

describe('a life at an odd Mux', () => {
  test(
    'ends at rest, and never without the video or its proved copy',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(oddity, { maxLength: 12 }),
          fc.array(oddity, { maxLength: 8 }),
          async (before, after) => {
            const home = house();
            home.addVideo(VIDEO);
            const oddities = [...before];
            makeOdd(home, oddities);

            await home.requestDeletion();
            await home.live();
            await expectSafe(home);
            if (home.record().status !== 'deleted') return;
            oddities.push(...after);
            await home.requestRestore();
            await home.live();

            await expectSafe(home);
            const { status, current_asset_id } = home.record();
            if (status === 'restored') expect(home.platform.assetIds()).toEqual([current_asset_id]);
          },
        ),
        runs(RUNS),
      );
    },
    timeoutMs(RUNS),
  );
});
