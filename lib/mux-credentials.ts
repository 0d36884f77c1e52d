// The Mux token and webhook secret, in Secrets Manager. Values are never part of a template.

import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';

/** The keys to fill in. Later deployments leave the filled-in values alone as long as this text stays as it is. */
const EMPTY_CREDENTIALS = JSON.stringify({ token_id: '', token_secret: '', webhook_secret: '' });

export class MuxCredentials extends Construct {
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, existing: ISecret | undefined) {
    super(scope, id);
    this.secret = existing ?? this.#newSecret();
  }

  grantRead(handler: LambdaFunction): void {
    handler.addEnvironment(ENVIRONMENT.muxSecret, this.secret.secretArn);
    // A secret imported by name has no full ARN; Secrets Manager ends every ARN in six characters of its own.
    const resource = this.secret.secretFullArn ?? `${this.secret.secretArn}-??????`;
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [resource] }),
    );
    this.secret.encryptionKey?.grantDecrypt(handler);
  }

  #newSecret(): Secret {
    const secret = new Secret(this, 'Secret', {
      description: 'Mux access token and webhook signing secret for Icehouse',
      secretStringValue: SecretValue.unsafePlainText(EMPTY_CREDENTIALS),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Only a person in the Mux dashboard can make a new token or webhook secret, so no function can rotate them.',
    });
    return secret;
  }
}
