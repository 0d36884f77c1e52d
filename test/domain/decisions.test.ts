// The design's table "What may happen when", cell by cell: eleven statuses by five calls, and each way to have failed.
import { describe, expect, test } from 'vitest';
import {
  type Decision,
  type DeleteRequest,
  decideCancel,
  decideRequest,
  decideReschedule,
  decideRestore,
  decideRestoreOfRestored,
} from '../../lambdas/domain/decisions.ts';
import type { Archive, AssetRecord, RestoreState, Status, UploadState } from '../../lambdas/domain/record.ts';
import { aRecord } from '../fakes/record.ts';

const NOW = '2026-11-22T12:00:00.000Z';
const EARLIER = '2026-11-20T00:00:00.000Z';
const CALLER = { nowMs: Date.parse(NOW), actor: 'user-9' };

/** 10 GB in DEEP_ARCHIVE: Bulk is 0.93 $ in 48 h, Standard 1.10 $ in 12 h, egress included. */
const ARCHIVE: Archive = {
  bucket: 'vault',
  key: 'mux/env1/asset1/3/master.mp4',
  version_id: 'v1',
  size_bytes: 10_000_000_000,
  crc32: 'AAAAAA==',
  storage_class: 'DEEP_ARCHIVE',
  token: 'a'.repeat(32),
  verified_at: EARLIER,
  manifest: { key: 'mux/env1/asset1/3/manifest.json', version_id: 'm1', size_bytes: 9, crc32: 'AAAAAQ==' },
  captions: [],
};
const UPLOAD: UploadState = {
  upload_id: 'upload-7',
  key: 'mux/env1/asset1/3/master.mp4',
  token: 'b'.repeat(32),
  part_size_bytes: 67_108_864,
  source: { size_bytes: 10_000_000_000, etag: '"e"', probed_at: EARLIER },
  restarts: 2,
};
const BULK: RestoreState = {
  tier: 'Bulk',
  requested_at: EARLIER,
  requested_by: 'user-8',
  ready_by: '2026-11-22T00:00:00.000Z',
  estimated_cost_usd: 0.925,
  asked_tier: 'Bulk',
  token: 'c'.repeat(32),
  create_attempts: 2,
  new_playback_ids: [],
};
const STANDARD: RestoreState = { ...BULK, tier: 'Standard', asked_tier: 'Standard' };
const FRESH_TOKEN = 'd'.repeat(32);

const MASTER = { requested_at: EARLIER, restarts: 2 };
const WHAT_IT_HAS: Record<Exclude<Status, 'failed'>, Partial<AssetRecord>> = {
  requested: {},
  preparing: { master: MASTER },
  archiving: { master: MASTER, upload: UPLOAD, progress: { bytes_done: 1, bytes_total: 2 } },
  archived: { master: MASTER, archive: ARCHIVE, wake_at: '2026-12-24T00:00:00.000Z', wake_lane: 'expire' },
  deleting: { master: MASTER, archive: ARCHIVE },
  deleted: { archive: ARCHIVE, deleted_at: EARLIER },
  thawing: { archive: ARCHIVE, deleted_at: EARLIER, restore: BULK },
  uploading: { archive: ARCHIVE, deleted_at: EARLIER, restore: BULK },
  restored: { archive: ARCHIVE, deleted_at: EARLIER, restore: BULK, current_asset_id: 'new1' },
  cancelled: { archive: ARCHIVE, upload: UPLOAD, master: MASTER },
};

function inStatus(status: Exclude<Status, 'failed'>, more: Partial<AssetRecord> = {}): AssetRecord {
  return aRecord({
    status,
    life: 3,
    version: 7,
    published_version: 7,
    reason: 'outdated',
    group_id: 'course-1',
    expiration_date: '2026-12-24T00:00:00.000Z',
    asked: { expiration_date: '2026-12-24T00:00:00Z' },
    history: [{ at: EARLIER, from: null, to: status, cause: 'test', actor: 'icehouse', version: 7 }],
    ...WHAT_IT_HAS[status],
    ...more,
  });
}

