// Which status may follow which, what a transition leaves on the record, and how claims keep others away.
import { describe, expect, test } from 'vitest';
import {
  canMove,
  claim,
  isBeforeDeletion,
  isLeased,
  isResting,
  lease,
  move,
  remark,
  stageOf,
  unpublished,
} from '../../lambdas/domain/lifecycle.ts';
import { type HistoryEntry, STATUSES, type Status } from '../../lambdas/domain/record.ts';
import { aRecord } from '../fakes/record.ts';

const NOW = '2026-11-22T12:00:00.000Z';
const NOW_MS = Date.parse(NOW);
const CHANGE = { atMs: NOW_MS, cause: 'because', actor: 'user-9' };

/** Written down from the design's stages: a status, and all that may follow it. */
const STEPS: Record<Status, string> = {
  requested: 'preparing archived scheduled deleted cancelled failed purging',
  preparing: 'archiving cancelled failed purging',
  archiving: 'archived cancelled failed purging',
  archived: 'deleting deleted cancelled failed purging',
  scheduled: 'deleting deleted cancelled failed purging',
  deleting: 'deleted archived scheduled cancelled failed purging',
  deleted: 'thawing purging',
  thawing: 'uploading failed purging',
  uploading: 'restored thawing failed purging',
  restored: 'thawing purging',
  cancelled: 'requested thawing purging',
  failed:
    'requested preparing archiving archived scheduled deleting deleted thawing uploading cancelled purging',
  purging: 'purged',
  purged: 'purging',
};

describe('a record', () => {
  test.each(STATUSES.map((from) => ({ from, to: STEPS[from] })))(
    'goes from $from to $to only',
    ({ from, to }) => {
      expect(STATUSES.filter((next) => canMove(from, next)).sort()).toEqual(to.split(' ').sort());
    },
  );

  test('never comes to deleting but from archived or scheduled, or from a failed deletion', () => {
    expect(STATUSES.filter((from) => canMove(from, 'deleting'))).toEqual(['archived', 'scheduled', 'failed']);
  });

  test.each(['deleted', 'restored', 'cancelled', 'failed', 'purged'] as const)('rests when %s', (status) => {
    expect(isResting(status)).toBe(true);
  });

  test.each(['requested', 'preparing', 'archiving', 'archived', 'deleting', 'thawing', 'uploading'] as const)(
    'does not rest while %s',
    (status) => {
      expect(isResting(status)).toBe(false);
    },
  );

  test('can be taken back in five statuses', () => {
    expect(STATUSES.filter(isBeforeDeletion)).toEqual([
      'requested',
      'preparing',
      'archiving',
      'archived',
      'scheduled',
    ]);
  });

  test.each([
    ['requested', 'master'],
    ['preparing', 'archive'],
    ['archiving', 'archive'],
    ['archived', 'expire'],
    ['scheduled', 'expire'],
    ['deleting', 'expire'],
    ['deleted', 'expire'],
    ['thawing', 'restore'],
    ['uploading', 'restore'],
    ['restored', 'restore'],
    ['cancelled', 'cancel'],
    ['failed', 'cancel'],
    ['purging', 'purge'],
    ['purged', 'purge'],
  ] as const)('that is %s belongs to stage %s', (status, stage) => {
    expect(stageOf(status)).toBe(stage);
  });
});

describe('a transition', () => {
  const before = aRecord({
    status: 'archiving',
    version: 4,
    attempts: 3,
    waiting_for: 'Mux',
    updated_at: '2026-11-01T00:00:00.000Z',
    progress: { bytes_done: 1, bytes_total: 2 },
  });

  test('is written into the history with the version it will be stored as', () => {
    const after = move(before, 'archived', CHANGE);

    expect(after.history).toEqual([
      { at: NOW, from: 'archiving', to: 'archived', cause: 'because', actor: 'user-9', version: 5 },
    ]);
    expect(after).toMatchObject({ status: 'archived', updated_at: NOW, version: 4, attempts: 0 });
    expect(after.waiting_for).toBeUndefined();
  });

  test('sets fields, and removes those set to undefined', () => {
    const after = move(before, 'archived', { ...CHANGE, set: { title: 'Köln', progress: undefined } });

    expect(after.title).toBe('Köln');
    expect(after.progress).toBeUndefined();
  });

  test('out of failed leaves the failure behind', () => {
    const failure = { code: 'C', message: 'm', action: 'a', from: 'archiving', retryable: true } as const;

    const after = move({ ...before, status: 'failed', failure }, 'archiving', CHANGE);

    expect(after.failure).toBeUndefined();
  });

  test('that the table does not have throws', () => {
    expect(() => move(before, 'deleted', CHANGE)).toThrow(
      'A record does not go from archiving to deleted (asset1).',
    );
  });

  test('keeps the latest 60 entries', () => {
    const history = Array.from({ length: 60 }, (_, at): HistoryEntry => entry(at));

    const after = move({ ...before, history }, 'archived', CHANGE);

    expect(after.history).toHaveLength(60);
    expect(after.history[0]?.version).toBe(1);
    expect(after.history.at(-1)?.to).toBe('archived');
  });
});

test('news are those entries that the bus has not been told of, oldest first', () => {
  const record = aRecord({ published_version: 2, history: [1, 2, 3, 5].map(entry) });

  expect(unpublished(record).map(({ version }) => version)).toEqual([3, 5]);
});

describe('a lease', () => {
  const asleep = aRecord({ wake_at: '2026-12-24T00:00:00.000Z', wake_lane: 'expire', attempts: 2 });

  test('moves the wake forward and never removes it', () => {
    expect(lease(asleep, NOW_MS, 60_000)).toEqual({
      ...asleep,
      wake_at: '2026-11-22T12:01:00.000Z',
      wake_lane: 'step',
      leased_until: '2026-11-22T12:01:00.000Z',
    });
  });

  test('by a claim counts the attempt', () => {
    expect(claim(asleep, NOW_MS, 60_000)).toMatchObject({
      attempts: 3,
      leased_until: '2026-11-22T12:01:00.000Z',
    });
  });

  test.each([
    ['without one', undefined, false],
    ['a millisecond before its end', '2026-11-22T12:00:00.001Z', true],
    ['at its end', NOW, false],
    ['after its end', '2026-11-22T11:59:59.999Z', false],
  ])('%s: %s holds others off: %s', (_, leased_until, expected) => {
    expect(isLeased(aRecord({ leased_until }), NOW_MS)).toBe(expected);
  });
});

function entry(version: number): HistoryEntry {
  return { at: NOW, from: null, to: 'requested', cause: 'c', actor: 'a', version };
}

test('news that is no transition stand in the history, for the bus to tell', () => {
  const record = aRecord({ status: 'archiving', version: 6, published_version: 6, attempts: 2 });

  const told = remark(record, { ...CHANGE, alarm: 'LOST_AT_SOURCE', set: { lost_at: NOW } });

  expect(told).toMatchObject({ status: 'archiving', attempts: 2, lost_at: NOW, updated_at: NOW });
  expect(unpublished(told)).toEqual([
    {
      at: NOW,
      from: 'archiving',
      to: 'archiving',
      cause: 'because',
      actor: 'user-9',
      version: 7,
      alarm: 'LOST_AT_SOURCE',
    },
  ]);
});
