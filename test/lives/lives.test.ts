// Whole lives on the stack that would be deployed, looked at from outside: by HTTP, by S3, and at the simulated Mux.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../local/cloud/hand-made.ts';
import { call, type House, inSeconds, openHouse, recordOf, until } from './house.ts';

const MEDIA = join(import.meta.dirname, '../fixtures/media');

let house: House;
let api: string;

beforeAll(async () => {
  house = await openHouse();
  api = house.running.cloud.urls.api;
});

afterAll(() => house[Symbol.asyncDispose]());

function request(assetId: string, seconds: number) {
  return call(api, 'POST', '/v1/delete-requests', {
    asset_id: assetId,
    deleted_by_user_id: 'teacher-1',
    reason: 'old course',
    expiration_date: inSeconds(seconds),
  });
}

describe('a video with captions', () => {
  test('is archived, proved, deleted and restored, byte for byte and letter for letter', async () => {
    const asset = await house.simulator.addAsset({
      file: join(MEDIA, 'motion-and-tone.mp4'),
      captions: [{ file: join(MEDIA, 'motion-and-tone.en.vtt'), language_code: 'en', name: 'English' }],
      attributes: { meta: { title: 'Lesson 1', external_id: 'row-17' }, passthrough: 'mine' },
    });
    const sha256 = await house.simulator.sha256(asset.id);

    const answer = await request(asset.id, 3);
    const archived = await until(api, asset.id, ({ archive }) => archive !== undefined);
    const deleted = await until(api, asset.id, ({ status }) => status === 'deleted');
    const oldPlayback = deleted.playback_ids[0]?.id ?? '';
    const gone = await call(api, 'GET', `/v1/playback-ids/${oldPlayback}`);
    const restoring = await call(api, 'POST', `/v1/delete-requests/${asset.id}/restore`, {});
    const restored = await until(api, asset.id, ({ status }) => status === 'restored');
    const found = await call(api, 'GET', `/v1/playback-ids/${oldPlayback}`);
    const byNewId = await call(api, 'GET', `/v1/assets/${restored.current_asset_id}`);

    expect([answer.status, answer.body.status]).toEqual([202, 'requested']);
    expect(archived.archive).toMatchObject({ size_bytes: 654_855, storage_class: 'DEEP_ARCHIVE' });
    const { key, version_id } = archived.archive ?? { key: '', version_id: '' };
    const head = await house.s3.send(
      new HeadObjectCommand({
        Bucket: house.bucket,
        Key: key,
        VersionId: version_id,
        ChecksumMode: 'ENABLED',
      }),
    );
    expect(head).toMatchObject({
      ContentLength: 654_855,
      StorageClass: 'DEEP_ARCHIVE',
      ChecksumType: 'FULL_OBJECT',
    });
    expect(gone.body).toMatchObject({ playable: false, location: 'vault', current_playback_id: null });
    expect([restoring.status, restoring.body.outcome]).toEqual([202, 'restoring']);
    const again = house.simulator.asset(restored.current_asset_id ?? '');
    expect(again).toMatchObject({
      status: 'ready',
      passthrough: 'mine',
      meta: { title: 'Lesson 1', external_id: 'row-17' },
    });
    expect(await house.simulator.sha256(again.id)).toBe(sha256);
    expect(found.body).toMatchObject({ playable: true, current_playback_id: again.playback_ids?.[0]?.id });
    expect(byNewId.body).toMatchObject({ asset_id: asset.id, current_asset_id: again.id });
    expect(() => house.simulator.asset(asset.id)).toThrow();
  });

  test('tells the bus of every transition, in order', async () => {
    const lines = readFileSync(join(house.directory, 'events.jsonl'), 'utf8').trim().split('\n');

    const events = lines.map((line) => JSON.parse(line)).filter((event) => event.source === 'icehouse');

    const statuses = events.map(({ detail }) => detail.to);
    expect([...new Set(statuses)]).toEqual([
      'requested',
      'preparing',
      'archiving',
      'archived',
      'deleting',
      'deleted',
      'thawing',
      'uploading',
      'restored',
    ]);
  });

  test('leaves a manifest and captions that any S3 client reads without a thaw', async () => {
    const { Versions = [] } = await house.s3.send(new ListObjectVersionsCommand({ Bucket: house.bucket }));
    const read = async (suffix: string) => {
      const found = Versions.find(({ Key }) => Key?.endsWith(suffix));
      const object = await house.s3.send(new GetObjectCommand({ Bucket: house.bucket, Key: found?.Key }));
      return object.Body?.transformToString();
    };

    const manifest = JSON.parse((await read('manifest.json')) ?? '');
    const captions = await read('.vtt');

    expect(manifest).toMatchObject({
      schema: 1,
      asset: { passthrough: 'mine', status: 'ready' },
      captions: [{}],
    });
    expect(captions).toBe(readFileSync(join(MEDIA, 'motion-and-tone.en.vtt'), 'utf8'));
  });
});

