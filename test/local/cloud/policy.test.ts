// What a role may do, against the rules of the IAM policy reference.
import { describe, expect, test } from 'vitest';
import { isAllowed } from '../../../local/cloud/policy.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/ledger';

describe('isAllowed', () => {
  test.each([
    { name: 'an equal action and resource', action: 'dynamodb:GetItem', resource: TABLE, allowed: true },
    { name: 'an action in other letters', action: 'DynamoDB:getitem', resource: TABLE, allowed: true },
    { name: 'another action', action: 'dynamodb:DeleteItem', resource: TABLE, allowed: false },
    {
      name: 'a resource that only begins alike',
      action: 'dynamodb:GetItem',
      resource: `${TABLE}2`,
      allowed: false,
    },
    {
      name: 'a resource below a wildcard',
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::vault/mux/e/a',
      allowed: true,
    },
    {
      name: 'a resource beside a wildcard',
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::vault/other',
      allowed: false,
    },
    { name: 'one character for a question mark', action: 'kms:Sign', resource: 'key-1', allowed: true },
    { name: 'two characters for a question mark', action: 'kms:Sign', resource: 'key-12', allowed: false },
  ])('answers $allowed for $name', ({ action, resource, allowed }) => {
    const statements = [
      { effect: 'Allow', actions: ['dynamodb:GetItem'], resources: [TABLE] },
      { effect: 'Allow', actions: ['s3:Put*'], resources: ['arn:aws:s3:::vault/mux/*'] },
      { effect: 'Allow', actions: ['kms:*'], resources: ['key-?'] },
    ] as const;

    expect(isAllowed(statements, action, resource)).toBe(allowed);
  });

  test('lets a Deny win over an Allow', () => {
    const allow = { effect: 'Allow', actions: ['*'], resources: ['*'] } as const;
    const deny = { effect: 'Deny', actions: ['s3:DeleteObject'], resources: ['*'] } as const;

    const answer = isAllowed([allow, deny], 's3:DeleteObject', 'arn:aws:s3:::vault/a');

    expect(answer).toBe(false);
  });

  /** The rows of "Single-valued vs. multivalued context keys" in the IAM user guide. */
  test.each([
    { name: 'the one value is wanted', operator: 'StringLike', given: ['mine#1'], allowed: true },
    { name: 'the one value is another', operator: 'StringLike', given: ['other'], allowed: false },
    { name: 'a plain operator has no value', operator: 'StringLike', given: [], allowed: false },
    { name: 'a wildcard meets StringEquals', operator: 'StringEquals', given: ['mine#1'], allowed: false },
    {
      name: 'all are wanted',
      operator: 'ForAllValues:StringLike',
      given: ['mine#1', 'mine#2'],
      allowed: true,
    },
    {
      name: 'one of all is not',
      operator: 'ForAllValues:StringLike',
      given: ['mine#1', 'other'],
      allowed: false,
    },
    { name: 'there is none, for all', operator: 'ForAllValues:StringLike', given: [], allowed: true },
    { name: 'any is wanted', operator: 'ForAnyValue:StringLike', given: ['mine#1', 'other'], allowed: true },
    { name: 'there is none, for any', operator: 'ForAnyValue:StringLike', given: [], allowed: false },
  ] as const)('answers $allowed under a condition when $name', ({ operator, given, allowed }) => {
    const conditions = [{ operator, key: 'dynamodb:LeadingKeys', values: ['mine#*'] }];
    const statements = [
      { effect: 'Allow', actions: ['dynamodb:*'], resources: [TABLE], conditions },
    ] as const;

    const answer = isAllowed(statements, 'dynamodb:GetItem', TABLE, { 'dynamodb:LeadingKeys': given });

    expect(answer).toBe(allowed);
  });
});
