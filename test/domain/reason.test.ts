// What is said of a failure where people look: a code, a message, and nothing that opens a door.
import { describe, expect, test } from 'vitest';
import { SetUpError, TransientError } from '../../lambdas/domain/failures.ts';
import { failureOf, reasonOf } from '../../lambdas/domain/reason.ts';

const SIGNED =
  'https://master.mux.com/ABC123/master.mp4?skid=default&signature=6a1b_NjU&X-Amz-Credential=AKIA';

describe('the code of', () => {
  test.each([
    ['an error of ours', new TransientError('LEDGER_THROTTLED', 'slow'), 'LEDGER_THROTTLED'],
    ['a socket', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['an SDK', Object.assign(new Error('no'), { name: 'ValidationException' }), 'ValidationException'],
    ['a fault of the code', new TypeError('x is undefined'), 'TypeError'],
    ['a code that is none', Object.assign(new Error('no'), { code: 'a b\n' }), 'UNEXPECTED'],
    ['no error at all', 'thrown as a text', 'UNEXPECTED'],
  ])('%s', (_, error, code) => {
    expect(reasonOf(error).code).toBe(code);
  });
});

describe('the message', () => {
  test('keeps of a URL its host only', () => {
    const error = new TransientError('SOURCE_UNAVAILABLE', `GET ${SIGNED}: 503, see (${SIGNED})`);

    const { message } = reasonOf(error);

    expect(message).toBe('GET https://master.mux.com/… 503, see (https://master.mux.com/…');
    expect(message).not.toMatch(/signature|AKIA|ABC123/);
  });

  test('keeps no password of a URL', () => {
    expect(reasonOf(new Error('https://user:secret@example.com/x')).message).not.toContain('secret');
  });

  test('is one line that SQS takes as an attribute', () => {
    expect(reasonOf(new Error('a\u0000b\nc')).message).toBe('a b c');
    expect(reasonOf(new Error('')).message).toBe('no message');
    expect(reasonOf(new Error('x'.repeat(5_000))).message).toHaveLength(1_000);
  });
});

test('an invocation ends with an error whose name is the code, which is what Lambda keeps', () => {
  const cause = new Error(`GET ${SIGNED}`);
  const error = new SetUpError('LEDGER_MISSING', `There is no table; ${SIGNED}`, {
    action: 'Deploy.',
    cause,
  });

  const failure = failureOf(error);

  expect(failure).toMatchObject({
    name: 'LEDGER_MISSING',
    message: 'There is no table; https://master.mux.com/…',
  });
  expect(failure.stack).toMatch(/^LEDGER_MISSING: There is no table.*\n\s+at /);
  expect(failure.stack).not.toContain('signature');
  expect(failure.cause).toBeUndefined();
});
