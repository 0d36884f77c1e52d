import { expect, test } from 'vitest';
import { Timeline } from './timeline.ts';

test('plays events in the order of their times, and of their planning where those are equal', async () => {
  const timeline = new Timeline();
  const startMs = timeline.nowMs;
  const seen: [string, number][] = [];
  const note = (name: string) => () => void seen.push([name, timeline.nowMs - startMs]);
  for (const [name, ms] of [
    ['late', 500],
    ['first', 3],
    ['second', 3],
    ['soon', 1],
  ] as const) {
    timeline.after(ms, note(name));
  }

  await timeline.play(() => false);

  expect(seen).toEqual([
    ['soon', 1],
    ['first', 3],
    ['second', 3],
    ['late', 500],
  ]);
});

test('finishes all that follows from an event before the next', async () => {
  const timeline = new Timeline();
  const seen: string[] = [];
  const chain = async () => {
    for (let step = 0; step < 50; step += 1) await Promise.resolve();
    seen.push('followed');
  };
  timeline.after(1, () => void chain());
  timeline.after(2, () => void seen.push('next'));

  await timeline.play(() => false);

  expect(seen).toEqual(['followed', 'next']);
});

test('leaves out the events of those who are over, and their time', async () => {
  const timeline = new Timeline();
  const startMs = timeline.nowMs;
  const owner = { isOver: false };
  timeline.after(1, () => void Object.assign(owner, { isOver: true }));
  timeline.after(1_000, () => expect.unreachable(), owner);

  await timeline.play(() => false);

  expect(timeline.nowMs - startMs).toBe(1);
});

test('keeps a thousand random times in order', async () => {
  const timeline = new Timeline();
  const times: number[] = [];
  for (let at = 0; at < 1_000; at += 1)
    timeline.after((at * 7_919) % 1_009, () => void times.push(timeline.nowMs));

  await timeline.play(() => false);

  expect(times).toHaveLength(1_000);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
