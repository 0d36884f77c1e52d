// The program around the commands: help, usage, where the API is, colours.
import { describe, expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, stubApi } from './stub-api.ts';

test('prints the help of a command, and ends with 0', async () => {
  const ended = await icehouse(['dlq', 'show', '--help']);

  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain('$ icehouse dlq show ');
  expect(ended.stdout).toContain('Speaks to: AWS directly');
});

describe('wrong usage ends with 2 before any call', () => {
  test.each([
    { why: 'no command', args: [] },
    { why: 'an unknown command', args: ['destroy'] },
    { why: 'an unknown option', args: ['list', '--force'] },
    { why: 'no user', args: ['request', ASSET] },
    { why: 'no video', args: ['request', '--user', 'u'] },
    { why: 'nobody who restores a group', args: ['group', 'course-12', '--restore'] },
    {
      why: 'both dates',
      args: ['request', ASSET, '--user', 'u', '--grace-days', '1', '--expiration-date', '2030-01-01'],
    },
    { why: 'days that are no number', args: ['request', ASSET, '--user', 'u', '--grace-days', '1.5'] },
    { why: 'an id that would leave the path', args: ['status', '../playback-ids'] },
    { why: 'an unknown status', args: ['list', '--status', 'lost'] },
    { why: 'an unknown tier', args: ['restore', ASSET, '--tier', 'Fast'] },
    { why: 'a URL that is none', args: ['list', '--url', 'icehouse.example.com'] },
    {
      why: 'a token over plain http',
      args: ['list', '--url', 'http://icehouse.example.com', '--bearer', 't'],
    },
    { why: 'a host without a region to sign for', args: ['list', '--url', 'https://icehouse.example.com'] },
  ])('$why', async ({ args }) => {
    const ended = await icehouse(args);

    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toBe('');
    expect(ended.stdout).toBe('');
  });
});

describe('an API that is not there ends with 3', () => {
  test('and the message says how to start it or name another', async () => {
    await using gone = await stubApi({});
    await gone[Symbol.asyncDispose]();

    const ended = await icehouse(['status', ASSET], { ICEHOUSE_URL: gone.url });

    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(`No answer from ${gone.url}/: connection refused.`);
    expect(ended.stderr).toContain('npm start -- --no-tour');
    expect(ended.stderr).toContain('--url');
  });

  test('as does something else that listens there', async () => {
    await using other = await stubApi({ 'GET /v1/delete-requests': [ok('<html>hello</html>')] });

    const ended = await icehouse(['list', '--url', other.url, '--json']);

    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout)).toMatchObject({ code: 'NOT_ICEHOUSE' });
  });
});

describe('colours', () => {
  test.each<{ when: string; args: string[]; env: Record<string, string>; coloured: boolean }>([
    { when: 'in a pipe', args: [], env: {}, coloured: false },
    { when: 'where they are forced', args: [], env: { FORCE_COLOR: '1' }, coloured: true },
    {
      when: 'with --no-color',
      args: ['--no-color'],
      env: { FORCE_COLOR: '1' },
      coloured: false,
    },
  ])('$when: $coloured', async ({ args, env, coloured }) => {
    await using api = await stubApi({ [`GET /v1/delete-requests/${ASSET}`]: [ok(aRecord())] });

    const ended = await icehouse(['status', ASSET, '--url', api.url, ...args], env);

    expect(ended.code).toBe(0);
    expect(ended.stdout.includes('\u001b[')).toBe(coloured);
  });
});

test('sends the bearer token of the environment', async () => {
  await using api = await stubApi({ 'GET /v1/delete-requests': [ok({ data: [], next_cursor: null })] });

  const ended = await icehouse(['list', '--url', api.url], { ICEHOUSE_TOKEN: 'abc' });

  expect(ended).toMatchObject({ code: 0, stdout: `None at ${api.url}.\n` });
  expect(api.seen[0]?.headers.authorization).toBe('Bearer abc');
});
