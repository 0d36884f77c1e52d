// The commands as a terminal sees them: what they send, what they print, the code they end with.
import { describe, expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, problem, stubApi } from './stub-api.ts';

const REQUESTS = '/v1/delete-requests';

describe('request', () => {
  test('sends who, when and why, and says how to follow and take back', async () => {
    const record = aRecord({ status: 'requested', summary: 'Waiting to be archived.' });
    await using api = await stubApi({ [`POST ${REQUESTS}`]: [{ status: 202, body: record }] });

    const args = ['--user', 'u-17', '--grace-days', '0', '--reason', 'Campaign is over', '--group', 'summer'];
    const ended = await icehouse(['request', ASSET, ...args, '--playback', 'revoke', '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(api.seen[0]?.body).toEqual({
      asset_id: ASSET,
      deleted_by_user_id: 'u-17',
      grace_days: 0,
      reason: 'Campaign is over',
      group_id: 'summer',
      playback: 'revoke',
    });
    expect(ended.stdout).toContain('Waiting to be archived.');
    expect(ended.stdout).toContain(`icehouse watch ${ASSET}`);
    expect(ended.stdout).toContain(`icehouse cancel ${ASSET}`);
  });

  test.each<[string, string[], unknown]>([
    ['these codes', ['--accept-loss', 'OVERLAY', 'SURROUND_SOUND'], ['OVERLAY', 'SURROUND_SOUND']],
    ['whatever it is', ['--accept-loss'], true],
  ])('accepts a loss: %s', async (_, args, accept_loss) => {
    await using api = await stubApi({ [`POST ${REQUESTS}`]: [ok(aRecord())] });

    await icehouse(['request', ASSET, '--user', 'u-17', '--url', api.url, ...args]);

    expect(api.seen[0]?.body).toEqual({ asset_id: ASSET, deleted_by_user_id: 'u-17', accept_loss });
  });

  test('leaves the date to the API when none is given', async () => {
    await using api = await stubApi({ [`POST ${REQUESTS}`]: [ok(aRecord())] });

    await icehouse(['request', ASSET, '--user', 'u-17', '--url', api.url]);

    expect(api.seen[0]?.body).toEqual({ asset_id: ASSET, deleted_by_user_id: 'u-17' });
  });

  test('says what was refused, why and what to do', async () => {
    const refusal = problem(400, 'INVALID_FIELD', 'It is more than 10 years away.', {
      title: 'Invalid request',
      field: 'expiration_date',
      action: 'Choose a date before 2036.',
    });
    await using api = await stubApi({ [`POST ${REQUESTS}`]: [refusal] });

    const args = ['--user', 'u', '--expiration-date', '2080-01-01', '--url', api.url];
    const ended = await icehouse(['request', ASSET, ...args]);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toBe(
      [
        `API: ${api.url} (--url)`,
        '✗ Invalid request (INVALID_FIELD)',
        '  why          It is more than 10 years away.',
        '  field        expiration_date',
        '  to do        Choose a date before 2036.',
        '',
      ].join('\n'),
    );
  });

  test('advises to reschedule when the date differs and the API gives no advice', async () => {
    const refusal = problem(409, 'REQUEST_DIFFERS', 'There is a request with another date.');
    await using api = await stubApi({ [`POST ${REQUESTS}`]: [refusal] });

    const ended = await icehouse(['request', ASSET, '--user', 'u', '--url', api.url]);

    expect(ended.stderr).toContain('icehouse reschedule');
  });
});

