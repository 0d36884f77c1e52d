// Function "restore". Brings a deleted video back; also woken by the bucket's "Object Restore Completed".
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { ledger, log, waking } from '../adapters/host.ts';
import { wakeByKey } from '../stages/readable.ts';
import { restore } from '../stages/restore.ts';
import { stageHandler } from './stage-handler.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const restoreCompleted = z.object({
  'detail-type': z.literal('Object Restore Completed'),
  detail: z.object({ object: z.object({ key: z.string() }) }),
});

const runRestore = stageHandler('restore', 'restore', restore);

export async function handler(event: unknown, context: Context): Promise<void> {
  const completed = restoreCompleted.safeParse(event);
  return completed.success ? readable(completed.data.detail.object.key) : runRestore(event, context);
}

/** A key that is not ours, or is not awaited, wakes nobody. */
async function readable(key: string): Promise<void> {
  const woken = await wakeByKey(key, { ledger, waking });
  log.info('object readable', { stage: 'restore', asset_id: woken, woken: woken !== undefined });
}