function failedFrom(from: Exclude<Status, 'failed'>, more: Partial<AssetRecord> = {}): AssetRecord {
  const failure = { code: 'GAVE_UP', message: 'It broke.', action: 'Mend it.', from, retryable: true };
  return { ...inStatus(from), status: 'failed', failure, wake_at: undefined, wake_lane: 'step', ...more };
}

const SAME: DeleteRequest = {
  asset_id: 'asset1',
  deleted_by_user_id: 'user-7',
  expirationMs: Date.parse('2026-12-24T00:00:00Z'),
  asked: { expiration_date: '2026-12-24T00:00:00Z' },
  reason: 'outdated',
  group_id: 'course-1',
};
const DIFFERENT: DeleteRequest = {
  ...SAME,
  deleted_by_user_id: 'user-8',
  expirationMs: Date.parse('2027-01-31T00:00:00Z'),
  asked: { expiration_date: '2027-01-31T00:00:00Z' },
};
const MOVE = { expirationMs: Date.parse('2027-02-01T00:00:00Z'), userId: 'user-6', reason: 'still in use' };

const CALLS = {
  'same request': (record: AssetRecord) => decideRequest(record, SAME, CALLER),
  'different request': (record: AssetRecord) => decideRequest(record, DIFFERENT, CALLER),
  cancel: (record: AssetRecord) => decideCancel(record, CALLER),
  restore: (record: AssetRecord) => decideRestore(record, { token: FRESH_TOKEN }, CALLER),
  patch: (record: AssetRecord) => decideReschedule(record, MOVE, CALLER),
};

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
  expect(record).toMatchObject({ version: 7, wake_at: NOW, wake_lane: 'step', updated_at: NOW, attempts: 0 });
  return { http, outcome, to: record.status, life: record.life };
}

const unchanged = { http: 200, stores: 'nothing' };
const differs = { http: 409, code: 'REQUEST_DIFFERS' };
const takenBack = { http: 200, outcome: 'cancelled', to: 'cancelled', life: 3 };
const tooLate = { http: 409, code: 'TOO_LATE_TO_CANCEL' };
const available = { http: 200, outcome: 'already_available', stores: 'nothing' };
const underWay = { http: 200, outcome: 'restoring', stores: 'nothing' };
const restores = { http: 202, outcome: 'restoring', to: 'thawing', life: 3 };
const restored = { http: 409, code: 'ALREADY_RESTORED', current_asset_id: 'new1' };
const newLife = { http: 202, to: 'requested', life: 4 };
const fixed = { http: 409, code: 'TOO_LATE_TO_RESCHEDULE' };
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
    cancel: { ...available, outcome: 'cancelled' },
    restore: available,
    patch: fixed,
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

function written(decision: Decision): AssetRecord {
  if (decision.kind !== 'write') throw new Error(`Expected a record, got ${JSON.stringify(decision)}`);
  return decision.record;
}

describe('a first request', () => {
  test('becomes a requested record that is woken now and not yet told to the bus', () => {
    const decision = decideRequest(undefined, { ...SAME, restored_from: 'old1' }, CALLER);

    expect(decision).toMatchObject({ kind: 'write', status: 202 });
    expect(written(decision)).toEqual({
      asset_id: 'asset1',
      life: 1,
      status: 'requested',
      version: 0,
      schema: 1,
      created_at: NOW,
      updated_at: NOW,
      deleted_by_user_id: 'user-7',
      reason: 'outdated',
      group_id: 'course-1',
      expiration_date: '2026-12-24T00:00:00.000Z',
      asked: { expiration_date: '2026-12-24T00:00:00Z' },
      wake_at: NOW,
      wake_lane: 'step',
      attempts: 0,
      losses: [],
      warnings: [],
      restored_from: 'old1',
      history: [
        { at: NOW, from: null, to: 'requested', cause: 'delete request', actor: 'user-9', version: 1 },
      ],
      published_version: 0,
    });
  });
});

