// Function "tell". Sends the events of one receiver's queue to the customer's app, each signed.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { secretsManager, sqs } from '../adapters/clients.ts';
import { systemClock as clock } from '../adapters/clock.ts';
import { readTellConfig } from '../adapters/config.ts';
import { createDeadLetters } from '../adapters/dead-letters.ts';
import { postpone } from '../adapters/delivery-queue.ts';
import { createLog } from '../adapters/log.ts';
import { createPost } from '../adapters/post.ts';
import { createSigningSecrets } from '../adapters/secrets.ts';
import { type TellDeps, tell } from '../stages/tell.ts';
import { type DeliveryDeps, handleDelivery } from './delivery-record.ts';

const config = readTellConfig();
const { receivers, retryMs, giveUpMs, sourceLoopback: loopback } = config;

const tellDeps: TellDeps = {
  post: createPost({ loopback }),
  secrets: createSigningSecrets({ client: secretsManager(), secretId: config.signingSecretId, clock }),
  clock,
  log: createLog(),
  retryMs,
  giveUpMs,
};

const deps: DeliveryDeps = {
  receivers,
  tell: (delivery) => tell(tellDeps, delivery),
  postpone: (message) => postpone(sqs(), message),
  keep: createDeadLetters({ client: sqs(), queueUrl: config.deadLettersUrl }).keep,
};

/** Its event sources send one message at a time. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const record of event.Records) {
    const outcome = await handleDelivery(record, deps);
    if (outcome === 'again') batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  return { batchItemFailures };
}
