// Stage "audit": ledger against vault against platform, page by page. What was found and where to go on is stored after
// each page, so that a run that ends or is killed is gone on with by the sweep. It deletes and changes nothing.
import { type Audit, type AuditPage, type Finding, MOST_FINDINGS, turned } from '../domain/audit.ts';
import { ConflictError, NotYetError, TransientError } from '../domain/failures.ts';
import { reasonOf } from '../domain/reason.ts';
import type { AssetRecord } from '../domain/record.ts';
import { backoffMs, iso } from '../domain/time.ts';
import { type AuditDeps, PASSES } from './audit-passes.ts';
import { beginAudit, isIdle } from './audit-start.ts';
import { confirmEnvironment } from './gone.ts';
import type { Audits } from './ports.ts';
import { wake } from './wake.ts';

/** A page may take longer than a step. Who outlives the claim does no harm: the write at the page's end is conditional. */
const LEASES = 3;

const RETRY_MS = 30_000;
const PATIENT_ATTEMPTS = 10;

/** Findings per item: a few hundred bytes each, and an item holds 400 KB. */
const FINDINGS_PER_ITEM = 50;

/** Goes on with the audit of that id, or with the one under way; begins one if there is none. Ends by the deadline. */
export async function runAudit(
  deps: AuditDeps,
  auditId: string | undefined,
  deadlineMs: number,
): Promise<void> {
  const { audits, clock } = deps;
  const known = auditId === undefined ? await beginAudit(audits, clock) : await audits.latest();
  if (!known || !isIdle(known, clock.nowMs()) || (auditId ?? known.id) !== known.id) return;
  try {
    await workUntil(deps, known, deadlineMs);
  } catch (error) {
    // Another run has it: late deliveries and double clicks end here.
    if (!(error instanceof ConflictError)) throw error;
  }
}

async function workUntil(deps: AuditDeps, idle: Audit, deadlineMs: number): Promise<void> {
  const { clock, audits } = deps;
  const leaseMs = LEASES * deps.waking.leaseMs;
  const claimed = (audit: Audit): Audit => {
    const attempts = audit.attempts + 1;
    // A page that kills its function is tried less and less often.
    return { ...audit, attempts, wake_at: iso(clock.nowMs() + backoffMs(attempts, leaseMs)) };
  };
  let audit = await audits.save(claimed(idle));
  try {
    const environment = await confirmEnvironment({ deps });
    while (audit.finished_at === undefined && clock.nowMs() < deadlineMs) {
      const page = await PASSES[audit.pass]({ ...deps, audit, environment, deadlineMs });
      const pages = await keepFindings(audits, audit, page);
      const next = turned(audit, page, pages, iso(clock.nowMs()));
      audit = await audits.save(next.finished_at ? next : claimed(next));
      for (const record of page.wake ?? []) await wakeRecord(deps, record);
    }
  } catch (error) {
    const wait = waitAfter(error, audit, clock.nowMs());
    if (!wait) throw error;
    await audits.save({ ...audit, ...wait });
    deps.log.info('audit waits', { stage: 'audit', audit_id: audit.id, pass: audit.pass, ...wait });
    return;
  }
  if (audit.finished_at) report(deps, audit);
  else await audits.save({ ...audit, attempts: 0, wake_at: iso(clock.nowMs()) });
}

/** A service that fails in passing is tried again quietly; what does not pass is for a person to see. */
function waitAfter(error: unknown, audit: Audit, nowMs: number): Partial<Audit> | undefined {
  if (error instanceof NotYetError) {
    return { attempts: 0, wake_at: iso(error.atMs), waiting_for: error.waitingFor };
  }
  if (!(error instanceof TransientError) || audit.attempts > PATIENT_ATTEMPTS) return undefined;
  return {
    wake_at: iso(nowMs + backoffMs(audit.attempts, RETRY_MS)),
    waiting_for: reasonOf(error).message,
  };
}

/** Written before the page counts: a run that dies in between writes the same items again. Answers how many. */
async function keepFindings(audits: Audits, audit: Audit, page: AuditPage): Promise<number> {
  const kept = page.findings.slice(0, MOST_FINDINGS - audit.findings_kept);
  const items: (readonly Finding[])[] = [];
  for (let at = 0; at < kept.length; at += FINDINGS_PER_ITEM) {
    items.push(kept.slice(at, at + FINDINGS_PER_ITEM));
  }
  for (const [at, findings] of items.entries()) {
    await audits.putFindings(audit.id, audit.finding_pages + at, findings);
  }
  return items.length;
}

/**
 * An archived record whose asset is gone finds out by its own stage, which raises the alarm. After the page is stored,
 * since a record that is awake has moved on from what was judged; what fails here comes by at its date, or tomorrow.
 */
async function wakeRecord({ waking, log }: AuditDeps, record: AssetRecord): Promise<void> {
  try {
    await wake(record, waking);
  } catch (error) {
    log.error('could not wake', { stage: 'audit', asset_id: record.asset_id, error: String(error) });
  }
}

function report({ log }: AuditDeps, { id, counts, errors, warnings, found }: Audit): void {
  const fields = {
    stage: 'audit',
    audit_id: id,
    errors,
    warnings,
    found,
    counts,
    metrics: { AuditErrors: errors },
  };
  if (errors + warnings > 0) log.error('audit found', fields);
  else log.info('audit found nothing', fields);
}
