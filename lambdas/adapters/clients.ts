// The only room that makes AWS SDK clients: one of each per warm environment, made when first asked for.
// Endpoints come from AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE>, which the SDK reads itself.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';

const CONNECTION_TIMEOUT_MS = 2_000;

const RETRIES = { maxAttempts: 3, retryMode: 'standard' };

/** For calls whose answer is small. Without the last switch the SDK only warns when the time is up. */
const SMALL_CALLS = {
  ...RETRIES,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
  },
};

/** A part may take minutes, so only silence counts: S3 itself sends blanks while it completes a large upload. */
const LARGE_BODIES = {
  ...RETRIES,
  requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, socketTimeout: 60_000 },
  // The header would cost a new TLS connection for each part: https://github.com/aws/aws-sdk-js-v3/issues/6805
  expectContinueHeader: false,
  // S3 refuses chunks under 8 KiB, and sources send what they like: https://github.com/aws/aws-sdk-js-v3/issues/6859
  requestStreamBufferSize: 65_536,
};

// Marked pure, so that a bundle carries the SDKs of those clients only that its function uses.
export const dynamodb = /* @__PURE__ */ once(() => new DynamoDBClient(SMALL_CALLS));
export const sqs = /* @__PURE__ */ once(() => new SQSClient(SMALL_CALLS));
export const lambda = /* @__PURE__ */ once(() => new LambdaClient(SMALL_CALLS));
export const eventBridge = /* @__PURE__ */ once(() => new EventBridgeClient(SMALL_CALLS));
export const secretsManager = /* @__PURE__ */ once(() => new SecretsManagerClient(SMALL_CALLS));
export const s3 = /* @__PURE__ */ once(() => openS3());

/** For a command, which destroys it when it is done; `region`: for whoever knows it and has none set. */
export function openS3(region?: string): S3Client {
  return new S3Client({ ...LARGE_BODIES, ...(region && { region }) });
}

function once<Client>(make: () => Client): () => Client {
  let client: Client | undefined;
  return () => {
    client ??= make();
    return client;
  };
}
