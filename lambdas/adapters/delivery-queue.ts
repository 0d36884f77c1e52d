// Lets a message that was not done with come again after a wait of its own. Its queue counts and keeps it meanwhile.
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { atAws } from './aws-failures.ts';

/** Errors: DELIVERY_QUEUE_THROTTLED, _UNAVAILABLE (transient), _DENIED, _MISSING (set-up). */
export async function postpone(
  client: SQSClient,
  { queueUrl, receipt, waitMs }: { queueUrl: string; receipt: string; waitMs: number },
): Promise<void> {
  const VisibilityTimeout = Math.max(1, Math.ceil(waitMs / 1_000));
  await atAws({ code: 'DELIVERY_QUEUE', name: `queue ${queueUrl}` }, () =>
    client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receipt, VisibilityTimeout }),
    ),
  );
}
