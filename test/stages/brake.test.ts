// The brake: under a hold nothing is deleted, over a limit nothing more, whoever dies wherever; and what was kept goes on.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import type { Accident } from '../fakes/mortal.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
const TICK_MS = Date.UTC(2026, 10, 15, 11);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOLD = { reason: 'audit', user_id: 'user-9', since: '2026-11-15T10:00:00.000Z' };

/** Archives whose date is far away, one for each name. */
async function archived(options: HouseOptions = {}, users: Record<string, string> = { asset1: 'user-7' }) {
  const home = house(options);
  for (const [assetId, deleted_by_user_id] of Object.entries(users)) {
    home.addVideo(anMp4(), {}, assetId);
    await home.requestDeletion({ asset_id: assetId, expirationMs: DATE_MS, deleted_by_user_id });
  }
  await home.live(() =>
    allRecords(home).every((record) => record.status === 'archived' && !record.leased_until),
  );
  return home;
}

const allRecords = (home: House) => [...home.ledger.records.values()];
const isKept = (home: House) => home.platform.assetIds().includes('asset1');

/** Runs whatever is due until then, and moves the clock there. */
async function liveUntil(home: House, ms: number): Promise<void> {
  await home.live(
    () => Math.min(...allRecords(home).map(({ wake_at }) => Date.parse(wake_at ?? '9999'))) > ms,
  );
  await home.clock.advance(Math.max(0, ms - home.clock.nowMs()));
}

/** The times at which the platform deleted something, in hours since the first tick. */
function watchDeletions(home: House): number[] {
  const hours: number[] = [];
  const { deleteAsset } = home.platform;
  home.platform.deleteAsset = async (...args) => {
    const outcome = await deleteAsset(...args);
    if (outcome === 'deleted') hours.push(Math.floor((home.clock.nowMs() - TICK_MS) / HOUR_MS));
    return outcome;
  };
  return hours;
}

describe('a hold on one asset', () => {
  test('keeps it past its date, says for whom, and lets it go at once when it is lifted', async () => {
    const home = await archived();
    await home.hold();

    await liveUntil(home, TICK_MS + 3 * DAY_MS);
    expect(home.record()).toMatchObject({
      status: 'archived',
      waiting_for: 'a hold by user-9: court order',
      hold: { reason: 'court order', user_id: 'user-9' },
    });
    await home.release();
    await home.drain();

    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: '2026-11-18T11:00:00.000Z' });
  });

  test('that ends by itself wakes the record at the next tick of the schedule', async () => {
    const home = await archived({ settings: { ticks: 'daily' } });
    await home.hold({ untilMs: TICK_MS + 5 * DAY_MS });
    await liveUntil(home, TICK_MS + DAY_MS);

    expect(home.record()).toMatchObject({ wake_at: '2026-11-21T00:00:00.000Z', wake_lane: 'expire' });
    await home.live();

    expect(home.record().deleted_at).toBe('2026-11-21T00:00:00.000Z');
  });

  test('outlasts a cancel and binds the next life', async () => {
    const home = await archived();
    await home.hold();
    await home.cancelRequest();
    await home.live('cancelled');

    await home.requestDeletion({ expirationMs: DATE_MS });
    await liveUntil(home, TICK_MS + DAY_MS);

    expect(home.record()).toMatchObject({ status: 'archived', life: 2, hold: { reason: 'court order' } });
    expect(isKept(home)).toBe(true);
  });

  test('put in any status before makes the copy no slower and is told to the bus', async () => {
    const home = house();
    home.addVideo(anMp4());
    await home.requestDeletion({ expirationMs: DATE_MS });

    await home.hold();
    await home.live('archived');

    const entries = home.bus.events.map(({ entry: { from, to, cause } }) => [from, to, cause]);
    expect(entries).toContainEqual(['requested', 'requested', 'held by user-9: court order']);
  });

  test('put between the claim and the write keeps the asset', async () => {
    const home = await archived();
    const reserve = home.platform.reserveDeletion;
    home.platform.reserveDeletion = async () => {
      home.platform.reserveDeletion = reserve;
      await home.hold();
      return reserve();
    };

    await liveUntil(home, TICK_MS + 2 * DAY_MS);

    expect(home.record()).toMatchObject({ status: 'archived', waiting_for: 'a hold by user-9: court order' });
    expect(home.record().history.map(({ to }) => to)).not.toContain('deleting');
    expect(home.platform.calls.deleteAsset).toBeUndefined();
  });

  test('lifted while the record goes back to sleep is not slept for', async () => {
    const home = await archived();
    await home.hold();
    await home.drain();
    const inspect = home.platform.inspect;
    home.platform.inspect = async (id) => {
      home.platform.inspect = inspect;
      await home.release();
      return inspect(id);
    };

    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();
    await home.round();

    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: '2026-11-15T11:00:00.000Z' });
  });

  test('is refused once the deletion has begun', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_DOWN', 'Mux is down.'));
    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();

    const answer = await home.hold();

    expect(answer).toMatchObject({ kind: 'problem', problem: { status: 409, code: 'TOO_LATE_TO_HOLD' } });
  });

  test('does not hide that somebody else deleted the asset', async () => {
    const home = await archived();
    await home.hold();
    await home.drain();
    home.platform.remove('asset1');

    await liveUntil(home, TICK_MS + DAY_MS);

    expect(home.record().status).toBe('deleted');
  });
});

