// A customer's KMS key on the embedded cloud: what the reader makes of one in a template, and who is let use it.
import { expect, test } from 'vitest';
import { AccessControl, keyAccess } from '../../../local/cloud/access.ts';
import { openDataDirectory } from '../../../local/cloud/data-directory.ts';
import { EMPTY_PLAN } from '../../../local/cloud/plan.ts';
import { Principals } from '../../../local/cloud/principals.ts';
import { readTemplate } from '../../../local/cloud/template.ts';
import { plannedFunction, temporaryDirectory } from './hand-made.ts';

const PLACE = { stackName: 'Stack', region: 'eu-west-1', accountId: '000000000000' };

test('a key of the template is the one that its bucket, table and secret are encrypted with', () => {
  const key = { 'Fn::GetAtt': ['Key', 'Arn'] };
  const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key };
  const encryption = { BucketKeyEnabled: true, ServerSideEncryptionByDefault: byDefault };
  const attribute = { AttributeName: 'pk', AttributeType: 'S' };
  const Resources = {
    Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true, KeyPolicy: {} } },
    Vault: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketEncryption: { ServerSideEncryptionConfiguration: [encryption] } },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [attribute],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key },
      },
    },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { KmsKeyId: key } },
  };

  const plan = readTemplate({ Resources }, { ...PLACE, bundleOf: () => undefined });

  const [bucket, table, secret] = [plan.buckets[0], plan.tables[0], plan.secrets[0]];
  expect(bucket?.kmsKey).toMatch(/^arn:aws:kms:eu-west-1:000000000000:key\/\S+$/);
  expect([table?.kmsKey, secret?.kmsKey]).toEqual([bucket?.kmsKey, bucket?.kmsKey]);
});

test('a role uses a key through the service that its condition names, and no more once that is withdrawn', () => {
  using directory = temporaryDirectory();
  const data = openDataDirectory(directory.path);
  const kmsKey = 'arn:aws:kms:us-east-1:000000000000:key/ours';
  const via = {
    operator: 'StringEquals',
    key: 'kms:ViaService',
    values: ['s3.us-east-1.amazonaws.com'],
  } as const;
  const reader = plannedFunction('reader', {
    statements: [{ effect: 'Allow', actions: ['kms:Decrypt'], resources: [kmsKey], conditions: [via] }],
  });
  const plan = { ...EMPTY_PLAN, functions: [reader] };
  const access = new AccessControl(plan, new Principals(plan, data, undefined), () => {});
  const { accessKeyId } = data.credentialsOf(reader.logicalId);
  const may = (service: string) =>
    access.allows(accessKeyId, keyAccess('us-east-1', service, 'kms:Decrypt', kmsKey));

  const [throughS3, throughDynamoDb] = [may('s3'), may('dynamodb')];
  const giveBack = access.withdraw(reader.name, 'kms:Decrypt');
  const withdrawn = may('s3');
  giveBack();

  expect([throughS3, throughDynamoDb, withdrawn, may('s3')]).toEqual([true, false, false, true]);
  data.release();
});
