// The door: what bodies and queries may hold, and that every refusal is a 400 that names its field.
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import type { Problem } from '../../lambdas/domain/problem.ts';
import * as door from '../../lambdas/handlers/request-body.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00.000Z');
const DAY_MS = 86_400_000;
const LEAST = { asset_id: 'asset1', deleted_by_user_id: 'user-7' };
const LIMITS = { graceDays: 30, minRetentionMs: 0 };

function problemOf(call: () => unknown): Problem {
  try {
    call();
  } catch (error) {
    if (error instanceof door.Refusal) return error.problem;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

function refused(schema: z.ZodType, body: unknown): Problem {
  return problemOf(() => door.parseBody(schema, JSON.stringify(body)));
}

describe('a delete request', () => {
  test.each<[string, object]>([
    ['the least there must be', LEAST],
    [
      'all there may be',
      {
        ...LEAST,
        expiration_date: '2026-12-24',
        reason: 'outdated',
        group_id: 'course-1',
        mode: 'archive_and_delete',
        playback: 'keep',
      },
    ],
    ['days of grace', { ...LEAST, grace_days: 0 }],
    ['losses that are accepted', { ...LEAST, accept_loss: ['OVERLAY', 'ADDITIONAL_AUDIO_TRACK'] }],
    ['all losses accepted', { ...LEAST, accept_loss: true }],
    ['ten years of grace', { ...LEAST, grace_days: 3_652 }],
    ['the longest asset id', { ...LEAST, asset_id: 'a'.repeat(255) }],
  ])('may hold %s', (_, body) => {
    expect(door.parseBody(door.deleteRequestBody, JSON.stringify(body))).toEqual(body);
  });

  test.each<[string, object, string]>([
    ['no asset id', { deleted_by_user_id: 'user-7' }, 'asset_id'],
    ['an empty asset id', { ...LEAST, asset_id: '' }, 'asset_id'],
    ['an asset id too long', { ...LEAST, asset_id: 'a'.repeat(256) }, 'asset_id'],
    ['a path as asset id', { ...LEAST, asset_id: '../b' }, 'asset_id'],
    ['an asset id and a line break', { ...LEAST, asset_id: 'asset1\n' }, 'asset_id'],
    ['an asset id with an umlaut', { ...LEAST, asset_id: 'köln' }, 'asset_id'],
    ['a number as asset id', { ...LEAST, asset_id: 1 }, 'asset_id'],
    ['no user', { asset_id: 'asset1' }, 'deleted_by_user_id'],
    ['an empty user', { ...LEAST, deleted_by_user_id: '' }, 'deleted_by_user_id'],
    ['a user too long', { ...LEAST, deleted_by_user_id: 'u'.repeat(256) }, 'deleted_by_user_id'],
    ['a number as date', { ...LEAST, expiration_date: 1_798_070_400 }, 'expiration_date'],
    ['half a day of grace', { ...LEAST, grace_days: 0.5 }, 'grace_days'],
    ['grace in the past', { ...LEAST, grace_days: -1 }, 'grace_days'],
    ['grace as text', { ...LEAST, grace_days: '30' }, 'grace_days'],
    ['more than ten years of grace', { ...LEAST, grace_days: 3_653 }, 'grace_days'],
    ['null as reason', { ...LEAST, reason: null }, 'reason'],
    ['a reason too long', { ...LEAST, reason: 'r'.repeat(1_001) }, 'reason'],
    ['an empty group', { ...LEAST, group_id: '' }, 'group_id'],
    ['another mode', { ...LEAST, mode: 'delete' }, 'mode'],
    ['another playback', { ...LEAST, playback: 'pause' }, 'playback'],
    ['a loss that is none', { ...LEAST, accept_loss: ['OVERLAYS'] }, 'accept_loss'],
    ['no loss in the list', { ...LEAST, accept_loss: [] }, 'accept_loss'],
    ['a refusal as acceptance', { ...LEAST, accept_loss: false }, 'accept_loss'],
  ])('never holds %s', (_, body, field) => {
    expect(refused(door.deleteRequestBody, body)).toMatchObject({
      status: 400,
      code: 'INVALID_FIELD',
      field,
      detail: expect.stringContaining(field),
    });
  });

  test('without a field it needs is told so in these words', () => {
    expect(refused(door.deleteRequestBody, { asset_id: 'asset1' }).detail).toBe(
      'deleted_by_user_id is required.',
    );
  });

  test('is refused for a field nobody knows, which it names', () => {
    expect(refused(door.deleteRequestBody, { ...LEAST, expires_at: '2026-12-24' })).toEqual({
      status: 400,
      code: 'UNKNOWN_FIELD',
      field: 'expires_at',
      detail: 'There is no field "expires_at".',
      action: 'Check its spelling, or leave it out.',
    });
  });

  test('is refused for __proto__ as for any unknown field', () => {
    const text = '{"asset_id":"asset1","deleted_by_user_id":"user-7","__proto__":{"reason":"x"}}';

    expect(problemOf(() => door.parseBody(door.deleteRequestBody, text))).toMatchObject({
      status: 400,
      code: 'UNKNOWN_FIELD',
      field: '__proto__',
    });
  });
});

describe('the body', () => {
  test.each(['null', '[]', '"text"', '7'])('is refused when it is %s', (text) => {
    expect(problemOf(() => door.parseBody(door.cancelBody, text))).toMatchObject({
      status: 400,
      code: 'INVALID_FIELD',
      field: 'body',
    });
  });

  test.each(['{', 'asset_id=asset1', '{"a":1}}', 'undefined'])(
    'is refused when it is no JSON: %s',
    (text) => {
      expect(problemOf(() => door.parseBody(door.cancelBody, text))).toMatchObject({
        status: 400,
        code: 'BODY_NOT_JSON',
        field: 'body',
      });
    },
  );

  test.each(['', ' \n'])('may be left out where nothing is needed: %j', (text) => {
    expect(door.parseBody(door.cancelBody, text)).toEqual({});
    expect(door.parseBody(door.restoreBody, text)).toEqual({});
  });

  test('is refused above 64 KiB, counted in bytes', () => {
    const ofBytes = (count: number) => `{"reason":"${'ö'.repeat((count - 14) / 2)}x"}`;

    expect(problemOf(() => door.parseBody(door.cancelBody, ofBytes(65_538)))).toMatchObject({
      status: 400,
      code: 'BODY_TOO_LARGE',
    });
    expect(problemOf(() => door.parseBody(door.cancelBody, ofBytes(65_536))).code).toBe('INVALID_FIELD');
  });
});

describe('the other calls', () => {
  test.each<[string, z.ZodType, object]>([
    ['a new date', door.rescheduleBody, { expiration_date: '2026-12-24', user_id: 'u', reason: 'r' }],
    ['a new end of the archive', door.rescheduleBody, { archive_until: null, user_id: 'u', reason: 'r' }],
    ['a cancel', door.cancelBody, { user_id: 'u', reason: 'r' }],
    ['a restore by tier', door.restoreBody, { tier: 'Expedited' }],
    ['a restore by need', door.restoreBody, { need_by: '2026-12-24T00:00:00Z', user_id: 'u', reason: 'r' }],
  ])('take %s', (_, schema, body) => {
    expect(door.parseBody(schema, JSON.stringify(body))).toEqual(body);
  });

  test.each<[string, z.ZodType, object, string]>([
    [
      'a new date without a user',
      door.rescheduleBody,
      { expiration_date: '2026-12-24', reason: 'r' },
      'user_id',
    ],
    [
      'a new date without a reason',
      door.rescheduleBody,
      { expiration_date: '2026-12-24', user_id: 'u' },
      'reason',
    ],
    [
      'a new date by days',
      door.rescheduleBody,
      { expiration_date: 'd', user_id: 'u', reason: 'r', grace_days: 3 },
      'grace_days',
    ],
    ['a tier in small letters', door.restoreBody, { tier: 'bulk' }, 'tier'],
    ['a restore with a date', door.restoreBody, { expiration_date: '2026-12-24' }, 'expiration_date'],
    ['a cancel of another asset', door.cancelBody, { asset_id: 'asset2' }, 'asset_id'],
  ])('refuse %s', (_, schema, body, field) => {
    expect(refused(schema, body)).toMatchObject({ status: 400, field });
  });
});

describe('a list query', () => {
  const parse = (query: object) => door.parse(door.listQuery, query, 'query');

  test('asks for 50 unless it says otherwise', () => {
    expect(parse({})).toEqual({ limit: 50 });
  });

  test('takes text as it comes in a URL', () => {
    expect(parse({ status: 'archived', group_id: 'g', cursor: 'c', limit: '100' })).toEqual({
      status: 'archived',
      group_id: 'g',
      cursor: 'c',
      limit: 100,
    });
  });

  test.each<[object, string]>([
    [{ limit: '0' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ limit: '1.5' }, 'limit'],
    [{ limit: 'all' }, 'limit'],
    [{ limit: '' }, 'limit'],
    [{ status: 'gone' }, 'status'],
    [{ cursor: '' }, 'cursor'],
    [{ page: '2' }, 'page'],
  ])('never holds %j', (query, field) => {
    expect(problemOf(() => parse(query))).toMatchObject({ status: 400, field });
  });
});

describe('the expiration date', () => {
  test.each<[string, object, number]>([
    ['the days of grace of the stack', {}, NOW_MS + 30 * DAY_MS],
    ['the days of grace asked for', { grace_days: 7 }, NOW_MS + 7 * DAY_MS],
    ['now, for no days of grace', { grace_days: 0 }, NOW_MS],
    ['the date asked for', { expiration_date: '2026-12-24T00:00:00Z' }, 1_798_070_400_000],
    ['the end of the day asked for', { expiration_date: '2026-12-24' }, 1_798_156_799_999],
    ['the end of today', { expiration_date: '2026-11-22' }, 1_795_391_999_999],
    [
      'a past date: whether it still counts is for the decision',
      { expiration_date: '2026-11-01T00:00:00Z' },
      1_793_491_200_000,
    ],
    // Leap days in 2028, 2032 and 2036: ten years are 3,653 days.
    ['ten years from now', { expiration_date: '2036-11-22T12:00:00Z' }, NOW_MS + 3_653 * DAY_MS],
  ])('is %s', (_, wish, expected) => {
    expect(door.expirationMs(wish, 30, NOW_MS)).toBe(expected);
  });

  test.each<[string, object, string, string]>([
    ['given twice', { expiration_date: '2026-12-24', grace_days: 30 }, 'BOTH_DATES', 'grace_days'],
    ['no date', { expiration_date: 'soon' }, 'INVALID_DATE', 'expiration_date'],
    ['without offset', { expiration_date: '2026-12-24T00:00:00' }, 'INVALID_DATE', 'expiration_date'],
    ['31 February', { expiration_date: '2027-02-31' }, 'INVALID_DATE', 'expiration_date'],
    [
      'further than ten years',
      { expiration_date: '2036-11-22T12:00:01Z' },
      'DATE_TOO_FAR',
      'expiration_date',
    ],
  ])('is refused when %s', (_, wish, code, field) => {
    expect(problemOf(() => door.expirationMs(wish, 30, NOW_MS))).toMatchObject({ status: 400, code, field });
  });

  test('that is moved or needed must lie ahead', () => {
    expect(door.futureDate('2026-11-22T12:00:00.001Z', 'need_by', NOW_MS)).toBe(NOW_MS + 1);
    expect(problemOf(() => door.futureDate('2026-11-22T12:00:00Z', 'need_by', NOW_MS))).toMatchObject({
      status: 400,
      code: 'DATE_IN_PAST',
      field: 'need_by',
    });
  });
});

test.each([
  [undefined, undefined],
  ['keep', undefined],
  ['revoke', 'revoke'],
] as const)('playback %s is asked for as %s', (playback, wish) => {
  const body = door.parse(door.deleteRequestBody, { ...LEAST, playback }, 'body');

  expect(door.deletionWish(body, LIMITS, 0).playback).toBe(wish);
});

test('a deletion without a copy revokes no playback', () => {
  expect(refused(door.deleteOnlyBody, { ...LEAST, playback: 'revoke' })).toMatchObject({
    status: 400,
    field: 'playback',
  });
});

describe('the end of an archive', () => {
  const NOW = Date.UTC(2026, 10, 22, 12);
  const wish = (dates: object) => door.rescheduleWish({ user_id: 'u', reason: 'r', ...dates }, NOW);
  const asked = (archive_until: string | null) =>
    door.deletionWish({ asset_id: 'a', deleted_by_user_id: 'u', archive_until }, LIMITS, NOW);

  test('is read as an expiration date is, and null is for ever', () => {
    expect(asked('2027-12-24').archiveUntilMs).toBe(Date.UTC(2027, 11, 24, 23, 59, 59, 999));
    expect(asked('2126-11-01T00:00:00+01:00').archiveUntilMs).toBe(Date.UTC(2126, 9, 31, 23));
    expect(asked(null)).toMatchObject({ archiveUntilMs: null, asked: { archive_until: null } });
    expect(wish({ archive_until: null })).toMatchObject({ archiveUntilMs: null, expirationMs: undefined });
  });

  test.each([
    ['not a date', 'INVALID_DATE', () => asked('soon')],
    ['more than a hundred years away', 'DATE_TOO_FAR', () => asked('2126-12-31')],
    ['moved into the past', 'DATE_IN_PAST', () => wish({ archive_until: '2026-11-21' })],
  ])('that is %s is refused', (_, code, call) => {
    expect(problemOf(call)).toMatchObject({ status: 400, code, field: 'archive_until' });
  });

  test('is one of two dates, of which a move names at least one', () => {
    expect(problemOf(() => wish({}))).toMatchObject({ status: 400, code: 'NO_DATE' });
  });
});
