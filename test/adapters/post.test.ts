// Where events may go, and what is said of a receiver that does not take them.
import type { LookupFunction } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { createPost } from '../../lambdas/adapters/post.ts';
import { receiverUrlProblem } from '../../lambdas/contract/receiver-url.ts';
import { startReceiver } from '../fakes/receiver.ts';

/** The DNS of somebody who wants to see what is inside. */
vi.mock('node:dns', async (actual) => ({
  ...(await actual<object>()),
  lookup: ((_name, _options, answer) => answer(null, [{ address: '10.0.0.7', family: 4 }])) as LookupFunction,
}));

describe('a URL', () => {
  test.each([
    'https://app.example.com/hooks/icehouse',
    'https://app.example.com/hooks?tenant=7',
    'https://app.example.com:443/hooks',
  ])('%s may be told', (url) => {
    expect(receiverUrlProblem(url, { loopback: false })).toBeUndefined();
  });

  test.each([
    ['hooks', 'a whole URL'],
    ['http://app.example.com/hooks', 'https'],
    ['ftp://app.example.com/hooks', 'https'],
    ['https://user:word@app.example.com/hooks', 'no user name or password'],
    ['https://app.example.com/hooks#top', 'no fragment'],
    ['https://app.example.com:8443/hooks', 'the port of https'],
    ['https://10.0.0.7/hooks', 'a host name, no address'],
    ['https://169.254.169.254/latest/meta-data', 'a host name, no address'],
    ['https://2852039166/latest/meta-data', 'a host name, no address'],
    ['https://[fd00:ec2::254]/latest', 'a host name, no address'],
    ['https://[::1]/hooks', 'a host name, no address'],
    ['https://127.0.0.1/hooks', 'a host name, no address'],
    ['https://localhost/hooks', 'a public host name'],
    ['https://app.localhost./hooks', 'a public host name'],
    ['https://metadata.google.internal/hooks', 'a public host name'],
    ['https://intranet/hooks', 'a public host name'],
  ])('%s may not: expected %s', (url, expected) => {
    expect(receiverUrlProblem(url, { loopback: false })).toContain(expected);
  });

  test.each(['http://127.0.0.1:3000/hooks', 'http://localhost:3000/hooks', 'https://[::1]:3000/hooks'])(
    '%s may be told on the embedded cloud',
    (url) => {
      expect(receiverUrlProblem(url, { loopback: true })).toBeUndefined();
    },
  );
});

describe('nothing is sent', () => {
  test('to a URL that became one that may not be told', async () => {
    await using receiver = await startReceiver();
    const post = createPost({ loopback: false });

    const sent = post(receiver.url, '{}', {});

    await expect(sent).rejects.toMatchObject({ code: 'RECEIVER_REFUSED' });
    expect(receiver.received).toEqual([]);
  });

  test('to a public name that leads to a private address', async () => {
    const post = createPost({ loopback: false });

    const sent = post('https://inside.example.com/hooks', '{}', {});

    await expect(sent).rejects.toMatchObject({
      code: 'RECEIVER_REFUSED',
      message: 'inside.example.com has private addresses only.',
    });
  });
});

describe('a receiver', () => {
  test('that is not there is said to be unreachable', async () => {
    const receiver = await startReceiver();
    await receiver[Symbol.asyncDispose]();
    const post = createPost({ loopback: true });

    const sent = post(receiver.url, '{}', {});

    await expect(sent).rejects.toMatchObject({
      code: 'RECEIVER_UNREACHABLE',
      message: 'The receiver could not be reached: ECONNREFUSED.',
    });
  });

  test('that drips its headers for ever is given up at the limit', async () => {
    await using receiver = await startReceiver();
    receiver.instead = (response) => void response.writeProcessing();
    const post = createPost({ loopback: true, limitMs: 100 });

    const sent = post(receiver.url, '{}', {});

    await expect(sent).rejects.toMatchObject({ code: 'RECEIVER_TIMEOUT' });
  });
});
