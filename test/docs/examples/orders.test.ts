// The example app is told two lives of a video in every order there may be, with events lost, late and doubled.
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type App, resync, tidy } from '../../../docs/examples/deleting.ts';
import { openVideos, stateOf, type Video, videoOf } from '../../../docs/examples/videos.ts';
import { onIcehouse, onMux } from '../../../docs/examples/webhooks.ts';
import { ASSETS, asIcehouse, asMux, icehouseAfter, TOLD } from './recorded-lives.ts';

const [A, B, C] = ASSETS;
if (!A || !B || !C) throw new Error('The recording has three assets.');
const STRANGER = { id: 'other', asset_id: 'otherAsset', playback_id: 'otherPlay', captions_id: 'otherTrack' };

/** `attached`: two rows that share A, both deleted by their users. `waiting`: a row whose upload Mux has not told of yet. */
type Beginning = 'attached' | 'waiting';

function begin(beginning: Beginning): DatabaseSync {
  const db = openVideos(':memory:');
  const insert = db.prepare(
    `INSERT INTO videos (id, title, asset_id, playback_id, captions_id, deleted_by, deleted_life) VALUES (?, 'Lesson', ?, ?, ?, ?, ?)`,
  );
  const { asset_id, playback_id, captions_id } = A as typeof STRANGER;
  if (beginning === 'waiting') insert.run('lesson-1', null, null, null, null, null);
  else {
    insert.run('lesson-1', asset_id, playback_id, captions_id, 'teacher-1', 1);
    insert.run('copy', asset_id, playback_id, captions_id, 'teacher-2', 1);
  }
  insert.run(STRANGER.id, STRANGER.asset_id, STRANGER.playback_id, STRANGER.captions_id, null, null);
  return db;
}

const IDS = { attached: ['copy', 'lesson-1', 'other'], waiting: ['lesson-1', 'other'] } as const;

function rowsOf(db: DatabaseSync): readonly Video[] {
  return db.prepare('SELECT * FROM videos ORDER BY id').all() as unknown as Video[];
}

/** Which of A, B and C a row is at: -1 for one that waits. */
const placeOf = (row: Video) => ASSETS.findIndex(({ asset_id }) => asset_id === row.asset_id);

/** Tells the events by their numbers; after each no row is lost, doubled or at an older asset than before. */
async function tell(
  app: App,
  beginning: Beginning,
  order: readonly number[],
  looks: (asset: string) => unknown,
) {
  let before = rowsOf(app.db).map(placeOf);
  for (const number of order) {
    const told = TOLD[number];
    if (!told) continue;
    const isOurs = told.type.startsWith('icehouse.');
    const toLookFor = isOurs ? onIcehouse(app, asIcehouse(told)) : onMux(app, asMux(told));
    if (toLookFor !== undefined) await looks(toLookFor);
    const rows = rowsOf(app.db);
    const places = rows.map(placeOf);
    if (rows.map(({ id }) => id).join() !== IDS[beginning].join())
      throw new Error('A row is lost or doubled.');
    if (places.some((place, at) => place < (before[at] ?? -1))) throw new Error('A row went back.');
    before = places;
  }
}

const numbersOf = (...wanted: [type: string, id: string][]) =>
  wanted.map(([type, id]) => TOLD.findIndex((told) => told.type === type && told.object.id === id));

const THAT_MOVE = numbersOf(
  ['video.asset.ready', A.asset_id],
  ['video.asset.deleted', A.asset_id],
  ['icehouse.asset.restored', A.asset_id],
  ['video.asset.ready', B.asset_id],
  ['icehouse.asset.deleted', B.asset_id],
  ['icehouse.asset.restored', B.asset_id],
);

