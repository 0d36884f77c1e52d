// Sends segments of a large master to the workers. A message that is lost costs time, never bytes.
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SegmentMessage } from '../contract/names.ts';
import { TransientError } from '../domain/failures.ts';
import type { Helpers } from '../stages/ports.ts';
import { atAws } from './aws-failures.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MOST_ENTRIES = 10;

/** Errors: COPY_QUEUE_REFUSED, _THROTTLED, _UNAVAILABLE (transient), _DENIED, _MISSING (set-up). */
export function createHelpers({ client, queueUrl }: { client: SQSClient; queueUrl: string }): Helpers {
  return {
    async ask(segments) {
      for (let start = 0; start < segments.length; start += MOST_ENTRIES) {
        await atAws({ code: 'COPY_QUEUE', name: `queue ${queueUrl}` }, () =>
          send(client, queueUrl, segments.slice(start, start + MOST_ENTRIES)),
        );
      }
    },
  };
}

/** The call as a whole succeeds even when entries in it fail. */
async function send(client: SQSClient, QueueUrl: string, segments: readonly SegmentMessage[]): Promise<void> {
  const Entries = segments.map((segment, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify(segment),
  }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const [first] = Failed;
  if (!first) return;
  throw new TransientError(
    'COPY_QUEUE_REFUSED',
    `The queue refused ${Failed.length} of ${segments.length} segments: ${first.Code} ${first.Message ?? ''}`,
  );
}
