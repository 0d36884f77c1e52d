// `icehouse advise` against the Mux simulator: what it reads, what it says, and that it writes nothing.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMuxSimulator, DEFAULT_ENVIRONMENT, type Simulator } from '../../local/mux/simulator.ts';
import { icehouse } from './run-program.ts';
import { stubApi } from './stub-api.ts';

let mux: Simulator;
let env: Record<string, string>;

beforeEach(async () => {
  mux = await createMuxSimulator();
  const url = await mux.listen(0);
  env = {
    MUX_TOKEN_ID: DEFAULT_ENVIRONMENT.tokenId,
    MUX_TOKEN_SECRET: DEFAULT_ENVIRONMENT.tokenSecret,
    MUX_BASE_URL: url,
    // Cold: 0.01 x 0.4 a minute; nothing for encoding; a rendition costs as much as the video.
    MUX_PRICES: JSON.stringify({
      storageUsdPerMinuteMonth: { plus: { '1080p': 0.01 } },
      encodingUsdPerMinute: { plus: { '1080p': 0 } },
      staticRenditionUsdPerMinuteMonth: { plus: { '1080p': 0.01 } },
      coldDiscounts: { after90Days: 0.6 },
    }),
  };
});
afterEach(() => mux.close());

const HOUR = { duration: 3600, resolution_tier: '1080p', video_quality: 'plus' } as const;
const RENDITION = {
  id: 'r',
  name: '1080p.mp4',
  ext: 'mp4',
  status: 'ready',
  resolution_tier: '1080p',
} as const;

async function fourAssets() {
  const title = 'Evil \u001b[2J title';
  const unwatched = await mux.addAsset({ attributes: { ...HOUR, meta: { title } } });
  const watched = await mux.addAsset({ attributes: HOUR });
  const files = { static_renditions: { files: [RENDITION] } };
  const withFiles = await mux.addAsset({ attributes: { ...HOUR, duration: 12, ...files } });
  const live = await mux.addAsset({ attributes: { ...HOUR, is_live: true } });
  mux.setDeliveries([{ asset_id: watched.id, delivered_seconds: 90 }]);
  mux.clearRecords();
  return { unwatched: unwatched.id, watched: watched.id, withFiles: withFiles.id, live: live.id };
}

describe('advice', () => {
  test('says of each asset what to do, why, and what it rests on', async () => {
    const assets = await fourAssets();
    await using api = await stubApi({});

    const ended = await icehouse(['advise', '--mbps', '8', '--url', api.url], env);

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const text = ended.stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain(`Reading from Mux (${env.MUX_BASE_URL})`);
    expect(text).toContain('Archive: 1 asset, saves $0.24 a month');
    // 3.6 * 10^9 bytes are 3.3528 GB: x 0.00099, and the sidecars, are 0.0033; 60 x 0.01 x 0.4 = 0.24.
    expect(text).toContain(
      `${assets.unwatched} Evil [2J title 1:00:00: saves $0.2367 a month ($0.2400 on Mux, cold; $0.0033 in the vault)`,
    );
    // 12 s: 0.2 x 0.02 = 0.004 with the rendition, 0.2 x 0.004 = 0.0008 without
    expect(text).toContain('Remove the static renditions: 1 asset, saves $0.0032 a month');
    expect(text).toContain(`${assets.watched} 1:00:00: watched for 1:30 in these days.`);
    expect(text).toContain(`${assets.live} The live stream that records this asset is still running`);
    expect(text).toContain('reckoned at 8 Mbps');
    expect(text).toContain('prices are of 2026-');
    // It speaks to Mux alone, and only reads.
    expect(api.seen).toEqual([]);
    expect(mux.requests().map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /video/v1/delivery-usage',
      'GET /video/v1/delivery-usage',
      'GET /video/v1/assets',
    ]);
  });

  test('with --json is one document', async () => {
    const { unwatched, watched } = await fourAssets();

    const ended = await icehouse(['advise', unwatched, watched, 'nobodyKnowsThis', '--json'], env);

    const document = JSON.parse(ended.stdout);
    expect(document).toMatchObject({
      source: 'mux',
      currency: 'USD',
      missing: ['nobodyKnowsThis'],
      unreadable: 0,
      thresholds: { storage_class: 'DEEP_ARCHIVE', restored_share: 0.1 },
    });
    expect(document.rows).toMatchObject([
      {
        asset_id: unwatched,
        advice: 'archive',
        delivered_seconds: 0,
        figures: { mux_cold_usd_per_month: 0.24, master_bytes: 3_600_000_000, size_is_assumed: true },
      },
      { asset_id: watched, advice: 'leave_on_mux', reason: 'watched_lately', delivered_seconds: 90 },
    ]);
  });

  test('with --csv is a table of ids, words and numbers, as long as the limit allows', async () => {
    const { unwatched } = await fourAssets();
    mux.change({ listOrder: 'oldest-first' });

    const ended = await icehouse(['advise', '--limit', '1', '--csv'], env);

    const [head, row, ...rest] = ended.stdout.trimEnd().split('\r\n');
    expect(head).toMatch(/^asset_id,advice,reason,saves_usd_per_month,payback_months,/);
    expect(row?.split(',')).toHaveLength(head?.split(',').length ?? 0);
    expect(row).toMatch(new RegExp(`^${unwatched},archive,,0\\.2366\\d*,`));
    expect(rest).toEqual([]);
  });
});

describe('what it needs', () => {
  test.each([
    [{ MUX_TOKEN_ID: '', MUX_TOKEN_SECRET: '' }, 'MUX_TOKEN_ID and MUX_TOKEN_SECRET'],
    [{ MUX_TOKEN_SECRET: '' }, 'MUX_TOKEN_SECRET'],
  ])('is a token: without one it says which variables to set', async (changes, names) => {
    const ended = await icehouse(['advise'], { ...env, ...changes });

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('(NO_MUX_TOKEN)');
    expect(ended.stderr.replaceAll(/\s+/g, ' ')).toContain(`not set: ${names}.`);
    expect(mux.requests()).toEqual([]);
  });

  test('is a token that Mux knows', async () => {
    const ended = await icehouse(['advise', '--json'], { ...env, MUX_TOKEN_SECRET: 'wrong' });

    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ code: 'MUX_UNAUTHORIZED' });
    expect(ended.stdout).not.toContain('wrong');
  });

  test.each([
    ['MUX_BASE_URL', 'http://mux.example.com', 'BAD_MUX_BASE_URL'],
    ['MUX_PRICES', '{"storage": 1}', 'BAD_PRICES'],
  ])('is a %s that makes sense', async (name, value, code) => {
    const ended = await icehouse(['advise', '--json'], { ...env, [name]: value });

    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.stdout)).toMatchObject({ code });
  });

  test.each([[['--days', '91']], [['--csv', '--json']], [['no-id!']]])(
    'is usage that makes sense, unlike %j',
    async (args) => {
      const ended = await icehouse(['advise', ...args], env);

      expect(ended.code).toBe(2);
      expect(mux.requests()).toEqual([]);
    },
  );
});
