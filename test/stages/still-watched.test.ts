// An asset that viewers still watch after somebody asked to delete it: looked at before the deletion is begun.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 1);
const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
const TICK_MS = Date.UTC(2026, 10, 15, 11);
const DENIED = new PermanentError('MUX_REFUSED', 'Mux answered 403.', { action: 'Look.', retryable: false });
const BROKEN = new TransientError('MUX_UNAVAILABLE', 'Mux answered 500.');

async function archived(
  onStillWatched: 'ignore' | 'warn' | 'hold',
  { dateMs = DATE_MS, ...options }: HouseOptions & { dateMs?: number } = {},
): Promise<House> {
  const home = house({ ...options, settings: { onStillWatched, ...options.settings } });
  home.addVideo(anMp4());
  await home.requestDeletion({ expirationMs: dateMs });
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  return home;
}

async function pastTheDate(home: House): Promise<void> {
  await home.clock.advance(TICK_MS - home.clock.nowMs());
  await home.round();
}

const isKept = (home: House) => home.platform.assetIds().includes('asset1');
const WATCHED =
  'STILL_WATCHED: 30 seconds were watched between 2026-11-01 00:00 UTC and 2026-11-14 23:00 UTC, after the request.';

describe('an asset that was watched after the request', () => {
  test('is deleted without a look where nobody asked for one', async () => {
    const home = await archived('ignore');
    home.platform.deliver('asset1', 30, START_MS + 5 * HOUR_MS);

    await pastTheDate(home);

    expect(home.record()).toMatchObject({ status: 'deleted', warnings: [] });
    expect(home.platform.calls.deliveredSeconds).toBeUndefined();
  });

  test('is deleted with a warning that the bus hears', async () => {
    const home = await archived('warn');
    home.platform.deliver('asset1', 30, START_MS + 5 * HOUR_MS);

    await pastTheDate(home);

    expect(home.record()).toMatchObject({ status: 'deleted', warnings: [WATCHED] });
    expect(home.bus.events.map(({ entry }) => entry.cause)).toContain(WATCHED);
  });

  test('is held until a person lifts that, and not held again for the same date', async () => {
    const home = await archived('hold');
    home.platform.deliver('asset1', 30, START_MS + 5 * HOUR_MS);

    await pastTheDate(home);
    const held = home.record();
    home.platform.deliver('asset1', 99, TICK_MS);
    await home.clock.advance(3 * 24 * HOUR_MS);
    await home.round();
    const kept = isKept(home);
    await home.release();
    await home.live();

    expect(held).toMatchObject({ status: 'archived', hold: { reason: WATCHED, user_id: 'icehouse' } });
    expect(held.watched?.seconds).toBe(30);
    expect(kept).toBe(true);
    expect(home.record().status).toBe('deleted');
    expect(home.platform.calls.deliveredSeconds).toBe(1);
  });

  test('does not lose the hold that a person puts in the same moment', async () => {
    const home = await archived('hold');
    home.platform.deliver('asset1', 30, START_MS + 5 * HOUR_MS);
    const { deliveredSeconds } = home.platform;
    home.deps.platform.deliveredSeconds = async (...window) => {
      await home.hold();
      return deliveredSeconds(...window);
    };

    await pastTheDate(home);

    expect(home.record().hold).toMatchObject({ reason: 'court order', user_id: 'user-9' });
    expect(isKept(home)).toBe(true);
  });
});

describe('an asset that was not watched after the request', () => {
  test.each(['warn', 'hold'] as const)(
    'is deleted as ever (%s), whatever was watched before',
    async (policy) => {
      const home = await archived(policy);
      home.platform.deliver('asset1', 30, START_MS - HOUR_MS);
      home.platform.deliver('asset2', 30, START_MS + 5 * HOUR_MS);

      await pastTheDate(home);

      expect(home.record()).toMatchObject({ status: 'deleted', warnings: [], watched: { seconds: 0 } });
    },
  );

  test('is looked at again when its deletion has waited for a day', async () => {
    const home = await archived('hold', { limits: { perDay: 0 } });
    await pastTheDate(home);
    const first = home.record().watched?.until;

    await home.clock.advance(30 * HOUR_MS);
    await home.round();

    expect(first).toBe('2026-11-14T23:00:00.000Z');
    expect(home.platform.calls.deliveredSeconds).toBe(2);
    expect(isKept(home)).toBe(true);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['a refusal', DENIED],
    ['a failure', BROKEN],
  ])('%s keeps the asset where policy is to hold, however long it lasts', async (_, error) => {
    const home = await archived('hold');
    home.deps.platform.deliveredSeconds = async () => {
      throw error;
    };

    await pastTheDate(home);
    for (let look = 0; look < 50; look++) {
      await home.clock.advance(HOUR_MS);
      await home.round();
    }

    expect(home.record()).toMatchObject({
      status: 'archived',
      waiting_for: 'word from Mux whether it is still watched',
    });
    expect(home.record().hold).toBeUndefined();
    expect(isKept(home)).toBe(true);
  });

  test('goes on with a warning where policy is to warn', async () => {
    const home = await archived('warn');
    home.platform.fail('deliveredSeconds', BROKEN);

    await pastTheDate(home);

    expect(home.record()).toMatchObject({
      status: 'deleted',
      warnings: ['STILL_WATCHED: whether it was watched after the request is not known.'],
    });
  });

  test('for want of a slot waits for it, under either policy', async () => {
    const home = await archived('warn');
    home.platform.fail('deliveredSeconds', new NotYetError(TICK_MS + 60_000, 'a slot'));

    await pastTheDate(home);

    expect(home.record()).toMatchObject({ status: 'archived', waiting_for: 'a slot', warnings: [] });
  });

  test('since the request is too young waits until the first hour is known', async () => {
    const home = await archived('hold', { dateMs: START_MS + 2 * HOUR_MS });
    await home.clock.advance(START_MS + 3 * HOUR_MS - home.clock.nowMs());

    await home.round();

    expect(home.record().wake_at).toBe('2026-11-01T13:00:00.000Z');
    expect(isKept(home)).toBe(true);
    await home.live();
    expect(home.record().status).toBe('deleted');
  });
});
