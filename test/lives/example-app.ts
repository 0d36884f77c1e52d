// The example app of docs/examples on the stack that would be deployed: a video is deleted by its buttons, brought back, and
// shown by its old link, while both webhooks come doubled and out of order.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { IcehouseClient } from '../../client/icehouse.ts';
import { createApp } from '../../docs/examples/app.ts';
import { openVideos, stateOf, videoOf } from '../../docs/examples/videos.ts';
import { TOLD } from '../docs/examples/recorded-lives.ts';
import { eventually } from '../local/cloud/hand-made.ts';
import { call, type House, until } from './house.ts';
import type { SharedHouse } from './shared-house.ts';

const MEDIA = join(import.meta.dirname, '../fixtures/media');

/** As an app uploads: Mux tells it by webhook when the asset is ready. */
async function upload({ running: { mux }, simulator }: House, passthrough: string): Promise<void> {
  const pair = Buffer.from(`${mux.tokenId}:${mux.tokenSecret}`).toString('base64');
  const inputs = [{ url: simulator.hostFile('lesson.mp4', join(MEDIA, 'motion-and-tone.mp4')) }];
  await fetch(`${mux.url}/video/v1/assets`, {
    method: 'POST',
    headers: { authorization: `Basic ${pair}`, 'content-type': 'application/json' },
    body: JSON.stringify({ inputs, passthrough, playback_policies: ['public', 'signed'] }),
  });
}

export function exampleApp(shared: () => SharedHouse): void {
  test('the example app deletes a video and gets it back under its old link', async () => {
    // given: the app and the house know of each other, and two rows share an upload.
    const { house, front } = shared();
    const own = front.url;
    const { api } = house.running.cloud.urls;
    house.simulator.setWebhookUrls([`${api}/v1/webhooks/mux`, `${own}/hooks/mux`]);
    house.simulator.clearRecords();
    house.simulator.change({ webhooks: { repeats: 1, shuffleMs: 9_000 } });
    const db = openVideos(':memory:');
    const secrets = {
      mux: house.running.mux.webhookSecret,
      icehouse: 'a-signing-secret-of-the-embedded-cloud',
    };
    const icehouse = new IcehouseClient({ base: api });
    const app = createApp({ db, icehouse, graceDays: 0 }, secrets, { keepMs: 0, waitMs: 20_000 });
    front.answer = (request, response) => void app.emit('request', request, response);
    const row = (id: string) => videoOf(db, id) ?? expect.fail(`${id} is lost`);
    const press = (id: string, button: string) =>
      fetch(`${own}/videos/${id}/${button}`, { method: 'POST', headers: { 'x-user': 'teacher-1' } });
    const page = async (playbackId: string) => (await fetch(`${own}/watch/${playbackId}`)).text();

    db.exec(`INSERT INTO videos (id, title) VALUES ('lesson', 'Lesson 1'), ('copy', 'Lesson 1')`);
    await upload(house, 'lesson');
    const { asset_id: first = '', playback_id: oldLink = '' } = await eventually(() =>
      row('lesson').asset_id ? row('lesson') : undefined,
    );
    db.exec(`UPDATE videos SET (asset_id, playback_id) = ('${first}', '${oldLink}') WHERE id = 'copy'`);

    // when: one row is deleted, then the other (twice), and a user wants one of them back.
    await press('lesson', 'delete');
    const afterOne = await call(api, 'GET', `/v1/delete-requests/${first}`);
    const [answer] = await Promise.all([press('copy', 'delete'), press('copy', 'delete')]);
    const whileKept = await page(String(oldLink));
    await until(api, String(first), ({ status }) => status === 'deleted');
    const whileGone = await page(String(oldLink));
    const state = await eventually(() => {
      const now = stateOf(db, row('copy'));
      return now?.status === 'deleted' ? now : undefined;
    });
    await press('copy', 'undelete');
    const restored = await until(api, String(first), ({ status }) => status === 'restored');
    await eventually(() => (row('copy').asset_id === first ? undefined : true));
    const whileBack = await page(String(oldLink));

    // then
    expect(afterOne.body.code).toBe('NOT_TRACKED');
    expect(answer.status).toBe(202);
    expect(whileKept).toContain(`playback-id="${oldLink}"`);
    expect(whileGone).toContain('was deleted');
    expect(state.status).toBe('deleted');
    const again = house.simulator.asset(restored.current_asset_id ?? '');
    const newIds = { asset_id: again.id, playback_id: again.playback_ids?.[0]?.id };
    expect(whileBack).toContain(`playback-id="${newIds.playback_id}"`);
    expect(row('copy')).toMatchObject({ ...newIds, deleted_by: null });
    expect(row('lesson')).toMatchObject({ ...newIds, deleted_by: 'teacher-1' });
    expect(db.prepare('SELECT count(*) AS rows FROM videos').get()).toEqual({ rows: 2 });
    // Events of no other types than those recorded ones that the tests of docs/examples shuffle.
    const recorded = new Set(TOLD.map(({ type }) => type));
    const strangers = house.simulator.webhooks().filter(({ type }) => !recorded.has(type));
    expect(strangers.map(({ type }) => type)).toEqual([]);
    house.simulator.change({ webhooks: { repeats: 0, shuffleMs: 0 } });
    house.simulator.setWebhookUrls([`${api}/v1/webhooks/mux`]);
    front.answer = undefined;
  });
}
