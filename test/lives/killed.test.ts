// `npm start` itself killed by SIGKILL in the middle of a copy, and started again on the same data.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ListMultipartUploadsCommand, ListPartsCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { createMuxSimulator, type Simulator } from '../../local/mux/simulator.ts';
import { createS3Server } from '../../local/s3/server.ts';
import { temporaryDirectory } from '../local/cloud/hand-made.ts';
import { call, inSeconds, until } from './house.ts';

const START = join(import.meta.dirname, '../../local/start.ts');
const MIB = 1024 ** 2;

async function start(
  data: string,
  muxUrl: string,
): Promise<{ child: ChildProcess; ready: Record<string, string> }> {
  const clockwork = [
    '--sweep-seconds',
    '0.5',
    '--thaw-seconds',
    '1',
    '--settle-seconds',
    '0.2',
    '--time-scale',
    '30',
  ];
  const options = ['--no-tour', '--port', '0', '--data', data, '--mux-base-url', muxUrl, ...clockwork];
  const mux = {
    MUX_TOKEN_ID: 'simulator-token-id',
    MUX_TOKEN_SECRET: 'simulator-token-secret',
    MUX_WEBHOOK_SECRET: 'simulator-webhook-secret',
  };
  const child = spawn(process.execPath, [START, ...options], { env: { ...process.env, ...mux } });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ready: JSON.parse(String(line)) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}

/** Part numbers that the vault on disk has, looked at while nothing else runs. */
async function partsOnDisk(data: string, ready: Record<string, string>): Promise<readonly number[]> {
  const { bucket, accessKeyId = '', secretAccessKey = '' } = ready;
  const server = await createS3Server({
    dataDir: join(data, 's3'),
    credentials: () => secretAccessKey,
    thawMs: 1,
  });
  const { url } = await server.listen(0);
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
  });
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  const [{ Key, UploadId } = {}] = Uploads;
  const { Parts = [] } = await client.send(new ListPartsCommand({ Bucket: bucket, Key, UploadId }));
  client.destroy();
  await server.close();
  return Parts.flatMap(({ PartNumber = [] }) => PartNumber);
}

function partsRead(simulator: Simulator): readonly number[] {
  return simulator.requests().flatMap(({ range = '' }) => {
    const [, start = '0', end = '0'] = /bytes=(\d+)-(\d+)/.exec(range) ?? [];
    return Number(end) - Number(start) + 1 === 16 * MIB ? [Number(start) / (16 * MIB) + 1] : [];
  });
}

test('goes on where it was, and copies no part twice that the vault already has', async () => {
  using directory = temporaryDirectory();
  const simulator = await createMuxSimulator();
  const muxUrl = await simulator.listen(0);
  const asset = await simulator.addAsset({
    generated: { sizeBytes: 400 * MIB, durationSeconds: 600, seed: 9 },
  });
  const sha256 = await simulator.sha256(asset.id);
  const first = await start(directory.path, muxUrl);
  const body = { asset_id: asset.id, deleted_by_user_id: 'u', expiration_date: inSeconds(10) };
  const { status: filed } = await call(first.ready.api ?? '', 'POST', '/v1/delete-requests', body);
  await until(first.ready.api ?? '', asset.id, ({ progress }) => (progress?.bytes_done ?? 0) > 16 * MIB);

  await kill(first.child);
  const kept = await partsOnDisk(directory.path, first.ready);
  simulator.clearRecords();
  const second = await start(directory.path, muxUrl);
  const api = second.ready.api ?? '';
  await until(api, asset.id, ({ status }) => status === 'deleted');
  await call(api, 'POST', `/v1/delete-requests/${asset.id}/restore`);
  const restored = await until(api, asset.id, ({ status }) => status === 'restored');
  const read = partsRead(simulator);
  const back = await simulator.sha256(restored.current_asset_id ?? '');
  await kill(second.child);
  await simulator.close();

  expect(filed).toBe(202);
  expect(kept.length).toBeGreaterThan(0);
  expect(read.filter((part) => kept.includes(part))).toEqual([]);
  expect(new Set([...kept, ...read]).size).toBe(25);
  expect(back).toBe(sha256);
}, 180_000);
