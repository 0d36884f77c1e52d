// Who reads which secret: the value of one, and its key where it has a customer's.
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { grantKey } from './encryption.ts';

/** `variable`: the environment variable that names the secret to the function. */
export function grantReadSecret(handler: LambdaFunction, secret: ISecret, variable: string): void {
  handler.addEnvironment(variable, secret.secretArn);
  // A secret imported by name has no full ARN; Secrets Manager ends every ARN in six characters of its own.
  const resource = secret.secretFullArn ?? `${secret.secretArn}-??????`;
  handler.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [resource] }),
  );
  grantKey(handler, secret.encryptionKey, 'secretsmanager', 'Decrypt');
}
