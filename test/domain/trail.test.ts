// Entries of the audit trail: who is named, under which key, and that a second telling changes no byte.
import { describe, expect, test } from 'vitest';
import {
  assetOfTrailKey,
  callEntry,
  type ToldTransition,
  trailFolder,
  trailKey,
  transitionEntry,
} from '../../lambdas/domain/trail.ts';

const ARN = 'arn:aws:sts::123456789012:assumed-role/app/web';

const told = (changes: Partial<ToldTransition> = {}): ToldTransition => ({
  asset_id: 'asset1',
  life: 2,
  version: 7,
  from: 'archived',
  to: 'cancelled',
  at: '2026-12-24T08:05:09.001Z',
  cause: 'taken back',
  actor: 'teacher-7',
  principal: ARN,
  request_id: 'JKJaXmPLvHcESHA=',
  record: { group_id: 'course-1' },
  ...changes,
});

describe('a transition', () => {
  test('names the user, who signed for the user, the call and the cause', () => {
    const entry = transitionEntry(told());

    expect(JSON.parse(JSON.stringify(entry))).toEqual({
      schema: 1,
      kind: 'transition',
      at: '2026-12-24T08:05:09.001Z',
      asset_id: 'asset1',
      life: 2,
      version: 7,
      from: 'archived',
      to: 'cancelled',
      cause: 'taken back',
      actor: { kind: 'user', id: 'teacher-7', principal: ARN },
      request_id: 'JKJaXmPLvHcESHA=',
      group_id: 'course-1',
    });
  });

  test.each([
    ['Icehouse itself', { actor: 'icehouse', principal: undefined, request_id: undefined }, 'system'],
    ['a user who is called icehouse', { actor: 'icehouse' }, 'user'],
    ['a role that named nobody', { actor: ARN }, 'principal'],
    ['a user of a record older than this', { principal: undefined, request_id: undefined }, 'user'],
  ])('by %s is told as such', (_, changes, kind) => {
    expect(transitionEntry(told(changes)).actor.kind).toBe(kind);
  });

  test.each([
    ['archived', 'deleting', undefined],
    ['deleting', 'deleted', 'mux-1'],
    ['deleted', 'thawing', undefined],
  ] as const)("from %s to %s has %s as Mux's id of the DELETE", (from, to, expected) => {
    const entry = transitionEntry(told({ from, to, record: { deletion: { request_id: 'mux-1' } } }));

    expect(entry.platform_request_id).toBe(expected);
  });

  test('lies under its day, and sorts by its time', () => {
    expect(trailKey(transitionEntry(told()))).toBe(
      'trail/2026/12/24/20261224T080509001Z-asset1-7-cancelled.json',
    );
    expect(trailFolder('2026-12-24')).toBe('trail/2026/12/24/');
  });

  test('and another of the same write have a key each', () => {
    const first = told({ from: 'failed', to: 'deleted' });
    const second = told({ from: 'deleted', to: 'thawing' });

    expect(trailKey(transitionEntry(first))).not.toBe(trailKey(transitionEntry(second)));
  });

  test('told again with the record as it is by then is the same, byte for byte', () => {
    const early = transitionEntry(told());
    const late = transitionEntry(
      told({ record: { group_id: 'course-1', deletion: { request_id: 'mux-1' } } }),
    );

    expect(JSON.stringify(late)).toBe(JSON.stringify(early));
  });
});

describe('a refused call', () => {
  const call = {
    at: '2026-12-24T08:05:09.001Z',
    call: 'POST /v1/delete-requests/{asset_id}/cancel',
    status: 409,
    code: 'TOO_LATE_TO_CANCEL',
    asset_id: 'asset1',
    request_id: 'JKJa/XmP+LvHcESHA=',
    principal: ARN,
  };

  test('says who was refused what, and why', () => {
    expect(JSON.parse(JSON.stringify(callEntry({ ...call, user_id: 'teacher-7' })))).toEqual({
      schema: 1,
      kind: 'refusal',
      at: '2026-12-24T08:05:09.001Z',
      call: 'POST /v1/delete-requests/{asset_id}/cancel',
      status: 409,
      code: 'TOO_LATE_TO_CANCEL',
      asset_id: 'asset1',
      actor: { kind: 'user', id: 'teacher-7', principal: ARN },
      request_id: 'JKJa/XmP+LvHcESHA=',
    });
    expect(callEntry(call).actor).toEqual({ kind: 'principal', id: ARN });
  });

  test('lies under a key of its own request, in one folder whatever its id', () => {
    const nameless = { ...call, asset_id: undefined };

    expect(trailKey(callEntry(call))).toBe(
      'trail/2026/12/24/20261224T080509001Z-asset1-call-JKJa_XmP_LvHcESHA_.json',
    );
    expect(trailKey(callEntry(nameless))).toBe(
      'trail/2026/12/24/20261224T080509001Z-_-call-JKJa_XmP_LvHcESHA_.json',
    );
  });

  test('that is one of many has a key of its own', () => {
    expect(trailKey(callEntry({ ...call, item: 41 }))).toMatch(/-call-JKJa_XmP_LvHcESHA_-41\.json$/);
  });

  test('that worked is an act', () => {
    expect(callEntry({ ...call, call: 'PUT /v1/hold', status: 200, code: undefined }).kind).toBe('act');
  });
});

test.each([
  ['trail/2026/12/24/20261224T080509001Z-asset1-7-cancelled.json', { assetId: 'asset1' }],
  ['trail/2026/12/24/20261224T080509001Z-_-call-JKJa_.json', { assetId: undefined }],
  ['trail/2026/12/24/notes.txt', undefined],
  ['mux/env1/asset1/1/master.mp4', undefined],
])('of the key %s the asset is read back', (key, expected) => {
  expect(assetOfTrailKey(key)).toEqual(expected);
});