describe('a hold on everything', () => {
  test('keeps all that is due, and at the next tick after its end they go', async () => {
    const home = await archived({}, { asset1: 'user-7', asset2: 'user-8' });
    await home.brake.setHoldOnAll(HOLD);

    await liveUntil(home, TICK_MS + 2.5 * DAY_MS);
    expect(allRecords(home).map(({ status, waiting_for }) => [status, waiting_for])).toEqual([
      ['archived', 'a hold on everything by user-9: audit'],
      ['archived', 'a hold on everything by user-9: audit'],
    ]);
    await home.brake.setHoldOnAll(undefined);
    await home.live();

    expect(allRecords(home).map(({ deleted_at }) => deleted_at)).toEqual([
      '2026-11-18T00:00:00.000Z',
      '2026-11-18T00:00:00.000Z',
    ]);
  });

  test('is looked at daily where the schedule is slower than that', async () => {
    const home = await archived({ settings: { ticks: 'quarterly' } });
    await home.brake.setHoldOnAll(HOLD);
    await liveUntil(home, Date.UTC(2027, 0, 2, 12));

    await home.brake.setHoldOnAll(undefined);
    await home.live();

    expect(home.record().deleted_at).toBe('2027-01-03T00:00:00.000Z');
  });

  test('that ends by itself wakes them then', async () => {
    const home = await archived();
    await home.brake.setHoldOnAll({ ...HOLD, until: '2026-11-15T15:20:00.000Z' });

    await home.live();

    expect(home.record().deleted_at).toBe('2026-11-15T16:00:00.000Z');
  });

  test('stops a deletion that was begun: the request can be taken back again', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_DOWN', 'Mux is down.'));
    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();
    expect(home.record().status).toBe('deleting');

    await home.brake.setHoldOnAll(HOLD);
    await liveUntil(home, TICK_MS + HOUR_MS);

    expect(home.record()).toMatchObject({
      status: 'archived',
      wake_lane: 'expire',
      waiting_for: 'a hold on everything by user-9: audit',
    });
    expect(home.platform.calls.deleteAsset).toBe(1);
    await home.brake.setHoldOnAll(undefined);
    await home.live();
    expect(home.record().status).toBe('deleted');
  });

  test('put while the proof is made stops the DELETE', async () => {
    const home = await archived();
    const head = home.vault.head.bind(home.vault);
    home.vault.head = async (o) => {
      await home.brake.setHoldOnAll(HOLD);
      return head(o);
    };

    await liveUntil(home, TICK_MS + HOUR_MS);

    expect(home.record().status).toBe('archived');
    expect(home.platform.calls.deleteAsset).toBeUndefined();
  });

  test('lets a restore that was asked for during the deletion take the request back', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_DOWN', 'Mux is down.'));
    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();
    await home.brake.setHoldOnAll(HOLD);

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'cancelled' });
    expect(home.record().restore).toBeUndefined();
    expect(isKept(home)).toBe(true);
  });

  test('finds a deletion whose answer was lost to be done', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();
    await home.brake.setHoldOnAll(HOLD);

    await home.live();

    expect(home.record().status).toBe('deleted');
  });
});

