// What every brake promises: a hold that is read as it was last put, and counts that never exceed their limits.
import { expect, test } from 'vitest';
import type { DeletionLimits } from '../../lambdas/domain/brake.ts';
import type { Brake } from '../../lambdas/stages/ports.ts';

const NOW_MS = Date.parse('2026-11-22T11:30:00.000Z');
const HOUR_MS = 3_600_000;
const HOLD = { reason: 'court order', user_id: 'user-9', since: '2026-11-22T11:00:00.000Z' };
const WIDE: DeletionLimits = { perHour: 100, perDay: 1_000, perUserDay: 1_000 };

/** Each call answers a brake with nothing held and nothing counted. */
export type MakeBrake = (limits: DeletionLimits) => Promise<Brake>;

export function brakeContract(makeBrake: MakeBrake): void {
  holding(makeBrake);
  counting(makeBrake);
  racing(makeBrake);
}

function holding(makeBrake: MakeBrake): void {
  test('holds nothing at first', async () => {
    const brake = await makeBrake(WIDE);

    const hold = await brake.holdOnAll();

    expect(hold).toBeUndefined();
  });

  test('answers the hold that was put last, and none once it is lifted', async () => {
    const brake = await makeBrake(WIDE);
    const last = { ...HOLD, reason: 'audit', until: '2026-12-01T00:00:00.000Z' };
    await brake.setHoldOnAll(HOLD);

    const first = await brake.holdOnAll();
    await brake.setHoldOnAll(last);
    const second = await brake.holdOnAll();
    await brake.setHoldOnAll(undefined);

    expect([first, second]).toStrictEqual([HOLD, last]);
    expect(await brake.holdOnAll()).toBeUndefined();
  });

  test('changes only the hold that its caller knew, when asked so', async () => {
    const brake = await makeBrake(WIDE);
    const other = { ...HOLD, reason: 'audit', since: '2026-11-22T11:00:00.001Z' };
    const set = (hold: typeof HOLD | undefined, since: string | undefined) =>
      brake.setHoldOnAll(hold, { since });

    const onNothing = [await set(other, HOLD.since), await set(HOLD, undefined)];
    const onFirst = [await set(other, undefined), await set(undefined, other.since)];
    const kept = await brake.holdOnAll();
    const known = [
      await set(other, HOLD.since),
      await set(undefined, other.since),
      await set(HOLD, undefined),
    ];

    expect([onNothing, onFirst, known]).toStrictEqual([
      [false, true],
      [false, false],
      [true, true, true],
    ]);
    expect(kept).toStrictEqual(HOLD);
  });

  test('keeps a hold that is over, which is for the reader to judge', async () => {
    const brake = await makeBrake(WIDE);
    const over = { ...HOLD, until: '2020-01-01T00:00:00.000Z' };

    await brake.setHoldOnAll(over);

    expect(await brake.holdOnAll()).toStrictEqual(over);
  });
}