describe('two requests are the same', () => {
  const later = { expirationMs: Date.parse('2027-01-09T00:00:00Z') };

  test.each<[string, Partial<DeleteRequest>, Partial<AssetRecord>]>([
    [
      'whatever the days of grace come to by now',
      { ...later, asked: { grace_days: 30 } },
      { asked: { grace_days: 30 } },
    ],
    ['when neither named a date', { ...later, asked: { expiration_date: undefined } }, { asked: {} }],
    ['after the date was moved by PATCH', {}, { expiration_date: '2027-06-01T00:00:00.000Z' }],
    [
      'without reason and group',
      { reason: undefined, group_id: undefined },
      { reason: undefined, group_id: undefined },
    ],
  ])('%s', (_, request, record) => {
    const decision = decideRequest(inStatus('archived', record), { ...SAME, ...request }, CALLER);

    expect(decision).toEqual({ kind: 'answer', status: 200 });
  });

  test.each<[string, Partial<DeleteRequest>]>([
    ['user', { deleted_by_user_id: 'user-8' }],
    ['reason', { reason: 'other' }],
    ['missing reason', { reason: undefined }],
    ['group', { group_id: 'course-2' }],
    ['date', { asked: { expiration_date: '2026-12-25T00:00:00Z' } }],
    ['kind of date', { asked: { grace_days: 32 } }],
    ['missing date', { asked: {} }],
  ])('but not with another %s', (_, request) => {
    const decision = decideRequest(inStatus('archived'), { ...SAME, ...request }, CALLER);

    expect(decision).toMatchObject({ kind: 'refuse', problem: { status: 409, code: 'REQUEST_DIFFERS' } });
  });
});

describe('a date that has passed', () => {
  const passed = '2026-11-01T00:00:00Z';
  const stale = { ...SAME, expirationMs: Date.parse(passed), asked: { expiration_date: passed } };
  const asked = { asked: { expiration_date: passed }, expiration_date: '2026-11-01T00:00:00.000Z' };
  const inPast = { kind: 'refuse', problem: { status: 400, code: 'DATE_IN_PAST', field: 'expiration_date' } };

  test.each<[string, AssetRecord | undefined]>([
    ['for a new asset', undefined],
    ['for another life', inStatus('cancelled', asked)],
    ['for a failed record that is given it', failedFrom('requested')],
  ])('is refused %s', (_, record) => {
    expect(decideRequest(record, stale, CALLER)).toMatchObject(inPast);
  });

  test.each(['archived', 'deleting', 'deleted', 'thawing', 'uploading'] as const)(
    'is no hindrance to the same request again: %s',
    (status) => {
      expect(decideRequest(inStatus(status, asked), stale, CALLER)).toEqual({ kind: 'answer', status: 200 });
    },
  );

  test('does not keep a failed record from going on with the same request', () => {
    const record = written(decideRequest(failedFrom('archiving', asked), stale, CALLER));

    expect(record).toMatchObject({ status: 'archiving', expiration_date: '2026-11-01T00:00:00.000Z' });
  });

  test('is none when no days of grace were asked for', () => {
    const request = { ...SAME, expirationMs: CALLER.nowMs - 5, asked: { grace_days: 0 } };

    expect(decideRequest(undefined, request, CALLER)).toMatchObject({ kind: 'write', status: 202 });
  });
});

describe('a new life', () => {
  test('keeps the archive for reuse and begins everything else anew', () => {
    const before = inStatus('cancelled', {
      losses: [{ code: 'OVERLAY', attribute: 'a', detail: 'd' }],
      losses_said_at: EARLIER,
      warnings: ['old news'],
      restore: BULK,
      progress: { bytes_done: 1, bytes_total: 2 },
    });

    const record = written(decideRequest(before, DIFFERENT, CALLER));

    expect(record).toMatchObject({
      archive: ARCHIVE,
      upload: UPLOAD,
      created_at: NOW,
      deleted_by_user_id: 'user-8',
      expiration_date: '2027-01-31T00:00:00.000Z',
      asked: { expiration_date: '2027-01-31T00:00:00Z' },
      warnings: [],
      published_version: 7,
    });
    expect(record.losses_said_at).toBeUndefined();
    expect(record.restore).toBeUndefined();
    expect(record.master).toBeUndefined();
    expect(record.progress).toBeUndefined();
    expect(record.history.at(-1)).toEqual({
      at: NOW,
      from: 'cancelled',
      to: 'requested',
      cause: 'delete request',
      actor: 'user-9',
      version: 8,
    });
  });
});

