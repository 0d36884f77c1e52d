// `icehouse upcoming`: read from the wake index by pages, whatever its records wait for.
import { describe, expect, test } from 'vitest';
import { type Upcoming, type UpcomingDeps, upcoming } from '../../lambdas/stages/upcoming.ts';
import { type House, type HouseOptions, house, LIMITS } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { aRecord } from '../fakes/record.ts';

const DAY_MS = 86_400_000;

/** So many archives, one due each day at noon, from tomorrow on. */
async function archives(count: number, options: HouseOptions = {}): Promise<House> {
  const home = house(options);
  const startMs = home.clock.nowMs();
  for (let at = 1; at <= count; at++) {
    home.addVideo(anMp4(), {}, `asset${at}`);
    await home.requestDeletion({ asset_id: `asset${at}`, expirationMs: startMs + (at + 0.5) * DAY_MS });
  }
  await home.live(() => [...home.ledger.records.values()].every(({ status }) => status === 'archived'));
  await home.round();
  return home;
}

function ask(home: House, query: { days: number; limit?: number; cursor?: string }): Promise<Upcoming> {
  const { ledger, brake, log, deps, clock } = home;
  const { deletions } = deps.settings;
  const given: UpcomingDeps = { ledger, brake, log, deletions, limits: LIMITS, settings: deps.settings };
  return upcoming(given, { limit: 200, ...query }, clock.nowMs());
}

const idsOf = ({ data }: Upcoming) => data.map(({ asset_id }) => asset_id);

describe('the list', () => {
  test.each([0, 72 * 3_600_000])(
    'has what is due within the days, by date (notice %i ms before)',
    async (noticeBeforeMs) => {
      const home = await archives(5, { settings: { noticeBeforeMs } });

      const page = await ask(home, { days: 3 });

      expect(idsOf(page)).toEqual(['asset1', 'asset2']);
      expect(page).toMatchObject({
        deletions: 'on',
        hold: null,
        put_off: null,
        next_cursor: null,
        under_way: { requested: 0, preparing: 0, archiving: 0, deleting: 0 },
      });
      expect(page.days.map(({ date, count, size_bytes }) => [date, count, size_bytes])).toEqual([
        ['2026-11-02', 1, anMp4().byteLength],
        ['2026-11-03', 1, anMp4().byteLength],
      ]);
    },
  );

  test('has archives that end beside it, each with when', async () => {
    const home = await archives(1);
    const fields = {
      status: 'deleted',
      deleted_at: '2026-09-01T00:00:00.000Z',
      wake_lane: 'expire',
    } as const;
    const dates = { soon: '2026-11-03T00:00:00.000Z', later: '2026-12-24T00:00:00.000Z' };
    for (const [asset_id, archive_until] of Object.entries(dates)) {
      const wake_at = home.record().updated_at;
      await home.ledger.save(aRecord({ ...fields, asset_id, archive_until, wake_at }));
    }

    const page = await ask(home, { days: 3 });

    expect(idsOf(page)).toEqual(['asset1']);
    expect(page.days).toHaveLength(1);
    // Nobody has been told of it yet: 30 days from now.
    const ends_at = new Date(home.clock.nowMs() + 30 * DAY_MS).toISOString();
    expect(page.ending).toEqual([
      expect.objectContaining({
        asset_id: 'soon',
        archive_until: dates.soon,
        ends_at,
        foretold_at: undefined,
      }),
    ]);
  });

  test('marks what is held, and what a dry run would have deleted', async () => {
    const home = await archives(3, { settings: { deletions: 'dry-run' } });
    await home.hold({}, 'asset2');
    await home.clock.advance(2 * DAY_MS);
    await home.round();

    const page = await ask(home, { days: 7 });

    expect(page.deletions).toBe('dry-run');
    expect(
      page.data.map(({ asset_id, rehearsed_at, hold }) => [asset_id, Boolean(rehearsed_at), hold?.reason]),
    ).toEqual([
      ['asset1', true, undefined],
      ['asset2', false, 'court order'],
      ['asset3', false, undefined],
    ]);
    expect(page.days.map(({ held }) => held)).toEqual([0, 1, 0]);
  });

  test('goes on by pages to the same end, each asset once', async () => {
    const home = await archives(5);
    const seen: string[] = [];

    let page = await ask(home, { days: 30, limit: 2 });
    const first = page.until;
    seen.push(...idsOf(page));
    await home.clock.advance(3_600_000);
    while (page.next_cursor) {
      page = await ask(home, { days: 1, limit: 2, cursor: page.next_cursor });
      seen.push(...idsOf(page));
    }

    expect(seen).toEqual(['asset1', 'asset2', 'asset3', 'asset4', 'asset5']);
    expect(page.until).toBe(first);
  });

  test('counts what is not archived yet', async () => {
    const home = await archives(1);
    home.addVideo(anMp4(), {}, 'fresh1');
    await home.requestDeletion({ asset_id: 'fresh1' });

    const page = await ask(home, { days: 30 });

    expect(page.under_way.requested).toBe(1);
  });

  test.each(['nonsense', Buffer.from('{"until":1,"after":"\\u0000"}').toString('base64url')])(
    'refuses a cursor of its own making: %s',
    async (cursor) => {
      await expect(ask(house(), { days: 7, cursor })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
    },
  );
});
