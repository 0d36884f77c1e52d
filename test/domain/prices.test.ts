// The price list: a customer's own prices in the place of Mux's, and what is no price.
import { describe, expect, test } from 'vitest';
import { MUX_PRICES, withOverrides } from '../../lambdas/domain/prices.ts';

describe("a customer's own Mux prices", () => {
  test('stand in the place of the list price, and of that one only', () => {
    const prices = withOverrides({
      storageUsdPerMinuteMonth: { plus: { '1080p': 0.002 } },
      staticRenditionUsdPerMinuteMonth: { basic: { '720p': 0 } },
      coldDiscounts: { after90Days: 0.7 },
    });

    expect(prices.storageUsdPerMinuteMonth.plus).toEqual({
      'audio-only': 0.00024,
      '720p': 0.0024,
      '1080p': 0.002,
      '1440p': 0.0048,
      '2160p': 0.0096,
    });
    expect(prices.storageUsdPerMinuteMonth.basic['1080p']).toBe(0.003);
    expect(prices.staticRenditionUsdPerMinuteMonth.basic['720p']).toBe(0);
    expect(prices.encodingUsdPerMinute).toEqual(MUX_PRICES.encodingUsdPerMinute);
    expect(prices.coldDiscounts).toEqual({ after30Days: 0.4, after90Days: 0.7 });
  });

  test('may be none at all', () => {
    expect(withOverrides({})).toEqual(MUX_PRICES);
  });

  test.each<[unknown, string]>([
    [{ storageUsdPerMinuteMonth: { plus: { '1080p': -0.001 } } }, 'storageUsdPerMinuteMonth.plus.1080p'],
    [{ encodingUsdPerMinute: { premium: { '2160p': 1_000.01 } } }, 'encodingUsdPerMinute.premium.2160p'],
    [{ encodingUsdPerMinute: { premium: { '2160p': '0.1' } } }, 'encodingUsdPerMinute.premium.2160p'],
    [{ encodingUsdPerMinute: { premium: { '2160p': Number.NaN } } }, 'encodingUsdPerMinute.premium.2160p'],
    [{ encodingUsdPerMinute: { premium: { '4k': 0.1 } } }, 'encodingUsdPerMinute.premium.4k: not known'],
    [{ encodingUsdPerMinute: { smart: {} } }, 'encodingUsdPerMinute.smart: not known; expected basic, plus'],
    [{ encodingUsdPerMinute: { plus: 0.1 } }, 'encodingUsdPerMinute.plus: expected an object, got 0.1'],
    [{ encodingUsdPerMinute: null }, 'encodingUsdPerMinute: expected an object, got null'],
    [{ staticRenditionUsdPerMinuteMonth: 0.001 }, 'staticRenditionUsdPerMinuteMonth: expected an object'],
    [{ coldDiscounts: { after30Days: 1.01 } }, 'coldDiscounts.after30Days: expected a number from 0 to 1'],
    [{ coldDiscounts: { after60Days: 0.5 } }, 'coldDiscounts.after60Days: not known'],
    [{ deliveryUsdPerMinute: {} }, 'deliveryUsdPerMinute: not known'],
  ])('are refused by name where they are none: %j', (given, where) => {
    expect(() => withOverrides(given)).toThrow(RangeError);
    expect(() => withOverrides(given)).toThrow(`muxPrices.${where}`);
  });

  test.each([[], 'free', null, 7])('are an object, not %j', (given) => {
    expect(() => withOverrides(given)).toThrow('muxPrices: expected an object');
  });
});
