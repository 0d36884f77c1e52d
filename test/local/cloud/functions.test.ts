// Lambda as the embedded cloud plays it: processes, time limits, crashes, retries and failure records.
import { afterEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../../local/cloud/function-process.ts';
import { Functions } from '../../../local/cloud/functions.ts';
import type { PlannedFunction } from '../../../local/cloud/plan.ts';
import { eventually, plannedFunction, REAL_TIME } from './hand-made.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:failures';

interface Started {
  readonly functions: Functions;
  readonly lines: string[];
  /** One for each process that was started. */
  readonly kills: (() => void)[];
  readonly sent: { readonly arn: string; readonly record: Record<string, unknown> }[];
}

const running: Functions[] = [];

function start(
  planned: PlannedFunction[],
  options: { timeScale?: number; concurrency?: number } = {},
): Started {
  const lines: string[] = [];
  const sent: Started['sent'] = [];
  const kills: Started['kills'] = [];
  const functions = new Functions(planned, {
    clockwork: { timeScale: options.timeScale ?? REAL_TIME.timeScale },
    concurrencyOf: () => options.concurrency ?? 4,
    environmentOf: async ({ environment }, kill) => {
      kills.push(kill);
      return { ...environment };
    },
    log: (_, line) => lines.push(line),
    sendToQueue: async (arn, body) => void sent.push({ arn, record: JSON.parse(body) }),
    onError: (message) => lines.push(message),
  });
  running.push(functions);
  return { functions, lines, kills, sent };
}

afterEach(async () => {
  for (const functions of running.splice(0)) await functions.close(0);
});

function answerOf(outcome: Outcome): Record<string, unknown> {
  if (!outcome.ok) throw new Error(outcome.fault.errorMessage);
  return JSON.parse(outcome.payload) as Record<string, unknown>;
}

describe('invoke', () => {
  test('hands over event and context and keeps the process warm', async () => {
    const { functions } = start([plannedFunction('echo')]);

    const first = answerOf(await functions.invoke('the-echo', '{"a":1}'));
    const second = answerOf(await functions.invoke('echo', '{}'));

    expect(first).toMatchObject({ event: { a: 1 }, functionName: 'the-echo', memoryLimitInMB: '256' });
    expect(first.remainingMs).toBeGreaterThan(4000);
    expect(first.remainingMs).toBeLessThanOrEqual(5000);
    expect(second.pid).toBe(first.pid);
    expect(functions.processes('echo')).toEqual([first.pid]);
  });

  test('gives a function its own environment and nothing of this process', async () => {
    const { functions } = start([plannedFunction('environment', { environment: { TABLE_NAME: 'ledger' } })]);

    const seen = answerOf(await functions.invoke('environment', '{}'));

    expect(seen).toEqual({ TABLE_NAME: 'ledger' });
  });

  test('names the error that a handler threw, and logs it', async () => {
    const { functions, lines } = start([plannedFunction('fail')]);

    const outcome = await functions.invoke('fail', '{}');

    expect(outcome).toMatchObject({
      ok: false,
      fault: { errorType: 'RangeError', errorMessage: 'no such luck' },
    });
    expect(lines.join('\n')).toContain('no such luck');
  });

  test('kills a function that hangs when its time is over', async () => {
    const { functions } = start([plannedFunction('hang', { timeoutSeconds: 0.3 })]);

    const outcome = await functions.invoke('hang', '{}');

    expect(outcome).toMatchObject({ ok: false, fault: { errorType: 'Sandbox.Timedout' } });
    expect(functions.processes('hang')).toEqual([]);
  });

  test('reports a process that ended in the middle', async () => {
    const { functions } = start([plannedFunction('crash')]);

    const outcome = await functions.invoke('crash', '{}');

    expect(outcome).toMatchObject({ ok: false, fault: { errorType: 'Runtime.ExitError' } });
    expect(functions.processes('crash')).toEqual([]);
  });

  test('survives the kill of a process by its id', async () => {
    const { functions } = start([plannedFunction('pause')]);
    const killed = functions.invoke('pause', '{"ms":4000}');
    const pid = await eventually(() => functions.processes('pause')[0]);

    process.kill(pid, 'SIGKILL');

    expect(await killed).toMatchObject({
      ok: false,
      fault: { errorMessage: expect.stringContaining('SIGKILL') },
    });
    expect(answerOf(await functions.invoke('pause', '{"ms":0}')).pid).not.toBe(pid);
  });

  test('runs no more at once than the concurrency allows', async () => {
    const { functions } = start([plannedFunction('pause')], { concurrency: 1 });

    const [first, second] = await Promise.all([
      functions.invoke('pause', '{"ms":150}').then(answerOf),
      functions.invoke('pause', '{"ms":150}').then(answerOf),
    ]);

    expect(Number(second.from)).toBeGreaterThanOrEqual(Number(first.to));
    expect(second.pid).toBe(first.pid);
  });

  test('knows how much memory a function has held', async () => {
    const { functions } = start([plannedFunction('echo')]);

    await functions.invoke('echo', '{}');

    // Node itself holds some tens of megabytes; without /proc the answer is 0.
    const peak = functions.memoryPeaks()['the-echo'] ?? -1;
    expect(process.platform === 'linux' ? peak > 20_000_000 && peak < 500_000_000 : peak === 0).toBe(true);
  });

  test('lets whoever gave a process its environment kill it, and starts another', async () => {
    const { functions, kills } = start([plannedFunction('pause')]);

    const pausing = functions.invoke('pause', '{"ms":60000}');
    await eventually(() => functions.processes('pause')[0]);
    kills[0]?.();
    const killed = await pausing;
    const next = await functions.invoke('pause', '{"ms":1}');

    expect(killed).toMatchObject({ ok: false, fault: { errorType: 'Runtime.ExitError' } });
    expect(next.ok).toBe(true);
    expect(kills.length).toBe(2);
  });
});

describe('invokeAsync', () => {
  test('sends the failure record of the Lambda guide when there are no retries left', async () => {
    const asyncInvoke = { maximumRetryAttempts: 0, onFailure: QUEUE };
    const { functions, sent } = start([plannedFunction('fail', { asyncInvoke })]);

    await functions.invokeAsync('fail', '{"asset_id":"a"}');

    const { arn, record } = await eventually(() => sent[0]);
    expect(arn).toBe(QUEUE);
    expect(record).toMatchObject({
      version: '1.0',
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:the-fail:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 1,
      },
      requestPayload: { asset_id: 'a' },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'RangeError', errorMessage: 'no such luck' },
    });
  });

  test('retries twice by default before it gives up', async () => {
    const asyncInvoke = { maximumRetryAttempts: 2, onFailure: QUEUE };
    const { functions, sent } = start([plannedFunction('fail', { asyncInvoke })], { timeScale: 1000 });

    await functions.invokeAsync('fail', '{}');

    const { record } = await eventually(() => sent[0]);
    expect(record).toMatchObject({ requestContext: { approximateInvokeCount: 3 } });
  });

  test('records nothing when it went well', async () => {
    const { functions, sent } = start([
      plannedFunction('echo', { asyncInvoke: { maximumRetryAttempts: 0, onFailure: QUEUE } }),
    ]);

    await functions.invokeAsync('echo', '{}');

    await functions.invoke('echo', '{}');
    expect(sent).toEqual([]);
  });
});

test('writes what a function says line by line', async () => {
  const { functions, lines } = start([plannedFunction('speak')]);

  await functions.invoke('speak', '{}');

  await eventually(() => lines.length === 2 || undefined);
  expect(lines.toSorted()).toEqual(['line two', '{"line":1}']);
});

test('refuses a plan whose bundle has no handler', () => {
  const planned = plannedFunction('echo', { handler: 'missing.handler' });

  expect(() => start([planned])).toThrow(/echo: its handler missing.handler has no file/);
});
