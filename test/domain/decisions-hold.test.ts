// Holds on one asset: in which status they can be put and lifted, and what they leave on the record.
import { describe, expect, test } from 'vitest';
import { decideHold, decideRelease } from '../../lambdas/domain/decisions-hold.ts';
import type { Status } from '../../lambdas/domain/record.ts';
import { CALLER, failedFrom, inStatus, NOW, written } from './decision-records.ts';

const WISH = { reason: 'court order', userId: 'user-9' };
const HOLD = { reason: 'court order', user_id: 'user-9', since: '2026-11-21T00:00:00.000Z' };
type Living = Exclude<Status, 'failed'>;

describe('a hold', () => {
  test.each<Living>(['requested', 'preparing', 'archiving', 'archived', 'cancelled'])(
    'can be put on a record that is %s, which stays so and is woken to tell',
    (status) => {
      const record = inStatus(status);

      const held = written(decideHold(record, WISH, CALLER));

      expect(held).toMatchObject({
        status,
        life: 3,
        hold: { reason: 'court order', user_id: 'user-9', since: NOW },
        expiration_date: record.expiration_date,
        wake_at: NOW,
      });
      expect(held.history.at(-1)).toEqual({
        at: NOW,
        from: status,
        to: status,
        cause: 'held by user-9: court order',
        actor: 'user-9',
        version: 8,
      });
    },
  );

  test.each<Living>(['requested', 'preparing', 'archiving', 'archived'])(
    'can be put on one that failed while it was %s',
    (from) => {
      const held = written(decideHold(failedFrom(from), WISH, CALLER));

      expect(held).toMatchObject({ status: 'failed', hold: { reason: 'court order' } });
    },
  );

  test.each<[Living, string, string]>([
    ['deleting', 'TOO_LATE_TO_HOLD', '/v1/hold'],
    ['deleted', 'NOTHING_TO_HOLD', 'restore'],
    ['thawing', 'NOTHING_TO_HOLD', 'restore'],
    ['uploading', 'NOTHING_TO_HOLD', 'restore'],
  ])('is refused when the record is %s: %s', (status, code, way) => {
    const decision = decideHold(inStatus(status), WISH, CALLER);

    expect(decision).toMatchObject({ kind: 'refuse', problem: { status: 409, code } });
    expect(decision).toMatchObject({ problem: { action: expect.stringContaining(way) } });
  });

  test('is refused for a restored record with the asset that there is now', () => {
    const decision = decideHold(inStatus('restored'), WISH, CALLER);

    expect(decision).toMatchObject({
      kind: 'refuse',
      problem: { status: 409, code: 'ALREADY_RESTORED', current_asset_id: 'new1' },
    });
  });

  test('says until when it lasts', () => {
    const untilMs = Date.parse('2026-12-31T00:00:00Z');

    const held = written(decideHold(inStatus('archived'), { ...WISH, untilMs }, CALLER));

    expect(held.hold?.until).toBe('2026-12-31T00:00:00.000Z');
    expect(held.history.at(-1)?.cause).toBe('held by user-9 until 2026-12-31T00:00:00.000Z: court order');
  });

  test('put again in the same words is answered without a write', () => {
    const decision = decideHold(inStatus('archived', { hold: HOLD }), WISH, CALLER);

    expect(decision).toEqual({ kind: 'answer', status: 200 });
  });

  test.each([
    ['reason', { ...WISH, reason: 'audit' }],
    ['person', { ...WISH, userId: 'user-8' }],
    ['end that is later', { ...WISH, untilMs: Date.parse('2027-01-01T00:00:00Z') }],
    ['end that is never', { ...WISH, untilMs: undefined }],
  ])('put again with another %s takes the place of the first', (_, wish) => {
    const hold = { ...HOLD, until: '2026-12-31T00:00:00.000Z' };
    const untilMs = Date.parse(hold.until);

    const held = written(decideHold(inStatus('archived', { hold }), { untilMs, ...wish }, CALLER));

    expect(held.hold).toMatchObject({ reason: wish.reason, user_id: wish.userId, since: NOW });
  });

  test.each([
    [undefined, 'until it is lifted'],
    ['2026-12-31T00:00:00.001Z', 'until 2026-12-31T00:00:00.001Z'],
  ])(
    'that ends before the one in force (%s) is refused, with who holds it, why and until when',
    (until, said) => {
      const record = inStatus('archived', { hold: { ...HOLD, until } });
      const untilMs = Date.parse('2026-12-31T00:00:00Z');

      const decision = decideHold(record, { reason: 'a call', userId: 'user-8', untilMs }, CALLER);

      expect(decision).toMatchObject({
        kind: 'refuse',
        problem: {
          status: 409,
          code: 'HOLD_ENDS_SOONER',
          detail: `user-9 holds asset ${record.asset_id} ${said}: court order`,
          action: expect.stringContaining('DELETE'),
        },
      });
    },
  );

  test('can be shorter than one that is over', () => {
    const over = { ...HOLD, since: '2026-01-01T00:00:00.000Z', until: NOW };
    const untilMs = Date.parse(NOW) + 1;

    const held = written(decideHold(inStatus('archived', { hold: over }), { ...WISH, untilMs }, CALLER));

    expect(held.hold?.since).toBe(NOW);
  });

  test('leaves the claim of whoever works on the record alone', () => {
    const lease = { leased_until: '2026-11-22T12:01:00.000Z', wake_at: '2026-11-22T12:01:00.000Z' };

    const held = written(decideHold(inStatus('archiving', lease), WISH, CALLER));

    expect(held).toMatchObject(lease);
  });
});

describe('lifting a hold', () => {
  test.each<Living>(['requested', 'archived', 'cancelled', 'deleted', 'restored'])(
    'is possible when the record is %s, and wakes it',
    (status) => {
      const record = inStatus(status, { hold: HOLD });

      const lifted = written(decideRelease(record, 'settled', CALLER));

      expect(lifted).toMatchObject({ status, wake_at: NOW, wake_lane: 'step' });
      expect(lifted.hold).toBeUndefined();
      expect(lifted.history.at(-1)).toMatchObject({ cause: 'hold lifted: settled', actor: 'user-9' });
    },
  );

  test('that is not there is answered without a write', () => {
    const decision = decideRelease(inStatus('archived'), undefined, CALLER);

    expect(decision).toEqual({ kind: 'answer', status: 200 });
  });
});
