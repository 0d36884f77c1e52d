// What is read from dead letters as AWS and our workers leave them, and what is said of them.
import { describe, expect, test } from 'vitest';
import { explain, type Known, type Standing } from '../../cli/dead-letters/explain.ts';
import { type RawLetter, readLetter } from '../../cli/dead-letters/letter.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00.000Z');
const SENT_AT_MS = Date.parse('2026-11-22T11:00:00.000Z');

const SEGMENT = { asset_id: 'asset1', life: 2, upload_id: 'u1', first_part: 65, last_part: 128 };

function raw(given: Partial<RawLetter> & { readonly body: string }): RawLetter {
  return { queue: 'invocations', id: 'id-1', sentAtMs: SENT_AT_MS, attributes: {}, ...given };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function lambdaRecord(name: string, requestPayload: unknown, more: object = {}) {
  return JSON.stringify({
    version: '1.0',
    timestamp: '2026-11-22T11:30:00.316Z',
    requestContext: {
      requestId: 'e4b46cbf-b738-xmpl-8880-a18cdf61200e',
      functionArn: `arn:aws:lambda:us-east-1:123456789012:function:IcehouseIcehouseFunctions5C1D-${name}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 1,
    },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: {
      errorType: 'LEDGER_UNAVAILABLE',
      errorMessage: 'The table icehouse: TimeoutError',
      trace: [],
    },
    ...more,
  });
}

const STAGE = { asset_id: 'asset1', life: 2, version: 7 };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const RESTORED = {
  'detail-type': 'Object Restore Completed',
  detail: { bucket: { name: 'vault' }, object: { key: 'mux/j0863n/asset1/2/master.mp4' } },
};

describe('reads', () => {
  test.each<[string, RawLetter, object]>([
    [
      'a segment whose worker said why',
      raw({
        queue: 'copy',
        body: JSON.stringify(SEGMENT),
        attributes: { ERROR_CODE: 'SOURCE_UNAVAILABLE', ERROR_MESSAGE: '503', RECEIVES: '5' },
      }),
      {
        at: '2026-11-22T11:00:00.000Z',
        work: { kind: 'segment', ...SEGMENT },
        reason: { code: 'SOURCE_UNAVAILABLE', message: '503' },
        tries: 5,
      },
    ],
    [
      'a segment whose workers died',
      raw({ queue: 'copy', body: JSON.stringify(SEGMENT) }),
      { at: '2026-11-22T11:00:00.000Z', work: { kind: 'segment', ...SEGMENT } },
    ],
    [
      'an invocation of a stage',
      raw({ body: lambdaRecord('master', STAGE) }),
      {
        at: '2026-11-22T11:30:00.316Z',
        work: { kind: 'stage', stage: 'master', ...STAGE },
        reason: { code: 'LEDGER_UNAVAILABLE', message: 'The table icehouse: TimeoutError' },
        tries: 1,
      },
    ],
    [
      'an invocation that never ran',
      raw({
        body: lambdaRecord('archive', STAGE, {
          requestContext: {
            requestId: 'e4b46cbf',
            functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:Icehouse-archive',
            condition: 'EventAgeExceeded',
            approximateInvokeCount: 0,
          },
          responseContext: undefined,
          responsePayload: null,
        }),
      }),
      {
        work: { kind: 'stage', stage: 'archive', ...STAGE },
        reason: { code: 'EventAgeExceeded', message: '' },
      },
    ],
    [
      'an invocation of the sweep',
      raw({ body: lambdaRecord('sweep', { lane: 'step' }) }),
      { work: { kind: 'sweep' } },
    ],
    ['an audit', raw({ body: lambdaRecord('audit', {}) }), { work: { kind: 'audit' } }],
    [
      'an event that the restore function failed on',
      raw({ body: lambdaRecord('restore', RESTORED) }),
      { work: { kind: 'thawed', asset_id: 'asset1' } },
    ],
    [
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
      'a schedule that could not be delivered',
      raw({
        body: '{"lane":"expire"}',
        attributes: {
          ERROR_CODE: 'AWS.Lambda.TooManyRequestsException',
          ERROR_MESSAGE: 'Rate Exceeded.',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          RETRY_ATTEMPTS: '185',
          SCHEDULE_ARN: 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/expire',
        },
      }),
      {
        work: { kind: 'sweep' },
        reason: { code: 'AWS.Lambda.TooManyRequestsException', message: 'Rate Exceeded.' },
        tries: 186,
      },
    ],
    [
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
      'an event that the rule could not deliver',
      raw({
        body: JSON.stringify(RESTORED),
        attributes: {
          ERROR_CODE: 'NO_PERMISSIONS',
          ERROR_MESSAGE: 'not authorized',
          RULE_ARN: 'arn:aws:events:…',
        },
      }),
      {
        work: { kind: 'thawed', asset_id: 'asset1' },
        reason: { code: 'NO_PERMISSIONS', message: 'not authorized' },
      },
    ],
    ['what nobody of ours sent', raw({ body: 'hello' }), { work: { kind: 'unknown' } }],
    ['an empty record', raw({ body: '{"requestContext":{}}' }), { work: { kind: 'unknown' } }],
    ['a list', raw({ queue: 'copy', body: '[]' }), { work: { kind: 'unknown' } }],
  ])('%s', (_, letter, expected) => {
    expect(readLetter(letter)).toMatchObject(expected);
  });

  test('no URL out of an error that was written before messages were cut', () => {
    const responsePayload = {
      errorType: 'Error',
      errorMessage: 'GET https://master.mux.com/A/m.mp4?signature=6a1b',
    };

    const letter = readLetter(raw({ body: lambdaRecord('archive', STAGE, { responsePayload }) }));

    expect(letter.reason?.message).toBe('GET https://master.mux.com/…');
  });
});

const segment = raw({ queue: 'copy', body: JSON.stringify(SEGMENT) });
const stage = raw({ body: lambdaRecord('master', STAGE) });

function standing(given: Partial<Standing>): Standing {
  return {
    status: 'requested',
    life: 2,
    updated_at: '2026-11-22T10:00:00.000Z',
    next_action_at: '2026-11-22T12:05:00.000Z',
    waiting_for: undefined,
    failure: undefined,
    ...given,
  };
}

describe('says', () => {
  test.each<[string, RawLetter, Known, string, RegExp]>([
    ['a segment', segment, 'unasked', 'send-back', /if it is stale, nothing happens/],
    ['a segment', segment, standing({ status: 'archiving' }), 'send-back', /still archiving/],
    ['a segment', segment, standing({ status: 'archived' }), 'drop', /The record is archived: nothing to do/],
    ['a segment', segment, standing({ status: 'archiving', life: 3 }), 'drop', /in life 3, archiving/],
    ['a segment', segment, 'untracked', 'look', /--url/],
    ['a stage', stage, 'unasked', 'wait', /The sweep tries it again by itself/],
    ['a stage', stage, 'untracked', 'look', /--url/],
    ['a stage', stage, standing({}), 'wait', /by itself at 22 Nov 2026, 12:05 UTC\.$/],
    ['a stage', stage, standing({ waiting_for: 'a slot' }), 'wait', /12:05 UTC \(a slot\)\.$/],
    ['a stage', stage, standing({ next_action_at: '2026-11-22T11:59:30.000Z' }), 'wait', /within a minute/],
    [
      'a stage',
      stage,
      standing({ next_action_at: '2026-11-22T11:31:00.000Z' }),
      'look',
      /sweep does not come/,
    ],
    ['a stage', stage, standing({ next_action_at: undefined }), 'look', /nothing wakes it/],
    ['a stage', stage, standing({ status: 'archived' }), 'drop', /has moved on and is archived/],
    [
      'a stage',
      stage,
      standing({ updated_at: '2026-11-22T11:31:00.000Z' }),
      'drop',
      /has moved on and is requested/,
    ],
    ['a stage', stage, standing({ status: 'cancelled' }), 'drop', /The record is cancelled: nothing to do/],
    ['a stage', stage, standing({ life: 3 }), 'drop', /That life is over/],
    [
      'a stage',
      stage,
      standing({
        status: 'failed',
        failure: {
          code: 'GAVE_UP',
          message: 'm',
          action: 'Look at the log.',
          from: 'requested',
          retryable: true,
        },
      }),
      'drop',
      /failed \(GAVE_UP\).*Look at the log/,
    ],
    [
      'a sweep of half an hour ago',
      raw({ body: lambdaRecord('sweep', { lane: 'step' }) }),
      'unasked',
      'drop',
      /next/,
    ],
    [
      'a sweep of this minute',
      raw({ body: '{"lane":"step"}', sentAtMs: NOW_MS - 30_000 }),
      'unasked',
      'look',
      /nothing is woken/,
    ],
    ['news of a thaw', raw({ body: JSON.stringify(RESTORED) }), 'unasked', 'drop', /hint only/],
    [
      'an audit',
      raw({ body: lambdaRecord('audit', {}) }),
      'unasked',
      'look',
      /while the cause stands, no audit may reach its end: mend it, see with `icehouse audit`/,
    ],
    ['anything else', raw({ body: 'hello' }), 'unasked', 'look', /icehouse dlq show/],
  ])('what to do about %s (%#)', (_, letter, known, verdict, toDo) => {
    const explanation = explain(readLetter(letter), known, NOW_MS);

    expect(explanation.verdict).toBe(verdict);
    expect(explanation.to_do).toMatch(toDo);
  });
});

describe('says why', () => {
  test.each<[string, RawLetter, string]>([
    [
      'workers that died',
      segment,
      'Its workers died, or did not end in time, 5 times, and so could not say why.',
    ],
    ['a failure', stage, 'LEDGER_UNAVAILABLE: The table icehouse: TimeoutError'],
    [
      'a time-out',
      raw({
        body: lambdaRecord('archive', STAGE, {
          responsePayload: {
            errorType: 'Sandbox.Timedout',
            errorMessage: 'Task timed out after 900.00 seconds',
          },
        }),
      }),
      'The function did not end within its time. (Sandbox.Timedout)',
    ],
    [
      'a time-out without a type',
      raw({
        body: lambdaRecord('archive', STAGE, {
          responsePayload: {
            errorMessage: '2026-11-22T11:30:00Z e4b46cbf Task timed out after 900.00 seconds',
          },
        }),
      }),
      'The function did not end within its time. (RetriesExhausted)',
    ],
    ['nothing', raw({ body: '{"lane":"step"}' }), 'Nobody said why.'],
  ])('of %s', (_, letter, why) => {
    expect(explain(readLetter(letter), 'unasked', NOW_MS).why).toBe(why);
  });
});
