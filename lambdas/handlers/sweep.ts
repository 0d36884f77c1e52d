// Function "sweep". Run by both schedules: every minute for what is under way, and by the expiry schedule for its own.
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { audits, startAudit } from '../adapters/audit-host.ts';
import { clock, config, log, waking } from '../adapters/host.ts';
import { SWEEPS, type SweepMessage } from '../contract/names.ts';
import { failureOf } from '../domain/reason.ts';
import { wakeAudit } from '../stages/audit-start.ts';
import { SetAside } from '../stages/set-aside.ts';
import { sweep } from '../stages/sweep.ts';
import { readMessage } from './message.ts';

const messageSchema = z.object({ lane: z.enum(SWEEPS) }) satisfies z.ZodType<SweepMessage>;

const sweeping = { ...waking, openMasters: config.openMasters, aside: new SetAside() };

/** For what was begun before the deadline: at 55 s these are 5 s. */
const SHARE_FOR_THE_LAST = 1 / 11;

/** The audit is woken beside the lanes: neither a slow lane nor one that throws keeps it from going on. */
export async function handler(event: unknown, context: Context): Promise<void> {
  try {
    const { lane } = readMessage(messageSchema, event, 'a message to the sweep');
    const deadlineMs = clock.nowMs() + (1 - SHARE_FOR_THE_LAST) * context.getRemainingTimeInMillis();
    const work = [sweep(lane, { ...sweeping, deadlineMs }, log)];
    if (lane === 'step') work.push(wakeAudit(audits, clock, startAudit));
    for (const done of await Promise.allSettled(work)) if (done.status === 'rejected') throw done.reason;
  } catch (error) {
    throw failureOf(error);
  }
}
