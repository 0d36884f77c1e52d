// `icehouse group`, `icehouse find` and a request by another id, as a terminal sees them.
import { describe, expect, test } from 'vitest';
import { IcehouseApi } from '../../cli/api.ts';
import { groupView } from '../../cli/group/group-view.ts';
import { restoreGroup } from '../../cli/group/restore-group.ts';
import { walkThrough, wholeGroup } from '../../cli/group/whole.ts';
import type { Screen } from '../../cli/screen.ts';
import type { Group } from '../../client/icehouse.ts';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, problem, stubApi } from './stub-api.ts';

/** The calls of the command, without the program around them. */
const apiAt = (url: string) =>
  new IcehouseApi({
    base: new URL(url),
    authorize: async ({ headers }) => headers,
    fetch,
    sleep: async () => undefined,
  });

const GROUP = '/v1/groups/course%2012';

const offer = <T extends object>(given: T) => ({ videos: 59, meets_need_by: null, ...given });

function aGroup(given: object = {}) {
  return {
    group_id: 'course 12',
    records: 120,
    by_status: { archived: 60, deleted: 59, failed: 1 },
    failures: { MASTER_UNAVAILABLE: 1 },
    playing: 60,
    earlier_lives: 36,
    erasures: [],
    duration: 72_000,
    archived_bytes: 119_000_000_000,
    next_deletion_at: '2090-12-24T01:00:00.000Z',
    restore: {
      free: 60,
      from_vault: 59,
      under_way: 0,
      impossible: 1,
      superseded: 36,
      from_vault_bytes: 59_000_000_000,
      currency: 'USD',
      estimated_cost_usd: 5.37,
      ready_by: '2026-11-25T08:00:00.000Z',
      tiers: { Bulk: 59 },
      reason: 'As asked for.',
      meets_need_by: null,
      offers: [
        offer({ tier: 'Bulk', total_usd: 5.37, ready_by: '2026-11-25T08:00:00.000Z' }),
        offer({ tier: 'Standard', total_usd: 6.5, ready_by: '2026-11-24T08:00:00.000Z' }),
      ],
    },
    actions: [],
    whole: true,
    next_cursor: null,
    ...given,
  };
}

/** A pipe of eighty columns. */
const screenTo = (printed: string[]): Screen => ({
  stream: process.stdout as Screen['stream'],
  isTerminal: false,
  columns: 80,
  paint: (_, text) => text,
  print: (text) => void printed.push(text),
});

const walk = (given: object) => ({
  group_id: 'course 12',
  action: 'restore',
  done: true,
  records: 60,
  outcomes: { restoring: 60 },
  problems: [],
  next_cursor: null,
  ...given,
});

