// Thousands from a CSV, as somebody at a terminal has them: paced, gone on from where they stopped, and reported.
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { icehouse, startIcehouse } from '../run-program.ts';
import { bulkApi } from './bulk-api.ts';
import { placeWith } from './place.ts';

const ids = (count: number) =>
  Array.from({ length: count }, (_, at) => `video${String(at).padStart(3, '0')}`);
const csvOf = (count: number) => `asset_id\n${ids(count).join('\n')}\n`;
const BY = ['--user', 'u-17', '--rate', '50'];

describe('import', () => {
  test('sends each row once and reports what came of it', async () => {
    await using api = await bulkApi();
    using place = placeWith('asset_id;reason\r\nvideo000;"old; dusty"\r\nvideo001;\r\n');

    const ended = await icehouse(['import', place.file, ...BY, '--grace-days', '30', '--url', api.url]);

    expect(ended).toMatchObject({ code: 0, stderr: `API: ${api.url} (--url)\n` });
    expect(api.calls.map(({ body }) => body)).toEqual([
      { asset_id: 'video000', deleted_by_user_id: 'u-17', grace_days: 30, reason: 'old; dusty' },
      { asset_id: 'video001', deleted_by_user_id: 'u-17', grace_days: 30 },
    ]);
    expect(place.report().map(({ line, asset_id, outcome }) => [line, asset_id, outcome])).toEqual([
      ['2', 'video000', 'requested'],
      ['3', 'video001', 'requested'],
    ]);
    expect(ended.stdout).toContain('requested 2');
  });

  test('makes no call when one row is wrong, or for a dry run', async () => {
    await using api = await bulkApi();
    using wrong = placeWith(`${csvOf(3)}not an id\n`);
    using right = placeWith(`${csvOf(3)}video001\n`);

    const refused = await icehouse(['import', wrong.file, ...BY, '--url', api.url]);
    const dry = await icehouse(['import', right.file, ...BY, '--dry-run', '--json', '--url', api.url]);

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('line 5, asset_id: An id is letters and digits.');
    expect(JSON.parse(dry.stdout)).toMatchObject({ rows: 3, duplicates: 1 });
    expect(api.calls).toEqual([]);
  });

  test('judges dates in a dry run by the report beside the file, and leaves that as it is', async () => {
    await using api = await bulkApi();
    const ahead = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const sent = `asset_id,expiration_date\nvideo000,${ahead}\n`;
    using place = placeWith(sent);
    const args = ['import', place.file, ...BY, '--url', api.url];
    await icehouse(args);
    appendFileSync(place.reportFile, 'import,4,cut off');
    const before = readFileSync(place.reportFile, 'utf8');
    place.write(`${sent}video001,2020-01-01\nvideo002,${ahead}\n`);

    const dry = await icehouse([...args, '--dry-run']);

    expect(dry.code).toBe(1);
    expect(dry.stdout).toContain(
      '1 done by an earlier run, 1 would be refused: DATE_IN_PAST (date in the past).\nIn the past: line 3.\n',
    );
    expect(api.calls).toHaveLength(1);
    expect(readFileSync(place.reportFile, 'utf8')).toBe(before);
  });

  test('keeps the pace that is asked for', async () => {
    await using api = await bulkApi();
    using place = placeWith(csvOf(31));

    await icehouse(['import', place.file, '--user', 'u', '--rate', '20', '--url', api.url]);

    const atMs = api.calls.map((call) => call.atMs);
    expect(atMs).toHaveLength(31);
    // Thirty times 50 ms lie between the first and the last, less what the first was late.
    expect((atMs.at(-1) ?? 0) - (atMs[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test('goes on from refusals, which are sent again only when asked to', async () => {
    const refusal = { status: 409, body: { code: 'REQUEST_DIFFERS', detail: 'There is another request.' } };
    await using api = await bulkApi({
      stumble: (id, nth) => (id === 'video001' && nth < 3 ? refusal : undefined),
    });
    using place = placeWith(csvOf(3));
    const again = ['import', place.file, ...BY, '--url', api.url];

    const first = await icehouse(again);
    const second = await icehouse(again);
    const third = await icehouse([...again, '--retry-failed']);
    const fourth = await icehouse([...again, '--retry-failed']);

    expect([first.code, second.code, third.code, fourth.code]).toEqual([1, 1, 1, 0]);
    const called = api.calls.map(({ body }) => body.asset_id);
    expect(called.slice(0, 3).sort()).toEqual(['video000', 'video001', 'video002']);
    expect(called.slice(3)).toEqual(['video001', 'video001']);
    expect(first.stdout).toContain('line 3, video001: REQUEST_DIFFERS: There is another request.');
    // Three are on their way at once, and each is written down as it comes back.
    const rows = place.report().map(({ outcome, code }) => `${outcome}${code}`);
    expect(rows.slice(0, 3).sort()).toEqual(['refusedREQUEST_DIFFERS', 'requested', 'requested']);
    expect(rows.slice(3)).toEqual(['refusedREQUEST_DIFFERS', 'requested']);
  });

  test('waits as long as the API says, and tries again what passes', async () => {
    await using api = await bulkApi({
      stumble: (id, nth) => {
        if (id === 'video001' && nth === 1)
          return { status: 429, body: { message: 'Too Many Requests' }, headers: { 'retry-after': '1' } };
        return id === 'video002' && nth === 1 ? 'hang up' : undefined;
      },
    });
    using place = placeWith(csvOf(30));

    const ended = await icehouse(['import', place.file, ...BY, '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(api.records.size).toBe(30);
    const [refused, accepted] = api.calls.filter(({ body }) => body.asset_id === 'video001');
    expect((accepted?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(950);
    // Nobody called while the API wanted to be left alone, but for those on the way.
    const meanwhile = api.calls.filter(
      ({ atMs }) => atMs > (refused?.atMs ?? 0) + 300 && atMs < (refused?.atMs ?? 0) + 950,
    );
    expect(meanwhile).toEqual([]);
  });

  test('stops at credentials that nobody accepts, with nothing but that to say', async () => {
    await using api = await bulkApi({ stumble: () => ({ status: 403, body: { message: 'Forbidden' } }) });
    using place = placeWith(csvOf(100));

    const ended = await icehouse(['import', place.file, ...BY, '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('Forbidden');
    expect(api.calls.length).toBeLessThanOrEqual(8);
    expect(place.report()).toEqual([]);
  });
});

describe('a run that was killed', () => {
  test('loses nothing and repeats only what was on its way', async () => {
    await using api = await bulkApi({ takesMs: 40 });
    using place = placeWith(csvOf(60));
    const args = ['import', place.file, ...BY, '--url', api.url];

    const first = startIcehouse(args);
    while (api.calls.length < 25) await sleep(5);
    first.kill('SIGKILL');
    await first.ended;
    const known = place.report().length;
    const second = await icehouse(args);

    expect(second.code).toBe(0);
    expect(known).toBeGreaterThan(0);
    expect([...api.records.keys()].sort()).toEqual(ids(60));
    // Eight at once may have been answered and not yet been written down.
    expect(api.calls.length).toBeLessThanOrEqual(60 + 8);
    expect(new Set(place.report().map(({ asset_id }) => asset_id)).size).toBe(60);
    expect(place.report()).toHaveLength(60);
  });

  test('in the middle of a line of its report writes that line anew', async () => {
    await using api = await bulkApi();
    using place = placeWith(csvOf(2));
    const args = ['import', place.file, ...BY, '--url', api.url];
    await icehouse(args);
    place.write(csvOf(3));
    appendFileSync(place.reportFile, 'import,4,video002,reque');

    const ended = await icehouse(args);

    expect(ended.code).toBe(0);
    expect(api.calls.map(({ body }) => body.asset_id)).toEqual(ids(3));
    expect(place.report()).toHaveLength(3);
  });

  test('by Ctrl-C brings its calls to their end and says how to go on', async () => {
    await using api = await bulkApi({ takesMs: 100 });
    using place = placeWith(csvOf(200));

    const run = startIcehouse(['import', place.file, ...BY, '--url', api.url]);
    while (api.calls.length < 12) await sleep(5);
    run.kill('SIGINT');
    const ended = await run.ended;

    expect(ended.code).toBe(130);
    expect(ended.stdout).toContain('the same command goes on from here');
    expect(place.report()).toHaveLength(api.calls.length);
  });
});

describe('a file', () => {
  test('whose rows changed after they were sent is not sent', async () => {
    await using api = await bulkApi();
    using place = placeWith('asset_id,grace_days\nvideo000,30\nvideo001,30\n');
    const args = ['import', place.file, ...BY, '--url', api.url];
    await icehouse(args);
    place.write('asset_id,grace_days\nvideo000,30\nvideo001,0\nvideo002,0\n');

    const ended = await icehouse(args);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('CSV_CHANGED');
    expect(ended.stderr).toContain('line 3');
    expect(api.calls).toHaveLength(2);
  });

  test('that is a report of nobody we know is left alone', async () => {
    await using api = await bulkApi();
    using place = placeWith(csvOf(1));
    appendFileSync(place.reportFile, 'my,own\nthings,here');

    const ended = await icehouse(['import', place.file, ...BY, '--url', api.url]);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('REPORT_UNREADABLE');
    expect(place.report()).toEqual([{ my: 'things', own: 'here' }]);
  });
});

describe('restore of many', () => {
  test('from a file follows them by lists until each is at rest', async () => {
    await using api = await bulkApi({
      progress: (record, looks) => {
        if (record.status === 'thawing' && looks > 4) record.status = 'restored';
      },
    });
    using place = placeWith('asset_id,tier\nvideo000,Bulk\nvideo001,\n');
    for (const id of ids(2))
      api.records.set(id, {
        ...api.records.get(id),
        asset_id: id,
        status: 'deleted',
        summary: '',
        warnings: [],
      });

    const ended = await icehouse([
      'restore',
      '--from',
      place.file,
      '--tier',
      'Standard',
      '--wait',
      '--json',
      '--url',
      api.url,
    ]);

    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ...{ outcomes: { restoring: 2 }, bad: [], failed: [] },
      at_rest: { restored: 2, failed: 0 },
    });
    expect(api.calls.filter(({ call }) => call.endsWith('/restore')).map(({ body }) => body)).toEqual([
      { tier: 'Bulk' },
      { tier: 'Standard' },
    ]);
    expect(api.gets.every((get) => get.startsWith('/v1/delete-requests?'))).toBe(true);
  }, 15_000);

  test('of a status and a group says the price first and asks', async () => {
    await using api = await bulkApi();
    for (const [at, id] of ids(5).entries())
      api.records.set(id, {
        asset_id: id,
        status: 'deleted',
        summary: '',
        warnings: [],
        group_id: at < 3 ? 'spring' : 'fall',
      });
    const query = ['restore', '--status', 'deleted', '--group', 'spring', '--rate', '50', '--url', api.url];

    const dry = await icehouse([...query, '--tier', 'Bulk', '--dry-run', '--json']);
    const unasked = await icehouse(query);
    const sent = await icehouse([...query, '--yes']);

    // Three at 25 cents each.
    expect(JSON.parse(dry.stdout)).toMatchObject({ rows: 3, estimated_cost_usd: 0.75, tiers: { Bulk: 3 } });
    expect(unasked.code).toBe(2);
    expect(unasked.stdout).toContain('3 assets, about $4.50: 3 Standard.');
    expect(unasked.stderr).toContain('Say --yes.');
    expect(sent.code).toBe(0);
    expect(api.calls.map(({ call }) => call).sort()).toEqual(
      ids(3).map((id) => `POST /v1/delete-requests/${id}/restore`),
    );
  });

  test('and of one at once, or of nothing, is refused; so is a dry run of one', async () => {
    await using api = await bulkApi();

    const both = await icehouse(['restore', 'video000', '--group', 'spring', '--url', api.url]);
    const neither = await icehouse(['restore', '--url', api.url]);
    const dryOne = await icehouse(['restore', 'video000', '--dry-run', '--url', api.url]);

    expect([both.code, neither.code, dryOne.code]).toEqual([2, 2, 2]);
    expect(api.calls).toEqual([]);
  });
});
