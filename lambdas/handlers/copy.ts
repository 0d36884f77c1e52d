// Function "copy". A worker of the copy queue: copies one segment of a large master.
import type { Context, SQSEvent } from 'aws-lambda';
import { sqs } from '../adapters/clients.ts';
import { createDeadLetters } from '../adapters/dead-letters.ts';
import { config, log, waking } from '../adapters/host.ts';
import { platformFor } from '../adapters/platform-host.ts';
import { copyPorts } from '../adapters/stage-host.ts';
import type { SegmentMessage } from '../contract/names.ts';
import { copySegment, type Until } from '../stages/copy-segment.ts';
import { assetsOfOurs, MasterUrls } from '../stages/master-urls.ts';
import { handleSegment } from './segment-record.ts';

const ports = copyPorts();
const urls = new MasterUrls(assetsOfOurs(platformFor('prepare'), ports.ledger));
const worker = { ...ports, log, waking, urls };
const { clock } = worker;

export async function handler(event: SQSEvent, context: Context): Promise<void> {
  // A tenth is kept for the end: who is cut short by himself stays warm, and keeps the URL. Timers want whole numbers.
  const budgetMs = Math.floor(context.getRemainingTimeInMillis() * 0.9);
  const until = { deadlineMs: clock.nowMs() + budgetMs, signal: AbortSignal.timeout(budgetMs) };
  const { keep } = createDeadLetters({ client: sqs(), queueUrl: config.copyDeadLettersUrl() });
  for (const record of event.Records) {
    await handleSegment(record, { copy: (message) => copy(message, until), keep, log });
  }
}

async function copy(message: SegmentMessage, until: Until): Promise<void> {
  const startedMs = clock.nowMs();
  const outcome = await copySegment(worker, message, until);
  const { asset_id, first_part, last_part } = message;
  const ms = clock.nowMs() - startedMs;
  log.info('segment', { stage: 'copy', asset_id, first_part, last_part, outcome, ms });
}
