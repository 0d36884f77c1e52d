// Function "audit". Compares ledger, vault and platform: begun each night or by the API, gone on with by the sweep.
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { audits } from '../adapters/audit-host.ts';
import { s3 } from '../adapters/clients.ts';
import { clock, config, ledger, log, waking } from '../adapters/host.ts';
import { platformFor } from '../adapters/platform-host.ts';
import { createVault } from '../adapters/vault.ts';
import type { AuditMessage } from '../contract/names.ts';
import { failureOf } from '../domain/reason.ts';
import { runAudit } from '../stages/audit.ts';
import type { AuditDeps } from '../stages/audit-passes.ts';
import { readMessage } from './message.ts';

const messageSchema = z.object({ audit_id: z.string().optional() }) satisfies z.ZodType<AuditMessage>;

const { bucket, bucketOwner } = config;
const deps: AuditDeps = {
  audits,
  ledger,
  vault: createVault({ client: s3(), bucket, bucketOwner }),
  // It has no share of its own: the night's list is read with what preparing masters leaves.
  platform: platformFor('prepare'),
  waking,
  clock,
  log,
};

/** No page is begun in the last fifth of an invocation: one may take minutes. */
const SHARE_FOR_PAGES = 0.8;

export async function handler(event: unknown, context: Context): Promise<void> {
  try {
    const { audit_id } = readMessage(messageSchema, event, 'a message to the audit');
    const deadlineMs = clock.nowMs() + SHARE_FOR_PAGES * context.getRemainingTimeInMillis();
    await runAudit(deps, audit_id, deadlineMs);
  } catch (error) {
    throw failureOf(error);
  }
}
