// What the environment of `npm start` says: Mux credentials and hosts, and AWS endpoints to use in place of engines.
import { CloudError } from './cloud/cloud-error.ts';
import type { External } from './cloud/engines.ts';
import { DEFAULT_ENVIRONMENT } from './mux/simulator.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface MuxCredentials {
  readonly tokenId: string;
  readonly tokenSecret: string;
  readonly webhookSecret: string;
}

/** The simulator's own credentials stand in for what is not set. */
export function muxCredentials(environment: Environment): MuxCredentials {
  return {
    tokenId: environment.MUX_TOKEN_ID || DEFAULT_ENVIRONMENT.tokenId,
    tokenSecret: environment.MUX_TOKEN_SECRET || DEFAULT_ENVIRONMENT.tokenSecret,
    webhookSecret: environment.MUX_WEBHOOK_SECRET || DEFAULT_ENVIRONMENT.webhookSecret,
  };
}

/** What events to the app are signed with. In AWS it is generated; here everybody may know it. */
export function signingSecret(environment: Environment): string {
  return environment.ICEHOUSE_SIGNING_SECRET || 'a-signing-secret-of-the-embedded-cloud';
}

/** Throws CloudError OPTION_INVALID when an endpoint is given without credentials for it. */
export function externalEndpoints(environment: Environment): External | undefined {
  const s3 = environment.AWS_ENDPOINT_URL_S3 || undefined;
  const dynamodb = environment.AWS_ENDPOINT_URL_DYNAMODB || undefined;
  const sqs = environment.AWS_ENDPOINT_URL_SQS || undefined;
  if (!s3 && !dynamodb && !sqs) return undefined;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey) {
    const todo = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or unset the endpoint.';
    throw new CloudError(
      'OPTION_INVALID',
      `AWS_ENDPOINT_URL_* is set but there are no credentials for it. ${todo}`,
    );
  }
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, s3, dynamodb, sqs };
}
