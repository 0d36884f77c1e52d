// Which calls are noted in the trail, that no body gets there, and that the bus may be lost without the answer.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../../lambdas/domain/trail.ts';
import { problem } from '../../lambdas/handlers/answers.ts';
import { noteCall, notesOf } from '../../lambdas/handlers/call-notes.ts';
import { callerOf } from '../../lambdas/handlers/caller.ts';
import { Refusal } from '../../lambdas/handlers/request-body.ts';
import { recordingLog } from '../fakes/recorders.ts';

const NOW_MS = Date.parse('2026-12-24T08:05:09.001Z');
const ARN = 'arn:aws:iam::123456789012:user/app';
const REFUSED = problem({ status: 409, code: 'TOO_LATE_TO_CANCEL', detail: 'Asset asset1 is gone.' });

const SLIM = 'POST /v1/assets/{asset_id}/slim';

function anEvent(changes: object = {}): APIGatewayProxyEventV2 {
  return {
    routeKey: 'POST /v1/delete-requests/{asset_id}/cancel',
    pathParameters: { asset_id: 'asset1' },
    requestContext: { requestId: 'request-1', authorizer: { iam: { userArn: ARN } } },
    body: JSON.stringify({ user_id: 'teacher-7', reason: 'my password is hunter2', field: 'hunter2' }),
    ...changes,
  } as unknown as APIGatewayProxyEventV2;
}

