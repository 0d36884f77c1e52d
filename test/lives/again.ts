// A video that is deleted, restored and deleted again, on the stack that would be deployed: readable all the time, and copied once.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { startIcehouse } from '../cli/run-program.ts';
import { call, type House, until } from './house.ts';

const MEDIA = join(import.meta.dirname, '../fixtures/media');
const CAPTIONS = join(MEDIA, 'motion-and-tone.en.vtt');

/** More than a function may answer. */
const LARGE = `WEBVTT\n\nNOTE ${'ä'.repeat(2_200_000)}\n`;

let house: House;
let api: string;
let first: PublicRecord;
let second: PublicRecord;
let textId = '';
let largeId = '';

async function deleted(assetId: string): Promise<PublicRecord> {
  await call(api, 'POST', '/v1/delete-requests', {
    asset_id: assetId,
    deleted_by_user_id: 'teacher-1',
    grace_days: 0,
  });
  return until(api, assetId, ({ status }) => status === 'deleted');
}

const get = (path: string, headers = {}) => fetch(`${api}${path}`, { headers, redirect: 'manual' });

/** An entry is there a moment after what it tells: so the command is asked until all are there. */
async function trailOf(count: number): Promise<readonly Record<string, unknown>[]> {
  const { urls, owner } = house.running.cloud;
  const env = {
    AWS_ENDPOINT_URL_S3: urls.s3,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: owner.accessKeyId,
    AWS_SECRET_ACCESS_KEY: owner.secretAccessKey,
  };
  for (let tries = 0; ; tries++) {
    const { ended: run } = startIcehouse(
      ['audit-log', '--bucket', house.bucket, '--from', first.created_at.slice(0, 10), '--json'],
      env,
    );
    const entries: readonly Record<string, unknown>[] = JSON.parse((await run).stdout);
    const own = entries.filter(({ asset_id }) => asset_id === first.asset_id || asset_id === second.asset_id);
    if (own.length >= count || tries === 10) return own;
  }
}

