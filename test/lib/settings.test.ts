// Which numbers a user of the construct may set: what no function could work with is refused at synth.
import { Duration } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { settings } from '../../lib/settings.ts';

test('limits may be 0: then nothing is deleted', () => {
  const deletionLimits = { perHour: 0, perDay: 0, perUserDay: 0 };

  const variables = settings({ deletionLimits });

  expect(variables).toMatchObject({
    DELETIONS_PER_HOUR: '0',
    DELETIONS_PER_DAY: '0',
    DELETIONS_PER_USER_DAY: '0',
    OPEN_MASTERS: '1000',
  });
});

test.each([
  [{ openMasters: 0 }, 'Prop openMasters: expected a whole number from 1 to 1000000000, got 0.'],
  [{ openMasters: 2e9 }, 'Prop openMasters: expected a whole number from 1 to 1000000000, got 2000000000.'],
  [{ openMasters: 1.5 }, 'Prop openMasters: expected a whole number from 1 to 1000000000, got 1.5.'],
  [
    { deletionLimits: { perHour: -1 } },
    'Prop deletionLimits.perHour: expected a whole number from 0 to 1000000000, got -1.',
  ],
  [
    { deletionLimits: { perDay: Number.NaN } },
    'Prop deletionLimits.perDay: expected a whole number from 0 to 1000000000, got NaN.',
  ],
  [
    { deletionLimits: { perUserDay: 0.5 } },
    'Prop deletionLimits.perUserDay: expected a whole number from 0 to 1000000000, got 0.5.',
  ],
  [{ standardWorthUsd: -1 }, 'Prop standardWorthUsd: expected US dollars from 0 to 1000000000, got -1.'],
  [{ standardWorthUsd: Number.NaN }, 'Prop standardWorthUsd: expected US dollars'],
  [
    { muxPrices: { storageUsdPerMinuteMonth: { plus: { '720p': -0.1 } } } },
    'muxPrices.storageUsdPerMinuteMonth.plus.720p: expected a number from 0 to 1000, got -0.1.',
  ],
])('refuses %j', (props, message) => {
  const synthesized = () => settings(props);

  expect(synthesized).toThrow(message);
});

test("hands a customer's own prices on as they are", () => {
  const variables = settings({ standardWorthUsd: 2.5, muxPrices: { coldDiscounts: { after90Days: 0.7 } } });

  expect(variables).toMatchObject({
    STANDARD_WORTH_USD: '2.5',
    MUX_PRICES: '{"coldDiscounts":{"after90Days":0.7}}',
  });
});

test('no retention is shorter than the least time that a request may ask for', () => {
  const month = Duration.days(30);

  expect(() => settings({ retention: Duration.days(6) })).toThrow('a retention of at least 604800 seconds');
  expect(() => settings({ retention: Duration.days(29), minRetention: month })).toThrow('2592000');
  expect(settings({ retention: month, minRetention: month })).toMatchObject({ RETENTION_SECONDS: '2592000' });
});
