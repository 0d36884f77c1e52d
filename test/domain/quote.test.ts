// A quote for every status: what it offers, what it says, and where there is nothing to reckon with.
import { describe, expect, test } from 'vitest';
import { decideRestore } from '../../lambdas/domain/decisions-restore.ts';
import { type Quote, quoteRestore } from '../../lambdas/domain/quote.ts';
import type { AssetRecord, ErasureOrder } from '../../lambdas/domain/record.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import { BULK, CALLER, FRESH_TOKEN, failedFrom, inStatus, written } from './decision-records.ts';

const KNOWN = {
  duration: 60,
  billed_as: { video_quality: 'plus', resolution_tier: '1080p', has_static_renditions: false },
};

function answer(record: AssetRecord, needBy?: string) {
  const needByMs = needBy === undefined ? undefined : Date.parse(needBy);
  return quoteRestore(record, needByMs, LIST_RATES, CALLER.nowMs);
}

function quoteOf(record: AssetRecord, needBy?: string): Quote {
  const answered = answer(record, needBy);
  if (answered.kind !== 'quote') throw new Error(`Expected a quote, got ${JSON.stringify(answered)}`);
  return answered.quote;
}

describe('of a deleted asset, a quote', () => {
  test('names the prices, the tiers, when each is readable, and the one that a restore takes', () => {
    const quote = quoteOf(inStatus('deleted', KNOWN), '2026-11-24T12:00:00Z');

    expect(quote).toMatchObject({
      asset_id: 'asset1',
      storage_class: 'DEEP_ARCHIVE',
      size_bytes: 10_000_000_000,
      currency: 'USD',
      prices_as_of: '2026-11-22',
      chosen: 'Bulk',
      // 0.911479 for S3, and a minute of encoding at 0.03125.
      estimated_cost_usd: 0.942729,
      reason: 'Bulk is the cheapest that is readable by 2026-11-24T12:00:00.000Z.',
      warnings: [],
      offers: [
        {
          tier: 'Bulk',
          total_usd: 0.942729,
          within_seconds: 172_800,
          ready_by: '2026-11-24T12:00:00.000Z',
          meets_need_by: true,
        },
        {
          tier: 'Standard',
          total_usd: 1.105786,
          within_seconds: 43_200,
          ready_by: '2026-11-23T00:00:00.000Z',
          meets_need_by: true,
        },
      ],
    });
    expect(quote.offers[0]?.items.at(-1)).toEqual({
      item: 'encoding',
      usd: 0.03125,
      note: '1.00 minutes at $0.03125 (Mux, plus, 1080p)',
    });
  });

  test('without a time says why Standard is taken, and leaves open what nobody asked', () => {
    const quote = quoteOf(inStatus('deleted', KNOWN));

    expect(quote).toMatchObject({
      chosen: 'Standard',
      reason: 'Standard costs $0.16 more than Bulk; up to $10.00 it is taken.',
    });
    expect(quote.offers.map(({ meets_need_by }) => meets_need_by)).toEqual([null, null]);
  });

  test('warns when no tier is in time', () => {
    const quote = quoteOf(inStatus('deleted', KNOWN), '2026-11-22T13:00:00Z');

    expect(quote).toMatchObject({
      chosen: 'Standard',
      warnings: ['No tier is ready by then; the fastest was taken.'],
    });
    expect(quote.offers.map(({ meets_need_by }) => meets_need_by)).toEqual([false, false]);
  });

  test('says that nothing is charged for early deletion', () => {
    expect(quoteOf(inStatus('deleted', KNOWN)).assumptions.join(' ')).toContain(
      'no minimum storage duration or early deletion is charged',
    );
  });

  test.each<[string, Partial<AssetRecord>, string]>([
    ['nothing that Mux charges by', { ...KNOWN, billed_as: undefined }, 'plus quality and 1080p is assumed'],
    [
      'no quality',
      { ...KNOWN, billed_as: { resolution_tier: '720p', has_static_renditions: false } },
      'on the record: plus quality is assumed',
    ],
    [
      'static renditions',
      { ...KNOWN, billed_as: { ...KNOWN.billed_as, has_static_renditions: true } },
      'Static renditions of a chosen resolution',
    ],
  ])('says what it assumes of a record with %s', (_, set, sentence) => {
    expect(quoteOf(inStatus('deleted', set)).assumptions.join(' ')).toContain(sentence);
    expect(quoteOf(inStatus('deleted', KNOWN)).assumptions.join(' ')).not.toContain(sentence);
  });

  test('warns that encoding is missing where the length is not known', () => {
    expect(quoteOf(inStatus('deleted')).warnings).toEqual([
      expect.stringContaining('encoding it again is missing'),
    ]);
  });
});

describe('while the video is on Mux, a quote', () => {
  test.each<[string, AssetRecord, string]>([
    ['before the deletion', inStatus('archived', KNOWN), 'takes the request back and is free'],
    ['of a request that failed before it', { ...failedFrom('archived'), ...KNOWN }, 'takes the request back'],
    ['of one that was taken back', inStatus('cancelled', KNOWN), 'still on Mux'],
    ['after a restore', inStatus('restored', KNOWN), 'on Mux as new1'],
  ])('%s is free, and still names the prices', (_, record, sentence) => {
    const quote = quoteOf(record);

    expect(quote).toMatchObject({
      chosen: null,
      estimated_cost_usd: 0,
      reason: expect.stringContaining(sentence),
    });
    expect(quote.offers.map(({ tier }) => tier)).toEqual(['Bulk', 'Standard']);
  });
});

