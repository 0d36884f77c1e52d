// One message of a receiver's queue: an event delivered, left to come again later, or kept for people with the reason.
import type { SQSRecord } from 'aws-lambda';
import { DELIVERY_ATTRIBUTES } from '../contract/dead-letters.ts';
import { SetUpError } from '../domain/failures.ts';
import { envelopeOf, type News } from '../domain/outgoing.ts';
import { failureOf, type Reason, reasonOf } from '../domain/reason.ts';
import type { Delivery, DeliveryOutcome } from '../stages/tell.ts';
import { readNews } from './bus-news.ts';
import { UnreadableError } from './message.ts';

export type DeliveryRecord = Pick<SQSRecord, 'body' | 'receiptHandle' | 'eventSourceARN'> & {
  readonly attributes: Pick<SQSRecord['attributes'], 'ApproximateReceiveCount' | 'SentTimestamp'>;
};

export interface Receiver {
  readonly url: string;
  readonly queueUrl: string;
}

export interface DeliveryDeps {
  readonly receivers: readonly Receiver[];
  tell(delivery: Delivery): Promise<DeliveryOutcome>;
  postpone(message: { queueUrl: string; receipt: string; waitMs: number }): Promise<void>;
  /** Puts a message into the dead-letter queue. */
  keep(
    body: string,
    reason: Reason & { readonly receives: number },
    further: Readonly<Record<string, string>>,
  ): Promise<void>;
}

/** `again` leaves the message in its queue. What is thrown does so too, until the queue itself puts it aside. */
export async function handleDelivery(record: DeliveryRecord, deps: DeliveryDeps): Promise<'done' | 'again'> {
  try {
    return await handle(record, deps);
  } catch (error) {
    throw failureOf(error);
  }
}

async function handle(record: DeliveryRecord, deps: DeliveryDeps): Promise<'done' | 'again'> {
  const { body, attributes, receiptHandle: receipt } = record;
  const receives = Number(attributes.ApproximateReceiveCount);
  const { url, queueUrl } = receiverOf(record, deps);
  const keep = (reason: Reason) =>
    deps.keep(
      body,
      { ...reason, receives },
      { [DELIVERY_ATTRIBUTES.receiver]: url, [DELIVERY_ATTRIBUTES.queue]: nameOf(queueUrl) },
    );
  const news = newsOf(body);
  if (news instanceof UnreadableError) {
    await keep(reasonOf(news));
    return 'done';
  }
  const envelope = envelopeOf(news);
  if (!envelope) return 'done';
  const outcome = await deps.tell({ envelope, url, receives, sentAtMs: Number(attributes.SentTimestamp) });
  if (outcome.kind === 'given up') await keep(outcome.reason);
  if (outcome.kind !== 'again') return 'done';
  await deps.postpone({ queueUrl, receipt, waitMs: outcome.waitMs });
  return 'again';
}

function newsOf(body: string): News | UnreadableError {
  try {
    return readNews(body);
  } catch (error) {
    if (error instanceof UnreadableError) return error;
    throw error;
  }
}

function receiverOf({ eventSourceARN }: DeliveryRecord, { receivers }: DeliveryDeps): Receiver {
  const name = eventSourceARN.split(':').at(-1);
  const receiver = receivers.find(({ queueUrl }) => nameOf(queueUrl) === name);
  if (receiver) return receiver;
  throw new SetUpError('RECEIVER_UNKNOWN', `Queue ${name} belongs to no receiver of this function.`, {
    action: 'Deploy the stack again: it names queues and receivers together.',
    retryable: true,
  });
}

function nameOf(queueUrl: string): string {
  return queueUrl.replace(/^.*\//, '');
}
