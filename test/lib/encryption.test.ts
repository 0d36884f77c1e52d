// A customer's KMS key: what is encrypted with it, and who may use it for what. The lists are written by hand.

import { Template } from 'aws-cdk-lib/assertions';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Stack } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import type { BundledName } from '../../lambdas/contract/names.ts';
import { actionsOf, statementsOf, synthesize, withStack } from './synthesized.ts';

const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const READ = 's3 kms:Decrypt';
const WRITE = 's3 kms:GenerateDataKey';
const TABLE = 'dynamodb kms:Decrypt';
const SECRET = 'secretsmanager kms:Decrypt';

const MAY: Readonly<Record<BundledName, readonly string[]>> = {
  api: [READ, WRITE, TABLE, SECRET],
  webhook: [TABLE, SECRET],
  sweep: [TABLE],
  copy: [READ, WRITE, TABLE, SECRET],
  audit: [READ, TABLE, SECRET],
  trail: [WRITE],
  master: [READ, WRITE, TABLE, SECRET],
  archive: [READ, WRITE, TABLE, SECRET],
  expire: [READ, WRITE, TABLE, SECRET],
  restore: [READ, WRITE, TABLE, SECRET],
  cancel: [READ, TABLE, SECRET],
  purge: [TABLE, SECRET],
  tell: [SECRET],
  authorize: [SECRET],
};

const allOf = (stack: Stack) => ({
  encryptionKey: Key.fromKeyArn(stack, 'OurKey', KEY_ARN),
  readSecret: true,
  webhookSecret: true,
  bearerTokens: true,
  webhooks: { urls: ['https://app.example.com/hooks'] },
});

/** Such as `s3 kms:Decrypt`: through which service, and what. */
function keyActionsOf(template: Template, name: BundledName): string[] {
  const onKey = statementsOf(template, name).filter(({ Resource }) =>
    [Resource].flat().some((one) => JSON.stringify(one).includes(':key/')),
  );
  const found = onKey.flatMap((statement) => {
    const { Condition } = statement as unknown as { Condition: { StringEquals: Record<string, unknown> } };
    const via = JSON.stringify(Condition.StringEquals['kms:ViaService']).match(/"(\w+)\./)?.[1];
    return actionsOf([statement]).map((action) => `${via} ${action}`);
  });
  return [...new Set(found)].sort();
}

describe('with a key of the customer', () => {
  const { template, violations } = withStack(allOf, (stack) => ({
    template: Template.fromStack(stack),
    violations: new AwsSolutionsChecks().validateScope(stack).violations,
  }));

  test('the vault is encrypted with it by a bucket key, and so are the ledger and every secret', () => {
    const secrets = Object.values(template.findResources('AWS::SecretsManager::Secret'));

    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN },
          },
        ],
      },
    });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY_ARN },
    });
    expect(secrets.map(({ Properties }) => Properties.KmsKeyId)).toEqual(Array(5).fill(KEY_ARN));
  });

  test.each(Object.entries(MAY) as [BundledName, readonly string[]][])(
    '%s may use it for what it does, through the services that it calls, and for nothing else',
    (name, may) => {
      expect(keyActionsOf(template, name)).toEqual([...may].sort());
    },
  );

  test('cdk-nag has nothing unexplained to say', () => {
    expect(violations).toEqual([]);
  });
});

test('an imported bucket is used with the key that it was imported with, and with no other', () => {
  const theirs = KEY_ARN.replace('1234abcd', 'ffffffff');
  const template = synthesize((stack) => ({
    ...{ encryptionKey: Key.fromKeyArn(stack, 'OurKey', KEY_ARN) },
    bucket: Bucket.fromBucketAttributes(stack, 'OurBucket', {
      bucketName: 'our-bucket',
      encryptionKey: Key.fromKeyArn(stack, 'TheirKey', theirs),
    }),
  }));

  const keysOfTrail = statementsOf(template, 'trail').filter(({ Action }) => /^kms:/.test([Action].join()));

  expect(keysOfTrail.map(({ Resource }) => Resource)).toEqual([theirs]);
});

test('an alias is refused, since no policy can name one', () => {
  expect(() =>
    synthesize((stack) => ({ encryptionKey: Alias.fromAliasName(stack, 'Ours', 'alias/ours') })),
  ).toThrow('expected a key, got an alias');
});
