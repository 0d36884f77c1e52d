// The modes, lived through: what is archived only is never deleted; what is deleted without a copy goes at its date, not
// before, and never against a hold; whoever dies wherever.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { NEVER } from '../../lambdas/domain/modes.ts';
import { summarize } from '../../lambdas/domain/summary.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import type { Accident } from '../fakes/mortal.ts';
import { anMp4 } from '../fakes/mp4.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
const TICK_MS = Date.UTC(2026, 10, 15, 11);
const HOLD = { reason: 'audit', user_id: 'user-9', since: '2026-11-15T10:00:00.000Z' };
const MUX_DOWN = new TransientError('MUX_DOWN', 'Mux is down.');

const isAtMux = (home: House) => home.platform.assetIds().includes('asset1');
const isLeased = (home: House) => home.record().leased_until !== undefined;
const mastersIn = (home: House) =>
  [...home.vault.versions.keys()].filter((key) => key.endsWith('master.mp4')).length;

const askToKeep = (home: House) =>
  home.requestDeletion({ mode: 'archive_only', expirationMs: Date.parse(NEVER) });
const askToDelete = (home: House, more = {}) =>
  home.requestDeletion({ mode: 'delete_only', expirationMs: DATE_MS, ...more });

/** Until it rests, or waits for its date. */
const settled = (home: House, status: string) =>
  home.live(() => home.record().status === status && !isLeased(home));

async function kept(options: HouseOptions = {}): Promise<House> {
  const home = house(options);
  home.addVideo(anMp4());
  await askToKeep(home);
  await settled(home, 'archived');
  return home;
}

async function scheduled(options: HouseOptions = {}, raw: Record<string, unknown> = {}): Promise<House> {
  const home = house(options);
  home.addVideo(anMp4(), raw);
  await askToDelete(home);
  await settled(home, 'scheduled');
  return home;
}

/** Runs whatever is due until then, and moves the clock there. */
async function liveUntil(home: House, ms: number): Promise<void> {
  await home.live(() => Date.parse(home.record().wake_at ?? NEVER) > ms);
  await home.clock.advance(Math.max(0, ms - home.clock.nowMs()));
}

const webhook = (home: House) =>
  notice('asset1', 'video.asset.deleted', { ledger: home.ledger, waking: home.waking });

/** When the platform deleted it, ms since the epoch. */
function watchDeletions(home: House): number[] {
  const times: number[] = [];
  const { deleteAsset } = home.platform;
  home.platform.deleteAsset = async (...args) => {
    times.push(home.clock.nowMs());
    return deleteAsset(...args);
  };
  return times;
}

const ACCIDENTS: Omit<Accident, 'call'>[] = [
  { kind: 'killed', when: 'before' },
  { kind: 'killed', when: 'after' },
  { kind: 'failed', when: 'before' },
  { kind: 'failed', when: 'after' },
];

/** The whole life, with one accident at each of its calls in turn. Answers how many there were. */
async function atEveryCall(
  begin: (accident?: Accident) => House,
  story: (home: House, what: string) => Promise<void>,
): Promise<number> {
  const calm = begin();
  await story(calm, 'no accident');
  for (let call = 1; call <= calm.calls(); call += 1)
    for (const how of ACCIDENTS) await story(begin({ call, ...how }), `${how.kind} ${how.when} call ${call}`);
  return calm.calls();
}