describe('of a restore under way, a quote', () => {
  const restore = { ...BULK, ready_by: '2026-11-23T06:00:00.000Z', estimated_cost_usd: 0.9 };

  test('says what was promised, and what a faster tier would be', () => {
    const quote = quoteOf(inStatus('thawing', { ...KNOWN, restore }));

    expect(quote).toMatchObject({ chosen: 'Bulk', estimated_cost_usd: 0.9, reason: 'Bulk is under way.' });
    expect(quote.offers).toMatchObject([
      { tier: 'Bulk', within_seconds: 64_800, ready_by: restore.ready_by },
      // 1.105786, and the request for Bulk: 0.000025.
      { tier: 'Standard', within_seconds: 43_200, total_usd: 1.105811 },
    ]);
  });

  test('takes the faster tier for a need that it meets alone', () => {
    const quote = quoteOf(inStatus('thawing', { ...KNOWN, restore }), '2026-11-23T00:00:00Z');

    expect(quote).toMatchObject({ chosen: 'Standard', estimated_cost_usd: 1.105811 });
  });

  test('offers no slower tier', () => {
    const standard = { ...restore, tier: 'Standard', asked_tier: 'Standard' } as const;

    expect(quoteOf(inStatus('thawing', { restore: standard })).offers.map(({ tier }) => tier)).toEqual([
      'Standard',
    ]);
  });

  test('of one that failed says what it goes on with', () => {
    expect(quoteOf(failedFrom('thawing', { restore }))).toMatchObject({ chosen: 'Bulk' });
  });
});

describe('a restore', () => {
  const bulk = { ...BULK, ready_by: '2026-11-24T10:00:00.000Z' };

  test.each<[string, AssetRecord, string | undefined]>([
    ['of a deleted asset', inStatus('deleted', KNOWN), undefined],
    ['of a deleted asset, needed in 48 h', inStatus('deleted', KNOWN), '2026-11-24T12:00:00Z'],
    ['that hastens a thaw', inStatus('thawing', { ...KNOWN, restore: bulk }), '2026-11-23T00:00:00Z'],
    ['of an asset whose deletion is under way', inStatus('deleting', KNOWN), undefined],
  ])('%s takes the tier that the quote named, at its price and time', (_, record, needBy) => {
    const quote = quoteOf(record, needBy);

    const wish = { token: FRESH_TOKEN, needByMs: needBy === undefined ? undefined : Date.parse(needBy) };
    const { restore } = written(decideRestore(record, wish, CALLER, LIST_RATES));

    expect(quote.chosen).toBe(restore?.tier);
    expect(quote.estimated_cost_usd).toBe(restore?.estimated_cost_usd);
    expect(quote.offers.find(({ tier }) => tier === quote.chosen)?.ready_by).toBe(restore?.ready_by);
  });
});

describe('there is no quote', () => {
  test.each<[string, AssetRecord, string]>([
    ['before anything is archived', inStatus('preparing'), 'NOTHING_ARCHIVED_YET'],
    ['when it was taken back before', inStatus('cancelled', { archive: undefined }), 'NOTHING_ARCHIVED_YET'],
    ['of a request that failed before', failedFrom('archiving'), 'NOTHING_ARCHIVED_YET'],
    [
      'of what was lost',
      failedFrom('requested', { lost_at: '2026-11-21T00:00:00.000Z' }),
      'NOTHING_TO_RESTORE',
    ],
    ['of what is gone without an archive', inStatus('deleted', { archive: undefined }), 'NOTHING_TO_RESTORE'],
  ])('%s', (_, record, code) => {
    expect(answer(record)).toMatchObject({ kind: 'problem', problem: { status: 409, code } });
  });

  test('but the word that a restore would be free, before anything is archived', () => {
    expect(answer(inStatus('requested'))).toMatchObject({
      problem: { action: expect.stringContaining('takes the request back and is free') },
    });
  });
});

describe('of a video that is about to be erased, there is no quote', () => {
  const still = { from: 'archived', executes_at: '2026-11-25T12:00:00.000Z' } as const;
  const order = { id: 'e0e1e2e3e4e5e6e7' } as ErasureOrder;

  test('and the refusal names the order, and how to stop it', () => {
    const answered = answer(inStatus('purging', { purge: { ...still, order } }));

    expect(answered).toMatchObject({
      problem: {
        status: 409,
        code: 'BEING_PURGED',
        detail: expect.stringContaining('by order e0e1e2e3e4e5e6e7'),
        action: expect.stringContaining('POST /v1/erasures/e0e1e2e3e4e5e6e7/stop'),
      },
    });
  });

  test('nor of the others of its lineage, which name the asset that leads', () => {
    const answered = answer(inStatus('purging', { purge: { ...still, led_by: 'root1' } }));

    expect(answered).toMatchObject({
      problem: { code: 'BEING_PURGED', detail: expect.stringContaining('led by root1') },
    });
  });

  test('nor of one that was erased', () => {
    const answered = answer(inStatus('purged', { purge: { ...still, order } }));

    expect(answered).toMatchObject({ problem: { status: 409, code: 'PURGED' } });
  });
});
