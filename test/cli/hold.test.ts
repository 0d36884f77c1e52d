// `icehouse hold`, `release` and the list of a dry run, as a terminal sees them.
import { describe, expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, stubApi } from './stub-api.ts';

const REQUESTS = '/v1/delete-requests';
const HOLD = { reason: 'Court order', user_id: 'u-17', since: '2026-11-22T03:00:00.000Z' };
const STATE = {
  hold: null,
  deletions: 'on',
  limits: { per_hour: 200, per_day: 2_000, per_user_day: 500 },
  counted: { hour: 12, day: 90 },
};

describe('hold', () => {
  test('puts a hold on an asset with who, why and until when, and shows it', async () => {
    const record = aRecord({ hold: { ...HOLD, until: '2090-12-31T00:00:00.000Z' } });
    await using api = await stubApi({ [`PUT ${REQUESTS}/${ASSET}/hold`]: [ok(record)] });

    const args = ['--reason', 'Court order', '--user', 'u-17', '--until', '2090-12-30'];
    const ended = await icehouse(['hold', ASSET, ...args, '--url', api.url]);

    expect(ended.stderr).toBe(`API: ${api.url} (--url)\n`);
    expect(ended.code).toBe(0);
    expect(api.seen[0]?.body).toEqual({ reason: 'Court order', user_id: 'u-17', until: '2090-12-30' });
    expect(ended.stdout).toContain('  held         Court order\n');
    expect(ended.stdout).toContain('               by u-17, since 22 Nov 2026, 03:00 UTC\n');
    expect(ended.stdout).toContain('               until 31 Dec 2090, 00:00 UTC\n');
  });

  test('puts a hold on everything and passes on what may still go out', async () => {
    const answer = { ...STATE, hold: HOLD, warnings: ['A DELETE may still go out within 60 s.'] };
    await using api = await stubApi({ 'PUT /v1/hold': [ok(answer)] });

    const args = ['hold', '--all', '--reason', 'Court order', '--user', 'u-17', '--url', api.url];
    const ended = await icehouse(args);

    expect(api.seen[0]?.body).toEqual({ reason: 'Court order', user_id: 'u-17' });
    expect(ended.stdout).toBe(
      [
        'Everything is held: nothing is deleted.',
        '',
        '  held         Court order',
        '               by u-17, since 22 Nov 2026, 03:00 UTC',
        '               until it is lifted',
        '  deletions    on',
        '  this hour    12 of 200 deletions',
        '  today        90 of 2000, at most 500 for one user',
        '  warning      A DELETE may still go out within 60 s.',
        '',
      ].join('\n'),
    );
  });

  test('shows the state of the brake, and with --json the document of the API', async () => {
    await using api = await stubApi({ 'GET /v1/hold': [ok({ ...STATE, deletions: 'dry-run' })] });

    const shown = await icehouse(['hold', '--status', '--url', api.url]);
    const document = await icehouse(['hold', '--status', '--json', '--url', api.url]);

    expect(shown.stdout).toContain('There is no hold on everything.\n');
    expect(shown.stdout).toContain('  deletions    dry-run: nothing is deleted\n');
    expect(JSON.parse(document.stdout)).toEqual({ ...STATE, deletions: 'dry-run' });
  });

  test.each([
    ['nothing to hold', ['hold', '--reason', 'r', '--user', 'u'], 'give one of <asset>, --all, --status'],
    ['an asset and everything', ['hold', ASSET, '--all', '--reason', 'r', '--user', 'u'], 'give one of'],
    ['no reason', ['hold', ASSET, '--user', 'u'], '--reason'],
    ['no user', ['hold', '--all', '--reason', 'r'], '--user'],
    ['nothing to release', ['release'], 'give one of <asset>, --all'],
  ])('is a usage error with %s, before any call', async (_, args, said) => {
    await using api = await stubApi({});

    const ended = await icehouse([...args, '--url', api.url]);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(said);
    expect(api.seen).toEqual([]);
  });
});

describe('release', () => {
  test('lifts the hold on an asset', async () => {
    await using api = await stubApi({ [`DELETE ${REQUESTS}/${ASSET}/hold`]: [ok(aRecord())] });

    const ended = await icehouse([
      'release',
      ASSET,
      '--user',
      'u-18',
      '--reason',
      'Settled',
      '--url',
      api.url,
    ]);

    expect(ended.code).toBe(0);
    expect(api.seen[0]?.body).toEqual({ user_id: 'u-18', reason: 'Settled' });
    expect(ended.stdout).not.toContain('held');
  });

  test('lifts the hold on everything', async () => {
    await using api = await stubApi({ 'DELETE /v1/hold': [ok(STATE)] });

    const ended = await icehouse(['release', '--all', '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('There is no hold on everything.\n');
  });
});

describe('list --would-have-gone', () => {
  test('shows of all archived assets those that a dry run would have deleted', async () => {
    const gone = aRecord({ asset_id: 'b2', rehearsed_at: '2026-11-22T03:00:00.000Z' });
    const pages = [
      { data: [aRecord(), gone], next_cursor: 'c1' },
      { data: [aRecord({ asset_id: 'c3' })], next_cursor: null },
    ];
    await using api = await stubApi({ [`GET ${REQUESTS}`]: pages.map(ok) });

    const ended = await icehouse(['list', '--would-have-gone', '--json', '--url', api.url]);

    const ids = JSON.parse(ended.stdout).data.map(({ asset_id }: { asset_id: string }) => asset_id);
    expect(ids).toEqual(['b2']);
    expect(api.seen[0]?.url).toBe(`${REQUESTS}?status=archived&limit=100`);
  });

  test('says where deletions are on that an empty list means nothing', async () => {
    const empty = ok({ data: [], next_cursor: null });
    await using api = await stubApi({ [`GET ${REQUESTS}`]: [empty], 'GET /v1/hold': [ok(STATE)] });

    const ended = await icehouse(['list', '--would-have-gone', '--url', api.url]);

    expect(ended).toMatchObject({ code: 0, stderr: `API: ${api.url} (--url)\n` });
    expect(ended.stdout).toBe(
      `None at ${api.url}: deletions are on there, so that what is due is deleted.\n`,
    );
  });
});
