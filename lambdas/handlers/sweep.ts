// Function "sweep". Run by both schedules: every minute for the step lane, and by the expiry schedule for its own.
import * as z from 'zod';
import { log, waking } from '../adapters/host.ts';
import { LANES, type SweepMessage } from '../contract/names.ts';
import { sweep } from '../stages/sweep.ts';

const messageSchema = z.object({ lane: z.enum(LANES) }) satisfies z.ZodType<SweepMessage>;

export async function handler(event: unknown): Promise<void> {
  await sweep(messageSchema.parse(event).lane, waking, log);
}