describe('a failed record that goes on', () => {
  test('has its counters at nought and its failure gone', () => {
    const before = failedFrom('thawing', { master: MASTER, upload: UPLOAD, attempts: 40 });

    const record = written(decideRequest(before, SAME, CALLER));

    expect(record.failure).toBeUndefined();
    expect(record).toMatchObject({
      attempts: 0,
      master: { requested_at: NOW, restarts: 0 },
      upload: { ...UPLOAD, restarts: 0 },
      restore: { tier: 'Bulk', token: BULK.token, create_attempts: 0 },
    });
  });

  test.each([
    ['moved later by PATCH', '2027-06-01T00:00:00.000Z', '2027-06-01T00:00:00.000Z'],
    ['moved sooner by PATCH', '2026-12-01T00:00:00.000Z', '2026-12-24T00:00:00.000Z'],
  ])('by the same request keeps the later date when it was %s', (_, expiration_date, expected) => {
    const record = written(decideRequest(failedFrom('archiving', { expiration_date }), SAME, CALLER));

    expect(record.expiration_date).toBe(expected);
  });

  test('goes on with the deletion when its date has passed', () => {
    const date = '2026-11-01T00:00:00Z';
    const asked = { expiration_date: date };
    const before = failedFrom('deleting', { asked, expiration_date: '2026-11-01T00:00:00.000Z' });

    const record = written(decideRequest(before, { ...SAME, asked, expirationMs: Date.parse(date) }, CALLER));

    expect(record.status).toBe('deleting');
  });

  test('by a different request takes its values', () => {
    const record = written(decideRequest(failedFrom('archiving'), DIFFERENT, CALLER));

    expect(record).toMatchObject({
      deleted_by_user_id: 'user-8',
      expiration_date: '2027-01-31T00:00:00.000Z',
      asked: { expiration_date: '2027-01-31T00:00:00Z' },
    });
  });
});

describe('an asset that Mux no longer has', () => {
  const lost = failedFrom('requested', { lost_at: '2026-11-21T00:00:00.000Z' });

  test('cannot be restored when nothing of it was archived', () => {
    const refusal = { kind: 'refuse', problem: { status: 409, code: 'NOTHING_TO_RESTORE' } };

    expect(CALLS.restore(lost)).toMatchObject(refusal);
    expect(CALLS.restore(written(CALLS.cancel(lost)))).toMatchObject(refusal);
  });

  test('is looked for once more when the request is sent again', () => {
    const record = written(CALLS['same request'](lost));

    expect(record.status).toBe('requested');
    expect(record.lost_at).toBeUndefined();
  });
});

describe('taking a request back', () => {
  test('drops a lease, keeps archive and upload, and shows no progress', () => {
    const leased = { leased_until: '2026-11-22T12:10:00.000Z', wake_at: '2026-11-22T12:10:00.000Z' };

    const record = written(CALLS.cancel(inStatus('archiving', { ...leased, archive: ARCHIVE })));

    expect(record).toMatchObject({ status: 'cancelled', wake_at: NOW, archive: ARCHIVE, upload: UPLOAD });
    expect(record.leased_until).toBeUndefined();
    expect(record.progress).toBeUndefined();
  });

  test.each(['deleting', 'deleted', 'thawing', 'uploading'] as const)('says restore when %s', (status) => {
    expect(CALLS.cancel(inStatus(status))).toMatchObject({
      problem: { action: expect.stringContaining('/restore') },
    });
  });
});

