// What became of a life, looked at from outside: at Mux, in the bucket and on the bus, not in what Icehouse says of itself.
import { crc32 } from 'node:zlib';
import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { type GeneratedSpec, generatedMp4, sha256OfGenerated } from '../media/generated-mp4.ts';
import type { CrashHouse } from './house.ts';
import type { Lived } from './life.ts';

/** The ways in which a life can be wrong. */
export const WRONGS = ['lost', 'stuck', 'double', 'leftover', 'untold'] as const;
export type Wrong = (typeof WRONGS)[number];

export interface Violation {
  readonly wrong: Wrong;
  readonly text: string;
}

/** All but doubles, which only the list of all assets shows. Removes what the life left in the bucket. */
export async function judge(house: CrashHouse, lived: Lived): Promise<readonly Violation[]> {
  const { assetId } = lived.watch;
  const prefix = `mux/simenv/${assetId}/`;
  const found = [
    ...(await lossOf(house, lived)),
    ...(lived.stuck === undefined ? [] : [wrong('stuck', lived.stuck)]),
    ...(await leftovers(house, prefix, lived)),
    ...(lived.record ? untold(house, lived.record) : []),
  ];
  // Hundreds of masters would fill a disk.
  if (found.length === 0) await removeObjects(house, prefix);
  return found;
}

const wrong = (kind: Wrong, text: string): Violation => ({ wrong: kind, text });

/** The vault must hold the bytes as soon as Mux does not, and a restored asset must have them too. */
async function lossOf(house: CrashHouse, { record, media, watch }: Lived): Promise<Violation[]> {
  const sums = await sumsOf(media);
  const original = await sha256AtMux(house, watch.assetId);
  const restored = await sha256AtMux(house, record?.restore?.new_asset_id ?? '');
  const isInVault = await hasMaster(house, record, media.sizeBytes, sums.crc32);
  if (record?.status === 'restored' && restored !== sums.sha256)
    return [wrong('lost', `the restored asset has other bytes: ${restored}, not ${sums.sha256}`)];
  if (record?.status === 'restored' && !isInVault)
    return [wrong('lost', 'the vault does not hold the master of a restored asset')];
  if (original === sums.sha256 || isInVault) return [];
  return [wrong('lost', 'neither Mux nor the vault has the bytes')];
}

async function sha256AtMux({ simulator }: CrashHouse, assetId: string): Promise<string | undefined> {
  try {
    return await simulator.sha256(assetId);
  } catch {
    return undefined;
  }
}

async function hasMaster(
  { s3, bucket }: CrashHouse,
  record: PublicRecord | undefined,
  sizeBytes: number,
  crc: string,
): Promise<boolean> {
  if (!record?.archive) return false;
  const { key: Key, version_id: VersionId } = record.archive;
  const command = new HeadObjectCommand({ Bucket: bucket, Key, VersionId, ChecksumMode: 'ENABLED' });
  const head = await s3.send(command).catch(() => undefined);
  return head?.ContentLength === sizeBytes && head.ChecksumCRC32 === crc;
}

async function leftovers({ s3, bucket }: CrashHouse, Prefix: string, { stuck }: Lived): Promise<Violation[]> {
  // A life that is stuck may still be at it.
  if (stuck !== undefined) return [];
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix }));
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }));
  const masters = Versions.filter(({ Key }) => Key?.includes('/master.'));
  return [
    ...Uploads.map(({ UploadId }) => wrong('leftover', `unfinished upload ${UploadId}`)),
    ...(masters.length > 1 ? [wrong('leftover', `${masters.length} versions of the master`)] : []),
  ];
}

/** The history must hang together, and every entry of it must have been told to the bus. */
function untold({ bus }: CrashHouse, { asset_id, history }: PublicRecord): Violation[] {
  const told = bus.toldOf(asset_id);
  return history.flatMap(({ from, to, at }, index) => {
    const follows = from === (history[index - 1]?.to ?? null);
    const isTold = told.some((one) => one.from === from && one.to === to && one.at === at);
    return [
      ...(follows ? [] : [wrong('untold', `the history goes to ${to} from ${from}, where it was not`)]),
      ...(isTold ? [] : [wrong('untold', `the bus was not told of ${from} to ${to} at ${at}`)]),
    ];
  });
}

async function removeObjects({ s3, bucket }: CrashHouse, Prefix: string): Promise<void> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }));
  const Objects = Versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
  if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
}

interface MuxAsset {
  readonly id: string;
  readonly passthrough?: string;
}

/** Live assets by the mark of their lineage. */
export async function liveAssets({ mux }: CrashHouse): Promise<ReadonlyMap<string, readonly string[]>> {
  const authorization = `Basic ${Buffer.from(`${mux.tokenId}:${mux.tokenSecret}`).toString('base64')}`;
  const found = new Map<string, string[]>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
    const answer = await fetch(`${mux.url}/video/v1/assets?${query}`, { headers: { authorization } });
    if (!answer.ok) throw new Error(`Mux does not list its assets: ${answer.status}`);
    const page = (await answer.json()) as { data: readonly MuxAsset[]; next_cursor: string | null };
    for (const { id, passthrough = '' } of page.data)
      found.set(passthrough, [...(found.get(passthrough) ?? []), id]);
    cursor = page.next_cursor;
  }
  return found;
}

/** Exactly one asset may be left of a lineage, and it must be the one that is published. */
export function doubleOf({ mark, record }: Lived, live: ReadonlyMap<string, readonly string[]>): Violation[] {
  const ids = live.get(mark) ?? [];
  if (ids.length > 1) return [wrong('double', `${ids.length} assets at Mux: ${ids.join(', ')}`)];
  if (record?.status !== 'restored' || ids[0] === record.current_asset_id) return [];
  return [wrong('double', `Mux has ${ids[0]}, published is ${record.current_asset_id}`)];
}

interface Sums {
  readonly sha256: string;
  /** Base64, as S3 shows it. */
  readonly crc32: string;
}

const known = new Map<string, Promise<Sums>>();

/** Of the source, by no code of ours. */
function sumsOf(media: Required<GeneratedSpec>): Promise<Sums> {
  const key = JSON.stringify(media);
  const sums = known.get(key) ?? computeSums(media);
  known.set(key, sums);
  return sums;
}

async function computeSums(media: GeneratedSpec): Promise<Sums> {
  const file = generatedMp4(media);
  let crc = 0;
  for await (const chunk of file.read(0, file.sizeBytes - 1)) crc = crc32(chunk, crc);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return { sha256: await sha256OfGenerated(file), crc32: bytes.toString('base64') };
}
