// What the ledger's table promises.
import { describe, expect, test } from 'vitest';
import { synthesize } from './synthesized.ts';

test('a stack from before is given its new indexes one by one', () => {
  const template = synthesize((stack) => {
    stack.node.setContext('laterIndex', 'by-user');
    return {};
  });
  const [table] = Object.values(template.findResources('AWS::DynamoDB::Table'));

  const names = table?.Properties.GlobalSecondaryIndexes.map(
    (index: { IndexName: string }) => index.IndexName,
  );
  expect(names).toEqual(['by-wake', 'by-status', 'by-group', 'by-creator']);
});

describe('the ledger', () => {
  const template = synthesize();
  const [table] = Object.values(template.findResources('AWS::DynamoDB::Table'));

  test('outlives the stack and cannot be deleted by hand', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { DeletionProtectionEnabled: true },
    });
  });

  test('can go back to any second and is paid per request', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    });
  });

  test('forgets nothing by itself', () => {
    expect(table?.Properties).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('has the key and the five keys-only indexes that the adapter queries', () => {
    const index = (name: string, partition: string, sort: string) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    });

    expect(table?.Properties.KeySchema).toEqual([{ AttributeName: 'pk', KeyType: 'HASH' }]);
    expect(table?.Properties.GlobalSecondaryIndexes).toEqual([
      index('by-wake', 'wake_lane', 'wake_key'),
      index('by-status', 'status', 'listed_as'),
      index('by-group', 'group_id', 'group_key'),
      index('by-creator', 'creator_id', 'listed_as'),
      index('by-user', 'deleted_by_user_id', 'listed_as'),
    ]);
  });
});