function permutations<T>(of: readonly T[]): readonly T[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first, at) => permutations(of.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

const AT_C = { asset_id: C.asset_id, playback_id: C.playback_id };

describe('rows end at the newest asset', () => {
  test.each(['attached', 'waiting'] as const)(
    'in all 720 orders of the events that move them, nobody asking Icehouse anything (%s)',
    async (beginning) => {
      const orders = permutations(THAT_MOVE);

      const ends = new Set<string>();
      for (const order of orders) {
        const app = { db: begin(beginning), icehouse: icehouseAfter(() => 0) };
        await tell(app, beginning, order, () => {});
        const row = videoOf(app.db, 'lesson-1');
        ends.add(JSON.stringify([row?.asset_id, row?.playback_id, row?.deleted_by]));
        app.db.close();
      }

      expect(orders.length).toBe(720);
      expect([...ends]).toEqual([JSON.stringify([C.asset_id, C.playback_id, null])]);
    },
  );

  test('in any order of all events, some of them twice, once all have come', async () => {
    const all = TOLD.map((_, number) => number);
    const doubled = fc.shuffledSubarray(all).map((again) => [...all, ...again]);
    const orders = doubled.chain((some) => fc.shuffledSubarray(some, { minLength: some.length }));

    await fc.assert(
      fc.asyncProperty(orders, fc.constantFrom('attached', 'waiting'), async (order, beginning) => {
        const app = { db: begin(beginning), icehouse: icehouseAfter(() => TOLD.length) };
        await tell(app, beginning, order, () => {});
        const row = videoOf(app.db, 'lesson-1');
        expect(row).toMatchObject({ ...AT_C, deleted_by: null });
        expect(row && stateOf(app.db, row)?.status).toBe('restored');
        expect(videoOf(app.db, 'other')).toMatchObject(STRANGER);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test('whatever is lost, late or doubled, once somebody looks', async () => {
    const some = fc.array(fc.nat(TOLD.length - 1), { maxLength: 60 });

    await fc.assert(
      fc.asyncProperty(some, fc.nat(TOLD.length), fc.boolean(), async (order, happened, areLooksLate) => {
        let count = happened;
        const app = { db: begin('attached'), icehouse: icehouseAfter(() => count) };
        const late: (() => void)[] = [];
        const slow = slowed(app.icehouse, (answer) => late.push(answer));
        // An event can only come after it happened; an answer may be older than the events that overtake it.
        const looks: Promise<void>[] = [];
        for (const number of order) {
          count = Math.max(count, number + 1);
          await tell(app, 'attached', [number], (asset) => {
            if (!areLooksLate) return resync(app, asset);
            looks.push(resync({ ...app, icehouse: slow }, asset));
          });
        }
        const before = rowsOf(app.db).map(placeOf);
        while (late.length > 0) {
          for (const answer of late.splice(0)) answer();
          await new Promise(setImmediate);
        }
        await Promise.all(looks);
        expect(rowsOf(app.db).filter((row, at) => placeOf(row) < (before[at] ?? -1))).toEqual([]);
        count = TOLD.length;

        await tidy(app, { looks: true });

        const rows = rowsOf(app.db);
        expect(rows.map(({ id }) => id)).toEqual(IDS.attached);
        for (const row of rows.slice(0, 2)) {
          expect(row).toMatchObject({ ...C, deleted_by: null });
          expect(stateOf(app.db, row)?.status ?? 'restored').toBe('restored');
        }
        expect(rows[2]).toMatchObject(STRANGER);
      }),
      { numRuns: 200, seed: 2 },
    );
  });
});

/** Takes the answer when it is asked, and gives it when it is let. */
function slowed(icehouse: App['icehouse'], keep: (answer: () => void) => void): App['icehouse'] {
  const later = <Id, Answer>(ask: (id: Id) => Promise<Answer>) => {
    return (id: Id) => {
      const asked = ask(id);
      asked.catch(() => {});
      return new Promise<Answer>((resolve) => keep(() => resolve(asked)));
    };
  };
  const { whereIsPlaybackId, whereIsTrack } = icehouse;
  return { ...icehouse, whereIsPlaybackId: later(whereIsPlaybackId), whereIsTrack: later(whereIsTrack) };
}
