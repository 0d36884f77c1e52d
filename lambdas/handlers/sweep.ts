// Function "sweep". Run by both schedules: every minute for what is under way, and by the expiry schedule for its own.
import * as z from 'zod';
import { audits, startAudit } from '../adapters/audit-host.ts';
import { clock, config, log, waking } from '../adapters/host.ts';
import { SWEEPS, type SweepMessage } from '../contract/names.ts';
import { failureOf } from '../domain/reason.ts';
import { wakeAudit } from '../stages/audit-start.ts';
import { sweep } from '../stages/sweep.ts';
import { readMessage } from './message.ts';

const messageSchema = z.object({ lane: z.enum(SWEEPS) }) satisfies z.ZodType<SweepMessage>;

const sweeping = { ...waking, openMasters: config.openMasters };

export async function handler(event: unknown): Promise<void> {
  try {
    const { lane } = readMessage(messageSchema, event, 'a message to the sweep');
    await sweep(lane, sweeping, log);
    if (lane === 'step') await wakeAudit(audits, clock, startAudit);
  } catch (error) {
    throw failureOf(error);
  }
}