describe('a dry run', () => {
  test('obeys holds, and notes on the record when it would have deleted', async () => {
    const home = await archived({ settings: { deletions: 'dry-run' } });
    await home.hold();
    await liveUntil(home, TICK_MS + HOUR_MS);
    expect(home.record().rehearsed_at).toBeUndefined();

    await home.release();
    await home.drain();

    expect(home.record()).toMatchObject({ status: 'archived', rehearsed_at: '2026-11-15T12:00:00.000Z' });
    expect(await home.brake.counted(home.clock.nowMs())).toEqual({ hour: 0, day: 0 });
  });

  test('forgets what it found when the date moves', async () => {
    const home = await archived({ settings: { deletions: 'dry-run' } });
    await liveUntil(home, TICK_MS + HOUR_MS);

    await home.reschedule(TICK_MS + 9 * DAY_MS);

    expect(home.record().rehearsed_at).toBeUndefined();
  });

  test('gives up a deletion that was begun before it', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_DOWN', 'Mux is down.'));
    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();
    expect(home.record().status).toBe('deleting');

    Object.assign(home.deps, { settings: { ...home.deps.settings, deletions: 'dry-run' } });
    await liveUntil(home, TICK_MS + HOUR_MS);

    expect(home.record()).toMatchObject({ status: 'archived', rehearsed_at: expect.any(String) });
    expect(home.platform.calls.deleteAsset).toBe(1);
  });
});

const FIVE = { asset1: 'user-7', asset2: 'user-7', asset3: 'user-7', asset4: 'user-7', asset5: 'user-7' };

describe('the limits', () => {
  test('of two an hour let five go in three hours; who waits says so', async () => {
    const home = await archived({ limits: { perHour: 2 } }, FIVE);
    const hours = watchDeletions(home);

    await liveUntil(home, TICK_MS);
    await home.round();
    const waiting = allRecords(home).filter(({ status }) => status === 'archived');
    await home.live();

    expect(waiting.map(({ waiting_for, wake_at, wake_lane }) => [waiting_for, wake_at, wake_lane])).toEqual(
      Array(3).fill([
        'the limit of 2 deletions an hour (begins anew at 2026-11-15 12:00 UTC)',
        '2026-11-15T12:00:00.000Z',
        'expire',
      ]),
    );
    expect(waiting.flatMap(({ history }) => history.map(({ to }) => to))).not.toContain('deleting');
    expect(hours).toEqual([0, 0, 1, 1, 2]);
  });

  test('of three a day let the rest go after midnight UTC', async () => {
    const home = await archived({ limits: { perDay: 3 } }, FIVE);
    const hours = watchDeletions(home);

    await home.live();

    expect(hours).toEqual([0, 0, 0, 13, 13]);
  });

  test('of one user leave the others alone', async () => {
    const users = { ...FIVE, asset4: 'user-8', asset5: 'user-9' };
    const home = await archived({ limits: { perUserDay: 1 } }, users);
    const hours = watchDeletions(home);

    await liveUntil(home, TICK_MS);
    await home.round();
    const waiting = allRecords(home).filter(({ status }) => status === 'archived');
    await home.live();

    expect(waiting.map(({ waiting_for }) => waiting_for)).toEqual(
      Array(2).fill('the limit of 1 deletion a day for user-7 (begins anew at 2026-11-16 00:00 UTC)'),
    );
    expect(hours).toEqual([0, 0, 0, 13, 37]);
  });

  test('count a request that somebody else makes anew in the same hour against him', async () => {
    const home = await archived({ limits: { perHour: 2 } });
    home.platform.fail('deleteAsset', new PermanentError('MUX_REFUSED', 'No.', { action: 'Ask.' }));
    await liveUntil(home, TICK_MS);
    await home.round();
    expect(home.record().status).toBe('failed');

    await home.requestDeletion({ deleted_by_user_id: 'user-8', expirationMs: home.clock.nowMs() });
    await home.round();

    expect(home.record().status).toBe('deleted');
    expect(await home.brake.counted(TICK_MS)).toEqual({ hour: 2, day: 2 });
  });

  test('count a deletion once in an hour, however often it is tried', async () => {
    const home = await archived({ limits: { perHour: 1 } });
    const { deleteAsset } = home.platform;
    home.platform.deleteAsset = () => Promise.reject(new TransientError('MUX_DOWN', 'Mux is down.'));

    await liveUntil(home, TICK_MS + HOUR_MS / 2);
    const counted = await home.brake.counted(TICK_MS);
    home.platform.deleteAsset = deleteAsset;
    await home.live();

    expect(counted).toEqual({ hour: 1, day: 1 });
    expect(home.record().status).toBe('deleted');
  });
});

