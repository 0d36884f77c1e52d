// Event patterns, against the examples of the EventBridge guide (eb-create-pattern-operators).
import { describe, expect, test } from 'vitest';
import { matchesPattern, unknownFilter } from '../../../local/cloud/event-pattern.ts';
import type { EventPattern } from '../../../local/cloud/plan.ts';

const EVENT = {
  source: 'aws.s3',
  'detail-type': 'Object Restore Completed',
  detail: { bucket: { name: 'vault' }, object: { key: 'mux/e/a/1/master.mp4', size: 0 }, tags: ['a', 'b'] },
};

const ROWS: readonly { name: string; pattern: EventPattern; matches: boolean }[] = [
  {
    name: 'every field equal',
    pattern: { source: ['aws.s3'], detail: { bucket: { name: ['vault'] } } },
    matches: true,
  },
  { name: 'one of several alternatives', pattern: { source: ['aws.ec2', 'aws.s3'] }, matches: true },
  {
    name: 'a field that differs',
    pattern: { source: ['aws.s3'], detail: { bucket: { name: ['x'] } } },
    matches: false,
  },
  { name: 'a field that is missing', pattern: { detail: { reason: ['x'] } }, matches: false },
  { name: 'a number', pattern: { detail: { object: { size: [0] } } }, matches: true },
  { name: 'a number given as text', pattern: { detail: { object: { size: ['0'] } } }, matches: false },
  { name: 'one element of an array', pattern: { detail: { tags: ['b'] } }, matches: true },
  { name: 'a prefix', pattern: { detail: { object: { key: [{ prefix: 'mux/' }] } } }, matches: true },
  {
    name: 'another prefix',
    pattern: { detail: { object: { key: [{ prefix: 'tmp/' }] } } },
    matches: false,
  },
  { name: 'a suffix', pattern: { detail: { object: { key: [{ suffix: '.mp4' }] } } }, matches: true },
  { name: 'anything but another', pattern: { source: [{ 'anything-but': ['aws.ec2'] }] }, matches: true },
  {
    name: 'a field that must not exist',
    pattern: { detail: { reason: [{ exists: false }] } },
    matches: true,
  },
];

describe('matchesPattern', () => {
  test.each(ROWS)('answers $matches for $name', ({ pattern, matches }) => {
    expect(matchesPattern(pattern, EVENT)).toBe(matches);
  });
});

test('names a content filter that it does not know', () => {
  const pattern = { source: ['aws.s3'], detail: { object: { size: [{ numeric: ['>', 5] }] } } };

  const unknown = unknownFilter(pattern);

  expect(unknown).toBe('numeric');
});