describe('a restore of a restored asset', () => {
  const wish = { token: FRESH_TOKEN };

  test('changes nothing while the current asset is alive', () => {
    const decision = decideRestoreOfRestored(inStatus('restored'), true, wish, CALLER);

    expect(decision).toEqual({ kind: 'answer', status: 200, outcome: 'already_available' });
  });

  test('starts once more when the current asset is gone', () => {
    const before = inStatus('restored');

    const decision = decideRestoreOfRestored(before, false, wish, CALLER);

    expect(seen(decision, before)).toEqual(restores);
    expect(written(decision).current_asset_id).toBeUndefined();
    expect(written(decision).restore).toEqual({
      tier: 'Standard',
      requested_at: NOW,
      requested_by: 'user-9',
      ready_by: '2026-11-23T00:00:00.000Z',
      estimated_cost_usd: 1.1001,
      token: FRESH_TOKEN,
      create_attempts: 0,
      new_playback_ids: [],
    });
  });

  test('refuses a tier that its class does not have', () => {
    const decision = decideRestoreOfRestored(
      inStatus('restored'),
      false,
      { ...wish, tier: 'Expedited' },
      CALLER,
    );

    expect(decision).toMatchObject({ kind: 'refuse', problem: { status: 400, code: 'TIER_NOT_OFFERED' } });
  });
});

describe('the tier of a restore', () => {
  const restore = (record: AssetRecord, wish: object) =>
    decideRestore(record, { token: FRESH_TOKEN, ...wish }, CALLER);

  test.each<[string, object, object]>([
    [
      'the one asked for',
      { tier: 'Bulk' },
      { tier: 'Bulk', ready_by: '2026-11-24T12:00:00.000Z', estimated_cost_usd: 0.925 },
    ],
    ['the cheapest in time', { needByMs: Date.parse('2026-11-24T12:00:00Z') }, { tier: 'Bulk' }],
    [
      'a faster one for an earlier need',
      { needByMs: Date.parse('2026-11-24T11:59:59Z') },
      { tier: 'Standard' },
    ],
    ['Standard when it is little dearer', {}, { tier: 'Standard', ready_by: '2026-11-23T00:00:00.000Z' }],
  ])('is %s', (_, wish, expected) => {
    const record = written(restore(inStatus('deleted'), wish));

    expect(record).toMatchObject({ restore: { ...expected, token: FRESH_TOKEN }, warnings: [] });
  });

  test('is the fastest, with a warning, when none is in time', () => {
    const record = written(restore(inStatus('deleted'), { needByMs: CALLER.nowMs + 3_600_000 }));

    expect(record.restore?.tier).toBe('Standard');
    expect(record.warnings).toEqual([expect.stringContaining('No tier is ready by then')]);
  });

  test.each(['deleted', 'deleting', 'thawing'] as const)('is refused when not offered: %s', (status) => {
    expect(restore(inStatus(status), { tier: 'Expedited' })).toMatchObject({
      kind: 'refuse',
      problem: {
        status: 400,
        code: 'TIER_NOT_OFFERED',
        field: 'tier',
        detail: 'DEEP_ARCHIVE offers Bulk and Standard, not Expedited.',
      },
    });
  });

  test('becomes faster while the thaw is under way, and the stage is woken to pass it on', () => {
    const decision = restore(inStatus('thawing'), { tier: 'Standard' });

    expect(decision).toMatchObject({ kind: 'write', status: 200, outcome: 'restoring' });
    expect(written(decision)).toMatchObject({ status: 'thawing', wake_at: NOW });
    expect(written(decision).restore).toEqual({
      ...BULK,
      tier: 'Standard',
      ready_by: '2026-11-23T00:00:00.000Z',
      estimated_cost_usd: 1.1001,
    });
  });

  test.each<[string, AssetRecord, object]>([
    ['a slower one', inStatus('thawing', { restore: STANDARD }), { tier: 'Bulk' }],
    ['any other once it is readable', inStatus('uploading'), { tier: 'Standard' }],
  ])('stays, with a warning, for %s', (_, record, wish) => {
    expect(restore(record, wish)).toEqual({
      kind: 'answer',
      status: 200,
      outcome: 'restoring',
      warning: expect.stringContaining(`goes on as ${record.restore?.tier}`),
    });
  });

  test.each<[string, object]>([
    ['no wish', {}],
    ['the same wish', { tier: 'Bulk' }],
  ])('stays, without a warning, for %s', (_, wish) => {
    expect(restore(inStatus('thawing'), wish)).toEqual({ kind: 'answer', status: 200, outcome: 'restoring' });
  });

  test('of a thaw under way is kept with a warning when the need cannot be met', () => {
    const record = inStatus('thawing', { restore: STANDARD });

    expect(restore(record, { needByMs: CALLER.nowMs + 1 })).toMatchObject({
      kind: 'answer',
      warning: expect.stringContaining('No tier is ready by then'),
    });
  });

  test('of a failed thaw becomes faster, too', () => {
    const record = written(restore(failedFrom('thawing'), { tier: 'Standard' }));

    expect(record).toMatchObject({ status: 'thawing', restore: { tier: 'Standard', token: BULK.token } });
  });

  test('of a failed thaw stays for a slower one, and the record says so', () => {
    const record = written(restore(failedFrom('thawing', { restore: STANDARD }), { tier: 'Bulk' }));

    expect(record).toMatchObject({ status: 'thawing', restore: { tier: 'Standard' } });
    expect(record.warnings).toEqual([expect.stringContaining('goes on as Standard')]);
  });

  test('asked for during the deletion is kept by a second call without a wish', () => {
    const first = written(restore(inStatus('deleting'), { tier: 'Bulk' }));

    const second = written(restore(first, {}));

    expect(second).toMatchObject({ status: 'deleting', restore: { tier: 'Bulk' } });
  });
});

