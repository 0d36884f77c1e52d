// The props that can be given on the command line.
import { App } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { contextProps } from '../../lib/context.ts';

const read = (context: Record<string, unknown>) => contextProps(new App({ context }).node);

describe('context values', () => {
  test('become props', () => {
    const props = read({
      deletions: 'on',
      storageClass: 'GLACIER',
      expirySchedule: 'monthly',
      graceDays: '14',
    });

    expect(props).toEqual({
      deletions: 'on',
      storageClass: 'GLACIER',
      expirySchedule: 'monthly',
      graceDays: 14,
    });
  });

  test('may all be left out', () => {
    expect(Object.values(read({})).filter((value) => value !== undefined)).toEqual([]);
  });

  test.each([
    [{ deletions: 'yes' }, 'Context deletions: expected one of on, dry-run, got yes.'],
    [{ storageClass: 'STANDARD' }, 'expected one of DEEP_ARCHIVE, GLACIER, GLACIER_IR, got STANDARD.'],
    [{ expirySchedule: 'yearly' }, 'Context expirySchedule: expected one of hourly, daily,'],
    [{ graceDays: 'a month' }, 'Context graceDays: expected whole days, got a month.'],
    [{ graceDays: '-1' }, 'Context graceDays: expected whole days, got -1.'],
  ])('%o is refused by name', (context, message) => {
    expect(() => read(context)).toThrow(message);
  });
});