describe('archive_only', () => {
  test('is copied and proved, and then nothing happens to it for years', async () => {
    const home = await kept({ settings: { noticeBeforeMs: 3 * DAY_MS, onStillWatched: 'hold' } });
    const deletions = watchDeletions(home);

    await home.clock.advance(3_650 * DAY_MS);
    await home.round();

    const { wake_at, archive, expiration_date, foretold } = home.record();
    expect([wake_at, expiration_date, foretold]).toEqual([undefined, NEVER, undefined]);
    expect(archive?.version_id).toBeDefined();
    expect(deletions).toEqual([]);
    expect(home.bus.events.map(({ entry }) => entry.cause).join()).not.toContain('will be deleted');
  });

  test('is not deleted by a date that somebody wrote over its own', async () => {
    const home = await kept();
    const past = { expiration_date: '2020-01-01T00:00:00.000Z', losses_said_at: '2020-01-01T00:00:00.000Z' };
    await home.ledger.save({ ...home.record(), ...past, wake_at: past.expiration_date, wake_lane: 'expire' });

    await home.live();

    expect(isAtMux(home)).toBe(true);
    expect([home.record().status, home.record().wake_at]).toEqual(['archived', undefined]);
  });

  test('deleted by somebody else is found by its webhook, with an alarm, and restored from the vault', async () => {
    const home = await kept();
    home.platform.remove('asset1');

    expect(await webhook(home)).toBe('woken');
    await home.live();
    const [last] = home.record().history.slice(-1);
    const answer = await home.requestRestore();
    await home.live();

    expect(last).toMatchObject({ to: 'deleted', alarm: 'DELETED_ELSEWHERE' });
    expect(answer).toMatchObject({ status: 202 });
    expect(home.record().status).toBe('restored');
  });

  test('word of its deletion that comes while it is looked at is looked into', async () => {
    const home = await kept();
    const { inspect } = home.platform;
    let isFirst = true;
    home.platform.inspect = async (id) => {
      const asset = await inspect(id);
      if (isFirst) {
        isFirst = false;
        home.platform.remove('asset1');
        expect(await webhook(home)).toBe('busy');
      }
      return asset;
    };
    await home.hold();

    await home.live();

    expect(home.record().status).toBe('deleted');
  });

  test('a hold on it is heard of and changes nothing', async () => {
    const home = await kept();

    await home.hold();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'archived', hold: { user_id: 'user-9' } });
    expect([home.record().wake_at, isAtMux(home)]).toEqual([undefined, true]);
    expect(home.bus.events.at(-1)?.entry.cause).toBe('held by user-9: court order');
  });

  test('waits out a rate limit and rests all the same', async () => {
    const home = await kept();
    home.platform.fail('inspect', new NotYetError(home.clock.nowMs() + HOUR_MS, 'a slot'));

    await home.hold();
    await home.live();

    const { status, waiting_for, wake_at } = home.record();
    expect([status, waiting_for, wake_at]).toEqual(['archived', undefined, undefined]);
  });

  test('is cancelled, and asked for with a date is deleted from the same copy', async () => {
    const home = await kept();

    await home.cancelRequest();
    await home.live();
    const again = await home.requestDeletion({ expirationMs: DATE_MS });
    await home.live();

    expect(again).toMatchObject({ status: 202, record: { life: 2 } });
    expect([home.record().status, home.record().mode]).toEqual(['deleted', undefined]);
    expect(mastersIn(home)).toBe(1);
  });

  test('a restore finds it at Mux and takes the request back', async () => {
    const home = await kept();

    expect(await home.requestRestore()).toMatchObject({ status: 200, outcome: 'cancelled' });
    await home.live();

    expect([home.record().status, isAtMux(home)]).toEqual(['cancelled', true]);
  });

  test('its date cannot be moved', async () => {
    const home = await kept();

    expect(await home.reschedule(DATE_MS)).toMatchObject({ problem: { code: 'NEVER_DELETED' } });
  });

  test('an accident at any call ends with it safe and at rest, and never with a DELETE', async () => {
    const points = await atEveryCall(
      (accident) => {
        const home = house({ accident });
        home.addVideo(anMp4());
        return home;
      },
      async (home, what) => {
        const deletions = watchDeletions(home);
        await askToKeep(home);
        await home.live();
        expect([home.record().status, home.record().wake_at], what).toEqual(['archived', undefined]);
        expect([isAtMux(home), mastersIn(home), deletions], what).toEqual([true, 1, []]);
      },
    );

    expect(points).toBeGreaterThan(20);
  });
});

