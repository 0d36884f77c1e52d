// The hold on everything as people put, read and lift it.
import { describe, expect, test } from 'vitest';
import { brakeState, type HoldAllDeps, holdAll, releaseAll } from '../../lambdas/stages/hold-all.ts';
import { memoryBrake } from '../fakes/brake-memory.ts';
import { recordingLog } from '../fakes/recorders.ts';

const NOW_MS = Date.parse('2026-11-22T11:30:00.000Z');
const CALLER = { nowMs: NOW_MS, actor: 'user-9' };
const WISH = { reason: 'audit', userId: 'user-9' };
const LIMITS = { perHour: 10, perDay: 100, perUserDay: 50 };
const COURT_ORDER = { reason: 'court order', user_id: 'user-8', since: '2026-11-22T11:30:00.005Z' };

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

    const answer = await holdAll(given, { ...WISH, untilMs: NOW_MS + 60_000 }, CALLER);

    expect(answer.kind === 'held' && answer.state).toEqual({
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

    expect(again).toMatchObject({ state: { hold: { since: '2026-11-22T11:30:00.000Z' } } });
    expect(given.log.lines).toHaveLength(1);
  });

  test('that is over is not shown, and can be put again', async () => {
    const given = deps();
    await holdAll(given, { ...WISH, untilMs: NOW_MS + 1 }, CALLER);

    const over = await brakeState(given, NOW_MS + 1);
    const anew = await holdAll(given, { ...WISH, untilMs: NOW_MS + 9 }, { ...CALLER, nowMs: NOW_MS + 2 });

    expect(over.hold).toBeNull();
    expect(anew).toMatchObject({ state: { hold: { since: '2026-11-22T11:30:00.002Z' } } });
  });

  test('lifted leaves none, also when there was none', async () => {
    const given = deps();

    const none = await releaseAll(given, undefined, CALLER);
    await holdAll(given, WISH, CALLER);
    const lifted = await releaseAll(given, undefined, CALLER);

    expect([none.hold, lifted.hold]).toEqual([null, null]);
  });

  test('is not ended by a shorter one, whose caller learns who holds everything and why', async () => {
    const given = deps();
    await holdAll(given, WISH, CALLER);

    const shorter = { reason: 'lunch', userId: 'user-8', untilMs: NOW_MS + 60_000 };
    const answer = await holdAll(given, shorter, { nowMs: NOW_MS + 1, actor: 'user-8' });

    expect(answer).toMatchObject({
      kind: 'problem',
      problem: {
        status: 409,
        code: 'HOLD_ENDS_SOONER',
        detail: 'user-9 holds everything until it is lifted: audit',
      },
    });
    expect(await given.brake.holdOnAll()).toMatchObject({ user_id: 'user-9', reason: 'audit' });
  });

  test('is refused when a longer one is put while it looks', async () => {
    const given = deps();
    const { holdOnAll } = given.brake;
    let looks = 0;
    given.brake.holdOnAll = async () => {
      const hold = await holdOnAll();
      if (++looks === 1) await given.brake.setHoldOnAll(COURT_ORDER);
      return hold;
    };

    const answer = await holdAll(given, { ...WISH, untilMs: NOW_MS + 60_000 }, CALLER);

    expect(answer).toMatchObject({ kind: 'problem', problem: { code: 'HOLD_ENDS_SOONER' } });
    expect(await given.brake.holdOnAll()).toEqual(COURT_ORDER);
  });

  test('put while another is being lifted stays, and whoever lifts is told', async () => {
    const given = deps();
    await holdAll(given, WISH, CALLER);
    const { holdOnAll } = given.brake;
    let looks = 0;
    given.brake.holdOnAll = async () => {
      const hold = await holdOnAll();
      if (++looks === 1) await given.brake.setHoldOnAll(COURT_ORDER);
      return hold;
    };

    const state = await releaseAll(given, undefined, CALLER);

    expect(state.hold).toEqual(COURT_ORDER);
    expect(given.log.lines.map(({ message }) => message)).toEqual(['everything is held']);
  });
});
