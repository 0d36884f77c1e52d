// The audit as it is kept: where it stands, what it counted, what it found. An audit reports: it changes no video, no object
// and no record. What is a finding is judged in audit-judgements.ts and audit-platform.ts.
import type { AssetRecord } from './record.ts';

/** In this order. The first two belong together: what the list of assets showed, the records are compared with. */
export const AUDIT_PASSES = ['platform', 'records', 'vault', 'uploads'] as const;
export type AuditPass = (typeof AUDIT_PASSES)[number];

export const FINDING_CODES = [
  'ARCHIVE_WITHOUT_OBJECT',
  'ARCHIVE_DIFFERS',
  'ARCHIVE_HIDDEN',
  'ARCHIVE_UNREADABLE',
  'RECORD_UNREADABLE',
  'OBJECT_WITHOUT_RECORD',
  'UPLOAD_WITHOUT_RECORD',
  'DELETED_ELSEWHERE',
  'STILL_AT_MUX',
  'MASTER_LEFT_OPEN',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  readonly code: FindingCode;
  /** `error`: a video is in danger, or not where its record says. `warning`: something to tidy up. */
  readonly severity: 'error' | 'warning';
  readonly asset_id?: string;
  readonly life?: number;
  readonly key?: string;
  readonly expected?: string;
  readonly found?: string;
  readonly what_to_do: string;
}

export interface AuditCounts {
  readonly records: number;
  /** Exact versions that were compared with their records. */
  readonly objects: number;
  readonly assets_at_mux: number;
  /** Assets that were looked at one by one, to make sure. */
  readonly assets_inspected: number;
  readonly versions: number;
  /** Versions that no record names any more, of assets that Icehouse knows: known leftovers. */
  readonly superseded: number;
  readonly superseded_bytes: number;
  readonly uploads: number;
  /** Records that changed while the audit ran: the next one looks at them. */
  readonly changed_meanwhile: number;
}

export const NOTHING_COUNTED: AuditCounts = {
  records: 0,
  objects: 0,
  assets_at_mux: 0,
  assets_inspected: 0,
  versions: 0,
  superseded: 0,
  superseded_bytes: 0,
  uploads: 0,
  changed_meanwhile: 0,
};

/** One audit as it is kept. At any page's end it can be left, and gone on with by anybody. */
export interface Audit {
  readonly id: string;
  /** Grows by one with every write; 0 = not stored yet. */
  readonly version: number;
  readonly started_at: string;
  readonly updated_at: string;
  readonly finished_at?: string;
  /** From when on somebody should go on with it: the end of a claim, or what is waited for. Absent at its end. */
  readonly wake_at?: string;
  /** Claims in a row that did not finish a page. */
  readonly attempts: number;
  readonly waiting_for?: string;
  readonly pass: AuditPass;
  /** Where the pass goes on; absent at its beginning. */
  readonly cursor?: string;
  readonly counts: AuditCounts;
  readonly errors: number;
  readonly warnings: number;
  /** How many there are of each, those that were not kept included. */
  readonly found: Readonly<Partial<Record<FindingCode, number>>>;
  /** Findings that are kept, and the items that hold them. */
  readonly findings_kept: number;
  readonly finding_pages: number;
}

/** What one page of a pass came to. */
export interface AuditPage {
  readonly findings: readonly Finding[];
  readonly counts: Partial<AuditCounts>;
  /** Undefined at the end of the pass. */
  readonly next: string | undefined;
  /** Records that are woken once the page is stored: their own stage writes down what was found. */
  readonly wake?: readonly AssetRecord[];
}

/** More are only counted: whoever has a thousand findings has one cause to look for. */
export const MOST_FINDINGS = 1_000;

/** The audit after one more page. `pages` are the items that its findings were written to. */
export function turned(audit: Audit, page: AuditPage, pages: number, at: string): Audit {
  const isOver = page.next === undefined;
  const pass = isOver ? AUDIT_PASSES[AUDIT_PASSES.indexOf(audit.pass) + 1] : audit.pass;
  const kept = Math.min(MOST_FINDINGS, audit.findings_kept + page.findings.length);
  const found = { ...audit.found };
  for (const { code } of page.findings) found[code] = (found[code] ?? 0) + 1;
  const errors = page.findings.filter(({ severity }) => severity === 'error').length;
  return {
    ...audit,
    updated_at: at,
    attempts: 0,
    waiting_for: undefined,
    ...(pass ? { pass } : { finished_at: at, wake_at: undefined }),
    cursor: page.next,
    counts: added(audit.counts, page.counts),
    errors: audit.errors + errors,
    warnings: audit.warnings + page.findings.length - errors,
    found,
    findings_kept: kept,
    finding_pages: audit.finding_pages + pages,
  };
}

function added(counts: AuditCounts, more: Partial<AuditCounts>): AuditCounts {
  const names = Object.keys(counts) as (keyof AuditCounts)[];
  return Object.fromEntries(
    names.map((name) => [name, counts[name] + (more[name] ?? 0)]),
  ) as unknown as AuditCounts;
}
