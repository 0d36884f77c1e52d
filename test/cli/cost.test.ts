// `icehouse cost` against a stub of the API: right to the cent by a table that was computed by hand.
import { describe, expect, test } from 'vitest';
import { pricesFrom, usd, usdFine } from '../../cli/cost/money.ts';
import { costReport, entryOf } from '../../cli/cost/report.ts';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { icehouse } from './run-program.ts';
import { aRecord, ok, problem, stubApi } from './stub-api.ts';

const LIST = 'GET /v1/delete-requests';
const GIB = 1024 ** 3;

/** Standard: 0.01 a minute, cold 0.004; a rendition half as much; encoding 0.02. */
const MUX_PRICES = JSON.stringify({
  storageUsdPerMinuteMonth: { plus: { '1080p': 0.01 } },
  encodingUsdPerMinute: { plus: { '1080p': 0.02 } },
  staticRenditionUsdPerMinuteMonth: { plus: { '1080p': 0.005 } },
  coldDiscounts: { after30Days: 0.4, after90Days: 0.6 },
});

/** A hundred hours of 1080p, plus, in 1,000 GB. */
function video(asset_id: string, status: string, location: string, changes: object = {}) {
  return aRecord({
    asset_id,
    status,
    location,
    duration: 360_000,
    billed_as: { resolution_tier: '1080p', video_quality: 'plus', has_static_renditions: false },
    archive: {
      bucket: 'vault',
      key: `mux/env1/${asset_id}/1/master.mp4`,
      version_id: 'v1',
      size_bytes: 1000 * GIB,
      crc32: 'rL8sKw==',
      storage_class: 'DEEP_ARCHIVE',
      verified_at: '2026-11-22T02:51:40.000Z',
      captions: [],
      sidecars: [],
      sidecar_bytes: 0,
    },
    ...changes,
  });
}

async function cost(records: readonly object[], args: readonly string[] = [], prices = MUX_PRICES) {
  await using api = await stubApi({ [LIST]: [ok({ data: records, next_cursor: null })] });
  return await icehouse(['cost', '--url', api.url, ...args], { MUX_PRICES: prices });
}

/** The document of `--json`, without a process. */
function report(records: readonly object[]) {
  const { prices } = pricesFrom(MUX_PRICES);
  const entries = (records as readonly PublicRecord[]).flatMap((record) => entryOf(record) ?? []);
  return costReport(entries, { records: records.length, months: 12, isOwnPrices: true }, prices);
}

describe('costs', () => {
  test('of one video that is gone from Mux', async () => {
    const ended = await cost([video('a', 'deleted', 'vault')], ['--json']);
    const { now, by_status, left_out } = JSON.parse(ended.stdout);

    // Cold: 6,000 min x 0.01 x 0.4 = 24; standard 60. Vault: 1,000 GB x 0.00099 = 0.99, overhead 0.0000002.
    // Archiving: 9,942 parts of 103 MiB, Create and the manifest x 0.000005 = 0.04972; Complete 0.00005.
    // Restoring: 2.500025 + 1,000 x 0.023 x 7/30 = 5.366667 + 90 + 120 = 217.866692
    expect(now).toMatchObject({
      assets: 1,
      minutes: 6_000,
      size_bytes: 1_073_741_824_000,
      vault_usd_per_month: 0.99,
      mux_cold_usd_per_month: 24,
      mux_standard_usd_per_month: 60,
      archiving_usd: 0.04977,
      restoring_usd: 217.866692,
      // 24 - 0.99; 12 x 23.01 - 0.04977; (0.04977 + 6 x 0.99) / 24
      saves_against_mux_cold: {
        usd_per_month: 23.01,
        usd_over_months: expect.closeTo(276.07, 2),
        break_even_months: 0.25,
      },
      // 60 - 0.99; 12 x 59.01 - 0.04977; (0.04977 + 6 x 0.99) / 60
      saves_against_mux_standard: {
        usd_per_month: 59.01,
        usd_over_months: expect.closeTo(708.07, 2),
        break_even_months: 0.1,
      },
    });
    expect(by_status).toEqual([{ status: 'deleted', ...now }]);
    expect(left_out).toEqual({
      nothing_archived: 0,
      same_archive_as_another: 0,
      unknown_duration: [],
      unknown_duration_vault_usd_per_month: 0,
    });
  });

  test('are no savings while the video is on Mux too', () => {
    const records = [
      video('a', 'deleted', 'vault'),
      video('b', 'archived', 'both'),
      video('c', 'restored', 'both'),
    ];

    const { now, once_deleted, by_status } = report(records);

    // 24 - 3 x 0.99 now; 2 x 24 - 3 x 0.99 when b is gone too
    expect(now.saves_against_mux_cold.usd_per_month).toBeCloseTo(21.03, 5);
    expect(once_deleted.saves_against_mux_cold.usd_per_month).toBeCloseTo(45.03, 5);
    expect(
      by_status.map((row: { status: string; saves_against_mux_cold: { usd_per_month: number } }) => [
        row.status,
        row.saves_against_mux_cold.usd_per_month,
      ]),
    ).toEqual([
      ['deleted', 23.01],
      ['archived', -0.99],
      ['restored', -0.99],
    ]);
  });

  test('are told of unknown durations, which are counted and named but not guessed', () => {
    const records = [
      video('a', 'deleted', 'vault'),
      video('b', 'deleted', 'vault', { duration: undefined }),
      video('c', 'requested', 'mux', { archive: undefined }),
    ];

    const { now, left_out, records: read } = report(records);

    expect(read).toBe(3);
    expect(now.assets).toBe(1);
    expect(left_out).toMatchObject({
      nothing_archived: 1,
      unknown_duration: ['b'],
      unknown_duration_vault_usd_per_month: 0.99,
    });
  });

  test('count an archive once that two records share', () => {
    const first = video('a', 'restored', 'both');

    const { now, left_out } = report([first, video('b', 'deleted', 'vault', { archive: first.archive })]);

    expect(now).toMatchObject({ assets: 1, vault_usd_per_month: 0.99 });
    expect(now.saves_against_mux_cold.usd_per_month).toBe(23.01);
    expect(left_out.same_archive_as_another).toBe(1);
  });

  test('take static renditions for what they cost, but not into the honest baseline', () => {
    const billed_as = { resolution_tier: '1080p', video_quality: 'plus', has_static_renditions: true };

    const { now, assumptions } = report([video('a', 'deleted', 'vault', { billed_as })]);

    // 60 + 6,000 x 0.005 = 90, watched or not
    expect(now).toMatchObject({
      mux_standard_usd_per_month: 90,
      mux_unwatched_usd_per_month: 90,
      mux_cold_usd_per_month: 24,
    });
    expect(assumptions.join(' ')).toContain('1 of them had static renditions');
  });

  test('say what was taken for granted where the record does not say what Mux charged by', () => {
    const { assumptions } = report([video('a', 'deleted', 'vault', { billed_as: undefined })]);

    expect(assumptions.join(' ')).toContain('1 of them do not say what Mux charged by');
  });

  test('never pay when the vault is dearer than Mux', async () => {
    const ended = await cost([video('a', 'deleted', 'vault', { duration: 60 })]);

    expect(ended.stdout).toContain('never pays');
    expect(ended.stdout).toContain('-$0.99');
  });
});

