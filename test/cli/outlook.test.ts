// `icehouse check` and `icehouse upcoming`, as a terminal sees them.
import { describe, expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, ok, problem, stubApi } from './stub-api.ts';

const CHECK = {
  asset_id: ASSET,
  checked_at: '2090-11-22T12:00:00.000Z',
  verdict: 'hold',
  code: 'LOSS_REFUSED',
  reason: 'A restore would lose something that policy refuses: ADDITIONAL_AUDIO_TRACK.',
  action: 'To go on all the same, send "accept_loss".',
  tracked: null,
  at_mux: {
    status: 'ready',
    title: 'Lesson \u001b[31m1',
    duration: 3_600,
    resolution_tier: '1080p',
    video_quality: 'plus',
    playback_ids: [{ id: 'p1', policy: 'public' }],
    audio_tracks: 2,
    text_tracks: 0,
    static_renditions: 1,
    master: 'none',
    is_live: false,
    is_test: false,
  },
  losses: [
    {
      code: 'ADDITIONAL_AUDIO_TRACK',
      attribute: 'tracks[a2]',
      detail: 'Commentary is lost.',
      weight: 'grave',
    },
  ],
  size: { bytes: 3_600_000_000, is_estimate: true },
  prices: {
    currency: 'USD',
    prices_as_of: '2026-11-22',
    storage_class: 'DEEP_ARCHIVE',
    archiving_usd: 0.0003,
    vault_usd_per_month: 0.0033,
    vault_minimum_days: 180,
    mux_usd_per_month: 0.18,
    mux_cold_usd_per_month: 0.072,
    restoring_usd: 2.2,
    restore_tiers: [{ tier: 'Bulk', within_seconds: 172_800 }],
  },
  default_expiration_date: '2090-12-22T12:00:00.000Z',
};

const entry = (asset_id: string, at: string, given: object = {}) => ({
  asset_id,
  deleted_by_user_id: 'ann',
  expiration_date: at,
  due_at: at,
  deletes_at: at,
  size_bytes: 1_000_000,
  duration: 60,
  ...given,
});

const PAGE = {
  now: '2090-11-22T12:00:00.000Z',
  until: '2090-11-29T12:00:00.000Z',
  deletions: 'on',
  hold: null,
  limits: { per_hour: 200, per_day: 1, per_user_day: 1 },
  counted: { hour: 0, day: 0 },
  notice_before_seconds: 259_200,
  days: [],
  put_off: null,
  under_way: { requested: 4, preparing: 1, archiving: 0, deleting: 0 },
  ending: [],
};

describe('check', () => {
  test('shows verdict, losses, size and prices, and that nothing was changed', async () => {
    await using api = await stubApi({ [`GET /v1/assets/${ASSET}/check`]: [ok(CHECK)] });

    const ended = await icehouse(['check', ASSET, '--url', api.url]);

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain(`${ASSET}  would be stopped\n`);
    expect(ended.stdout).toMatch(/^ {2}on Mux +ready, 1:00:00, 1080p, plus$/m);
    expect(ended.stdout).toMatch(/^ {2}loses +grave: tracks\[a2\]: Commentary is lost\.$/m);
    expect(ended.stdout).toMatch(/^ {2}size +about 3\.60 GB, DEEP_ARCHIVE$/m);
    expect(ended.stdout).toMatch(/^ {2}keeping +\$0\.0033 a month, for 180 days at least$/m);
    expect(ended.stdout).toMatch(/Bulk within 48 h/);
    expect(ended.stdout).not.toContain('\u001b');
    expect(ended.stdout).toContain('Nothing was changed.');
  });

  test('with --json is the document of the API, and a refusal ends with 1', async () => {
    const busy = problem(404, 'NOT_AT_MUX', 'Mux has none.');
    await using api = await stubApi({ [`GET /v1/assets/${ASSET}/check`]: [ok(CHECK), busy] });

    const ended = await icehouse(['check', ASSET, '--json', '--url', api.url]);
    const refused = await icehouse(['check', ASSET, '--url', api.url]);

    expect(JSON.parse(ended.stdout)).toEqual(CHECK);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('NOT_AT_MUX');
  });
});

describe('upcoming', () => {
  test('puts the pages together, day by day, and says what the limits put off', async () => {
    const held = { hold: { reason: 'court', user_id: 'bob', since: PAGE.now }, deletes_at: null };
    const pages = [
      {
        ...PAGE,
        data: [entry('a1', '2090-11-23T11:00:00.000Z'), entry('a2', '2090-11-23T11:00:00.000Z')],
        next_cursor: 'next',
      },
      {
        ...PAGE,
        data: [entry('a3', '2090-11-25T11:00:00.000Z', held)],
        ending: [
          {
            asset_id: 'e1',
            deleted_by_user_id: 'ann',
            archive_until: '2090-11-24T00:00:00.000Z',
            ends_at: '2090-11-26T00:00:00.000Z',
            size_bytes: 1,
          },
        ],
        next_cursor: null,
      },
    ];
    await using api = await stubApi({ 'GET /v1/upcoming': pages.map(ok) });

    const ended = await icehouse(['upcoming', '--days', '7', '--list', '--url', api.url]);

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(api.seen.map(({ url }) => url)).toEqual([
      '/v1/upcoming?days=7&limit=1000',
      '/v1/upcoming?days=7&limit=1000&cursor=next',
    ]);
    expect(ended.stdout).toContain('3 due until 29 Nov 2090, 12:00 UTC.');
    expect(ended.stdout).toMatch(/^ {2}23 Nov 2090 +2 +- +2 MB +2:00$/m);
    expect(ended.stdout).toMatch(/^ {2}25 Nov 2090 +1 +1 +1 MB +1:00$/m);
    expect(ended.stdout).toMatch(/^ {2}a3 +not before it is released +held by bob: court$/m);
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'from 23 Nov 2090 up to 1 are left over, the last of them goes on 24 Nov 2090.',
    );
    expect(ended.stdout).toContain('5 requests are not archived yet');
    expect(ended.stdout).toMatch(/^ {2}e1 +26 Nov 2090, 00:00 UTC +ann$/m);
    expect(ended.stdout).toContain('1 archives come to their end');
  });

  test('says that a dry run and a hold on everything delete nothing', async () => {
    const hold = { reason: 'incident', user_id: 'bob', since: PAGE.now };
    const page = { ...PAGE, deletions: 'dry-run', hold, data: [], next_cursor: null };
    await using api = await stubApi({ 'GET /v1/upcoming': [ok(page)] });

    const ended = await icehouse(['upcoming', '--url', api.url]);

    expect(ended.stdout).toContain('Nothing is due until 29 Nov 2090, 12:00 UTC.');
    expect(ended.stdout).toContain('Deletions are in dry-run');
    expect(ended.stdout).toContain('Everything is held by bob: incident');
  });
});