test('an audio-only asset is kept as m4a', async () => {
  const asset = await house.simulator.addAsset({ file: join(MEDIA, 'tone.m4a') });

  await request(asset.id, 60);
  const record = await until(api, asset.id, ({ status }) => status === 'archived');

  expect(record.archive?.key).toMatch(/\/master\.m4a$/);
});

test('with all webhooks off, the sweep alone carries a life to its end', async () => {
  house.simulator.change({ webhooks: { on: false } });
  const asset = await house.simulator.addAsset({ generated: { sizeBytes: 3_000_000, durationSeconds: 20 } });

  await request(asset.id, 1);
  await until(api, asset.id, ({ status }) => status === 'deleted');
  await call(api, 'POST', `/v1/delete-requests/${asset.id}/restore`);
  const restored = await until(api, asset.id, ({ status }) => status === 'restored');
  house.simulator.change({ webhooks: { on: true } });

  expect(house.simulator.asset(restored.current_asset_id ?? '').status).toBe('ready');
});

test('a function killed in the middle of a copy costs no more than its unfinished parts', async () => {
  const mib = 1024 ** 2;
  const asset = await house.simulator.addAsset({
    generated: { sizeBytes: 400 * mib, durationSeconds: 600, seed: 5 },
  });
  const archiveFunction = house.running.cloud.plan.functions.find(({ name }) => name.endsWith('-archive'));

  await request(asset.id, 120);
  await until(api, asset.id, ({ progress }) => (progress?.bytes_done ?? 0) > 16 * mib);
  for (const pid of house.running.cloud.processes(archiveFunction?.name ?? '')) process.kill(pid, 'SIGKILL');
  const record = await until(api, asset.id, ({ status }) => status === 'archived');

  expect(record.archive?.size_bytes).toBe(400 * mib);
  const ranges = house.simulator
    .requests()
    .flatMap(({ range, path }) => (path.includes('mezzanine') && range ? [range] : []));
  const parts = ranges.filter((range) => {
    const [, start = '', end = ''] = /bytes=(\d+)-(\d+)/.exec(range) ?? [];
    return Number(end) - Number(start) + 1 === 16 * mib;
  });
  // 25 parts of 16 MiB; four were under way when the function died, and at the end it meets its two workers.
  expect(new Set(parts).size).toBe(25);
  expect(parts.length).toBeLessThanOrEqual(25 + 4 + 8);
  const uploads = await house.s3.send(new ListMultipartUploadsCommand({ Bucket: house.bucket }));
  expect(uploads.Uploads ?? []).toEqual([]);
});

test('a request taken back while its copy is under way leaves the asset, and no unfinished upload', async () => {
  const asset = await house.simulator.addAsset({
    generated: { sizeBytes: 300_000_000, durationSeconds: 60, seed: 6 },
  });

  await request(asset.id, 60);
  await until(api, asset.id, ({ status }) => status === 'archiving');
  const answer = await call(api, 'DELETE', `/v1/delete-requests/${asset.id}`);
  await until(
    api,
    asset.id,
    (record) => record.status === 'cancelled' && record.next_action_at === undefined,
  );

  expect([answer.status, answer.body.outcome]).toEqual([200, 'cancelled']);
  expect(house.simulator.asset(asset.id).status).toBe('ready');
  const uploads = await house.s3.send(new ListMultipartUploadsCommand({ Bucket: house.bucket }));
  expect(uploads.Uploads ?? []).toEqual([]);
});

