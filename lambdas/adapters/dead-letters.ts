// Keeps a message that was given up where people look, with the reason beside it. Its body stays as it came.
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { REASON_ATTRIBUTES } from '../contract/dead-letters.ts';
import type { Reason } from '../domain/reason.ts';
import { atAws } from './aws-failures.ts';

/** Errors: DEAD_LETTERS_THROTTLED, _UNAVAILABLE (transient), _DENIED, _MISSING (set-up). */
export function createDeadLetters({ client, queueUrl }: { client: SQSClient; queueUrl: string }) {
  return {
    /** `further`: message attributes beside the reason. */
    keep: (
      body: string,
      reason: Reason & { readonly receives: number },
      further: Readonly<Record<string, string>> = {},
    ) =>
      atAws({ code: 'DEAD_LETTERS', name: `queue ${queueUrl}` }, async () => {
        const MessageAttributes = {
          ...Object.fromEntries(
            Object.entries(further).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
          ),
          [REASON_ATTRIBUTES.code]: { DataType: 'String', StringValue: reason.code },
          [REASON_ATTRIBUTES.message]: { DataType: 'String', StringValue: reason.message },
          [REASON_ATTRIBUTES.receives]: { DataType: 'Number', StringValue: String(reason.receives) },
        };
        await client.send(
          new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageAttributes }),
        );
      }),
  };
}
