// What Mux charges by, as its own JSON says it.
import { describe, expect, test } from 'vitest';
import { billedAs, staticRenditionTiers } from '../../lambdas/domain/billing.ts';

describe('what an asset is billed as', () => {
  test('is its tier, its quality, and whether it has static renditions', () => {
    const raw = { resolution_tier: '1080p', video_quality: 'premium', static_renditions: { files: [{}] } };

    const billed = billedAs({ raw });

    expect(billed).toEqual({
      resolution_tier: '1080p',
      video_quality: 'premium',
      has_static_renditions: true,
    });
  });

  test.each([
    ['baseline', 'basic'],
    ['smart', 'plus'],
    ['premium', 'premium'],
    ['constructor', undefined],
  ])('of the older encoding tier %s is %s', (encoding_tier, quality) => {
    expect(billedAs({ raw: { encoding_tier } }).video_quality).toBe(quality);
  });

  test.each([
    ['nothing', {}],
    ['numbers', { resolution_tier: 1080, video_quality: 2, static_renditions: 3 }],
    ['a text of no end', { resolution_tier: 'x'.repeat(10_000) }],
    ['a rendition list that is none', { static_renditions: { files: 'all' } }],
  ])('is unknown where Mux says %s', (_, raw) => {
    expect(billedAs({ raw })).toEqual({
      resolution_tier: undefined,
      video_quality: undefined,
      has_static_renditions: false,
    });
  });
});

describe('static renditions', () => {
  test('count unless they were skipped or went wrong, each by its own tier', () => {
    const files = [
      { name: 'highest.mp4', status: 'ready' },
      { name: '480p.mp4', status: 'preparing', resolution_tier: '720p' },
      { name: 'audio.m4a', status: 'ready', resolution_tier: 'audio-only' },
      { name: '2160p.mp4', status: 'skipped', resolution_tier: '2160p' },
      { name: '1440p.mp4', status: 'errored', resolution_tier: '1440p' },
    ];

    const tiers = staticRenditionTiers({ raw: { resolution_tier: '1440p', static_renditions: { files } } });

    expect(tiers).toEqual(['1440p', '720p', 'audio-only']);
  });

  test.each([
    ['standard', ['720p']],
    ['none', []],
  ])('of the older mp4_support %s', (mp4_support, expected) => {
    expect(staticRenditionTiers({ raw: { resolution_tier: '720p', mp4_support } })).toEqual(expected);
  });
});
