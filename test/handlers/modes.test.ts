// The door for modes: what each may be asked with.
import { describe, expect, test } from 'vitest';
import * as door from '../../lambdas/handlers/request-body.ts';

const NOW_MS = Date.UTC(2026, 10, 22);
const LEAST = { asset_id: 'asset1', deleted_by_user_id: 'user-7' };
const LIMITS = { graceDays: 30, minRetentionMs: 0 };

function problemOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof door.Refusal) return error.problem;
    throw error;
  }
  return undefined;
}

const wishOf = (body: object) =>
  door.deletionWish(door.parse(door.deleteRequestBody, { ...LEAST, ...body }, 'body'), LIMITS, NOW_MS);

describe('a mode', () => {
  test('archive_only has the date that means never', () => {
    const { mode, expirationMs, asked } = wishOf({ mode: 'archive_only' });

    expect([mode, new Date(expirationMs).toISOString()]).toEqual([
      'archive_only',
      '9999-12-31T23:59:59.999Z',
    ]);
    expect([asked.expiration_date, asked.grace_days]).toEqual([undefined, undefined]);
  });

  test('that is the default is the same as none', () => {
    expect(wishOf({ mode: 'archive_and_delete' })).toEqual(wishOf({}));
  });

  test.each([
    [{ mode: 'archive_only', expiration_date: '2026-12-24' }, 'DATE_WITHOUT_DELETION', 'expiration_date'],
    [{ mode: 'archive_only', grace_days: 0 }, 'DATE_WITHOUT_DELETION', 'grace_days'],
    [{ mode: 'delete_only' }, 'MODE_NEEDS_ITS_ROUTE', 'mode'],
    [{ mode: 'delete' }, 'INVALID_FIELD', 'mode'],
  ])('%j is refused with %s of %s', (body, code, field) => {
    expect(problemOf(() => wishOf(body))).toMatchObject({ status: 400, code, field });
  });

  test.each(['mode', 'playback', 'accept_loss', 'archive_until'])(
    'delete_only by its route takes no %s',
    (field) => {
      const body = { ...LEAST, [field]: 'x' };

      expect(problemOf(() => door.parse(door.deleteOnlyBody, body, 'body'))).toMatchObject({
        code: 'UNKNOWN_FIELD',
        field,
      });
    },
  );
});
