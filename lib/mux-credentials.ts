// Mux's tokens and the webhook secret, in Secrets Manager: one secret for all, or up to three, so that who only reads at Mux holds
// no token that deletes, and who only verifies holds none. Values are never part of a template.

import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { grantReadSecret } from './secret-reading.ts';

/** The keys to fill in. Later deployments leave the filled-in values alone as long as this text stays as it is. */
const EMPTY_CREDENTIALS = JSON.stringify({ token_id: '', token_secret: '', webhook_secret: '' });
const EMPTY_WEBHOOK_SECRET = JSON.stringify({ webhook_secret: '' });

export interface MuxCredentialsProps {
  readonly secret?: ISecret;
  readonly readSecret?: boolean | ISecret;
  readonly webhookSecret?: boolean | ISecret;
  readonly encryptionKey?: IKey;
}

export class MuxCredentials extends Construct {
  readonly secret: ISecret;
  /** Undefined where there is none apart, and the same for the next. */
  readonly readSecret: ISecret | undefined;
  readonly webhookSecret: ISecret | undefined;
  readonly #key: IKey | undefined;

  constructor(scope: Construct, id: string, props: MuxCredentialsProps) {
    super(scope, id);
    this.#key = props.encryptionKey;
    const existing = props.secret ?? true;
    this.secret = this.#secret(
      'Secret',
      'Mux access token and webhook signing secret for Icehouse',
      existing,
    );
    const { readSecret, webhookSecret } = props;
    if (readSecret)
      this.readSecret = this.#secret('ReadSecret', 'Mux token for Icehouse that may only read', readSecret);
    if (webhookSecret)
      this.webhookSecret = this.#secret('WebhookSecret', 'What Mux signs its webhooks with', webhookSecret);
  }

  /** The token that may delete. */
  grantUse(handler: LambdaFunction): void {
    grantReadSecret(handler, this.secret, ENVIRONMENT.muxSecret);
  }

  /** A token for GETs; where there is none of its own, the one that may delete. */
  grantRead(handler: LambdaFunction): void {
    grantReadSecret(handler, this.readSecret ?? this.secret, ENVIRONMENT.muxSecret);
  }

  /** The webhook secret, with as little beside it as there is. */
  grantVerify(handler: LambdaFunction): void {
    grantReadSecret(handler, this.webhookSecret ?? this.readSecret ?? this.secret, ENVIRONMENT.muxSecret);
  }

  #secret(id: string, description: string, given: true | ISecret): ISecret {
    if (given !== true) return given;
    const empty = id === 'WebhookSecret' ? EMPTY_WEBHOOK_SECRET : EMPTY_CREDENTIALS;
    const secret = new Secret(this, id, {
      description,
      encryptionKey: this.#key,
      secretStringValue: SecretValue.unsafePlainText(empty),
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
