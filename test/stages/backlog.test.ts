// A backlog of requests: it drains at the rate that is configured, never faster, with a bounded number of masters open,
// in the order it came, and what is under way is not held up by it.
import { describe, expect, test } from 'vitest';
import { DEFAULT_RATES, type Flood, flood } from '../fakes/flood.ts';

/** Of 2.5 calls a second half is for preparing. */
const CALLS_PER_SECOND = DEFAULT_RATES.other * 0.5;
const BURST = 5;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/**
 * Masters whose step had counted the open ones before the others' were stored: each of those waits for at most one slot,
 * up to 20 s, in which the governor grants 25 and a burst.
 */
const OVERSHOOT = 30;

/** Lets minutes pass until every request is archived, or so many hours. */
async function drain(waters: Flood, hours: number): Promise<void> {
  for (let minutes = 0; minutes < 60 * hours && waters.archived() < waters.requested(); minutes += 1)
    await waters.minute();
}

/** The most calls that arrived in any window of this length. */
function mostWithin(arrivedAtMs: readonly number[], windowMs: number): number {
  let [most, first] = [0, 0];
  for (const [index, atMs] of arrivedAtMs.entries()) {
    while ((arrivedAtMs[first] ?? 0) <= atMs - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

describe('10,000 requests at once', () => {
  test('drain at the allowed rate', { timeout: 120_000 }, async () => {
    const waters = flood({ prepareMs: 45_000 });
    const startMs = waters.nowMs();
    await waters.request(10_000);
    const startedAtOnce = waters.started();

    await drain(waters, 16);

    expect(waters.archived()).toBe(10_000);
    expect(startedAtOnce).toBeLessThanOrEqual(10);
    for (const seconds of [1, 60, 3_600]) {
      const most = mostWithin(waters.arrivedAtMs, seconds * SECOND_MS);
      expect(most).toBeLessThanOrEqual(seconds * CALLS_PER_SECOND + BURST);
    }
    // Asset, inputs, master asked for, master found, inputs again: five calls each at 800 ms are 11.1 hours.
    const idealMs = 10_000 * 5 * 800;
    expect(waters.lastArchivedMs() - startMs).toBeLessThan(1.15 * idealMs);
    // A step of a master, a step of its copy, and a little more: no record is woken to be sent away again and again.
    expect(waters.started()).toBeLessThan(2.6 * 10_000);
    expect(waters.mostOpen()).toBeLessThan(100);
  });
});

describe('a backlog with slow masters', () => {
  test('opens no more than are allowed at a time, and each that is done makes room for the next', async () => {
    const waters = flood({ prepareMs: HOUR_MS, settings: { openMasters: 50 } });
    const startMs = waters.nowMs();
    await waters.request(200);

    await drain(waters, 12);

    expect(waters.archived()).toBe(200);
    expect(waters.mostOpen()).toBeLessThanOrEqual(50 + OVERSHOOT);
    // Four rounds of 50, each an hour and a few looks long.
    const hours = (waters.lastArchivedMs() - startMs) / HOUR_MS;
    expect(hours).toBeGreaterThan(4);
    expect(hours).toBeLessThan(6);
  });

  test('that are opened as fast as the rate allows overshoots by less than the steps that run at once', async () => {
    const waters = flood({ prepareMs: 45_000, settings: { openMasters: 5 } });
    await waters.request(100);

    await drain(waters, 12);

    expect(waters.archived()).toBe(100);
    expect(waters.mostOpen()).toBeLessThanOrEqual(5 + OVERSHOOT);
  });
});

describe('a backlog', () => {
  test('is served in the order it came', async () => {
    const waters = flood({ prepareMs: 45_000 });
    await waters.request(400);

    await drain(waters, 2);

    // Whoever is sent back keeps the place: nobody is passed by more than two minutes' worth of others.
    const passed = waters.order().map((place, served) => Math.abs(place - served));
    expect(passed).toHaveLength(400);
    expect(Math.max(...passed)).toBeLessThanOrEqual(50);
  });

  test('does not hold up a copy whose master was asked for before it came', async () => {
    const waters = flood({ prepareMs: 45_000 });
    await waters.request(1, 'early');
    await waters.minute();
    await waters.request(500, 'late');
    const startMs = waters.nowMs();

    for (let minutes = 0; minutes < 3; minutes += 1) await waters.minute();

    expect(waters.record('early00000').status).toBe('archived');
    expect(Date.parse(waters.record('early00000').updated_at) - startMs).toBeLessThan(2 * 60_000);
  });
});
