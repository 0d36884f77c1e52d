// What a function may do with a customer's KMS key: single actions, and those only through the service that uses the key for it.
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib/core';

export type KeyAction = 'Decrypt' | 'GenerateDataKey';

/**
 * Nothing without a key. The CDK's own grants also allow Encrypt and ReEncrypt*, which no service asks for here, and to call KMS
 * directly. https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function grantKey(
  handler: LambdaFunction,
  key: IKey | undefined,
  service: 's3' | 'dynamodb' | 'secretsmanager',
  ...actions: readonly KeyAction[]
): void {
  if (!key) return;
  const via = `${service}.${Stack.of(handler).region}.amazonaws.com`;
  handler.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `kms:${action}`),
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': via } },
    }),
  );
}

/** Throws an Error for an alias: no policy can allow the use of a key by the ARN of its alias. */
export function checkKey(key: IKey | undefined): void {
  if (key && /:alias\//.test(key.keyArn))
    throw new Error('Prop encryptionKey: expected a key, got an alias. Import the key by its own ARN.');
}
