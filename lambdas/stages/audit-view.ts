// An audit as the API shows it: where it stands, what it counted, and its findings by pages.
import type { Audit, Finding } from '../domain/audit.ts';
import { isIdle } from './audit-start.ts';
import type { Audits } from './ports.ts';

/** Findings per answer, a few more where the last item that was read holds more. */
const FINDINGS_PER_ANSWER = 100;

/** `latest`, or an id. Undefined when there is none. */
export async function findAudit(audits: Audits, id: string): Promise<Audit | undefined> {
  const latest = await audits.latest();
  return id === 'latest' || id === latest?.id ? latest : audits.kept(id);
}

/** `page` is the first item of findings to show. */
export async function publicAudit(audits: Audits, audit: Audit, page: number, nowMs: number) {
  const findings: Finding[] = [];
  let next = page;
  while (next < audit.finding_pages && findings.length < FINDINGS_PER_ANSWER) {
    findings.push(...(await audits.findings(audit.id, next)));
    next += 1;
  }
  const {
    id,
    started_at,
    updated_at,
    finished_at = null,
    pass,
    waiting_for,
    counts,
    errors,
    warnings,
    found,
  } = audit;
  return {
    id,
    started_at,
    updated_at,
    finished_at,
    pass,
    waiting_for: isIdle(audit, nowMs) ? 'the next sweep' : waiting_for,
    counts,
    errors,
    warnings,
    found,
    findings_left_out: errors + warnings - audit.findings_kept,
    findings,
    next_cursor: next < audit.finding_pages ? String(next) : null,
  };
}

export type PublicAudit = Awaited<ReturnType<typeof publicAudit>>;
