// The hold on everything as people put, read and lift it.
import { describe, expect, test } from 'vitest';
import { brakeState, type HoldAllDeps, holdAll, releaseAll } from '../../lambdas/stages/hold-all.ts';
import { memoryBrake } from '../fakes/brake-memory.ts';
import { recordingLog } from '../fakes/recorders.ts';

const NOW_MS = Date.parse('2026-11-22T11:30:00.000Z');
const CALLER = { nowMs: NOW_MS, actor: 'user-9' };
const WISH = { reason: 'audit', userId: 'user-9' };
const LIMITS = { perHour: 10, perDay: 100, perUserDay: 50 };

function deps() {
  return {
    brake: memoryBrake(LIMITS),
    log: recordingLog(),
    deletions: 'on',
    limits: LIMITS,
  } satisfies HoldAllDeps;
}

describe('a hold on everything', () => {
  test('is shown with the limits and what they have left', async () => {
    const given = deps();
    await given.brake.countDeletion({ userId: 'user-7', nowMs: NOW_MS });

    const state = await holdAll(given, { ...WISH, untilMs: NOW_MS + 60_000 }, CALLER);

    expect(state).toEqual({
      hold: {
        reason: 'audit',
        user_id: 'user-9',
        since: '2026-11-22T11:30:00.000Z',
        until: '2026-11-22T11:31:00.000Z',
      },
      deletions: 'on',
      limits: { per_hour: 10, per_day: 100, per_user_day: 50 },
      counted: { hour: 1, day: 1 },
    });
  });

  test('is in the log, when it is put and when it is lifted', async () => {
    const given = deps();

    await holdAll(given, WISH, CALLER);
    await releaseAll(given, 'settled', { nowMs: NOW_MS + 1, actor: 'user-8' });

    expect(given.log.lines.map(({ message, fields }) => [message, fields])).toEqual([
      ['everything is held', expect.objectContaining({ reason: 'audit', user_id: 'user-9' })],
      ['the hold on everything is lifted', expect.objectContaining({ by: 'user-8', reason: 'settled' })],
    ]);
  });

  test('put again in the same words is in force since the first', async () => {
    const given = deps();
    await holdAll(given, WISH, CALLER);

    const again = await holdAll(given, WISH, { ...CALLER, nowMs: NOW_MS + 5_000 });

    expect(again.hold?.since).toBe('2026-11-22T11:30:00.000Z');
    expect(given.log.lines).toHaveLength(1);
  });

  test('that is over is not shown, and can be put again', async () => {
    const given = deps();
    await holdAll(given, { ...WISH, untilMs: NOW_MS + 1 }, CALLER);

    const over = await brakeState(given, NOW_MS + 1);
    const anew = await holdAll(given, { ...WISH, untilMs: NOW_MS + 9 }, { ...CALLER, nowMs: NOW_MS + 2 });

    expect(over.hold).toBeNull();
    expect(anew.hold?.since).toBe('2026-11-22T11:30:00.002Z');
  });

  test('lifted leaves none, also when there was none', async () => {
    const given = deps();

    const none = await releaseAll(given, undefined, CALLER);
    await holdAll(given, WISH, CALLER);
    const lifted = await releaseAll(given, undefined, CALLER);

    expect([none.hold, lifted.hold]).toEqual([null, null]);
  });
});
