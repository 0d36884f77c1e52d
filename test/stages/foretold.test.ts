// The word before a deletion: on the bus in time, once for each date, and nothing goes without it.
import { describe, expect, test } from 'vitest';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const HOUR_MS = 3_600_000;
const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
const TICK = '2026-11-15T11:00:00.000Z';
/** 72 hours before it. */
const WORD = '2026-11-12T11:00:00.000Z';
const WORDS = /^will be deleted on/;

async function archived(settings: HouseOptions['settings'] = {}, expirationMs = DATE_MS): Promise<House> {
  const home = house({ settings: { noticeBeforeMs: 72 * HOUR_MS, ...settings } });
  home.addVideo(anMp4());
  await home.requestDeletion({ expirationMs });
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  return home;
}

/** What the bus was told of deletions to come, and when, by the record's own history. */
function told(home: House): readonly { at: string; cause: string }[] {
  const said = home.bus.events.map(({ entry }) => entry).filter(({ cause }) => WORDS.test(cause));
  return said.map(({ at, cause }) => ({ at, cause }));
}

async function goTo(home: House, time: string, laterMs = 0): Promise<void> {
  await home.clock.advance(Date.parse(time) + laterMs - home.clock.nowMs());
  await home.round();
}

describe('the word that an asset is going to be deleted', () => {
  test('goes out as long before the tick as the setting says, once', async () => {
    const home = await archived();

    await goTo(home, WORD, -1);
    expect(told(home)).toEqual([]);
    await goTo(home, WORD);
    await home.live();

    expect(told(home)).toEqual([{ at: WORD, cause: 'will be deleted on 2026-11-15 11:00 UTC' }]);
    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: TICK });
  });

  test('leaves the next action what it is until then: the deletion', async () => {
    const home = await archived();

    const before = publicRecord(home.record());
    await goTo(home, WORD);
    const after = publicRecord(home.record());

    expect(home.record().wake_at).toBe(TICK);
    expect([before.next_action_at, after.next_action_at]).toEqual([TICK, TICK]);
    expect(after.foretold).toEqual({
      expiration_date: '2026-11-15T10:30:00.000Z',
      deletes_at: TICK,
      said_at: WORD,
    });
  });

  test('goes out at once when the grace is shorter, and the deletion comes no sooner than the notice', async () => {
    const home = await archived({ minNoticeMs: 5 * HOUR_MS }, Date.UTC(2026, 10, 1, 1));

    await home.live();

    const [word] = told(home);
    const { deleted_at = '' } = home.record();
    expect(told(home)).toHaveLength(1);
    expect(Date.parse(deleted_at) - Date.parse(word?.at ?? '')).toBeGreaterThanOrEqual(5 * HOUR_MS);
    expect(Date.parse(word?.at ?? '')).toBeLessThan(Date.UTC(2026, 10, 1, 1));
  });

  test('goes out again for a date that was moved', async () => {
    const home = await archived();
    await goTo(home, WORD);

    await home.reschedule(DATE_MS + 10 * 24 * HOUR_MS);
    await home.drain();
    const inBetween = told(home).length;
    await home.live();

    expect(inBetween).toBe(1);
    expect(told(home).map(({ cause }) => cause)).toEqual([
      'will be deleted on 2026-11-15 11:00 UTC',
      'will be deleted on 2026-11-25 11:00 UTC',
    ]);
    expect(home.record().deleted_at).toBe('2026-11-25T11:00:00.000Z');
  });

  test('gives whoever puts a hold then the time for it', async () => {
    const home = await archived();
    await goTo(home, WORD);

    await home.hold();
    await goTo(home, TICK);

    expect(home.platform.assetIds()).toContain('asset1');
    expect(home.record().waiting_for).toContain('court order');
  });

  test('that could not be told keeps the asset until it is, and the notice after it', async () => {
    const home = await archived();
    const { publish } = home.bus;
    home.bus.publish = async () => {
      throw new Error('The bus is down.');
    };
    await goTo(home, TICK, HOUR_MS);
    const during = home.record().status;

    home.bus.publish = publish;
    const againMs = home.clock.nowMs();
    await home.live();

    expect(during).toBe('archived');
    expect(Date.parse(home.record().deleted_at ?? '') - againMs).toBeGreaterThanOrEqual(HOUR_MS);
    expect(new Set(told(home).map(({ cause }) => cause.slice(0, 18)))).toEqual(
      new Set(['will be deleted on']),
    );
  });

  test('is owed to an archive that slept without it, and does not wait for another tick', async () => {
    const home = await archived({ noticeBeforeMs: 0, ticks: 'daily' });
    Object.assign(home.deps.settings, { noticeBeforeMs: 72 * HOUR_MS });
    const tick = '2026-11-16T00:00:00.000Z';

    await goTo(home, tick);
    expect(home.record().status).toBe('archived');
    await home.live();

    expect(told(home).map(({ at }) => at)).toEqual([tick]);
    expect(home.record().deleted_at).toBe('2026-11-16T01:00:00.000Z');
  });

  test('is not given where the setting is nought', async () => {
    const home = await archived({ noticeBeforeMs: 0 });

    await home.live();

    expect(told(home)).toEqual([]);
    expect(home.record().status).toBe('deleted');
  });
});
