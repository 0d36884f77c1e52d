// What is left at the end of each life: in the vault, at Mux, and whether what came back is what was there.
// Looked at from outside: by an S3 client of its own and by the simulator's own view, not by Icehouse's word.
import { readFile } from 'node:fs/promises';
import { HeadObjectCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { PublicRecord } from '../../cli/api.ts';
import { bytes } from '../../cli/format.ts';
import type { Running } from '../boot.ts';
import type { Life } from './life.ts';
import { CAPTIONS_FILE } from './videos.ts';

export interface Finding {
  readonly isRight: boolean;
  readonly subject: string;
  readonly text: string;
}

type Simulator = NonNullable<Running['simulator']>;

export async function findingsOf(
  life: Life,
  s3: S3Client,
  simulator: Simulator,
  muxUrl: string,
): Promise<Finding[]> {
  const { record } = life.seen;
  if (!record) return [finding('record', false, 'there is none')];
  const vault = await inVault(record, s3);
  if (life.video.end === 'cancelled') {
    const stays =
      assetOf(simulator, life.assetId) !== undefined &&
      (await simulator.sha256(life.assetId)) === life.sha256;
    return [vault, finding('Mux', stays, 'the asset plays on, SHA-256 equal to before')];
  }
  const isGone = assetOf(simulator, life.assetId) === undefined;
  const killed = life.video.killed
    ? [
        finding(
          'killed',
          life.kills > 1,
          `${life.kills} processes in the middle of the copy: the archive function, one worker`,
        ),
      ]
    : [];
  return [
    ...killed,
    vault,
    finding('Mux', isGone, 'the asset is gone: 404'),
    await restored(life, record, simulator),
    ...(life.video.add.captions ? [await captions(record, simulator, muxUrl)] : []),
  ];
}

async function inVault(record: PublicRecord, s3: S3Client): Promise<Finding> {
  const { archive } = record;
  if (!archive) return finding('vault', false, 'no archive');
  const head = await s3.send(
    new HeadObjectCommand({
      Bucket: archive.bucket,
      Key: archive.key,
      VersionId: archive.version_id,
      ChecksumMode: 'ENABLED',
    }),
  );
  const isRight =
    head.ContentLength === archive.size_bytes &&
    head.ChecksumCRC32 === archive.crc32 &&
    head.ChecksumType === 'FULL_OBJECT' &&
    head.StorageClass === 'DEEP_ARCHIVE';
  const what = `${bytes(head.ContentLength ?? 0)}, ${head.StorageClass}, CRC32 ${head.ChecksumCRC32} (${head.ChecksumType})`;
  return finding('vault', isRight, `${what}, version ${archive.version_id.slice(0, 8)}…`);
}

async function restored(life: Life, record: PublicRecord, simulator: Simulator): Promise<Finding> {
  const newId = record.current_asset_id ?? '';
  const sha256 = assetOf(simulator, newId)?.status === 'ready' ? await simulator.sha256(newId) : 'none';
  const words =
    sha256 === life.sha256
      ? `SHA-256 equal (${sha256.slice(0, 12)}…)`
      : `SHA-256 ${sha256}, was ${life.sha256}`;
  return finding('restored', sha256 === life.sha256, `as ${newId.slice(0, 8)}…; ${words}`);
}

async function captions(record: PublicRecord, simulator: Simulator, muxUrl: string): Promise<Finding> {
  const asset = assetOf(simulator, record.current_asset_id ?? '');
  const track = asset?.tracks?.find(({ type }) => type === 'text');
  const [playbackId] = asset?.playback_ids ?? [];
  const answer = await fetch(`${muxUrl}/${playbackId?.id}/text/${track?.id}.vtt`);
  const isEqual = answer.ok && (await answer.text()) === (await readFile(CAPTIONS_FILE, 'utf8'));
  return finding('captions', isEqual, `"${track?.name}" (${track?.language_code}), letter by letter equal`);
}

/** Over all lives: nothing unfinished in the vault, nothing doubled at Mux, memory within bounds. */
export async function findingsOverall(
  lives: readonly Life[],
  running: Running,
  s3: S3Client,
): Promise<readonly Finding[]> {
  const bucket = running.cloud.plan.buckets[0]?.name;
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  const assets = await assetCount(running);
  const peak = Math.max(
    ...Object.entries(running.cloud.memoryPeaks()).map(([name, size]) =>
      /-(archive|copy)$/.test(name) ? size : 0,
    ),
  );
  const mib = Math.round(peak / 1024 ** 2);
  return [
    finding('uploads', Uploads.length === 0, `${Uploads.length} unfinished in the vault`),
    finding('assets', assets === lives.length, `${assets} at Mux, one for each video`),
    ...(peak > 0
      ? [finding('memory', mib <= 256, `archive function and workers held ${mib} MiB at most (limit 256)`)]
      : []),
  ];
}

async function assetCount({ mux }: Running): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${mux.tokenId}:${mux.tokenSecret}`).toString('base64')}`;
  const answer = await fetch(`${mux.url}/video/v1/assets?limit=100`, { headers: { authorization } });
  const { data } = (await answer.json()) as { data: unknown[] };
  return data.length;
}

function assetOf(simulator: Simulator, assetId: string) {
  try {
    return simulator.asset(assetId);
  } catch {
    // The simulator throws for an asset it does not have, which is an answer here.
    return undefined;
  }
}

function finding(subject: string, isRight: boolean, text: string): Finding {
  return { subject, isRight, text };
}
