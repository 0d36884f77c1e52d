// The clock that other tests stand on.
import { expect, test } from 'vitest';
import { manualClock } from '../fakes/manual-clock.ts';

test('wakes sleepers at their own time and in order, also those who lie down again', async () => {
  const clock = manualClock({ startMs: 0, sleep: 'wait' });
  const woke: [string, number][] = [];
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woke.push([name, clock.nowMs()]);
  };
  const all = [sleeper('late', 300), sleeper('early', 100).then(() => sleeper('again', 100))];

  await clock.advance(250);

  expect(woke).toStrictEqual([
    ['early', 100],
    ['again', 200],
  ]);
  expect([clock.nowMs(), clock.sleepers()]).toStrictEqual([250, 1]);
  await clock.advance(50);
  await Promise.all(all);
});

test('is moved by a sleeper when the test wants it so', async () => {
  const clock = manualClock({ startMs: 0 });

  await clock.sleep(1_500);

  expect(clock.nowMs()).toBe(1_500);
});