test('a master that is no video is refused by name, and its asset stays', async () => {
  const asset = await house.simulator.addAsset({
    generated: { sizeBytes: 900_000, durationSeconds: 30, seed: 8 },
    attributes: { duration: 90 },
  });

  await request(asset.id, 60);
  const record = await until(api, asset.id, ({ status }) => status === 'failed').catch(() =>
    recordOf(api, asset.id),
  );

  expect(record.failure).toMatchObject({ code: 'MASTER_DURATION_DIFFERS', retryable: true });
  expect(house.simulator.asset(asset.id).status).toBe('ready');
});

test('an unknown asset and a forged webhook change nothing', async () => {
  await request('NoSuchAsset', 60);
  const record = await until(api, 'NoSuchAsset', ({ status }) => status === 'failed').catch(() =>
    recordOf(api, 'NoSuchAsset'),
  );
  const forged = await fetch(`${api}/v1/webhooks/mux`, {
    method: 'POST',
    headers: { 'mux-signature': `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}` },
    body: '{"type":"video.asset.deleted","id":"1","data":{"id":"x"}}',
  });

  expect(record.failure?.code).toBe('ASSET_GONE');
  expect(forged.status).toBe(401);
});

test('an archived asset that somebody deletes at Mux raises an alarm at once, and can be restored', async () => {
  const asset = await house.simulator.addAsset({ generated: { sizeBytes: 200_000, durationSeconds: 10 } });
  await request(asset.id, 3_600);
  await until(api, asset.id, ({ status }) => status === 'archived');
  const { url, tokenId, tokenSecret } = house.running.mux;

  await fetch(`${url}/video/v1/assets/${asset.id}`, {
    method: 'DELETE',
    headers: { authorization: `Basic ${btoa(`${tokenId}:${tokenSecret}`)}` },
  });
  const { history } = await until(api, asset.id, ({ status }) => status === 'deleted');
  await call(api, 'POST', `/v1/delete-requests/${asset.id}/restore`);
  await until(api, asset.id, ({ status }) => status === 'restored');

  // The bus is told a moment after the ledger.
  const alarms = await eventually(() => {
    const lines = readFileSync(join(house.directory, 'events.jsonl'), 'utf8').trim().split('\n');
    const found = lines
      .map((line) => JSON.parse(line))
      .filter((event) => event['detail-type'] === 'Icehouse Alarm');
    return found.length > 0 ? found : undefined;
  });
  expect(alarms).toMatchObject([{ detail: { code: 'DELETED_ELSEWHERE', asset_id: asset.id } }]);
  expect(history.at(-1)).toMatchObject({ cause: 'deleted elsewhere', alarm: 'DELETED_ELSEWHERE' });
});

test('no master URL, token or secret stands in a log, an event or the ledger', () => {
  const { tokenSecret, webhookSecret } = house.running.mux;
  const secrets = /mezzanine\.mp4\?|signature=|X-Amz-Signature=|x-icehouse-token=/;

  const files = ['logs', 'dynamodb'].flatMap((name) => {
    const directory = join(house.directory, name);
    return readdirSync(directory, { recursive: true }).map((file) => join(directory, String(file)));
  });
  const texts = [...files, join(house.directory, 'events.jsonl')]
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'));

  expect(texts.length).toBeGreaterThan(8);
  for (const text of texts) {
    expect(secrets.test(text)).toBe(false);
    expect(text.includes(tokenSecret) || text.includes(webhookSecret)).toBe(false);
  }
});

test('the archive function stays under 256 MiB', () => {
  const peaks = Object.entries(house.running.cloud.memoryPeaks());

  const [, peak = 0] = peaks.find(([name]) => name.endsWith('-archive')) ?? [];

  // 0 where the system does not say.
  if (process.platform === 'linux') expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(256 * 1024 ** 2);
});
