// The design's table "What may happen when", cell by cell: eleven statuses by five calls, and each way to have failed.
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../lambdas/domain/decisions.ts';
import type { AssetRecord, Status } from '../../lambdas/domain/record.ts';
import { CALLS, failedFrom, inStatus, NOW } from './decision-records.ts';

/** What a caller and the next stage see of a decision. */
function seen(decision: Decision, before: AssetRecord) {
  if (decision.kind === 'refuse') {
    const { status: http, code, current_asset_id } = decision.problem;
    return { http, code, current_asset_id };
  }
  if (decision.kind === 'ask-platform') return { asks: decision.assetId };
  const { status: http, outcome } = decision;
  if (decision.kind === 'answer') return { http, outcome, warning: decision.warning, stores: 'nothing' };
  const { record } = decision;
  expect(record.archive).toEqual(before.archive);
  expect(record.upload?.upload_id).toBe(before.upload?.upload_id);
  const isNewInLine = record.status === 'requested' && before.status !== 'requested';
  const wake_lane = isNewInLine ? 'admit' : 'step';
  expect(record).toMatchObject({ version: 7, wake_at: NOW, wake_lane, updated_at: NOW, attempts: 0 });
  return { http, outcome, to: record.status, life: record.life };
}

const unchanged = { http: 200, stores: 'nothing' };
const differs = { http: 409, code: 'REQUEST_DIFFERS' };
const takenBack = { http: 200, outcome: 'cancelled', to: 'cancelled', life: 3 };
const tooLate = { http: 409, code: 'TOO_LATE_TO_CANCEL' };
const underWay = { http: 200, outcome: 'restoring', stores: 'nothing' };
const restores = { http: 202, outcome: 'restoring', to: 'thawing', life: 3 };
const restored = { http: 409, code: 'ALREADY_RESTORED', current_asset_id: 'new1' };
const newLife = { http: 202, to: 'requested', life: 4 };
const fixed = { http: 409, code: 'TOO_LATE_TO_RESCHEDULE' };
const standsStill = { http: 409, code: 'BEING_PURGED' };
const isPurged = { http: 409, code: 'PURGED' };
const moved = (status: Status) => ({ http: 200, to: status, life: 3 });

type Row = { [call in keyof typeof CALLS]: object };
const beforeDeletion = (status: Status): Row => ({
  'same request': unchanged,
  'different request': differs,
  cancel: takenBack,
  restore: takenBack,
  patch: moved(status),
});
const TABLE: Record<Exclude<Status, 'failed'>, Row> = {
  requested: beforeDeletion('requested'),
  preparing: beforeDeletion('preparing'),
  archiving: beforeDeletion('archiving'),
  archived: beforeDeletion('archived'),
  scheduled: beforeDeletion('scheduled'),
  deleting: {
    'same request': unchanged,
    'different request': differs,
    cancel: tooLate,
    restore: { http: 202, outcome: 'restoring', to: 'deleting', life: 3 },
    patch: fixed,
  },
  deleted: {
    'same request': unchanged,
    'different request': differs,
    cancel: tooLate,
    restore: restores,
    patch: fixed,
  },
  thawing: {
    'same request': unchanged,
    'different request': differs,
    cancel: tooLate,
    restore: underWay,
    patch: fixed,
  },
  uploading: {
    'same request': unchanged,
    'different request': differs,
    cancel: tooLate,
    restore: underWay,
    patch: fixed,
  },
  restored: {
    'same request': restored,
    'different request': restored,
    cancel: restored,
    restore: { asks: 'new1' },
    patch: { ...fixed, current_asset_id: 'new1' },
  },
  cancelled: {
    'same request': newLife,
    'different request': newLife,
    cancel: { ...unchanged, outcome: 'cancelled' },
    restore: { asks: 'asset1' },
    patch: fixed,
  },
  purging: {
    'same request': standsStill,
    'different request': standsStill,
    cancel: standsStill,
    restore: standsStill,
    patch: standsStill,
  },
  purged: {
    'same request': isPurged,
    'different request': isPurged,
    cancel: isPurged,
    restore: isPurged,
    patch: isPurged,
  },
};

const failedBeforeDeletion = (from: Status): Row => ({
  'same request': { http: 202, to: from, life: 3 },
  'different request': { http: 202, to: from, life: 3 },
  cancel: takenBack,
  restore: takenBack,
  patch: moved('failed'),
});
const failedAfter = (from: Status, restore: object): Row => ({
  'same request': { http: 202, to: from, life: 3 },
  'different request': { http: 202, to: from, life: 3 },
  cancel: tooLate,
  restore,
  patch: fixed,
});
const resumed = (to: Status) => ({ http: 200, outcome: 'restoring', to, life: 3 });
const FAILED: Partial<Record<Status, Row>> = {
  requested: failedBeforeDeletion('requested'),
  preparing: failedBeforeDeletion('preparing'),
  archiving: failedBeforeDeletion('archiving'),
  archived: failedBeforeDeletion('archived'),
  scheduled: failedBeforeDeletion('scheduled'),
  // Its date was moved ahead: see "goes on with the deletion" for one that has passed.
  deleting: failedAfter('archived', { ...resumed('deleting'), http: 202 }),
  deleted: failedAfter('deleted', restores),
  thawing: failedAfter('thawing', resumed('thawing')),
  uploading: failedAfter('uploading', resumed('uploading')),
};

const rowsOf = (table: Partial<Record<Status, Row>>) =>
  Object.entries(table).flatMap(([status, row]) =>
    Object.entries(row).map(([call, expected]) => ({
      status: status as Exclude<Status, 'failed'>,
      call: call as keyof typeof CALLS,
      expected,
      means: Object.values(expected).join(' '),
    })),
  );

describe('what may happen when', () => {
  test.each(rowsOf(TABLE))('$status, $call: $means', ({ status, call, expected }) => {
    const record = inStatus(status);

    const decision = CALLS[call](record);

    expect(seen(decision, record)).toEqual(expected);
  });

  test.each(rowsOf(FAILED))('failed from $status, $call: $means', ({ status, call, expected }) => {
    const record = failedFrom(status);

    const decision = CALLS[call](record);

    expect(seen(decision, record)).toEqual(expected);
  });
});
