// `icehouse quote` and `restore --need-by`, as a terminal sees them.
import { describe, expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, problem, stubApi } from './stub-api.ts';

const REQUESTS = '/v1/delete-requests';
const OFFER = {
  tier: 'Bulk',
  total_usd: 2.853692,
  items: [
    { item: 'retrieval', usd: 0.025, note: '10.00 GiB at $0.0025 (DEEP_ARCHIVE, Bulk)' },
    { item: 'requests', usd: 0.000025, note: 'one' },
    { item: 'encoding', usd: 2.828667, note: 'by Mux' },
  ],
  within_seconds: 172_800,
  ready_by: '2090-11-24T12:00:00.000Z',
  meets_need_by: true,
};
const QUOTE = {
  asset_id: ASSET,
  storage_class: 'DEEP_ARCHIVE',
  size_bytes: 10_737_418_240,
  currency: 'USD',
  prices_as_of: '2026-11-22',
  offers: [
    OFFER,
    {
      ...OFFER,
      tier: 'Standard',
      total_usd: 3.028767,
      items: [{ item: 'retrieval', usd: 0.2, note: '' }, ...OFFER.items.slice(1)],
      ready_by: '2090-11-23T00:00:00.000Z',
      meets_need_by: false,
    },
  ],
  chosen: 'Bulk',
  estimated_cost_usd: 2.853692,
  reason: 'Bulk is the cheapest that is in time.',
  assumptions: ['Mux fetches the master over the internet.'],
  warnings: ['The length is not known.'],
};
const PATH = `GET ${REQUESTS}/${ASSET}/quote`;

describe('quote', () => {
  test('shows each tier by item, marks the one chosen, and says what is assumed', async () => {
    await using api = await stubApi({ [PATH]: [ok(QUOTE)] });

    const ended = await icehouse(['quote', ASSET, '--need-by', '2090-11-25', '--url', api.url]);

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(api.seen[0]?.url).toBe(`${REQUESTS}/${ASSET}/quote?need_by=2090-11-25`);
    expect(ended.stdout).toContain(`${ASSET}  10.7 GB, DEEP_ARCHIVE\n`);
    expect(ended.stdout).toMatch(/^ +\* Bulk +Standard$/m);
    expect(ended.stdout).toMatch(/^ {2}retrieval +\$0\.03 +\$0\.20$/m);
    expect(ended.stdout).toMatch(/^ {2}requests +less than \$0\.01 +less than \$0\.01$/m);
    expect(ended.stdout).toMatch(/^ {2}total +\$2\.85 +\$3\.03$/m);
    expect(ended.stdout).toMatch(/^ +24 Nov 2090, 12:00 UTC +23 Nov 2090, 00:00 UTC$/m);
    expect(ended.stdout).toMatch(/^ {2}in time +yes +no$/m);
    expect(ended.stdout).toMatch(/^ {2}retrieval +10\.00 GiB at \$0\.0025 \(DEEP_ARCHIVE, Bulk\)$/m);
    expect(ended.stdout).toContain('!  The length is not known.\n');
    expect(ended.stdout).toContain('-  Mux fetches the master over the internet.\n');
    expect(ended.stdout).toContain('Prices as of 2026-11-22, in US dollars. A restore now: $2.85.\n');
  });

  test('says free where a restore would read nothing back, and marks no tier', async () => {
    const free = { ...QUOTE, chosen: null, estimated_cost_usd: 0, reason: 'Nothing was deleted yet.' };
    await using api = await stubApi({ [PATH]: [ok(free)] });

    const ended = await icehouse(['quote', ASSET, '--url', api.url]);

    expect(ended.stdout).toContain('Nothing was deleted yet.\n');
    expect(ended.stdout).not.toContain('*');
    expect(ended.stdout).toContain('A restore now: free.\n');
  });

  test('with --json is the document of the API', async () => {
    await using api = await stubApi({ [PATH]: [ok(QUOTE)] });

    const ended = await icehouse(['quote', ASSET, '--json', '--url', api.url]);

    expect(JSON.parse(ended.stdout)).toEqual(QUOTE);
  });

  test('shows why there is none', async () => {
    const refusal = problem(409, 'NOTHING_ARCHIVED_YET', 'Nothing is archived.', { action: 'Ask again.' });
    await using api = await stubApi({ [PATH]: [refusal] });

    const ended = await icehouse(['quote', ASSET, '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('NOTHING_ARCHIVED_YET');
  });
});

describe('restore --need-by', () => {
  test('sends the time, and shows the cost, when it is readable and by when it is needed', async () => {
    const restore = {
      tier: 'Standard',
      requested_at: '2026-11-22T03:00:00.000Z',
      ready_by: '2090-11-24T03:00:00.000Z',
      need_by: '2090-11-25T00:00:00.000Z',
      estimated_cost_usd: 2.853692,
      new_playback_ids: [],
    };
    const record = aRecord({ status: 'thawing', outcome: 'restoring', restore });
    await using api = await stubApi({
      [`POST ${REQUESTS}/${ASSET}/restore`]: [{ status: 202, body: record }],
    });

    const ended = await icehouse(['restore', ASSET, '--need-by', '2090-11-25T00:00:00Z', '--url', api.url]);

    expect(ended).toMatchObject({ code: 0, stderr: `API: ${api.url} (--url)\n` });
    expect(api.seen[0]?.body).toEqual({ need_by: '2090-11-25T00:00:00Z' });
    expect(ended.stdout).toContain('  restore      Standard, about $2.85\n');
    expect(ended.stdout).toContain('readable by 24 Nov 2090, 03:00 UTC');
    expect(ended.stdout).toContain('needed by 25 Nov 2090, 00:00 UTC\n');
  });

  test('and --tier exclude each other', async () => {
    const ended = await icehouse(['restore', ASSET, '--need-by', '2090-11-25', '--tier', 'Bulk']);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('exclude each other');
  });
});
