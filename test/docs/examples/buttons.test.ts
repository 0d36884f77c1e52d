// The buttons of the example app: what its rows and Icehouse are told when they are pressed, twice, at once, or in vain.
import { setTimeout } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { ProblemError } from '../../../client/icehouse.ts';
import { type App, resync, settle, softDelete, tidy, undelete } from '../../../docs/examples/deleting.ts';
import { type IcehouseEvent, openVideos, stateOf, videoOf } from '../../../docs/examples/videos.ts';
import { onIcehouse, onMux } from '../../../docs/examples/webhooks.ts';
import { asMux, notTracked, TOLD } from './recorded-lives.ts';

type Answer = () => Promise<unknown>;

let app: App;
/** What Icehouse was asked, in the order of its answers. */
let asked: string[];
let answers: Record<'request' | 'restore' | 'status' | 'whereIsPlaybackId', Answer>;

beforeEach(() => {
  asked = [];
  answers = {
    request: async () => ({ life: 1 }),
    restore: async () => ({ outcome: 'cancelled' }),
    status: async () => ({ life: 7 }),
    whereIsPlaybackId: () => Promise.reject(notTracked()),
  };
  const ask = (name: keyof typeof answers) => async () => {
    const answer = await answers[name]();
    asked.push(name);
    return answer;
  };
  const icehouse = {
    request: ask('request'),
    restore: ask('restore'),
    status: () => answers.status(),
    whereIsPlaybackId: ask('whereIsPlaybackId'),
    whereIsTrack: () => Promise.reject(notTracked()),
  };
  app = { db: openVideos(':memory:'), icehouse: icehouse as unknown as App['icehouse'] };
  for (const id of ['one', 'two']) {
    app.db
      .prepare(`INSERT INTO videos (id, title, asset_id, playback_id) VALUES (?, 'L', 'asset1', 'play1')`)
      .run(id);
  }
});

const wishOf = (id: string) => app.db.prepare('SELECT wish FROM videos WHERE id = ?').get(id)?.wish;

const told = (status: string, version: number, more: object = {}) =>
  ({
    created_at: `2026-11-22T12:00:0${version}.000Z`,
    data: { asset_id: 'asset1', status, version, life: 1, ...more },
  }) as IcehouseEvent;

test('an asset that another row shows is not deleted; with the last row it is', async () => {
  softDelete(app, 'one', 'teacher-1');
  await settle(app, 'asset1');
  const afterOne = [...asked];

  softDelete(app, 'two', 'teacher-2');
  await settle(app, 'asset1');

  expect(afterOne).toEqual([]);
  expect(asked).toEqual(['request']);
});

test('delete pressed twice is asked once, and keeps the name of the first user', () => {
  const pressed = [softDelete(app, 'one', 'teacher-1'), softDelete(app, 'one', 'teacher-2')];

  expect(pressed).toEqual([true, false]);
  expect(videoOf(app.db, 'one')?.deleted_by).toBe('teacher-1');
});

test('a row that is taken back while Icehouse is being asked is taken back there too', async () => {
  for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
  answers.request = () => setTimeout(20, { life: 1 });

  const deleting = settle(app, 'asset1');
  undelete(app, 'two', 'teacher-2');
  await Promise.all([deleting, settle(app, 'asset1')]);

  // The restore of the second call overtook the request, and undid nothing.
  expect(asked).toEqual(['restore', 'request', 'restore']);
});

test('what Icehouse could not be asked is asked later', async () => {
  for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
  answers.request = () => Promise.reject(new ProblemError(503, { code: 'NOT_NOW' }));
  await expect(settle(app, 'asset1')).rejects.toThrow('NOT_NOW');
  const inVain = [wishOf('one'), videoOf(app.db, 'one')?.deleted_by];
  answers.request = async () => ({ life: 1 });

  await tidy(app, { looks: false });

  expect(inVain).toEqual(['delete', 'teacher-1']);
  expect(asked).toEqual(['request']);
  expect(wishOf('one')).toBeNull();
});

test('a video that was restored before the app heard of it is looked for, and its new asset deleted', async () => {
  for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
  answers.request = () => Promise.reject(new ProblemError(409, { code: 'ALREADY_RESTORED' }));
  answers.whereIsPlaybackId = async () => ({
    ...{ asset_id: 'asset1', status: 'restored', as_of: '2026-11-22T12:00:09.000Z' },
    ...{ current_asset_id: 'asset2', current_playback_id: 'play2' },
  });
  await settle(app, 'asset1');
  answers.request = async () => ({ life: 1 });

  await tidy(app, { looks: false });

  expect(videoOf(app.db, 'one')).toMatchObject({ asset_id: 'asset2', deleted_by: 'teacher-1' });
  expect(asked).toEqual(['whereIsPlaybackId', 'request']);
});

test.each([
  ['thawing', {}],
  ['deleting', { restore: { tier: 'Bulk' } }],
])(
  'a video that is deleted while it is on its way back (%s) is deleted once it is there',
  async (status, more) => {
    for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
    await settle(app, 'asset1');
    undelete(app, 'one', 'teacher-1');
    await settle(app, 'asset1');
    answers.request = async () => ({ life: 1, status, ...more });
    softDelete(app, 'one', 'teacher-1');
    await settle(app, 'asset1');

    onIcehouse(app, told('restored', 5, { current_asset_id: 'asset2', playback_id_map: { play1: 'play2' } }));
    answers.request = async () => ({ life: 1, status: 'requested' });
    await tidy(app, { looks: false });

    expect(asked).toEqual(['request', 'restore', 'request', 'request']);
    expect(videoOf(app.db, 'one')).toMatchObject({ asset_id: 'asset2', deleted_by: 'teacher-1' });
    expect(wishOf('one')).toBeNull();
  },
);

