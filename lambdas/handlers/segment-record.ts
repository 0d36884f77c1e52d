// One message of the copy queue: worked on, given back to come again, or kept for people with the reason.
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { MOST_RECEIVES } from '../contract/dead-letters.ts';
import type { SegmentMessage } from '../contract/names.ts';
import { failureOf, type Reason, reasonOf } from '../domain/reason.ts';
import type { Log } from '../stages/ports.ts';
import { readJson, UnreadableError } from './message.ts';

const messageSchema = z.object({
  asset_id: z.string(),
  life: z.int(),
  upload_id: z.string(),
  first_part: z.int(),
  last_part: z.int(),
}) satisfies z.ZodType<SegmentMessage>;

export interface SegmentDeps {
  copy(message: SegmentMessage): Promise<void>;
  /** Puts a message into the dead-letter queue. */
  keep(body: string, reason: Reason & { readonly receives: number }): Promise<void>;
  readonly log: Log;
}

/**
 * Throwing gives the message back to the queue. The last failure does not: what the queue itself would put among the
 * dead letters there says nothing of why. Should keeping it fail too, the queue's own redrive has it at the next receive.
 */
export async function handleSegment(
  { body, attributes }: Pick<SQSRecord, 'body'> & { attributes: { ApproximateReceiveCount: string } },
  deps: SegmentDeps,
): Promise<void> {
  const receives = Number(attributes.ApproximateReceiveCount);
  try {
    await deps.copy(readJson(messageSchema, body, 'a segment'));
  } catch (error) {
    const isOver = receives >= MOST_RECEIVES || error instanceof UnreadableError;
    if (!isOver) throw failureOf(error);
    const reason = reasonOf(error);
    await deps.keep(body, { ...reason, receives });
    deps.log.error('segment given up', { stage: 'copy', code: reason.code, error: reason.message, receives });
  }
}
