// Beginning an audit, and seeing to it that one under way goes on: for the API, the sweep and the audit function itself.
import type { AuditMessage } from '../contract/names.ts';
import { type Audit, NOTHING_COUNTED } from '../domain/audit.ts';
import { ConflictError } from '../domain/failures.ts';
import { DAY_MS, iso } from '../domain/time.ts';
import type { Audits, Clock } from './ports.ts';

/** An audit that could not be finished in so long is given up for a new one: its cursors may be worth nothing any more. */
const LONGEST_AUDIT_MS = 7 * DAY_MS;

/** A page that failed so often would fail tomorrow too: tonight's audit begins anew. */
const MOST_ATTEMPTS = 10;

/** The audit under way, or a new one. Two who begin at the same time get the same. */
export async function beginAudit(audits: Audits, clock: Clock): Promise<Audit> {
  const latest = await audits.latest();
  const nowMs = clock.nowMs();
  const isStuck = latest !== undefined && latest.attempts > MOST_ATTEMPTS;
  if (latest && !latest.finished_at && !isStuck && nowMs < Date.parse(latest.started_at) + LONGEST_AUDIT_MS)
    return latest;
  if (latest) await audits.keep(latest);
  try {
    return await audits.save(newAudit(nowMs, latest?.version ?? 0));
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return beginAudit(audits, clock);
  }
}

/** The version goes on from the audit before, whose place in the ledger it takes. */
function newAudit(nowMs: number, version: number): Audit {
  const at = iso(nowMs);
  return {
    id: at.replaceAll(/[-:.]/g, ''),
    version,
    started_at: at,
    updated_at: at,
    wake_at: at,
    attempts: 0,
    pass: 'platform',
    counts: NOTHING_COUNTED,
    errors: 0,
    warnings: 0,
    found: {},
    findings_kept: 0,
    finding_pages: 0,
  };
}

/** Whether nobody is at work on it, and nothing is waited for. */
export function isIdle(audit: Audit, nowMs: number): boolean {
  return audit.wake_at !== undefined && Date.parse(audit.wake_at) <= nowMs;
}

/** Starts the function for the audit under way if that is idle: the sweep's part, one read a minute. */
export async function wakeAudit(
  audits: Pick<Audits, 'latest'>,
  clock: Clock,
  start: (message: AuditMessage) => Promise<void>,
): Promise<void> {
  const latest = await audits.latest();
  if (latest && isIdle(latest, clock.nowMs())) await start({ audit_id: latest.id });
}