test('what is kept for good by a request of another mode stays wished to be deleted', async () => {
  for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
  answers.request = () => Promise.reject(new ProblemError(409, { code: 'REQUEST_DIFFERS' }));
  answers.status = async () => ({ life: 1, status: 'archived', mode: 'archive_only' });

  await expect(settle(app, 'asset1')).rejects.toThrow('kept for good');

  expect(wishOf('one')).toBe('delete');
});

test('a look at a request that was taken back shows nothing that was deleted anew meanwhile', async () => {
  for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
  await settle(app, 'asset1');
  answers.whereIsPlaybackId = async () => {
    onIcehouse(app, told('cancelled', 3));
    for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
    answers.request = async () => ({ life: 2, status: 'requested' });
    answers.status = answers.request;
    await settle(app, 'asset1');
    return seenAs('cancelled', 1);
  };

  await resync(app, 'asset1');

  expect(videoOf(app.db, 'one')?.deleted_by).toBe('teacher-1');
});

test('a request that an operator takes back shows the rows again; an old word of it does not', async () => {
  for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
  answers.request = async () => ({ life: 2 });
  await settle(app, 'asset1');

  onIcehouse(app, told('cancelled', 3));
  const afterOld = videoOf(app.db, 'one')?.deleted_by;
  onIcehouse(app, told('cancelled', 9, { life: 2 }));

  expect(afterOld).toBe('teacher-1');
  expect(videoOf(app.db, 'one')?.deleted_by).toBeNull();
});

test('one of two rows brought back by its user is the only one that is shown', async () => {
  for (const id of ['one', 'two']) softDelete(app, id, 'teacher-1');
  await settle(app, 'asset1');
  undelete(app, 'two', 'teacher-2');

  onIcehouse(app, told('restored', 5, { current_asset_id: 'asset2', playback_id_map: { play1: 'play2' } }));

  expect(videoOf(app.db, 'two')).toMatchObject({
    asset_id: 'asset2',
    playback_id: 'play2',
    deleted_by: null,
  });
  expect(videoOf(app.db, 'one')).toMatchObject({ asset_id: 'asset2', deleted_by: 'teacher-1' });
});

test('a playback id that nothing stands for stays in the row', () => {
  onIcehouse(app, told('restored', 5, { current_asset_id: 'asset2', playback_id_map: { play1: null } }));

  expect(videoOf(app.db, 'one')).toMatchObject({ asset_id: 'asset2', playback_id: 'play1' });
});

test('of two restores of one asset the later one counts, whichever is heard of first', () => {
  app.db.exec(`INSERT INTO videos (id, title) VALUES ('waiting', 'L')`);
  const [, , , ready] = TOLD;
  const earlier_restores = [{ new_asset_id: 'asset2', new_playback_ids: [] }];
  const maps = { playback_id_map: { play1: 'play3', play2: null }, earlier_restores };

  onIcehouse(app, told('restored', 9, { current_asset_id: 'asset3', ...maps }));
  onIcehouse(app, told('restored', 5, { current_asset_id: 'asset2', playback_id_map: { play1: 'play2' } }));
  const data = { id: 'asset1', passthrough: 'waiting', playback_ids: [{ id: 'play1' }] };
  onMux(app, { ...ready, data } as never);

  for (const id of ['one', 'waiting'])
    expect(videoOf(app.db, id)).toMatchObject({ asset_id: 'asset3', playback_id: 'play3' });
});

const seenAs = (status: string, current: number | null) => ({
  ...{ asset_id: 'asset1', status, as_of: '2026-11-22T12:00:07.000Z' },
  current_asset_id: current && `asset${current}`,
  current_playback_id: current && `play${current}`,
});

test('an event that is older than the last look does not turn the state back', async () => {
  answers.whereIsPlaybackId = async () => seenAs('deleted', null);
  await resync(app, 'asset1');

  onIcehouse(app, told('archived', 3));

  const one = videoOf(app.db, 'one');
  expect(one && stateOf(app.db, one)?.status).toBe('deleted');
});

test('a look at a restore of which the next one is known already moves the rows to that', async () => {
  const maps = { restored_from: 'asset1', playback_id_map: { play2: 'play3' } };
  onIcehouse(app, told('restored', 5, { asset_id: 'asset2', current_asset_id: 'asset3', ...maps }));
  answers.whereIsPlaybackId = async () => seenAs('restored', 2);

  await resync(app, 'asset1');

  expect(videoOf(app.db, 'one')).toMatchObject({ asset_id: 'asset3', playback_id: 'play3' });
});

test('events of Mux about tracks, masters and renditions change nothing', () => {
  const before = app.db.prepare('SELECT * FROM videos').all();

  const others = TOLD.filter(
    ({ type }) => type.startsWith('video.') && !/asset\.(ready|deleted)$/.test(type),
  );
  const toLookFor = others.map((each) => onMux(app, asMux(each)));

  expect(others.length).toBeGreaterThan(5);
  expect(new Set(toLookFor)).toEqual(new Set([undefined]));
  expect(app.db.prepare('SELECT * FROM videos').all()).toEqual(before);
});
