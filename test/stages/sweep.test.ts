// The sweep alone carries everything: it wakes what is due, only that, and is stopped by nothing.
import { describe, expect, test } from 'vitest';
import { SetUpError } from '../../lambdas/domain/failures.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { SetAside } from '../../lambdas/stages/set-aside.ts';
import { ADMITS_PER_RUN, EXPIRES_PER_RUN, sweep, WAKES_PER_RUN } from '../../lambdas/stages/sweep.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { aRecord } from '../fakes/record.ts';

const NOW_MS = Date.UTC(2026, 10, 1);
const at = (seconds: number) => new Date(NOW_MS + seconds * 1_000).toISOString();

async function put(home: House, ...given: (Partial<AssetRecord> & { asset_id: string })[]): Promise<void> {
  for (const each of given) await home.ledger.save(aRecord(each));
}

const woken = (home: House) => home.dispatch.invocations.map(({ message }) => message.asset_id);
const run = (home: House, lane: 'step' | 'expire' = 'step') =>
  home.during(sweep(lane, home.waking, home.log));

describe('the sweep', () => {
  test('wakes what is due, archives past their tick among it, and nothing else', async () => {
    const home = house();
    await put(
      home,
      { asset_id: 'now', wake_at: at(0) },
      { asset_id: 'before', wake_at: at(-60) },
      { asset_id: 'later', wake_at: at(1) },
      { asset_id: 'atRest', status: 'deleted' },
      { asset_id: 'pastItsTick', status: 'archived', wake_at: at(-60), wake_lane: 'expire' },
      { asset_id: 'beforeItsTick', status: 'archived', wake_at: at(60), wake_lane: 'expire' },
    );

    await run(home);

    expect(woken(home).toSorted()).toEqual(['before', 'now', 'pastItsTick']);
  });

  test('says how long the oldest of each lane has been due, also when there is no room for it', async () => {
    const home = house({ settings: { openMasters: 1 } });
    await put(
      home,
      { asset_id: 'step1', status: 'preparing', wake_at: at(-90) },
      { asset_id: 'step2', wake_at: at(-30) },
      { asset_id: 'inLine', wake_at: at(-1_000), wake_lane: 'admit' },
    );

    await run(home);

    const swept = home.log.lines.filter(({ message }) => message === 'swept');
    expect(swept.map(({ fields }) => [fields.lane, fields.metrics])).toEqual([
      ['expire', { OldestDueSeconds: 0 }],
      ['step', { OldestDueSeconds: 90 }],
      ['admit', { OldestDueSeconds: 1_000 }],
    ]);
  });

  test('of the expiry schedule leaves the other lane alone', async () => {
    const home = house();
    await put(
      home,
      { asset_id: 'step', wake_at: at(0) },
      { asset_id: 'archive', status: 'archived', wake_at: at(0), wake_lane: 'expire' },
    );

    await run(home, 'expire');

    expect(woken(home)).toEqual(['archive']);
  });

  test('wakes no more archives per run than the rate limit can delete', async () => {
    const home = house();
    for (let n = 0; n < EXPIRES_PER_RUN + 5; n += 1)
      await put(home, { asset_id: `asset${n}`, status: 'archived', wake_at: at(0), wake_lane: 'expire' });

    await run(home);
    const first = woken(home).length;
    await run(home);

    expect([first, woken(home).length]).toEqual([EXPIRES_PER_RUN, EXPIRES_PER_RUN + 5]);
  });

  const inLine = (n: number) => ({
    asset_id: `asset${n}`,
    wake_at: at(n - 1_000),
    wake_lane: 'admit' as const,
  });

  test('lets in the first of the line, so many per run, and does not touch those behind', async () => {
    const home = house();
    for (let n = 0; n < ADMITS_PER_RUN + 5; n += 1) await put(home, inLine(n));

    await run(home);

    expect(woken(home)).toEqual(Array.from({ length: ADMITS_PER_RUN }, (_, n) => `asset${n}`));
    expect(home.record(`asset${ADMITS_PER_RUN}`)).toMatchObject({ version: 1, wake_lane: 'admit' });
  });

  test('lets in no more than there is room for among the open masters', async () => {
    const home = house({ settings: { openMasters: 5 } });
    await put(home, { asset_id: 'p1', status: 'preparing', wake_at: at(60) });
    await put(home, { asset_id: 'a1', status: 'archiving', wake_at: at(60) });
    await put(home, { asset_id: 'a2', status: 'archived', wake_at: at(60), wake_lane: 'expire' });
    for (let n = 0; n < 10; n += 1) await put(home, inLine(n));

    await run(home);

    expect(woken(home)).toEqual(['asset0', 'asset1', 'asset2']);
  });

  test('lets in nobody while as many masters are open as may be', async () => {
    const home = house({ settings: { openMasters: 1 } });
    await put(home, { asset_id: 'p1', status: 'preparing', wake_at: at(60) }, inLine(0));

    await run(home);

    expect(woken(home)).toEqual([]);
  });

  test('wakes what is under way first, and lets in the fewer for it, but always one', async () => {
    const home = house();
    for (let n = 0; n < 100; n += 1)
      await put(home, { asset_id: `copy${n}`, status: 'preparing', wake_at: at(-1) });
    for (let n = 0; n < 10; n += 1) await put(home, inLine(n));

    await run(home);

    expect(
      woken(home)
        .slice(0, 100)
        .every((id) => id.startsWith('copy')),
    ).toBe(true);
    expect(woken(home).slice(100)).toEqual(['asset0']);
  });

  test('spreads what is more than can wait for the rate limit together, and ends within the minute', async () => {
    const home = house();
    for (let n = 0; n < WAKES_PER_RUN; n += 1)
      await put(home, { asset_id: `asset${n}`, status: 'preparing', wake_at: at(-1) });
    const startedAtMs: number[] = [];
    home.dispatch.invoke = async () => void startedAtMs.push(home.clock.nowMs() - NOW_MS);

    await run(home);

    expect(startedAtMs).toHaveLength(WAKES_PER_RUN);
    expect(startedAtMs.filter((ms) => ms === 0)).toHaveLength(25);
    expect(home.clock.nowMs() - NOW_MS).toBeGreaterThanOrEqual(40_000);
    expect(home.clock.nowMs() - NOW_MS).toBeLessThan(45_000);
  });

  describe.each([60, 250, 400, 3_000])('whose functions take %i ms to start', (startMs) => {
    test('ends in its time, and lets one in all the same', async () => {
      const home = house();
      for (let n = 0; n < 100; n += 1)
        await put(home, { asset_id: `copy${n}`, status: 'preparing', wake_at: at(-1) });
      for (let n = 0; n < EXPIRES_PER_RUN; n += 1)
        await put(home, { asset_id: `old${n}`, status: 'archived', wake_at: at(-1), wake_lane: 'expire' });
      await put(home, inLine(0));
      const started: string[] = [];
      home.dispatch.invoke = async (_, { asset_id }) => {
        await home.clock.sleep(startMs);
        started.push(asset_id);
      };

      await home.during(sweep('step', { ...home.waking, deadlineMs: NOW_MS + 50_000 }, home.log));

      expect(home.clock.nowMs() - NOW_MS).toBeLessThan(55_000);
      expect(started).toContain('asset0');
      // Whoever was not started is not claimed either, and comes next minute.
      expect(await home.ledger.due('step', NOW_MS, 200)).toHaveLength(
        100 - started.filter((id) => id.startsWith('copy')).length,
      );
    });
  });

  test('wakes nobody once its time is over, and leaves all of them due', async () => {
    const home = house();
    await put(home, { asset_id: 'asset1', wake_at: at(0) }, inLine(0));

    await home.during(sweep('step', { ...home.waking, deadlineMs: NOW_MS }, home.log));

    expect(woken(home)).toEqual([]);
    expect(home.record()).toMatchObject({ version: 1, wake_at: at(0) });
  });

  test('still wakes a request that an older version left in the lane of steps', async () => {
    const home = house();
    await put(home, { asset_id: 'asset1', status: 'requested', wake_at: at(-1), wake_lane: 'step' });

    await run(home);

    expect(woken(home)).toEqual(['asset1']);
  });

  test('moves the wake of what it wakes by the lease, and never takes it away', async () => {
    const home = house();
    await put(home, { asset_id: 'asset1', wake_at: at(0) });

    await run(home);

    expect(home.record()).toMatchObject({
      wake_at: at(90),
      leased_until: at(90),
      wake_lane: 'step',
      attempts: 1,
    });
  });

  test('sends each record to the stage of its status', async () => {
    const home = house();
    const stages = {
      requested: 'master',
      preparing: 'archive',
      archiving: 'archive',
      deleting: 'expire',
      thawing: 'restore',
      uploading: 'restore',
      cancelled: 'cancel',
      failed: 'cancel',
      deleted: 'expire',
      restored: 'restore',
    } as const;
    for (const status of Object.keys(stages) as (keyof typeof stages)[]) {
      await put(home, { asset_id: status, status, wake_at: at(0) });
    }

    await run(home);

    const sent = home.dispatch.invocations.map(({ stage, message }) => [message.asset_id, stage]);
    expect(Object.fromEntries(sent)).toEqual(stages);
  });

  test('is not stopped by a record that cannot be read', async () => {
    const home = house();
    await put(home, { asset_id: 'broken', wake_at: at(-60) }, { asset_id: 'whole', wake_at: at(0) });
    const get = home.ledger.get;
    const claimDue = home.ledger.claimDue.bind(home.ledger);
    home.ledger.get = async (id) => (id === 'broken' ? Promise.reject(new Error('Unreadable.')) : get(id));
    home.ledger.claimDue = async (id, ...rest) => (id === 'broken' ? undefined : claimDue(id, ...rest));

    await run(home);

    expect(woken(home)).toEqual(['whole']);
    expect(home.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ asset_id: 'broken' }) }),
    );
  });

  describe('with items that it cannot read before all others', () => {
    const unreadable = (home: House) => {
      const { get } = home.ledger;
      const claimDue = home.ledger.claimDue.bind(home.ledger);
      const isBad = (id: string) => id.startsWith('newer');
      home.ledger.get = async (id) => {
        if (!isBad(id)) return get(id);
        throw new SetUpError('LEDGER_SCHEMA_NEWER', 'Of a later deploy.', { action: 'Deploy it again.' });
      };
      home.ledger.claimDue = async (id, ...rest) => (isBad(id) ? undefined : claimDue(id, ...rest));
    };
    const errors = (home: House) => home.log.lines.filter(({ level }) => level === 'error');

    test.each([
      ['step', 'preparing', WAKES_PER_RUN],
      ['admit', 'requested', ADMITS_PER_RUN],
      ['expire', 'archived', EXPIRES_PER_RUN],
    ] as const)('wakes those behind in lane %s from the next run on', async (wake_lane, status, limit) => {
      const home = house();
      for (let n = 0; n < limit; n += 1)
        await put(home, { asset_id: `newer${n}`, status, wake_at: at(-900), wake_lane });
      await put(home, { asset_id: 'asset1', status, wake_at: at(-60), wake_lane });
      unreadable(home);
      const sweeping = { ...home.waking, aside: new SetAside() };

      await home.during(sweep('step', sweeping, home.log));
      await home.during(sweep('step', sweeping, home.log));

      expect(woken(home)).toEqual(['asset1']);
      expect(errors(home)).toEqual([
        expect.objectContaining({
          fields: expect.objectContaining({ lane: wake_lane, count: limit }),
        }),
      ]);
    });

    test('tries them again after a quarter of an hour, for somebody may have mended them', async () => {
      const home = house();
      await put(home, { asset_id: 'newer1', status: 'preparing', wake_at: at(-900) });
      const { get, claimDue } = home.ledger;
      unreadable(home);
      const sweeping = { ...home.waking, aside: new SetAside() };
      await home.during(sweep('step', sweeping, home.log));
      Object.assign(home.ledger, { get, claimDue });

      await home.during(sweep('step', sweeping, home.log));
      const before = woken(home);
      await home.clock.advance(15 * 60_000);
      await home.during(sweep('step', sweeping, home.log));

      expect(before).toEqual([]);
      expect(woken(home)).toEqual(['newer1']);
    });
  });

  test('is not stopped by a function that cannot be started, and comes again after the lease', async () => {
    const home = house();
    await put(home, { asset_id: 'asset1', wake_at: at(0) }, { asset_id: 'asset2', wake_at: at(0) });
    const invoke = home.dispatch.invoke;
    home.dispatch.invoke = async (stage, message) => {
      if (message.asset_id === 'asset1') throw new Error('Too many at once.');
      return invoke(stage, message);
    };

    await run(home);

    expect(woken(home)).toEqual(['asset2']);
    // Nobody began: that is no attempt of the record.
    expect(home.record('asset1')).toMatchObject({ attempts: 0, wake_at: at(90) });
  });

  test('leaves a record alone that somebody holds', async () => {
    const home = house();
    await put(home, { asset_id: 'asset1', wake_at: at(-1), leased_until: at(30) });

    await run(home);

    expect(woken(home)).toEqual([]);
  });

  test('leaves a record alone that is due in an index that lags', async () => {
    const home = house();
    await put(home, { asset_id: 'asset1', wake_at: at(500) });
    home.ledger.due = async () => ['asset1', 'neverThere'].map((assetId) => ({ assetId, wakeAt: at(-1) }));

    await run(home);

    expect(woken(home)).toEqual([]);
  });

  test('that runs twice at once wakes nobody twice', async () => {
    const home = house();
    for (let n = 0; n < 20; n += 1) await put(home, { asset_id: `asset${n}`, wake_at: at(0) });

    await Promise.all([run(home), run(home)]);

    expect(woken(home)).toHaveLength(20);
    expect(new Set(woken(home)).size).toBe(20);
  });

  test('wakes a bounded number per run, the earliest first, and the rest in the next', async () => {
    const home = house();
    for (let n = 0; n < WAKES_PER_RUN + 20; n += 1)
      await put(home, { asset_id: `asset${n}`, wake_at: at(-n) });

    await run(home);
    const left = [...home.ledger.records.values()].filter(({ attempts }) => attempts === 0);
    await run(home);
    const leftThen = [...home.ledger.records.values()].filter(({ attempts }) => attempts === 0);

    expect(left.map(({ asset_id }) => asset_id).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, n) => `asset${n}`).toSorted(),
    );
    expect(leftThen).toEqual([]);
  });
});

test('many assets at once all come to rest', async () => {
  const home = house();
  for (let n = 0; n < 30; n += 1) {
    home.addVideo(anMp4(), {}, `asset${n}`);
    await home.requestDeletion({ asset_id: `asset${n}`, expirationMs: NOW_MS + 86_400_000 });
  }

  await home.live(() => [...home.ledger.records.values()].every(({ status }) => status === 'deleted'), 500);

  expect(home.platform.assetIds()).toEqual([]);
});
