// The props that can be given on the command line.
import { App } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { contextProps, stackName } from '../../lib/context.ts';

const read = (context: Record<string, unknown>) => contextProps(new App({ context }).node);

describe('context values', () => {
  test('become props', () => {
    const props = read({
      deletions: 'on',
      storageClass: 'GLACIER',
      expirySchedule: 'monthly',
      graceDays: '14',
      bearerTokens: 'true',
      readSecret: 'false',
      webhookSecret: 'true',
    });

    expect(props).toEqual({
      deletions: 'on',
      storageClass: 'GLACIER',
      expirySchedule: 'monthly',
      graceDays: 14,
      bearerTokens: true,
      readSecret: false,
      webhookSecret: true,
    });
  });

  test('may all be left out', () => {
    expect(Object.values(read({})).filter((value) => value !== undefined)).toEqual([]);
  });

  test.each([
    [{ deletions: 'yes' }, 'Context deletions: expected one of on, dry-run, got yes.'],
    [{ storageClass: 'STANDARD' }, 'expected one of DEEP_ARCHIVE, GLACIER, GLACIER_IR, got STANDARD.'],
    [{ expirySchedule: 'yearly' }, 'Context expirySchedule: expected one of hourly, daily,'],
    [{ bearerTokens: 'yes' }, 'Context bearerTokens: expected one of true, false, got yes.'],
    [{ graceDays: 'a month' }, 'Context graceDays: expected whole days, got a month.'],
    [{ graceDays: '-1' }, 'Context graceDays: expected whole days, got -1.'],
  ])('%o is refused by name', (context, message) => {
    expect(() => read(context)).toThrow(message);
  });
});

describe('the name of the stack', () => {
  const nameOf = (context: Record<string, unknown>) => stackName(new App({ context }).node);

  test('is Icehouse, or another for one more beside it', () => {
    expect([nameOf({}), nameOf({ name: 'icehouse-staging' })]).toEqual(['Icehouse', 'icehouse-staging']);
  });

  test.each(['', '2nd', 'my_stack'])('%j is refused', (name) => {
    expect(() => nameOf({ name })).toThrow('Context name: expected letters, digits and hyphens');
  });
});