describe('status', () => {
  test('ends with the command that goes on after a refused loss, on one line', async () => {
    const command = `icehouse request ${ASSET} --user u-17 --reason 'the campaign of last summer is over' --accept-loss OVERLAY SURROUND_SOUND`;
    const failure = {
      code: 'LOSS_REFUSED',
      message: 'A restore would lose something, so nothing is deleted.',
      action: `To go on all the same, send the same delete request with "accept_loss": ["OVERLAY"], or run: ${command}`,
      from: 'requested',
      retryable: true,
    } as const;
    await using api = await stubApi({
      [`GET ${REQUESTS}/${ASSET}`]: [ok(aRecord({ status: 'failed', failure }))],
    });

    const ended = await icehouse(['status', ASSET, '--url', api.url]);

    expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe(command);
  });

  test('shows the sentence, the timeline and the facts', async () => {
    await using api = await stubApi({ [`GET ${REQUESTS}/${ASSET}`]: [ok(aRecord())] });

    const ended = await icehouse(['status', ASSET, '--url', api.url]);

    expect(ended.stderr).toBe('');
    const blocks = ended.stdout.trimEnd().split('\n\n');
    expect(blocks[0]).toBe(`Summer party 2026\n${ASSET}`);
    expect(blocks[1]).toBe(
      'Safe in the vault; still playing on Mux; will be deleted 24 Dec 2090; bring back\nfree until then.',
    );
    expect(blocks[2]?.split('\n').slice(0, 6)).toEqual([
      '     when (UTC)            what        why, and who',
      ' ✓   22 Nov 2026 02:46:00  requested   delete request (u-17)',
      ' ✓   22 Nov 2026 02:46:10  preparing   master asked for (master)',
      ' ✓   22 Nov 2026 02:47:00  archiving   master is ready (archive)',
      ' ✓   22 Nov 2026 02:51:40  archived    copy proved (archive)',
      ' ▶   now                   archived    Mux and the vault, playing',
    ]);
    expect(blocks[2]).toMatch(/ ○ {3}24 Dec 2090, 01:00 {4}deleted {5}in 6\d years: from Mux;/);
    expect(blocks[3]).toContain('  archive      1.23 GB, 30:31 long, DEEP_ARCHIVE\n');
    expect(blocks[3]).toContain('  proved       22 Nov 2026, 02:51 UTC, CRC32 rL8sKw==\n');
  });

  test('shows losses, warnings and a failure with the way on, within 80 columns', async () => {
    const record = aRecord({
      status: 'failed',
      archive: undefined,
      losses: [
        { code: 'AUTO_CAPTIONS', attribute: 'captions', detail: 'Mux makes new ones, in other words.' },
      ],
      warnings: ['The title is over 500 characters long.'],
      failure: {
        code: 'LOSS_REFUSED',
        message: `Policy refuses to lose the captions of ${'x'.repeat(120)}.`,
        action: 'Request again with accept_loss.',
        from: 'preparing',
        retryable: false,
      },
    });
    await using api = await stubApi({ [`GET ${REQUESTS}/${ASSET}`]: [ok(record)] });

    const ended = await icehouse(['status', ASSET, '--url', api.url]);

    expect(ended.stdout).toContain('  loses        captions: Mux makes new ones, in other words.\n');
    expect(ended.stdout).toContain('  warning      The title is over 500 characters long.\n');
    expect(ended.stdout).toContain('  failed       LOSS_REFUSED while preparing\n');
    expect(ended.stdout).toContain('  to do        Request again with accept_loss.\n');
    expect(ended.stdout.match(/x/g)?.length).toBeGreaterThanOrEqual(120);
    expect(Math.max(...ended.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('shows the place in line, and when its turn should come', async () => {
    const record = aRecord({
      status: 'requested',
      position: 10_000,
      position_is_least: true,
      expected_by: '2090-12-24T07:30:00.000Z',
    });
    await using api = await stubApi({ [`GET ${REQUESTS}/${ASSET}`]: [ok(record)] });

    const ended = await icehouse(['status', ASSET, '--url', api.url]);

    expect(ended.stdout).toContain('  place        number 10000 or later in line\n');
    expect(ended.stdout).toContain('  expected     by 24 Dec 2090, 07:30 UTC\n');
  });

  test('shows no escape sequence that somebody put into a title', async () => {
    const record = aRecord({ title: '\u001b[2Jgone\u0007\nsecond line' });
    await using api = await stubApi({ [`GET ${REQUESTS}/${ASSET}`]: [ok(record)] });

    const ended = await icehouse(['status', ASSET, '--url', api.url]);

    expect(ended.stdout.split('\n')[0]).toBe('[2Jgone second line');
  });

  test('says that an unknown id is not tracked', async () => {
    await using api = await stubApi({});

    const ended = await icehouse(['status', 'nope', '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('NOT_TRACKED');
    expect(ended.stderr).toContain('icehouse list');
  });

  test('prints with --json the document of the API, unknown fields and all', async () => {
    const record = aRecord({ a_field_of_tomorrow: { deep: [1, null] } });
    await using api = await stubApi({ [`GET ${REQUESTS}/${ASSET}`]: [ok(record)] });

    const ended = await icehouse(['--json', 'status', ASSET, '--url', api.url]);

    expect(JSON.parse(ended.stdout)).toEqual(JSON.parse(JSON.stringify(record)));
  });
});

describe('list', () => {
  test('asks for a status and a group, and prints a line per record with the whole id', async () => {
    const other = aRecord({
      asset_id: 'b2',
      status: 'cancelled',
      title: undefined,
      next_action_at: undefined,
    });
    const page = { data: [aRecord(), other], next_cursor: null };
    await using api = await stubApi({ [`GET ${REQUESTS}`]: [ok(page)] });

    const ended = await icehouse(['list', '--status', 'archived', '--group', 'a b&c', '--url', api.url]);

    expect(api.seen[0]?.url).toBe(`${REQUESTS}?status=archived&group_id=a%20b%26c&limit=50`);
    const lines = ended.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(
      new RegExp(`^${ASSET} +archived +Summer party 2026 +24 Dec 2090 +in \\d+y +1.23 GB$`),
    );
    expect(lines[2]).toMatch(/^b2 +cancelled +- +- +- +1.23 GB$/);
  });

  test('walks every page with --all and prints them as one document', async () => {
    const pages = [
      { data: [aRecord({ asset_id: 'a1' })], next_cursor: 'c1' },
      { data: [], next_cursor: 'c2' },
      { data: [aRecord({ asset_id: 'a3' })], next_cursor: null },
    ];
    await using api = await stubApi({ [`GET ${REQUESTS}`]: pages.map(ok) });

    const ended = await icehouse(['list', '--all', '--json', '--url', api.url]);

    const document = JSON.parse(ended.stdout);
    expect(document.data.map((record: { asset_id: string }) => record.asset_id)).toEqual(['a1', 'a3']);
    expect(document.next_cursor).toBeNull();
    expect(api.seen.map(({ url }) => url.split('?')[1])).toEqual([
      'limit=100',
      'limit=100&cursor=c1',
      'limit=100&cursor=c2',
    ]);
  });

  test('stops at the limit and says that there are more', async () => {
    const page = { data: [aRecord(), aRecord()], next_cursor: 'more' };
    await using api = await stubApi({ [`GET ${REQUESTS}`]: [ok(page)] });

    const ended = await icehouse(['list', '--limit', '2', '--url', api.url]);

    expect(api.seen).toHaveLength(1);
    expect(ended.stdout).toContain('--all');
  });
});

describe('cancel, restore, reschedule', () => {
  test('cancel says who takes it back, and why', async () => {
    const record = aRecord({ status: 'cancelled', summary: 'The request was taken back; playing on Mux.' });
    await using api = await stubApi({ [`POST ${REQUESTS}/${ASSET}/cancel`]: [ok(record)] });

    const who = ['--user', 'u-17', '--reason', 'ticket 4711'];
    const ended = await icehouse(['cancel', ASSET, ...who, '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(api.seen[0]?.body).toEqual({ user_id: 'u-17', reason: 'ticket 4711' });
    expect(ended.stdout).toContain('The request was taken back; playing on Mux.');
  });

  test('cancel of a deleted asset prints the problem as the document of --json', async () => {
    const refusal = problem(409, 'ALREADY_DELETED', 'It is gone from Mux.', { action: 'Use restore.' });
    await using api = await stubApi({ [`POST ${REQUESTS}/${ASSET}/cancel`]: [refusal] });

    const ended = await icehouse(['cancel', ASSET, '--json', '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual(refusal.body);
  });

  test('restore sends the tier and who asks, and shows when the copy is readable and what it costs', async () => {
    const record = aRecord({
      status: 'thawing',
      outcome: 'restoring',
      restore: {
        tier: 'Bulk',
        requested_at: '2026-11-22T03:00:00.000Z',
        ready_by: '2090-11-24T03:00:00.000Z',
        estimated_cost_usd: 0.1,
        new_playback_ids: [],
      },
    });
    await using api = await stubApi({
      [`POST ${REQUESTS}/${ASSET}/restore`]: [{ status: 202, body: record }],
    });

    const wish = ['--tier', 'Bulk', '--user', 'u-18', '--reason', 'needed again'];
    const ended = await icehouse(['restore', ASSET, ...wish, '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(api.seen[0]?.body).toEqual({ tier: 'Bulk', user_id: 'u-18', reason: 'needed again' });
    expect(ended.stdout).toContain('  restore      Bulk, about $0.10\n');
    expect(ended.stdout).toContain('readable by 24 Nov 2090, 03:00 UTC');
  });

  test('restore of an asset that plays says that nothing is to be done, and does not wait', async () => {
    const record = aRecord({ status: 'restored', outcome: 'already_available', current_asset_id: 'new1' });
    await using api = await stubApi({ [`POST ${REQUESTS}/${ASSET}/restore`]: [ok(record)] });

    const ended = await icehouse(['restore', ASSET, '--wait', '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('Nothing to do: the video plays on Mux.');
    expect(api.seen).toHaveLength(1);
  });

  test('reschedule moves the end of the archive alone, and needs one date at least', async () => {
    await using api = await stubApi({ [`PATCH ${REQUESTS}/${ASSET}`]: [ok(aRecord())] });

    const args = ['--user', 'u-17', '--reason', 'Legal needs it', '--url', api.url];
    const ended = await icehouse(['reschedule', ASSET, '--archive-until', 'never', ...args]);
    const refused = await icehouse(['reschedule', ASSET, ...args]);

    expect(ended.code).toBe(0);
    expect(api.seen.map(({ body }) => body)).toEqual([
      { archive_until: null, user_id: 'u-17', reason: 'Legal needs it' },
    ]);
    expect(refused.stderr).toContain('give --expiration-date, --archive-until, or both');
  });

  test('reschedule patches date, user and reason', async () => {
    await using api = await stubApi({ [`PATCH ${REQUESTS}/${ASSET}`]: [ok(aRecord())] });

    const args = ['--expiration-date', '2090-12-24', '--user', 'u-17', '--reason', 'Legal needs it'];
    const ended = await icehouse(['reschedule', ASSET, ...args, '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(api.seen[0]?.body).toEqual({
      expiration_date: '2090-12-24',
      user_id: 'u-17',
      reason: 'Legal needs it',
    });
  });
});
