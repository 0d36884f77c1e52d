// Places in the line for a master, and when a place is expected to be served.
import { expect, test } from 'vitest';
import { inLineSince, placeInLine } from '../../lambdas/domain/admission.ts';
import { aRecord } from '../fakes/record.ts';

const NOON_MS = Date.UTC(2026, 10, 1, 12);
const entry = { cause: 'any', actor: 'user-7', version: 1 };

test('a place in line is of the moment of the request, whatever date it was moved to since', () => {
  const record = aRecord({
    created_at: '2026-10-01T00:00:00.000Z',
    history: [
      { ...entry, at: '2026-10-01T00:00:00.000Z', from: null, to: 'requested' },
      { ...entry, at: '2026-10-02T00:00:00.000Z', from: 'requested', to: 'failed' },
      { ...entry, at: '2026-11-01T00:00:00.000Z', from: 'failed', to: 'requested' },
      { ...entry, at: '2026-11-01T08:00:00.000Z', from: 'requested', to: 'requested' },
    ],
  });

  const since = inLineSince(record);

  expect(since).toBe('2026-11-01T00:00:00.000Z');
});

test('who is next is expected within a minute and the time of six calls', () => {
  const place = placeInLine(0, 800, NOON_MS);

  expect(place).toEqual({
    position: 1,
    expected_by: '2026-11-01T12:01:04.800Z',
    next_action_at: '2026-11-01T12:01:04.800Z',
  });
});

test('the last of 1,000 is expected 80 minutes later', () => {
  const place = placeInLine(999, 800, NOON_MS);

  // 1,000 times 4.8 s, and a minute for the sweep.
  expect(place).toMatchObject({ position: 1_000, expected_by: '2026-11-01T13:21:00.000Z' });
});

test('beyond 1,000 a place is said to be at least that, and nothing is promised', () => {
  const place = placeInLine(1_000, 800, NOON_MS);

  expect(JSON.parse(JSON.stringify(place))).toEqual({ position: 1_000, position_is_least: true });
});
