// What a step counts: bytes that arrived, masters that run out of time, erasures that do not end.
import { describe, expect, test } from 'vitest';
import { SetUpError } from '../../lambdas/domain/failures.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { measuresOf, measuresOfError, traceOf } from '../../lambdas/stages/measures.ts';
import type { Next } from '../../lambdas/stages/stage.ts';
import { aRecord } from '../fakes/record.ts';

const NOW_MS = Date.parse('2026-11-10T20:00:00.000Z');
const WAIT: Next = { kind: 'wait', untilMs: NOW_MS, waitingFor: 'a part' };
const moveTo = (to: AssetRecord['status']): Next => ({ kind: 'move', to, cause: 'done' });
const archive = { size_bytes: 4_096 } as AssetRecord['archive'];
const restore = { estimated_cost_usd: 0.25 } as AssetRecord['restore'];

const entry = (more: Partial<AssetRecord['history'][number]>) => ({
  ...({ at: '2026-11-10T00:00:00.000Z', from: 'preparing', to: 'archiving', cause: 'copying' } as const),
  ...{ actor: 'icehouse', version: 1, ...more },
});

describe('a record that moves on', () => {
  test.each([
    ['archive', 'archived', { Moves: 1, Bytes: 4_096 }],
    ['expire', 'deleted', { Moves: 1, Bytes: 4_096 }],
    ['restore', 'restored', { Moves: 1, Bytes: 4_096, RestoreUsd: 0.25 }],
    ['restore', 'uploading', { Moves: 1 }],
    ['expire', 'archived', { Moves: 1 }],
    ['archive', 'failed', { Failed: 1 }],
  ] as const)('by stage %s to %s counts %j', (stage, to, expected) => {
    const measures = measuresOf(stage, moveTo(to), aRecord({ status: to, archive, restore }), NOW_MS);

    expect(measures).toEqual(expected);
  });
});

describe('a master', () => {
  const copying = (more: Partial<AssetRecord>) =>
    aRecord({
      status: 'archiving',
      history: [entry({})],
      progress: { bytes_done: 1, bytes_total: 2 },
      ...more,
    });

  test.each<[string, string, Partial<AssetRecord>, number | undefined]>([
    ['with four hours left', '2026-11-10T20:00:00.000Z', {}, undefined],
    ['with a millisecond less', '2026-11-10T20:00:00.001Z', {}, 1],
    ['that lapsed', '2026-11-12T00:00:00.000Z', {}, 1],
    [
      'of which no byte is missing',
      '2026-11-10T23:00:00.000Z',
      { progress: { bytes_done: 2, bytes_total: 2 } },
      undefined,
    ],
    [
      'that was asked for again',
      '2026-11-10T23:00:00.000Z',
      { master: { requested_at: '2026-11-10T12:00:00.000Z', restarts: 1 } },
      undefined,
    ],
    ['that is not copied yet', '2026-11-10T23:00:00.000Z', { status: 'preparing' }, undefined],
  ])('%s is judged by its day', (_, now, more, expected) => {
    const measures = measuresOf('archive', WAIT, copying(more), Date.parse(now));

    expect(measures.MastersAtRisk).toBe(expected);
  });
});

describe('an erasure', () => {
  const order = { id: 'order1' } as NonNullable<AssetRecord['purge']>['order'];
  const purging = (purge: object) =>
    aRecord({
      status: 'purging',
      purge: { from: 'deleted', executes_at: '2026-11-09T20:00:00.000Z', ...purge },
    });

  test.each([
    ['on its last day', '2026-11-10T20:00:00.000Z', { order }, {}],
    ['a day late', '2026-11-10T20:00:00.001Z', { order }, { ErasuresOverdue: 1 }],
    [
      'that is blocked',
      '2026-11-10T20:00:00.000Z',
      { order, blocked_until: '2027-01-01T00:00:00.000Z' },
      { ErasuresBlocked: 1 },
    ],
    ['that another record leads', '2026-11-20T20:00:00.000Z', { led_by: 'asset0' }, {}],
    ['that is the end of an archive', '2026-11-20T20:00:00.000Z', {}, {}],
  ])('%s', (_, now, purge, expected) => {
    expect(measuresOf('purge', WAIT, purging(purge), Date.parse(now))).toEqual(expected);
  });
});

describe('an error', () => {
  const setUp = new SetUpError('VAULT_DENIED', 'No grant.', { action: 'Grant it.' });

  test.each([
    ['of the set-up', setUp, 'VAULT_DENIED', { StepErrors: 1, SetUpErrors: 1 }],
    ['of an archive', new Error(), 'ARCHIVE_SIZE_MISMATCH', { StepErrors: 1, VerificationFailed: 1 }],
    ['of a manifest', new Error(), 'MANIFEST_UNREADABLE', { StepErrors: 1, VerificationFailed: 1 }],
    ['of any other kind', new Error(), 'MUX_UNREADABLE', { StepErrors: 1 }],
  ])('%s counts as such', (_, error, code, expected) => {
    expect(measuresOfError(error, code)).toEqual(expected);
  });
});

test('the trace is the id of the call that asked for this deletion, not of an earlier one', () => {
  const history = [
    entry({ from: null, to: 'requested', request_id: 'call-1' }),
    entry({ from: 'requested', to: 'cancelled', request_id: 'call-2' }),
    entry({ from: 'cancelled', to: 'requested', request_id: 'call-3' }),
    entry({}),
    entry({ from: 'archived', to: 'archived', request_id: 'call-4' }),
  ];

  expect(traceOf(aRecord({ history }))).toBe('call-3');
});
