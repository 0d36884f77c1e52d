// cdk-nag's AwsSolutions pack finds nothing that is not explained, and every explanation is a sentence.
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import type { IcehouseProps } from '../../lib/icehouse-props.ts';
import { withStack } from './synthesized.ts';

const violationsOf = (stack: Stack) => new AwsSolutionsChecks().validateScope(stack).violations;

function acknowledged(stack: Stack): Record<string, string> {
  const entries = stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .map(({ data }) => data);
  return Object.assign({}, ...entries);
}

describe('cdk-nag', () => {
  test.each<[string, (stack: Stack) => IcehouseProps]>([
    ['of everything new', () => ({})],
    [
      'of an existing bucket and secret',
      (stack) => ({
        bucket: Bucket.fromBucketName(stack, 'OurBucket', 'our-bucket'),
        secret: Secret.fromSecretNameV2(stack, 'OurSecret', 'our-secret'),
      }),
    ],
  ])('has nothing unexplained to say %s', (_, props) => {
    expect(withStack(props, violationsOf)).toEqual([]);
  });

  test('was told a reason for these findings only', () => {
    const reasons = withStack(() => ({}), acknowledged);

    const ids = Object.keys(reasons).map((id) =>
      id.replace(/^annotation::/i, '').replace(/IcehouseVaultBucket\w+/, 'Vault'),
    );
    expect(ids.sort()).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/mux/*/*/*/captions/*]',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/mux/*/*/*/manifest.json]',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/mux/*/*/*/master.*]',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/mux/*/*/*/restored/*]',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/mux/*/*/*/sidecars/*]',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/mux/*/*/slim/*]',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/mux/*]',
      'AwsSolutions-IAM5[Resource::<Vault.Arn>/trail/*]',
      'AwsSolutions-S1',
      'AwsSolutions-SMG4',
      'AwsSolutions-SQS3',
    ]);
    for (const reason of Object.values(reasons)) expect(reason).toMatch(/^[A-Z].{40,}\.$/);
  });
});