function counting(makeBrake: MakeBrake): void {
  /** The answers to so many deletions of a user, one after the other. */
  async function count(brake: Brake, times: number, userId = 'user-1', nowMs = NOW_MS) {
    const answers = [];
    for (let n = 0; n < times; n++) answers.push(await brake.countDeletion({ userId, nowMs }));
    return answers;
  }

  test('lets as many go in an hour as its limit says, and says when the next hour begins', async () => {
    const brake = await makeBrake({ ...WIDE, perHour: 2 });

    const answers = await count(brake, 3);
    const [later] = await count(brake, 1, 'user-1', NOW_MS + HOUR_MS / 2);

    expect(answers).toStrictEqual([
      { kind: 'go' },
      { kind: 'go' },
      { kind: 'spent', limit: '2 deletions an hour', untilMs: Date.parse('2026-11-22T12:00:00.000Z') },
    ]);
    expect(later).toStrictEqual({ kind: 'go' });
  });

  test('lets as many go in a day as its limit says, over all hours, and begins anew at midnight UTC', async () => {
    const brake = await makeBrake({ ...WIDE, perDay: 3 });
    const midnightMs = Date.parse('2026-11-23T00:00:00.000Z');
    await count(brake, 2);

    const answers = await count(brake, 2, 'user-2', NOW_MS + HOUR_MS);
    const [tomorrow] = await count(brake, 1, 'user-1', midnightMs);

    expect(answers).toStrictEqual([
      { kind: 'go' },
      { kind: 'spent', limit: '3 deletions a day', untilMs: midnightMs },
    ]);
    expect(tomorrow).toStrictEqual({ kind: 'go' });
  });

  test('stops a user at his own limit, and nobody else', async () => {
    const brake = await makeBrake({ ...WIDE, perUserDay: 1 });

    const [first, second] = await count(brake, 2, 'user-1');
    const [other] = await count(brake, 1, 'user-2');
    const [tomorrow] = await count(brake, 1, 'user-1', NOW_MS + 24 * HOUR_MS);

    expect(first).toStrictEqual({ kind: 'go' });
    expect(second).toStrictEqual({
      kind: 'spent',
      limit: '1 deletion a day for user-1',
      untilMs: Date.parse('2026-11-23T00:00:00.000Z'),
    });
    expect([other, tomorrow]).toStrictEqual([{ kind: 'go' }, { kind: 'go' }]);
  });

  test.each([
    ['an hour', { perHour: 0 }, '0 deletions an hour'],
    ['a day', { perDay: 0 }, '0 deletions a day'],
    ['a day for one user', { perUserDay: 0 }, '0 deletions a day for user-1'],
  ])('lets nothing go where the limit of %s is 0', async (_, none, limit) => {
    const brake = await makeBrake({ ...WIDE, ...none });

    const [answer] = await count(brake, 1);

    expect(answer).toMatchObject({ kind: 'spent', limit });
    expect(await brake.counted(NOW_MS)).toStrictEqual({ hour: 0, day: 0 });
  });

  test('counts nothing for who is refused', async () => {
    const brake = await makeBrake({ perHour: 2, perDay: 3, perUserDay: 1 });
    await count(brake, 5, 'user-1');

    const counted = await brake.counted(NOW_MS);
    await count(brake, 5, 'user-2');
    await count(brake, 5, 'user-3');
    // The third was refused by the hour and not counted against his own limit.
    const [third] = await count(brake, 1, 'user-3', NOW_MS + HOUR_MS);

    expect(counted).toStrictEqual({ hour: 1, day: 1 });
    expect(third).toStrictEqual({ kind: 'go' });
    expect(await brake.counted(NOW_MS)).toStrictEqual({ hour: 2, day: 3 });
  });

  test('answers what was counted in the hour and the day, and nothing of other days', async () => {
    const brake = await makeBrake(WIDE);
    await count(brake, 2);
    await count(brake, 1, 'user-2', NOW_MS - HOUR_MS);

    const counted = [await brake.counted(NOW_MS), await brake.counted(NOW_MS + 24 * HOUR_MS)];

    expect(counted).toStrictEqual([
      { hour: 2, day: 3 },
      { hour: 0, day: 0 },
    ]);
  });

  test('takes any user id, however long', async () => {
    const brake = await makeBrake({ ...WIDE, perUserDay: 1 });
    const long = '#'.repeat(4_000);

    const [first, second] = await count(brake, 2, long);

    expect([first?.kind, second?.kind]).toStrictEqual(['go', 'spent']);
  });
}

function racing(makeBrake: MakeBrake): void {
  test.each([
    ['an hour', { perHour: 7, perDay: 1_000, perUserDay: 1_000 }],
    ['a day', { perHour: 1_000, perDay: 7, perUserDay: 1_000 }],
    ['a day for one user', { perHour: 1_000, perDay: 1_000, perUserDay: 7 }],
  ])('lets exactly so many go in %s when forty come at once', async (_, limits) => {
    const brake = await makeBrake(limits);

    const answers = await Promise.all(
      Array.from({ length: 40 }, () => brake.countDeletion({ userId: 'user-1', nowMs: NOW_MS })),
    );

    expect(answers.filter(({ kind }) => kind === 'go')).toHaveLength(7);
  });
}