describe('PATCH', () => {
  test('writes down who moved the date, from when to when, and why', () => {
    const record = written(CALLS.patch(inStatus('archived')));

    expect(record).toMatchObject({
      expiration_date: '2027-02-01T00:00:00.000Z',
      asked: { expiration_date: '2026-12-24T00:00:00Z' },
    });
    expect(record.history.at(-1)).toEqual({
      at: NOW,
      from: 'archived',
      to: 'archived',
      cause: 'date moved from 2026-12-24T00:00:00.000Z to 2027-02-01T00:00:00.000Z: still in use',
      actor: 'user-6',
      version: 8,
    });
  });

  test('to the same moment stores nothing', () => {
    const wish = { ...MOVE, expirationMs: Date.parse('2026-12-24T00:00:00Z') };

    expect(decideReschedule(inStatus('archived'), wish, CALLER)).toEqual({ kind: 'answer', status: 200 });
  });

  test('of a failed record keeps its failure, and wakes it so that the bus hears of the date', () => {
    const record = written(CALLS.patch(failedFrom('archiving')));

    expect(record).toMatchObject({ status: 'failed', failure: { code: 'GAVE_UP' }, wake_at: NOW });
  });

  test.each([
    ['cancelled', 'a new delete request begins anew'],
    ['restored', 'current_asset_id'],
    ['deleted', '/restore'],
  ] as const)('says what to do instead when %s', (status, action) => {
    expect(CALLS.patch(inStatus(status))).toMatchObject({
      kind: 'refuse',
      problem: { action: expect.stringContaining(action) },
    });
  });

  test('never makes the history longer than 60', () => {
    const entry = { at: EARLIER, from: null, to: 'archived' as const, cause: 'c', actor: 'a', version: 7 };

    const record = written(CALLS.patch(inStatus('archived', { history: Array(60).fill(entry) })));

    expect(record.history).toHaveLength(60);
    expect(record.history.at(-1)?.cause).toContain('date moved');
  });
});

describe('a lease', () => {
  const lease = {
    leased_until: '2026-11-22T12:00:00.001Z',
    wake_at: '2026-11-22T12:00:00.001Z',
    wake_lane: 'step',
  } as const;
  const over = { leased_until: NOW, wake_at: NOW, wake_lane: 'step' } as const;
  const faster = { token: FRESH_TOKEN, tier: 'Standard' } as const;

  test.each<[string, (record: AssetRecord) => Decision, AssetRecord]>([
    ['PATCH', CALLS.patch, inStatus('archived', lease)],
    ['a faster tier', (record) => decideRestore(record, faster, CALLER), inStatus('thawing', lease)],
    ['a restore during the deletion', CALLS.restore, inStatus('deleting', lease)],
  ])('is left to its holder by %s', (_, call, record) => {
    expect(written(call(record))).toMatchObject(lease);
  });

  test('that has ended holds nobody off', () => {
    const record = written(CALLS.patch(inStatus('archived', over)));

    expect(record.leased_until).toBeUndefined();
    expect(record.wake_at).toBe(NOW);
  });
});