describe('group', () => {
  test('shows where the videos are, and what all of them would cost', async () => {
    await using api = await stubApi({ [`GET ${GROUP}`]: [ok(aGroup())] });

    const ended = await icehouse(['group', 'course 12', '--url', api.url]);

    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(
      '  archived  60  still play; the first goes 24 Dec 2090\n  deleted   59  vault only\n',
    );
    expect(ended.stdout).toContain('videos       120 (and 36 earlier lives), 20:00:00 long');
    expect(ended.stdout).toMatch(/\* Bulk +Standard\n {2}total +\$5\.37 +\$6\.50\n/);
    expect(ended.stdout).toContain('Bulk: As asked for.');
    expect(ended.stdout).toContain('restore all  about $5.37 for 59 out of the vault (59 GB)');
    expect(ended.stdout).toContain('readable by  25 Nov 2026, 08:00 UTC');
    expect(ended.stdout).toContain("icehouse group 'course 12' --restore --user ID");
  });

  test('adds up a group that comes in stretches', async () => {
    const first = ok(aGroup({ whole: false, next_cursor: 'c1' }));
    const second = ok(aGroup({ whole: false, next_deletion_at: '2089-01-01T00:00:00.000Z' }));
    await using api = await stubApi({ [`GET ${GROUP}`]: [first, second] });

    const all = await wholeGroup(apiAt(api.url), 'course 12');

    expect(api.seen.map(({ url }) => url)).toEqual([GROUP, `${GROUP}?cursor=c1`]);
    expect(all).toMatchObject({
      records: 240,
      by_status: { archived: 120, deleted: 118, failed: 2 },
      next_deletion_at: '2089-01-01T00:00:00.000Z',
      earlier_lives: 72,
      restore: {
        free: 120,
        estimated_cost_usd: 10.74,
        ready_by: '2026-11-25T08:00:00.000Z',
        tiers: { Bulk: 118 },
        offers: [
          { tier: 'Bulk', videos: 118, total_usd: 10.74 },
          { tier: 'Standard', videos: 118, total_usd: 13 },
        ],
      },
      whole: true,
      next_cursor: null,
    });
  });

  test('repeats a stretch that nobody answered, and gives up in the end', async () => {
    const waits: number[] = [];
    await using api = await stubApi({ [`POST ${GROUP}/restore`]: [problem(503, 'NOT_NOW', 'Busy.')] });

    const walked = walkThrough({
      step: (cursor) => apiAt(api.url).restoreGroup('course 12', { user_id: 'u', cursor }),
      sleep: async (ms) => void waits.push(ms),
      onProgress: () => undefined,
    });

    await expect(walked).rejects.toMatchObject({ code: 'NOT_NOW' });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  test('restores all of it, stretch by stretch', async () => {
    const stretches = [
      ok(walk({ done: false, next_cursor: 'c1' })),
      ok(walk({ outcomes: { cancelled: 60 } })),
    ];
    await using api = await stubApi({
      [`GET ${GROUP}`]: [ok(aGroup())],
      [`POST ${GROUP}/restore`]: stretches,
    });

    const args = ['--restore', '--user', 'u-17', '--tier', 'Bulk', '--yes', '--url', api.url];
    const ended = await icehouse(['group', 'course 12', ...args]);

    expect(ended.code).toBe(0);
    expect(api.seen.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { user_id: 'u-17', tier: 'Bulk' },
      { user_id: 'u-17', tier: 'Bulk', cursor: 'c1' },
    ]);
    expect(ended.stdout).toContain('restore of course 12: restoring 60, cancelled 60');
    expect(ended.stdout).toContain('120/156');
    expect(ended.stdout).toContain(
      '60 kept: they had not been deleted and play under their old ids.\n' +
        '60 coming back (Bulk, about $5.37), readable by 25 Nov 2026, 08:00 UTC.\n' +
        "Follow: icehouse group 'course 12'\n" +
        "What plays in the place of which old id: icehouse group 'course 12' --map --csv\n",
    );
    expect(api.seen[0]?.url).toBe(`${GROUP}?tier=Bulk`);
  });

  test('asks before a restore that costs, and does nothing where nobody can be asked', async () => {
    await using api = await stubApi({ [`GET ${GROUP}`]: [ok(aGroup())] });

    const ended = await icehouse(['group', 'course 12', '--restore', '--user', 'u', '--url', api.url]);

    expect(ended.code).toBe(2);
    expect(ended.stdout + ended.stderr).toContain('NOT_CONFIRMED');
    expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  test('says by --dry-run what a restore would do, and does nothing', async () => {
    await using api = await stubApi({ [`GET ${GROUP}`]: [ok(aGroup({ erasures: ['e0e1'] }))] });

    const ended = await icehouse(['group', 'course 12', '--restore', '--dry-run', '--url', api.url]);

    expect(ended.stdout).toBe(
      '60 are still on Mux, or back there: they are kept, for free.\n' +
        '59 come back (Bulk, about $5.37), readable by 25 Nov 2026, 08:00 UTC. As asked for.\n' +
        '1 cannot come back (order of erasure e0e1).\n',
    );
    expect(api.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  test('waits until all of it is back', async () => {
    const restore = { ...aGroup().restore, from_vault: 0, free: 119 };
    const coming = aGroup({ by_status: { thawing: 60 } });
    const back = aGroup({ by_status: { restored: 119 }, restore });
    await using api = await stubApi({
      [`GET ${GROUP}`]: [ok(aGroup()), ok(coming), ok(back)],
      [`POST ${GROUP}/restore`]: [ok(walk({}))],
    });
    const waits: number[] = [];
    const printed: string[] = [];
    const session = {
      api: apiAt(api.url),
      screen: screenTo(printed),
      json: false,
      nowMs: () => 0,
      sleep: async (ms: number) => void waits.push(ms),
      exitWith: () => undefined,
      note: () => undefined,
      nameApi: () => undefined,
      apiUrl: new URL(api.url),
    };

    await restoreGroup(session, 'course 12', { userId: 'u', yes: true, wait: true });

    // Nothing under way must be seen twice.
    expect(api.seen.filter(({ method }) => method === 'GET')).toHaveLength(4);
    expect(waits).toHaveLength(2);
    expect(printed.at(-1)).toContain('60/60');
  });

  test.each([
    [{ by_status: { restored: 120 }, playing: 120, restore: { from_vault: 0 } }, 'All 120 play.'],
    [
      { by_status: { thawing: 60, restored: 60 }, restore: { from_vault: 60, under_way: 60, impossible: 0 } },
      '60 coming back, by 25 Nov 2026, 08:00 UTC.',
    ],
  ])('says what is done, and offers it no more', async (given, said) => {
    const group = aGroup({ ...given, restore: { ...aGroup().restore, ...given.restore } });

    const text = groupView(group as Group, screenTo([]), 0);

    expect(text).toContain(said);
    expect(text).not.toContain('--restore');
    expect(text).toContain("icehouse group 'course 12' --map --csv");
  });

  const row = (playback_id: string, current_playback_id: string | null, given = {}) => ({
    asset_id: ASSET,
    current_asset_id: 'new1',
    playback_id,
    current_playback_id,
    reason: 'PLAYING',
    playable: true,
    ...given,
  });

  test('has a map of ids, of all its stretches, each id once', async () => {
    const stretches = [
      ok({ data: [row('p1', null, { reason: 'RESTORING' }), row('p2', 'p2')], next_cursor: 'c1' }),
      ok({ data: [], next_cursor: 'c2' }),
      ok({
        data: [row('p1', 'n1', { title: '=Lesson "1", part 2', external_id: 'cms;1' })],
        next_cursor: null,
      }),
    ];
    await using api = await stubApi({ [`GET ${GROUP}/map`]: stretches });
    await using again = await stubApi({ [`GET ${GROUP}/map`]: stretches });

    const csv = await icehouse(['group', 'course 12', '--map', '--csv', '--url', api.url]);
    const text = await icehouse(['group', 'course 12', '--map', '--url', again.url]);

    expect(api.seen.map(({ url }) => url)).toEqual([
      `${GROUP}/map`,
      `${GROUP}/map?cursor=c1`,
      `${GROUP}/map?cursor=c2`,
    ]);
    expect(csv.stdout).toBe(
      'external_id,title,asset_id,current_asset_id,playback_id,current_playback_id,reason,playable\r\n' +
        `"cms;1","'=Lesson ""1"", part 2",${ASSET},new1,p1,n1,PLAYING,true\r\n` +
        `,,${ASSET},new1,p2,p2,PLAYING,true\r\n`,
    );
    expect(text.stdout).toMatch(/\np1 +n1 +=Lesson/);
    expect(text.stdout).toContain('2 playback ids: 1 unchanged, 1 changed, 0 that nothing plays');
  });

  test.each([
    [['--csv'], '--csv goes with --map'],
    [['--wait'], '--dry-run, --wait and --yes go with --restore'],
    [['--restore'], '--restore and --cancel need --user'],
  ])('refuses %j', async (args, said) => {
    const ended = await icehouse(['group', 'course 12', ...args]);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(said);
  });

  test('names what could not be taken back, and ends with 1', async () => {
    const refused = {
      type: 'urn:icehouse:problem:too-late-to-cancel',
      title: 'Not possible in this state',
      status: 409,
      code: 'TOO_LATE_TO_CANCEL',
      asset_id: ASSET,
      detail: 'It is deleted.',
      action: 'Restore it.',
    };
    const done = walk({ action: 'cancel', outcomes: { cancelled: 59, refused: 1 }, problems: [refused] });
    await using api = await stubApi({
      [`GET ${GROUP}`]: [ok(aGroup())],
      [`POST ${GROUP}/cancel`]: [ok(done)],
    });

    const ended = await icehouse(['group', 'course 12', '--cancel', '--user', 'u', '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain(`✗ ${ASSET}: TOO_LATE_TO_CANCEL: It is deleted.`);
  });
});

describe('find', () => {
  const match = {
    ...aRecord(),
    matched_by: 'playback_id',
    matched: 'PLAY1',
    poster: `/v1/assets/${ASSET}/sidecars/poster.jpg`,
  };

  test('shows what was found, and keeps the token of a URL to itself', async () => {
    await using api = await stubApi({ 'GET /v1/find': [ok({ matches: [match], groups: [] })] });

    const url = 'https://stream.mux.com/PLAY1.m3u8?token=SECRET';
    const ended = await icehouse(['find', url, '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(api.seen[0]?.url).toBe('/v1/find?q=https%3A%2F%2Fstream.mux.com%2FPLAY1.m3u8');
    expect(ended.stdout).toContain('Summer party 2026, 30:31 long');
    expect(ended.stdout).toContain('Safe in the vault');
    expect(ended.stdout).toMatch(/found by {5}playback_id PLAY1/);
    expect(ended.stdout).toMatch(/group {8}summer/);
    expect(ended.stdout).toContain("icehouse group 'summer'");
  });

  test('of nothing ends with 1, and says what is not searched', async () => {
    await using api = await stubApi({ 'GET /v1/find': [ok({ matches: [], groups: [] })] });

    const ended = await icehouse(['find', 'Summer party', '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('Titles are not searched.');
  });

  test('of a person is a table, with --all of every page', async () => {
    const page = (from: number, next_cursor: string | null) => {
      const ids = Array.from({ length: 5 }, (_, n) => `a${from + n}`);
      const found = { ...match, matched_by: 'creator_id', matched: 'teacher-7', poster: null };
      const matches = ids.map((asset_id) => ({ ...found, asset_id, current_asset_id: asset_id }));
      return ok({ matches, groups: [], next_cursor, not_searched: ['deleted_by_user_id'] });
    };
    const pages = [page(1, 'creator_id.x'), page(1, 'creator_id.x'), page(6, null)];
    await using api = await stubApi({ 'GET /v1/find': pages });

    const [first, all] = [
      await icehouse(['find', 'teacher-7', '--url', api.url]),
      await icehouse(['find', 'teacher-7', '--all', '--url', api.url]),
    ];

    expect(first.stdout).toMatch(
      /^ASSET +STATUS +LENGTH +FOUND BY +TITLE\na1 +archived +30:31 +creator_id +Summer/,
    );
    expect(first.stdout).toContain("There are more: icehouse find 'teacher-7' --all");
    expect(first.stdout).toContain('Not looked for by deleted_by_user_id:');
    expect(api.seen.at(-1)?.url).toBe('/v1/find?q=teacher-7&cursor=creator_id.x');
    expect(all.stdout.match(/^a\d+ /gm)).toHaveLength(10);
    expect(all.stdout).not.toContain('There are more');
  });
});

describe('request', () => {
  test('by playback id names the asset that the API found', async () => {
    await using api = await stubApi({ 'POST /v1/delete-requests': [{ status: 202, body: aRecord() }] });

    const ended = await icehouse(['request', '--playback-id', 'PLAY1', '--user', 'u-17', '--url', api.url]);

    expect(api.seen[0]?.body).toEqual({ playback_id: 'PLAY1', deleted_by_user_id: 'u-17' });
    expect(ended.stdout).toContain(`icehouse watch ${ASSET}`);
  });
});