export function again(shared: () => House): void {
  beforeAll(async () => {
    house = shared();
    api = house.running.cloud.urls.api;
    const asset = await house.simulator.addAsset({
      file: join(MEDIA, 'motion-and-tone.mp4'),
      captions: [
        { file: CAPTIONS, language_code: 'en', name: 'English' },
        { text: LARGE, language_code: 'de', name: 'Deutsch' },
      ],
      attributes: { meta: { title: 'Lesson 1' } },
    });
    [textId = '', largeId = ''] = (asset.tracks ?? []).flatMap(({ type, id }) =>
      type === 'text' ? [id] : [],
    );
    first = await deleted(asset.id);
    await call(api, 'POST', `/v1/delete-requests/${asset.id}/restore`, {});
    first = await until(api, asset.id, ({ status }) => status === 'restored');
    second = await deleted(first.current_asset_id ?? '');
  });

  describe('the second archive', () => {
    test('is of the same version of the same master, which was asked for once', () => {
      expect(second.archive).toMatchObject({
        key: first.archive?.key,
        version_id: first.archive?.version_id,
      });
      expect(second.archive?.manifest_key).not.toBe(first.archive?.manifest_key);
      expect(second.history.map(({ to }) => to)).toEqual(['requested', 'archived', 'deleting', 'deleted']);
    });
  });

  test('the trail has every transition of both lives, once, and a refusal, beside the archives', async () => {
    const path = `/v1/delete-requests/${first.asset_id}`;
    const { body: refused } = await call(api, 'POST', `${path}/cancel`, { user_id: 'teacher-1' });
    const expected = first.history.length + second.history.length + 1;

    const entries = await trailOf(expected);

    for (const { asset_id, history } of [first, second]) {
      const kept = entries.filter((entry) => entry.asset_id === asset_id && entry.kind === 'transition');
      expect(kept.map(({ at, from, to, cause }) => [at, from, to, cause])).toEqual(
        history.map(({ at, from, to, cause }) => [at, from, to, cause]),
      );
    }
    expect(entries.filter(({ kind }) => kind === 'refusal')).toMatchObject([
      { status: 409, code: refused.code, asset_id: first.asset_id, actor: { kind: 'user', id: 'teacher-1' } },
    ]);
    expect(entries.find(({ to }) => to === 'deleted')?.platform_request_id).toBe(first.deletion?.request_id);
    expect(first.deletion?.request_id).toMatch(/^[\w-]{36}$/);
  });

  describe('by API, and without a thaw,', () => {
    test('the manifest of each life is read', async () => {
      for (const { asset_id } of [first, second]) {
        const answer = await get(`/v1/assets/${asset_id}/manifest`);

        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
        expect(await answer.json()).toMatchObject({ asset_id, asset: { meta: { title: 'Lesson 1' } } });
      }
    });

    test('captions are read byte for byte, and not twice', async () => {
      const path = `/v1/assets/${first.asset_id}/sidecars/${textId}.vtt`;
      const answer = await get(path);
      const again = await get(path, { 'if-none-match': answer.headers.get('etag') ?? '' });

      expect(answer.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(await readFile(CAPTIONS));
      expect([again.status, await again.text()]).toEqual([304, '']);
    });

    test('a file over 4 MB is read from the vault itself', async () => {
      const answer = await get(`/v1/assets/${first.asset_id}/sidecars/${largeId}.vtt`);
      const elsewhere = await fetch(answer.headers.get('location') ?? '');

      expect([answer.status, elsewhere.status]).toEqual([307, 200]);
      expect((await elsewhere.text()) === LARGE).toBe(true);
    });

    test('the poster is an image', async () => {
      const answer = await get(`/v1/assets/${first.asset_id}/sidecars/poster.jpg`);

      expect(answer.headers.get('content-type')).toBe('image/jpeg');
      // The marker that every JPEG begins with.
      expect([...new Uint8Array(await answer.arrayBuffer()).slice(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    });

    test('a name that is not there is refused with those that are', async () => {
      const answer = await call(api, 'GET', `/v1/assets/${first.asset_id}/sidecars/master.mp4`);

      expect([answer.status, answer.body.code]).toEqual([404, 'NO_SUCH_SIDECAR']);
      expect(answer.body.available).toEqual(
        expect.arrayContaining(['manifest.json', `${textId}.vtt`, 'poster.jpg', 'storyboard.vtt']),
      );
    });

    test('the old track says where its text is', async () => {
      const answer = await call(api, 'GET', `/v1/tracks/${textId}`);

      expect(answer.body).toMatchObject({ track_id: textId, current_track_id: null, reason: 'DELETED' });
      const text = await get(String(answer.body.archived_text));
      expect(Buffer.from(await text.arrayBuffer())).toEqual(await readFile(CAPTIONS));
    });

    test('the lineage is told by any id', async () => {
      for (const id of [first.asset_id, second.asset_id]) {
        const { body } = await call(api, 'GET', `/v1/assets/${id}`);

        expect(body).toMatchObject({ reason: 'DELETED', current_asset_id: null });
        expect(body.lineage).toMatchObject([
          { asset_id: first.asset_id, status: 'restored' },
          { asset_id: second.asset_id, status: 'deleted' },
        ]);
      }
    });
  });

  test('icehouse sidecars writes them all into a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'icehouse-sidecars-'));

    const { code, stdout } = await startIcehouse([
      'sidecars',
      second.asset_id,
      '--to',
      directory,
      '--url',
      api,
      '--json',
    ]).ended;

    expect(code).toBe(0);
    const { files } = JSON.parse(stdout) as { files: { name: string }[] };
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['manifest.json', 'poster.jpg', 'storyboard.jpg', 'storyboard.vtt']),
    );
    const texts = files.filter(({ name }) => name.endsWith('.vtt') && name !== 'storyboard.vtt');
    const written = await Promise.all(texts.map(({ name }) => readFile(join(directory, name), 'utf8')));
    expect(written.map((text) => text.length).sort()).toEqual(
      [LARGE, await readFile(CAPTIONS, 'utf8')].map((text) => text.length).sort(),
    );
    await rm(directory, { recursive: true });
  });

  test('a restore by the first id brings the same bytes back a second time', async () => {
    const answer = await call(api, 'POST', `/v1/delete-requests/${first.asset_id}/restore`, {});
    const restored = await until(api, second.asset_id, ({ status }) => status === 'restored');

    expect(answer.body).toMatchObject({ asset_id: second.asset_id, outcome: 'restoring' });
    const original = createHash('sha256').update(await readFile(join(MEDIA, 'motion-and-tone.mp4')));
    expect(await house.simulator.sha256(restored.current_asset_id ?? '')).toBe(original.digest('hex'));
  });
}