describe('a refused call', () => {
  test('is noted with who, what and why, and none of its body but ids', () => {
    expect(notesOf(anEvent(), REFUSED, NOW_MS)).toEqual([
      {
        at: '2026-12-24T08:05:09.001Z',
        call: 'POST /v1/delete-requests/{asset_id}/cancel',
        status: 409,
        code: 'TOO_LATE_TO_CANCEL',
        asset_id: 'asset1',
        user_id: 'teacher-7',
        principal: ARN,
        request_id: 'request-1',
      },
    ]);
  });

  test.each([
    ['no body', undefined],
    ['what is no JSON', '{"user_id": "teacher-7"'],
    ['ids of other kinds', '{"asset_id": {"$ne": 1}, "user_id": 7}'],
    ['an id that is no part of a key', '{"asset_id": "../../mux/x"}'],
  ])('with %s is noted all the same', (_, body) => {
    const event = anEvent({ routeKey: 'POST /v1/delete-requests', pathParameters: undefined, body });

    const [note] = notesOf(event, REFUSED, NOW_MS);

    expect(note).toMatchObject({ code: 'TOO_LATE_TO_CANCEL', principal: ARN });
    expect([note?.asset_id, note?.user_id]).toEqual([undefined, undefined]);
  });

  test('for an erasure is noted by the user who wanted it, and not by what right', () => {
    const body = JSON.stringify({
      asset_id: 'asset1',
      requested_by: 'privacy-2',
      legal_basis: 'Mrs Smith, 12 High St',
    });
    const event = anEvent({ routeKey: 'POST /v1/erasures', pathParameters: undefined, body });

    const [note] = notesOf(event, REFUSED, NOW_MS);

    expect(note).toMatchObject({ asset_id: 'asset1', user_id: 'privacy-2' });
    expect(JSON.stringify(note)).not.toContain('Smith');
  });

  test('is refused in the same words when the bus is lost, and the log says so', async () => {
    const log = recordingLog();
    const calls = { tell: () => Promise.reject(new Error('no bus')) };

    await noteCall(anEvent(), REFUSED, NOW_MS, { calls, log });

    expect(log.lines).toMatchObject([
      { level: 'error', message: 'call not noted in the trail', fields: { request_id: 'request-1' } },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('hunter2');
  });
});

test.each<[string, string, number, string | undefined]>([
  ['reads', 'GET /v1/assets/{asset_id}', 404, undefined],
  ['strangers', '$default', 404, undefined],
  ['faults of ours', 'POST /v1/delete-requests', 503, undefined],
  ['what its transition tells', 'POST /v1/delete-requests', 202, undefined],
  ['the hold on everything', 'PUT /v1/hold', 200, 'PUT /v1/hold'],
  ['the end of that hold', 'DELETE /v1/hold', 200, 'DELETE /v1/hold'],
  ['what slim takes', SLIM, 200, SLIM],
])('of %s (%s, %i) the note is %s', async (_, routeKey, statusCode, expected) => {
  const told: CallEvent[] = [];
  const calls = { tell: async (calls: readonly CallEvent[]) => void told.push(...calls) };

  await noteCall(anEvent({ routeKey }), { statusCode, body: '{}' }, NOW_MS, { calls, log: recordingLog() });

  expect(told.map(({ call }) => call)).toEqual(expected === undefined ? [] : [expected]);
});

test('what slim takes is noted with the asset and the user, and a dry run is not', () => {
  const event = anEvent({ routeKey: SLIM, body: JSON.stringify({ user_id: 'ann' }) });
  const slim = (dry_run: boolean) =>
    notesOf(event, { statusCode: 200, body: JSON.stringify({ dry_run }) }, NOW_MS);

  const [taken, looked] = [slim(false), slim(true)];

  expect(taken).toMatchObject([{ call: SLIM, asset_id: 'asset1', user_id: 'ann', status: 200 }]);
  expect(looked).toEqual([]);
});

test('each refused item of a batch is noted in its place', () => {
  const routeKey = 'POST /v1/delete-requests/batch';
  const items = [
    { asset_id: 'asset1', deleted_by_user_id: 'teacher-1' },
    { asset_id: 'asset2', deleted_by_user_id: 'teacher-2' },
    { playback_id: 'p', deleted_by_user_id: 'teacher-3' },
  ];
  const data = [
    { asset_id: 'asset1', status: 202, record: {} },
    { asset_id: 'asset2', status: 409, problem: { status: 409, code: 'REQUEST_DIFFERS' } },
    { asset_id: null, status: 503, problem: { status: 503, code: 'NOT_NOW' } },
  ];
  const event = anEvent({ routeKey, pathParameters: undefined, body: JSON.stringify({ items }) });

  const notes = notesOf(event, { statusCode: 200, body: JSON.stringify({ data }) }, NOW_MS);

  expect(notes).toMatchObject([
    { asset_id: 'asset2', status: 409, code: 'REQUEST_DIFFERS', user_id: 'teacher-2', item: 1 },
  ]);
});

describe('the caller', () => {
  const calledBy = (authorizer: object | undefined, userId?: string) =>
    callerOf(anEvent({ requestContext: { requestId: 'request-1', authorizer } }), userId, NOW_MS);

  test.each([
    [{ iam: { userArn: ARN } }, 'teacher-7', 'teacher-7', ARN],
    [{ iam: { userArn: ARN } }, undefined, ARN, ARN],
    [{ jwt: { claims: { sub: 'user|1' } } }, undefined, 'jwt:user|1', 'jwt:user|1'],
    [{ lambda: { principalId: 'svc' } }, undefined, 'authorizer:svc', 'authorizer:svc'],
    [{ lambda: null }, 'teacher-7', 'teacher-7', undefined],
    [undefined, 'teacher-7', 'teacher-7', undefined],
  ])('of %j who names %s is %s, vouched for as %s', (authorizer, userId, actor, principal) => {
    expect(calledBy(authorizer, userId)).toEqual({
      nowMs: NOW_MS,
      actor,
      principal,
      requestId: 'request-1',
    });
  });

  test.each([undefined, { lambda: { tenant: 'a' } }, { jwt: { claims: {} } }])(
    'of whom %j says nothing has to name a user',
    (authorizer) => {
      expect(() => calledBy(authorizer)).toThrow(Refusal);
      expect(() => calledBy(authorizer)).toThrow('user_id is required');
    },
  );
});