describe('the screen', () => {
  test('shows a line for each status, the sums, and what they rest on', async () => {
    const records = [video('a', 'deleted', 'vault'), video('b', 'archived', 'both')];

    const ended = await cost(records, ['--months', '36']);

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const lines = ended.stdout.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '));
    expect(lines).toContain('STATUS ASSETS HOURS SIZE VAULT MUX COLD STANDARD SAVES NOW');
    expect(lines).toContain('deleted 1 100 1.07 TB $0.99 $24.00 $60.00 $23.01');
    expect(lines).toContain('archived 1 100 1.07 TB $0.99 $24.00 $60.00 -$0.99');
    expect(lines).toContain('all 2 200 2.15 TB $1.98 $48.00 $120.00 $22.02');
    const text = lines.join(' ');
    // 36 x 24 - 2 x 0.04977 - 72 x 0.99
    expect(text).toContain('saves now $22.02 a month, $792.62 over 36 months');
    // 36 x 48 - 0.09954 - 71.28
    expect(text).toContain('saves later $46.02 a month, $1,656.62 over 36 months');
    expect(text).toMatch(/at prices of 2026-\d\d-\d\d/);
    expect(text.indexOf("Mux's own cold storage")).toBeLessThan(text.indexOf('its standard storage'));
  });

  test('says of a long list how far it has been read', async () => {
    const page = { data: Array.from({ length: 500 }, (_, n) => video(`a${n}`, 'deleted', 'vault')) };
    const pages = [ok({ ...page, next_cursor: 'c1' }), ok({ ...page, next_cursor: null })];
    await using api = await stubApi({ [LIST]: pages });

    const ended = await icehouse(['cost', '--group', 'summer', '--status', 'deleted', '--url', api.url]);

    expect(ended.stdout).toMatch(/^1,000 records read\n/);
    expect(api.seen.map(({ url }) => url)).toEqual([
      '/v1/delete-requests?status=deleted&group_id=summer&limit=100',
      '/v1/delete-requests?status=deleted&group_id=summer&limit=100&cursor=c1',
    ]);
  });

  test('says so when there is nothing to reckon with', async () => {
    const ended = await cost([]);

    expect(ended).toMatchObject({ code: 0, stdout: 'No archive to reckon with.\n' });
  });

  test('shows what the API refuses', async () => {
    await using api = await stubApi({ [LIST]: [problem(403, 'FORBIDDEN', 'Not you.')] });

    const ended = await icehouse(['cost', '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('Not you.');
  });
});

describe('dollars', () => {
  test.each([
    [0, '$0.00', '$0.00'],
    [1234.5, '$1,234.50', '$1,234.50'],
    [-0.99, '-$0.99', '-$0.9900'],
    [0.0687, '$0.07', '$0.0687'],
    [0.00358, '$0.0036', '$0.0036'],
    [0.000014, '$0.000014', '$0.000014'],
    [-1e-12, '$0.00000000', '$0.00000000'],
  ])('%d are %s, or %s', (amount, rough, fine) => {
    expect(usd(amount)).toBe(rough);
    expect(usdFine(amount)).toBe(fine);
  });
});
