// Function "copy". A worker of the copy queue: copies one segment of a large master.
import type { Context, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { log, waking } from '../adapters/host.ts';
import { platformFor } from '../adapters/platform-host.ts';
import { copyPorts } from '../adapters/stage-host.ts';
import type { SegmentMessage } from '../contract/names.ts';
import { copySegment } from '../stages/copy-segment.ts';
import { MasterUrls } from '../stages/master-urls.ts';

const messageSchema = z.object({
  asset_id: z.string(),
  life: z.int(),
  upload_id: z.string(),
  first_part: z.int(),
  last_part: z.int(),
}) satisfies z.ZodType<SegmentMessage>;

const urls = new MasterUrls(platformFor('prepare'));
const worker = { ...copyPorts(), log, waking, urls };
const { clock } = worker;

/** Throwing gives the message back to the queue; five times, and it lies in the dead-letter queue for people. */
export async function handler(event: SQSEvent, context: Context): Promise<void> {
  // A tenth is kept for the end: who is cut short by himself stays warm, and keeps the URL.
  const budgetMs = context.getRemainingTimeInMillis() * 0.9;
  const until = { deadlineMs: clock.nowMs() + budgetMs, signal: AbortSignal.timeout(budgetMs) };
  for (const record of event.Records) {
    const message = messageSchema.parse(JSON.parse(record.body));
    const startedMs = clock.nowMs();
    const outcome = await copySegment(worker, message, until);
    const { asset_id, first_part, last_part } = message;
    const ms = clock.nowMs() - startedMs;
    log.info('segment', { stage: 'copy', asset_id, first_part, last_part, outcome, ms });
  }
}
