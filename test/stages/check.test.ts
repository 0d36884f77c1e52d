// `icehouse check`: what a delete request would come to, said without a write and for two GETs at most.
import { describe, expect, test } from 'vitest';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import { checkAsset } from '../../lambdas/stages/check.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { LIST_RATES } from '../fakes/rates.ts';

const RATES = { ...LIST_RATES, storageClass: 'DEEP_ARCHIVE', onLoss: 'warn', graceDays: 30 } as const;

function check(home: House, assetId = 'asset1', rates: Parameters<typeof checkAsset>[2] = RATES) {
  const { ledger, platform, clock } = home;
  return checkAsset({ ledger, platform }, assetId, rates, clock.nowMs());
}

async function checked(...given: Parameters<typeof check>) {
  const answer = await check(...given);
  if (answer.kind !== 'check') throw new Error(answer.problem.detail);
  return answer.check;
}

const SECOND_AUDIO = [
  { id: 'audio1', type: 'audio', primary: true },
  { id: 'audio2', type: 'audio', name: 'Commentary' },
];

describe('an asset that nobody asked to delete', () => {
  test('shows verdict, estimate and prices, and nothing is written', async () => {
    const home = house();
    // An hour in 1080p: at the 8 Mbit/s that are assumed, 3.6 GB.
    home.addVideo(anMp4(), { duration: 3_600, resolution_tier: '1080p', video_quality: 'plus' });

    const view = await checked(home);

    expect(view).toMatchObject({
      asset_id: 'asset1',
      verdict: 'archive',
      tracked: null,
      at_mux: { status: 'ready', duration: 3_600, resolution_tier: '1080p', master: 'none' },
      size: { bytes: 3_600_000_000, is_estimate: true },
      default_expiration_date: '2026-12-01T00:00:00.000Z',
    });
    // 60 minutes at $0.003; cold 60 % less; 60 at $0.03125 to encode anew.
    expect(view.prices).toMatchObject({ mux_usd_per_month: 0.18, mux_cold_usd_per_month: 0.072 });
    expect(view.prices?.vault_usd_per_month).toBeCloseTo(0.00332, 4);
    expect(view.prices?.restoring_usd).toBeCloseTo(1.875 + 0.3018 + 0.0084 + 0.018, 2);
    expect(home.ledger.records.size).toBe(0);
    expect(home.platform.calls).toEqual({ inspect: 1, inputInfo: 1, captionUrl: undefined });
  });

  test('shows each loss with its weight, and that policy would stop it', async () => {
    const home = house();
    home.addVideo(anMp4(), { tracks: SECOND_AUDIO });

    const view = await checked(home, 'asset1', { ...RATES, onLoss: 'hold' });

    expect(view.losses.map(({ code, weight }) => [code, weight])).toEqual([
      ['NEW_PLAYBACK_IDS', 'always'],
      ['ADDITIONAL_AUDIO_TRACK', 'grave'],
    ]);
    expect(view).toMatchObject({ verdict: 'hold', code: 'LOSS_REFUSED' });
    expect(view.action).toContain('ADDITIONAL_AUDIO_TRACK');
  });

  test('says which captions nobody could download', async () => {
    const home = house();
    const text = { id: 'text1', type: 'text', status: 'ready', text_source: 'uploaded' };
    home.addVideo(anMp4(), { playback_ids: [{ id: 'p1', policy: 'signed' }], tracks: [text] });

    const view = await checked(home);

    expect(view.losses).toContainEqual(
      expect.objectContaining({ code: 'CAPTION_UNREACHABLE', weight: 'grave', attribute: 'tracks[text1]' }),
    );
  });

  test.each([
    [{ status: 'preparing', duration: undefined }, 'wait'],
    [{ status: 'errored' }, 'refuse'],
    [{ is_live: true }, 'refuse'],
  ])('that cannot be archived now says so: %j', async (raw, verdict) => {
    const home = house();
    home.addVideo(anMp4(), raw);

    const view = await checked(home);

    expect(view.verdict).toBe(verdict);
  });

  test('and that Mux does not know is a problem of its own', async () => {
    const answer = await check(house());

    expect(answer).toMatchObject({ kind: 'problem', problem: { status: 404, code: 'NOT_AT_MUX' } });
  });

  test('is looked at later when no slot is near', async () => {
    const home = house();
    home.platform.fail('inspect', new NotYetError(home.clock.nowMs() + 9_000, 'a slot'));

    await expect(check(home)).rejects.toThrow(NotYetError);
  });
});

describe('an asset with a request', () => {
  test('says its status, and the exact size once it is archived', async () => {
    const home = house();
    const film = anMp4();
    home.addVideo(film);
    await home.requestDeletion();
    await home.live('archived');
    const { version } = home.record();

    const view = await checked(home);

    expect(view.tracked).toMatchObject({ status: 'archived', life: 1 });
    expect(view.size).toEqual({ bytes: film.byteLength, is_estimate: false });
    expect(home.record().version).toBe(version);
  });

  test('that is gone from Mux has its record to show', async () => {
    const home = house();
    home.addVideo(anMp4());
    await home.requestDeletion();
    await home.live('deleted');

    const view = await checked(home);

    expect(view).toMatchObject({ verdict: 'gone', at_mux: null, tracked: { status: 'deleted' } });
    expect(view.losses.map(({ code }) => code)).toContain('NEW_PLAYBACK_IDS');
  });
});