describe('a deletion begun in one hour and tried again in another', () => {
  test('is counted there too, and waits when others were faster', async () => {
    const home = await archived({ limits: { perHour: 1 } }, { asset1: 'user-7', asset2: 'user-7' });
    home.platform.fail('deleteAsset', new NotYetError(TICK_MS + 1.5 * HOUR_MS, 'Mux'));
    const hours = watchDeletions(home);

    await liveUntil(home, TICK_MS + 1.75 * HOUR_MS);
    const [waiting] = allRecords(home).filter(({ status }) => status === 'archived');
    await home.live();

    expect(waiting).toMatchObject({
      waiting_for: 'the limit of 1 deletion an hour (begins anew at 2026-11-15 13:00 UTC)',
    });
    expect(hours).toEqual([1, 2]);
  });
});

/** Of the calls from the expiry on: the life before it has its own tests. */
async function atEveryCall(
  options: HouseOptions,
  users: Record<string, string>,
  story: (home: House, what: string) => Promise<void>,
): Promise<number> {
  const calm = await archived(options, users);
  const first = calm.calls() + 1;
  await story(calm, 'no accident');
  const last = calm.calls();
  const kinds: Omit<Accident, 'call'>[] = [
    { kind: 'killed', when: 'before' },
    { kind: 'killed', when: 'after' },
    { kind: 'failed', when: 'before' },
    { kind: 'failed', when: 'after' },
  ];
  for (let call = first; call <= last; call += 1) {
    for (const how of kinds) {
      const home = await archived({ ...options, accident: { call, ...how } }, users);
      await story(home, `${how.kind} ${how.when} call ${call}`);
    }
  }
  return last - first + 1;
}

describe('an accident at any call', () => {
  test('under a hold deletes nothing, and afterwards all the same', async () => {
    const points = await atEveryCall({}, { asset1: 'user-7' }, async (home, what) => {
      await home.brake.setHoldOnAll(HOLD);
      await liveUntil(home, TICK_MS + 2.5 * HOUR_MS);
      expect(isKept(home), what).toBe(true);
      await home.brake.setHoldOnAll(undefined);
      await home.live();
      expect(home.record().status, what).toBe('deleted');
    });

    expect(points).toBeGreaterThan(15);
  });

  test('of a deletion that a hold then stops ends with the asset kept', async () => {
    await atEveryCall({}, { asset1: 'user-7' }, async (home, what) => {
      home.platform.fail('deleteAsset', new TransientError('MUX_DOWN', 'Mux is down.'));
      await home.clock.advance(TICK_MS - home.clock.nowMs());
      await home.round();
      await home.brake.setHoldOnAll(HOLD);
      await liveUntil(home, TICK_MS + 2.5 * HOUR_MS);
      expect(isKept(home), what).toBe(true);
      expect(home.record().status, what).toBe('archived');
      await home.brake.setHoldOnAll(undefined);
      await home.live();
      expect(home.record().status, what).toBe('deleted');
    });
  });

  test('deletes no more in an hour than its limit says, and all in the end', async () => {
    const users = { asset1: 'user-7', asset2: 'user-7', asset3: 'user-8' };
    await atEveryCall({ limits: { perHour: 1 } }, users, async (home, what) => {
      const hours = watchDeletions(home);
      await home.live();
      expect(new Set(hours).size, what).toBe(3);
      expect(hours, what).toHaveLength(3);
    });
  });
});

describe('a limit of 0', () => {
  test.each([{ perHour: 0 }, { perDay: 0 }, { perUserDay: 0 }])(
    '%j deletes nothing, and the record says what it waits for',
    async (limits) => {
      const home = await archived({ limits });

      await liveUntil(home, TICK_MS + 2.5 * DAY_MS);

      expect(isKept(home)).toBe(true);
      expect(home.record()).toMatchObject({
        status: 'archived',
        waiting_for: expect.stringMatching(/^the limit of 0 deletions/),
      });
    },
  );
});
