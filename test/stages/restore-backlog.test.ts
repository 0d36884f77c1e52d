// A thousand restores at once, with functions killed in the middle and creates whose answers are lost: each ends with one
// published asset and no other beside it, at the rate that is configured, never faster, and not much slower.
import { expect, test } from 'vitest';
import { DEFAULT_RATES } from '../fakes/flood.ts';
import { type RestoreFlood, restoreFlood } from '../fakes/restore-flood.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

const POSTS_PER_SECOND = DEFAULT_RATES.post;
/** Restores have 30 % of all other calls. */
const OTHERS_PER_SECOND = DEFAULT_RATES.other * 0.3;
const POST_BURST = 2;
const OTHER_BURST = 5;

/** The most calls that arrived in any window of this length. */
function mostWithin(arrivedAtMs: readonly number[], windowMs: number): number {
  let [most, first] = [0, 0];
  for (const [index, atMs] of arrivedAtMs.entries()) {
    while ((arrivedAtMs[first] ?? 0) <= atMs - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** How long the first 99 of a hundred took from the first readable copy on, ms. */
async function drain(waters: RestoreFlood, hours: number): Promise<number> {
  const total = waters.records().length;
  let mostlyMs: number | undefined;
  for (let minutes = 0; minutes < 60 * hours && waters.restored().length < total; minutes += 1) {
    await waters.minute();
    if (waters.restored().length >= 0.99 * total) mostlyMs ??= waters.nowMs() - waters.firstReadableMs();
  }
  return mostlyMs ?? Number.POSITIVE_INFINITY;
}

function expectOneEach(waters: RestoreFlood, count: number): void {
  const published = waters.restored().map(({ current_asset_id }) => current_asset_id);
  expect(published).toHaveLength(count);
  // The originals are long deleted: what the platform has is what the restores have made.
  expect([...waters.assetIds()].sort()).toEqual([...published].sort());
}

function expectWithinRates({ arrivedAtMs }: RestoreFlood): void {
  for (const seconds of [1, 60, 3_600]) {
    const windowMs = seconds * SECOND_MS;
    expect(mostWithin(arrivedAtMs.post, windowMs)).toBeLessThanOrEqual(
      seconds * POSTS_PER_SECOND + POST_BURST,
    );
    expect(mostWithin(arrivedAtMs.other, windowMs)).toBeLessThanOrEqual(
      seconds * OTHERS_PER_SECOND + OTHER_BURST,
    );
  }
}

test('1,000 restores end as 1,000 assets at the rate of their creates', { timeout: 120_000 }, async () => {
  const waters = restoreFlood({ thawMs: 4 * HOUR_MS, prepareMs: 20_000 });
  await waters.deleted(1_000);
  await waters.restoreAll();

  const drainMs = await drain(waters, 8);

  expectOneEach(waters, 1_000);
  expectWithinRates(waters);
  expect(waters.arrivedAtMs.post).toHaveLength(1_000);
  // One create each two seconds: 33 minutes.
  expect(drainMs).toBeLessThan(1.3 * 2_000 * SECOND_MS);
  // One look each, and whoami: nobody who waits for a slot spends another.
  expect(waters.arrivedAtMs.other.length).toBeLessThan(1.3 * 1_000);
});

test('killed functions and lost answers leave no second asset and nobody behind', {
  timeout: 120_000,
}, async () => {
  const waters = restoreFlood({ thawMs: 4 * HOUR_MS, prepareMs: 20_000, killed: 0.05, lostCreates: 0.01 });
  await waters.deleted(1_000);
  await waters.restoreAll();

  const drainMs = await drain(waters, 8);

  expect(waters.counts.killed).toBeGreaterThan(100);
  expect(waters.counts.lost).toBeGreaterThan(5);
  expectOneEach(waters, 1_000);
  expectWithinRates(waters);
  // What searches for lost creates spend is paid for at the same rate. A killed function adds the lease, the doubt, and a
  // place at the end of the queue, which the last of a thousand wait for.
  const { post, other } = waters.arrivedAtMs;
  const idealMs = SECOND_MS * Math.max(post.length / POSTS_PER_SECOND, other.length / OTHERS_PER_SECOND);
  expect(drainMs).toBeLessThan(1.6 * idealMs);
  // Searches that are begun anew for want of slots kept each other from ever ending: 20,000 calls in eight hours.
  expect(other.length).toBeLessThan(3 * 1_000);
});
