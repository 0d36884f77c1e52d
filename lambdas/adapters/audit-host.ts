// What begins audits and sees to it that they go on, for the API, the sweep and the audit function.
import type { AuditMessage } from '../contract/names.ts';
import { createAudits } from './audits.ts';
import { dynamodb, lambda } from './clients.ts';
import { startFunction } from './dispatch.ts';
import { config } from './host.ts';

export const audits = createAudits({ client: dynamodb(), tableName: config.table });

export function startAudit(message: AuditMessage): Promise<void> {
  return startFunction(lambda(), config.auditFunctionName(), message);
}
