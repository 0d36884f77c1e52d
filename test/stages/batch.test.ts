// Many delete requests at once: each answered in its place, none half done.
import { beforeEach, expect, test } from 'vitest';
import { NotYetError, TransientError } from '../../lambdas/domain/failures.ts';
import { type BatchItem, requestMany } from '../../lambdas/stages/batch.ts';
import type { NamedVideo } from '../../lambdas/stages/target.ts';
import { house } from '../fakes/house.ts';
import { LIST_RATES } from '../fakes/rates.ts';

let home: ReturnType<typeof house>;
/** Beside the clock's own time. */
let spentMs = 0;
beforeEach(() => {
  home = house();
  spentMs = 0;
});

function item(named: NamedVideo, days = 30): BatchItem {
  const wish = {
    deleted_by_user_id: 'teacher-7',
    group_id: 'course-12',
    expirationMs: home.clock.nowMs() + days * 86_400_000,
    asked: { grace_days: days },
  };
  return { kind: 'item', named, wish, caller: { nowMs: home.clock.nowMs(), actor: 'teacher-7' } };
}

function send(items: Parameters<typeof requestMany>[1]) {
  const { ledger, log, platform, dispatch } = home;
  const clock = { ...home.clock, nowMs: () => home.clock.nowMs() + spentMs };
  const refusal = (error: unknown) => ({
    status: 503,
    code: 'NOT_NOW',
    detail: String(error),
    retry_after_seconds: error instanceof NotYetError ? 60 : 5,
  });
  const waking = { ledger, dispatch, clock, leaseMs: 90_000 };
  return requestMany(
    {
      ledger,
      clock,
      log,
      waking,
      rates: LIST_RATES,
      storageClass: 'DEEP_ARCHIVE',
      platform: () => platform,
      refusal,
    },
    items,
  );
}

test('five hundred are stored and answered in their order', async () => {
  const answers = await send(Array.from({ length: 500 }, (_, at) => item({ asset_id: `asset${at}` })));

  expect(answers.map(({ asset_id }) => asset_id)).toEqual(
    Array.from({ length: 500 }, (_, at) => `asset${at}`),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(answers[7]?.record).toMatchObject({
    asset_id: 'asset7',
    status: 'requested',
    group_id: 'course-12',
  });
  expect(home.ledger.records.size).toBe(500);
  // Lambda answers at most 6 MB.
  expect(JSON.stringify(answers).length).toBeLessThan(1_000_000);
});

test('sent again it answers 200 for each, and stores nothing', async () => {
  const items = [item({ asset_id: 'asset1' }), item({ asset_id: 'asset2' })];
  await send(items);
  const before = structuredClone([...home.ledger.records]);

  const again = await send(items);

  expect(again.map(({ status }) => status)).toEqual([200, 200]);
  expect([...home.ledger.records]).toEqual(before);
});

test('an asset named twice is requested once, by whichever id', async () => {
  home.platform.add({ id: 'asset1', playback_ids: [{ id: 'PLAY1', policy: 'public' }] });

  const answers = await send([
    item({ playback_id: 'PLAY1' }),
    item({ asset_id: 'asset1' }, 3),
    item({ asset_id: 'asset2' }),
  ]);

  expect(answers.map(({ asset_id, status }) => [asset_id, status])).toEqual([
    ['asset1', 202],
    ['asset1', 400],
    ['asset2', 202],
  ]);
  expect(answers[1]?.problem).toMatchObject({ code: 'DUPLICATE_ITEM', detail: expect.stringContaining('0') });
  expect(home.ledger.records.get('asset1')?.asked).toEqual({ grace_days: 30 });
});

test('what is refused stands in its place and stops none of the others', async () => {
  await send([item({ asset_id: 'asset2' })]);
  const unreadable = { status: 400, code: 'INVALID_FIELD', detail: 'grace_days: …', field: 'grace_days' };

  const answers = await send([
    { kind: 'problem', problem: unreadable },
    item({ asset_id: 'asset2' }, 7),
    item({ upload_id: 'NOBODY' }),
    item({ asset_id: 'asset3' }),
  ]);

  expect(answers.map(({ status, problem }) => [status, problem?.code])).toEqual([
    [400, 'INVALID_FIELD'],
    [409, 'REQUEST_DIFFERS'],
    [404, 'NOT_AT_MUX'],
    [202, undefined],
  ]);
});

test('an item that must wait for Mux is told how long, and nothing of it is done', async () => {
  home.platform.fail('ownerOf', new NotYetError(home.clock.nowMs() + 60_000, 'a slot'));

  const [waiting, done] = await send([item({ playback_id: 'PLAY1' }), item({ asset_id: 'asset2' })]);

  expect(waiting).toMatchObject({ asset_id: null, status: 503, problem: { retry_after_seconds: 60 } });
  expect(done?.status).toBe(202);
  expect([...home.ledger.records.keys()]).toEqual(['asset2']);
});

test('a ledger that fails for one item fails it alone', async () => {
  const { save } = home.ledger;
  home.ledger.save = async (record) => {
    if (record.asset_id === 'asset1') throw new TransientError('LEDGER_THROTTLED', 'slow down');
    return save(record);
  };

  const answers = await send([item({ asset_id: 'asset1' }), item({ asset_id: 'asset2' })]);

  expect(answers.map(({ status }) => status)).toEqual([503, 202]);
});

test('items that no time is left for are answered 503, and are not begun', async () => {
  const { save } = home.ledger;
  home.ledger.save = async (record) => {
    // Twenty are under way at once: by the second round 25 s have passed.
    spentMs += 1_250;
    return save(record);
  };

  const answers = await send(Array.from({ length: 30 }, (_, at) => item({ asset_id: `asset${at}` })));

  expect(answers.filter(({ status }) => status === 202)).toHaveLength(20);
  const late = answers.filter(({ status }) => status === 503);
  expect(late).toHaveLength(10);
  expect(late[0]).toMatchObject({ problem: { code: 'NOT_NOW', retry_after_seconds: 1 } });
  expect(home.ledger.records.size).toBe(20);
});
