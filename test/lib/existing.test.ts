// A company that already has a bucket, a table, a secret or a bus keeps it.
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, test } from 'vitest';
import { environmentOf, statementsOf, synthesize } from './synthesized.ts';

describe('existing things', () => {
  const template = synthesize((stack) => ({
    bucket: Bucket.fromBucketName(stack, 'OurBucket', 'our-bucket'),
    table: Table.fromTableName(stack, 'OurTable', 'our-table'),
    secret: Secret.fromSecretNameV2(stack, 'OurSecret', 'our-secret'),
    eventBus: EventBus.fromEventBusName(stack, 'OurBus', 'our-bus'),
  }));

  test.each([
    'AWS::S3::Bucket',
    'AWS::S3::BucketPolicy',
    'AWS::DynamoDB::Table',
    'AWS::SecretsManager::Secret',
    'AWS::Events::EventBus',
  ])('are used and no %s is made', (type) => {
    template.resourceCountIs(type, 0);
  });

  test('are named to the functions', () => {
    const variables = environmentOf(template, 'archive');

    expect(variables).toMatchObject({
      BUCKET_NAME: 'our-bucket',
      TABLE_NAME: 'our-table',
      EVENT_BUS_NAME: 'our-bus',
    });
    expect(JSON.stringify(variables.MUX_SECRET_ID)).toContain(':secret:our-secret');
  });

  test('are granted as narrowly as new ones', () => {
    const statements = (['archive', 'master'] as const).flatMap((name) => statementsOf(template, name));
    const resources = statements.map(({ Resource }) => JSON.stringify(Resource));

    expect(resources.filter((resource) => resource.includes('our-bucket'))).not.toEqual([]);
    expect(resources.some((resource) => resource.includes('our-bucket/mux/*'))).toBe(true);
    expect(resources.some((resource) => resource.includes('table/our-table/index/by-wake'))).toBe(true);
    expect(resources.some((resource) => resource.includes('secret:our-secret-??????'))).toBe(true);
    expect(resources.filter((resource) => /\*/.test(resource.replaceAll(/\/mux\/[*/\w.]+/g, '')))).toEqual(
      [],
    );
  });
});

describe('a new secret', () => {
  test('outlives the stack and holds nothing but the names of what to fill in', () => {
    synthesize().hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { SecretString: '{"token_id":"","token_secret":"","webhook_secret":""}' },
    });
  });
});
