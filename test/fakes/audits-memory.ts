// Audits in memory. The same contract suite runs on them and on DynamoDB's engine.
import type { Audit, Finding } from '../../lambdas/domain/audit.ts';
import { ConflictError } from '../../lambdas/domain/failures.ts';
import type { Audits } from '../../lambdas/stages/ports.ts';

export function memoryAudits(): Audits {
  let latest: Audit | undefined;
  const kept = new Map<string, Audit>();
  const pages = new Map<string, readonly Finding[]>();
  const seen = new Map<string, string>();
  // As a table keeps it: a copy, without the fields that are undefined.
  const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));

  return {
    latest: async () => latest,
    kept: async (id) => kept.get(id),
    keep: async (audit) => void kept.set(audit.id, audit),
    async save(audit) {
      if ((latest?.version ?? 0) !== audit.version) throw new ConflictError('Somebody was faster.');
      latest = copy({ ...audit, version: audit.version + 1 });
      return latest;
    },
    putFindings: async (id, page, findings) => void pages.set(`${id}#${page}`, copy(findings)),
    findings: async (id, page) => pages.get(`${id}#${page}`) ?? [],
    markSeen: async (assetId, auditId) => void seen.set(assetId, auditId),
    wasSeen: async (assetId, auditId) => seen.get(assetId) === auditId,
  };
}
