// `icehouse group`, `icehouse find` and a request by another id, as a terminal sees them.
import { describe, expect, test } from 'vitest';
import { IcehouseApi } from '../../cli/api.ts';
import { walkThrough, wholeGroup } from '../../cli/group/whole.ts';
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

function aGroup(given: object = {}) {
  return {
    group_id: 'course 12',
    records: 120,
    by_status: { archived: 60, deleted: 59, failed: 1 },
    failures: { MASTER_UNAVAILABLE: 1 },
    duration: 72_000,
    archived_bytes: 119_000_000_000,
    next_deletion_at: '2090-12-24T01:00:00.000Z',
    restore: {
      free: 60,
      from_vault: 59,
      impossible: 1,
      superseded: 0,
      from_vault_bytes: 59_000_000_000,
      currency: 'USD',
      estimated_cost_usd: 5.37,
      ready_by: '2026-11-25T08:00:00.000Z',
    },
    actions: [],
    whole: true,
    next_cursor: null,
    ...given,
  };
}

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
    expect(ended.stdout).toContain('  archived  60\n  deleted   59\n  failed    1\n');
    expect(ended.stdout).toContain('restore all  about $5.37 for 59 out of the vault (59 GB)');
    expect(ended.stdout).toContain('readable by  25 Nov 2026, 08:00 UTC');
    expect(ended.stdout).toContain("icehouse group 'course 12' --restore --user ID");
  });

  test('adds up a group that comes in stretches', async () => {
    const first = ok(aGroup({ whole: false, next_cursor: 'c1' }));
    const second = ok(aGroup({ whole: false, next_deletion_at: '2089-01-01T00:00:00.000Z' }));
    await using api = await stubApi({ [`GET ${GROUP}`]: [first, second] });

    const all = await wholeGroup(apiAt(api.url), 'course 12', undefined);

    expect(api.seen.map(({ url }) => url)).toEqual([GROUP, `${GROUP}?cursor=c1`]);
    expect(all).toMatchObject({
      records: 240,
      by_status: { archived: 120, deleted: 118, failed: 2 },
      next_deletion_at: '2089-01-01T00:00:00.000Z',
      restore: { free: 120, estimated_cost_usd: 10.74, ready_by: '2026-11-25T08:00:00.000Z' },
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

    const args = ['--restore', '--user', 'u-17', '--tier', 'Bulk', '--url', api.url];
    const ended = await icehouse(['group', 'course 12', ...args]);

    expect(ended.code).toBe(0);
    expect(api.seen.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      { user_id: 'u-17', tier: 'Bulk' },
      { user_id: 'u-17', tier: 'Bulk', cursor: 'c1' },
    ]);
    expect(ended.stdout).toContain('restore of course 12: restoring 60, cancelled 60');
    expect(ended.stdout).toContain('120/120');
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