describe('delete_only', () => {
  test('of a restored asset says that the copy it was restored from stays, and a restore uses that', async () => {
    const home = house();
    home.addVideo(anMp4());
    await home.requestDeletion({ expirationMs: DATE_MS });
    await home.live('deleted');
    await home.requestRestore();
    await home.live('restored');
    const id = home.record().current_asset_id ?? '';

    await askToDelete(home, { asset_id: id, expirationMs: home.clock.nowMs() + DAY_MS });
    await home.live(() => home.record(id).status === 'scheduled');
    const before = [summarize(home.record(id)), home.record(id).losses[0]?.detail];
    await home.live(() => home.record(id).status === 'deleted');
    const after = summarize(home.record(id));
    const answer = await home.requestRestore({}, id);

    expect(before.map((text) => text?.includes('asset1') && !text.includes('Nobody'))).toEqual([true, true]);
    expect(after).toContain('only the copy of asset asset1 can bring it back');
    expect(answer).toMatchObject({ status: 202, outcome: 'restoring' });
  });

  test('waits for its tick with nothing in the vault, says what is lost, and is deleted', async () => {
    const home = await scheduled({ settings: { onLoss: 'hold' } });
    const deletions = watchDeletions(home);
    const waiting = home.record();

    await home.live();

    expect(waiting).toMatchObject({
      wake_at: '2026-11-15T11:00:00.000Z',
      wake_lane: 'expire',
      losses: [{ code: 'NOT_ARCHIVED', attribute: '*' }],
      playback_ids: [{ id: 'asset1play1' }],
    });
    expect(deletions).toEqual([TICK_MS]);
    expect(home.record()).toMatchObject({ status: 'deleted', deletion: { at: '2026-11-15T11:00:00.000Z' } });
    expect([...home.vault.versions.keys()]).toEqual([]);
    expect(home.platform.calls.requestMaster).toBeUndefined();
  });

  test('is foretold, and its loss has its notice', async () => {
    const home = house({ settings: { noticeBeforeMs: 3 * DAY_MS, minNoticeMs: 2 * DAY_MS } });
    home.addVideo(anMp4());
    const deletions = watchDeletions(home);
    const begunMs = home.clock.nowMs();
    await askToDelete(home, { expirationMs: begunMs + HOUR_MS });

    await home.live();

    const causes = home.bus.events.map(({ entry }) => entry.cause);
    expect(causes.filter((cause) => cause.startsWith('will be deleted on'))).toHaveLength(1);
    expect(deletions[0]).toBeGreaterThanOrEqual(begunMs + 2 * DAY_MS);
    expect(home.record().status).toBe('deleted');
  });

  test.each([
    ['an errored asset', { status: 'errored', errors: { messages: ['bad file'] } }],
    ['a test asset', { test: true }],
  ])('takes %s', async (_, raw) => {
    const home = await scheduled({}, raw);

    await home.live();

    expect([home.record().status, isAtMux(home)]).toEqual(['deleted', false]);
  });

  test('waits for an asset that is still prepared, and refuses one that is live', async () => {
    const preparing = house();
    preparing.addVideo(anMp4(), { status: 'preparing' });
    await askToDelete(preparing);
    await preparing.round();
    const waiting = preparing.record();
    preparing.platform.change('asset1', { status: 'errored' });
    await settled(preparing, 'scheduled');
    const live = house();
    live.addVideo(anMp4(), { is_live: true });
    await askToDelete(live);

    await live.live();

    expect(waiting).toMatchObject({ status: 'requested', waiting_for: 'Mux is still preparing the asset' });
    expect(live.record()).toMatchObject({ status: 'failed', failure: { code: 'LIVE_STREAM_RUNNING' } });
  });

  test('a DELETE whose answer was lost is not asked for twice', async () => {
    const home = await scheduled();
    home.platform.fail('deleteAsset', MUX_DOWN, 'after');

    await home.live();

    expect([home.record().status, home.record().lost_at]).toEqual(['deleted', undefined]);
    expect(home.platform.calls.deleteAsset).toBe(1);
    expect(home.record().history.flatMap(({ alarm }) => alarm ?? [])).toEqual([]);
  });

  test('a hold keeps it past its date, and lets it go when it is lifted', async () => {
    const home = await scheduled();
    await home.hold();

    await liveUntil(home, TICK_MS + 3 * DAY_MS);
    const held = home.record();
    await home.release();
    await home.live();

    expect(held).toMatchObject({ status: 'scheduled', waiting_for: 'a hold by user-9: court order' });
    expect(home.record().status).toBe('deleted');
  });

  test('a hold that comes while its slot is waited for keeps it', async () => {
    const home = await scheduled();
    const { reserveDeletion } = home.platform;
    home.platform.reserveDeletion = async () => {
      await home.hold();
      return reserveDeletion();
    };

    await liveUntil(home, TICK_MS + 2 * HOUR_MS);

    expect([home.record().status, isAtMux(home)]).toEqual(['scheduled', true]);
  });

  test('a hold on everything gives up a deletion that was begun, back to its wait', async () => {
    const home = await scheduled();
    home.platform.fail('deleteAsset', MUX_DOWN);
    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();
    const begun = home.record().status;

    await home.brake.setHoldOnAll(HOLD);
    await liveUntil(home, TICK_MS + 3 * HOUR_MS);
    const stopped = home.record();
    await home.brake.setHoldOnAll(undefined);
    await home.live();

    expect([begun, stopped.status]).toEqual(['deleting', 'scheduled']);
    expect(home.record().status).toBe('deleted');
  });

  test('a deletion that Mux refuses fails, and goes on from its wait', async () => {
    const home = await scheduled();
    const refusal = { action: 'Look.', retryable: true };
    home.platform.fail('deleteAsset', new PermanentError('MUX_REFUSED', 'No.', refusal));

    await home.live();
    const { status, failure } = home.record();
    await askToDelete(home);
    await home.live();

    expect([status, failure?.from]).toEqual(['failed', 'scheduled']);
    expect(home.record().status).toBe('deleted');
  });

  test('its date is moved, later and sooner', async () => {
    const home = await scheduled();
    const deletions = watchDeletions(home);

    await home.reschedule(DATE_MS + 10 * DAY_MS);
    await liveUntil(home, TICK_MS + DAY_MS);
    await home.reschedule(home.clock.nowMs() + 2 * HOUR_MS);
    await home.live();

    expect(deletions).toEqual([TICK_MS + DAY_MS + 2 * HOUR_MS]);
  });

  test.each(['requested', 'scheduled'] as const)('is taken back while %s', async (status) => {
    const home = house();
    home.addVideo(anMp4());
    await askToDelete(home);
    if (status === 'scheduled') await settled(home, status);

    const answer = status === 'requested' ? await home.cancelRequest() : await home.requestRestore();
    await liveUntil(home, TICK_MS + DAY_MS);

    expect(answer).toMatchObject({ status: 200, outcome: 'cancelled' });
    expect([home.record().status, isAtMux(home)]).toEqual(['cancelled', true]);
  });

  test('cannot be taken back, held or restored once its deletion has begun', async () => {
    const home = await scheduled();
    home.platform.fail('deleteAsset', MUX_DOWN);
    await home.clock.advance(TICK_MS - home.clock.nowMs());
    await home.round();

    const answers = [await home.cancelRequest(), await home.hold(), await home.requestRestore()];
    const same = await askToDelete(home);
    await home.live();
    const after = await home.requestRestore();

    expect(answers).toMatchObject([
      { problem: { code: 'TOO_LATE_TO_CANCEL' } },
      { problem: { code: 'TOO_LATE_TO_HOLD' } },
      { problem: { code: 'NOTHING_TO_RESTORE' } },
    ]);
    expect(same).toMatchObject({ status: 200 });
    expect(after).toMatchObject({
      problem: { code: 'NOTHING_TO_RESTORE', detail: expect.stringContaining('No copy was made') },
    });
  });

  test('a dry run deletes nothing, says what it would have, and sees when it is gone', async () => {
    const home = await scheduled({ settings: { deletions: 'dry-run' } });

    await liveUntil(home, TICK_MS + 1.5 * DAY_MS);
    const { status, warnings, rehearsed_at } = home.record();
    home.platform.remove('asset1');
    await home.live();

    expect(status).toBe('scheduled');
    expect(warnings).toEqual(['Dry run: would have been deleted on 2026-11-16.']);
    expect(rehearsed_at).toBe('2026-11-16T11:00:00.000Z');
    expect(home.record().status).toBe('deleted');
  });

  test('counts against the limits', async () => {
    const home = await scheduled({ limits: { perHour: 0 } });

    await liveUntil(home, TICK_MS + 2 * DAY_MS);

    expect(isAtMux(home)).toBe(true);
    expect(home.record()).toMatchObject({
      status: 'scheduled',
      waiting_for: expect.stringMatching(/^the limit of 0 deletions/),
    });
  });

  test('still watched is held', async () => {
    const home = await scheduled({ settings: { onStillWatched: 'hold' } });
    home.platform.deliver('asset1', 90, home.clock.nowMs() + 2 * DAY_MS);

    await liveUntil(home, TICK_MS + DAY_MS);

    expect(home.record()).toMatchObject({ status: 'scheduled', hold: { user_id: 'icehouse' } });
    expect(isAtMux(home)).toBe(true);
  });

  test('of an id that Mux never had says so', async () => {
    const home = house();
    await askToDelete(home);

    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'ASSET_GONE' } });
  });

  test.each(['the webhook', 'its date'])(
    'gone before is deleted as asked, found by %s, without an alarm',
    async (by) => {
      const home = await scheduled();
      home.platform.remove('asset1');

      if (by === 'the webhook') expect(await webhook(home)).toBe('woken');
      await home.live();

      const [last] = home.record().history.slice(-1);
      expect([last?.to, last?.cause, last?.alarm]).toEqual(['deleted', 'deleted elsewhere', undefined]);
      expect(home.record().lost_at).toBeUndefined();
    },
  );

  test('gone under a hold is an alarm', async () => {
    const home = await scheduled();
    await home.hold();
    await home.live(() => !isLeased(home));
    home.platform.remove('asset1');

    await webhook(home);
    await home.live();

    expect(home.record().history.at(-1)).toMatchObject({ to: 'deleted', alarm: 'DELETED_ELSEWHERE' });
  });

  test('a token of another environment makes nothing deleted', async () => {
    const home = await scheduled();
    home.platform.setEnvironment('env2');
    home.platform.remove('asset1');

    await webhook(home);
    await home.round();

    expect(home.record()).toMatchObject({ status: 'scheduled', waiting_for: expect.stringContaining('env') });
  });

  test('after a life that left an archive, a restore uses that one', async () => {
    const home = house();
    home.addVideo(anMp4());
    await home.requestDeletion({ expirationMs: DATE_MS });
    await settled(home, 'archived');
    await home.cancelRequest();
    await home.live();

    await askToDelete(home);
    await home.live();
    const deleted = home.record();
    const answer = await home.requestRestore();
    await home.live();

    expect(deleted).toMatchObject({ status: 'deleted', life: 2, mode: 'delete_only' });
    expect(deleted.losses).toMatchObject([
      { code: 'NOT_ARCHIVED', detail: expect.stringContaining('stays') },
    ]);
    expect(answer).toMatchObject({ status: 202 });
    expect(home.record().status).toBe('restored');
    expect(mastersIn(home)).toBe(1);
  });

  test('of a restored asset leaves the archive that it was made from, and any id brings it back', async () => {
    const home = house();
    home.addVideo(anMp4());
    await home.requestDeletion({ expirationMs: DATE_MS });
    await home.live();
    await home.requestRestore();
    await home.live();
    const { current_asset_id: second = '' } = home.record();

    await home.requestDeletion({
      asset_id: second,
      mode: 'delete_only',
      expirationMs: home.clock.nowMs() + DAY_MS,
    });
    await home.live();
    const gone = home.record(second);
    const answer = await home.requestRestore({}, second);
    await home.live();

    expect([gone.status, gone.archive]).toEqual(['deleted', undefined]);
    expect(answer).toMatchObject({ status: 202, record: { asset_id: 'asset1' } });
    expect(home.record().status).toBe('restored');
  });

  test('an accident at any call ends with it deleted once, at its tick and not before', async () => {
    const points = await atEveryCall(
      (accident) => {
        const home = house({ accident, settings: { noticeBeforeMs: 3 * DAY_MS } });
        home.addVideo(anMp4());
        return home;
      },
      async (home, what) => {
        const deletions = watchDeletions(home);
        await askToDelete(home);
        await home.live();
        const { status, archive, lost_at } = home.record();
        expect([status, archive, lost_at], what).toEqual(['deleted', undefined, undefined]);
        expect([isAtMux(home), [...home.vault.versions.keys()]], what).toEqual([false, []]);
        expect(Math.min(...deletions), what).toBeGreaterThanOrEqual(TICK_MS);
      },
    );

    expect(points).toBeGreaterThan(15);
  });

  test('an accident at any call of a deletion that is then held keeps the asset', async () => {
    await atEveryCall(
      (accident) => {
        const home = house({ accident });
        home.addVideo(anMp4());
        return home;
      },
      async (home, what) => {
        home.platform.fail('deleteAsset', MUX_DOWN);
        await askToDelete(home);
        await liveUntil(home, TICK_MS - 1);
        await home.clock.advance(1);
        await home.round();
        await home.brake.setHoldOnAll(HOLD);
        await liveUntil(home, TICK_MS + 3 * HOUR_MS);
        expect([home.record().status, isAtMux(home)], what).toEqual(['scheduled', true]);
        await home.brake.setHoldOnAll(undefined);
        await home.live();
        expect(home.record().status, what).toBe('deleted');
      },
    );
  });
});
