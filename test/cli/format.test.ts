// Figures, dates and foreign text as people read them.
import { describe, expect, test } from 'vitest';
import {
  aboutDollars,
  bytes,
  bytesOf,
  clockTime,
  counted,
  day,
  dollars,
  minute,
  plain,
  relative,
} from '../../cli/format.ts';
import { bar, bytesPerSecond, sampled } from '../../cli/progress.ts';

describe('bytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1_234_567_890, '1.23 GB'],
    [12_345_678, '12.3 MB'],
    [999_600, '1.00 MB'],
    [5_000_000_000_000, '5 TB'],
  ])('%i is %s', (sizeBytes, text) => {
    const result = bytes(sizeBytes);

    expect(result).toBe(text);
  });

  test('a part is shown in the unit of the whole', () => {
    const result = bytesOf(10_000_000, 2_500_000_000);

    expect(result).toBe('0.01/2.50 GB');
  });
});

describe('dollars', () => {
  test.each([
    [0, '$0.00', 'less than $0.01'],
    [0.0049, 'less than $0.01', 'less than $0.01'],
    [0.009, 'less than $0.01', 'less than $0.01'],
    [0.01, '$0.01', 'about $0.01'],
    [5.371, '$5.37', 'about $5.37'],
  ])('%f are %s, and as an estimate %s', (usd, price, estimate) => {
    expect([dollars(usd), aboutDollars(usd)]).toEqual([price, estimate]);
  });
});

test('one of a thing is one', () => {
  expect([0, 1, 2].map((count) => counted(count, 'playback id'))).toEqual([
    '0 playback ids',
    '1 playback id',
    '2 playback ids',
  ]);
});

describe('dates', () => {
  test('are UTC', () => {
    const shown = [day('2026-12-04T00:30:00.000+02:00'), minute('2026-12-24T23:59:59.999Z')];

    expect(shown).toEqual(['3 Dec 2026', '24 Dec 2026, 23:59 UTC']);
  });

  test('that are none come back as they are', () => {
    const shown = minute('soon');

    expect(shown).toBe('soon');
  });

  test.each([
    ['2026-12-24T00:00:00Z', 'in 32 days'],
    ['2026-11-23T12:00:00Z', 'in 36 hours'],
    ['2026-11-21T23:57:00Z', '3 minutes ago'],
    ['2026-11-22T00:00:01Z', 'now'],
    ['2029-11-22T00:00:00Z', 'in 3 years'],
  ])('%s is %s', (isoTime, text) => {
    const result = relative(isoTime, Date.parse('2026-11-22T00:00:00Z'));

    expect(result).toBe(text);
  });

  test.each([
    [17, '0:17'],
    [3723, '1:02:03'],
  ])('%i seconds are %s', (seconds, text) => {
    const result = clockTime(seconds);

    expect(result).toBe(text);
  });
});

test('foreign text loses control characters and direction marks, and keeps its letters', () => {
  const result = plain('\u001b]0;title\u0007 naïve\r\n東京 👩‍👩‍👧 \u202egnp.exe\u009b2J');

  expect(result).toBe(']0;title  naïve 東京 👩‍👩‍👧  gnp.exe 2J');
});

describe('progress', () => {
  test('a bar is full at the end and never longer', () => {
    const bars = [bar(0, 4), bar(0.5, 4), bar(1, 4), bar(1.5, 4)];

    expect(bars).toEqual(['░░░░', '██░░', '████', '████']);
  });

  test('the rate is that of the last half minute', () => {
    const looks = [0, 10_000, 20_000, 50_000].map((atMs) => ({
      atMs,
      bytesDone: atMs < 50_000 ? 0 : 60_000_000,
    }));

    const rate = bytesPerSecond(looks.reduce(sampled, []));

    expect(rate).toBe(2_000_000);
  });

  test('a copy that began anew has no rate yet', () => {
    const samples = [
      { atMs: 0, bytesDone: 0 },
      { atMs: 1000, bytesDone: 500 },
    ];

    const rate = bytesPerSecond(sampled(samples, { atMs: 2000, bytesDone: 10 }));

    expect(rate).toBeUndefined();
  });
});
