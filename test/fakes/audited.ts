// A small world for audits: records whose archives lie in a vault and whose assets are at a platform, all of it in
// memory and all of it in order, until a test takes something away.
import type { ObjectHead } from '../../lambdas/domain/object-head.ts';
import type { Archive, AssetRecord, StoredObject } from '../../lambdas/domain/record.ts';
import { runAudit } from '../../lambdas/stages/audit.ts';
import type { AuditDeps } from '../../lambdas/stages/audit-passes.ts';
import { wakeAudit } from '../../lambdas/stages/audit-start.ts';
import { memoryAudits } from './audits-memory.ts';
import { memoryLedger } from './ledger-memory.ts';
import { manualClock } from './manual-clock.ts';
import { type Accident, mortal } from './mortal.ts';
import { createMemoryPlatform } from './platform-memory.ts';
import { aRecord } from './record.ts';
import { recordingDispatch, recordingLog } from './recorders.ts';
import { MemoryVault } from './vault-memory.ts';

const ENVIRONMENT = 'environment1';
const TOKEN = '0123456789abcdef0123456789abcdef';
const LEASE_MS = 90_000;

export type AuditedWorld = ReturnType<typeof auditedWorld>;

export function auditedWorld(accident?: Accident) {
  const clock = manualClock();
  const ledger = memoryLedger();
  const vault = new MemoryVault({ clock });
  const platform = createMemoryPlatform({ clock, environment: ENVIRONMENT });
  const audits = memoryAudits();
  const dispatch = recordingDispatch();
  const log = recordingLog();
  const life = mortal(accident);
  const deps: AuditDeps = {
    audits: life.wrap(audits),
    ledger: life.wrap(ledger),
    vault: life.wrap(vault),
    platform: life.wrap(platform),
    waking: { ledger: life.wrap(ledger), dispatch: life.wrap(dispatch), clock, leaseMs: LEASE_MS },
    clock,
    log,
  };

  const place = (key: string, storageClass: string): StoredObject => {
    const versionId = `${key}-v1`;
    const sizeBytes = 9;
    const head: ObjectHead = {
      versionId,
      sizeBytes,
      crc32: 'y/Q5Jg==',
      checksumType: 'FULL_OBJECT',
      storageClass,
      token: TOKEN,
    };
    vault.versions.set(key, [{ head, bytes: new Uint8Array(0) }]);
    return { key, version_id: versionId, size_bytes: sizeBytes, crc32: 'y/Q5Jg==' };
  };

  /** Master and manifest of an asset, in the vault. */
  function addArchive(assetId: string): Archive {
    const folder = `mux/${ENVIRONMENT}/${assetId}/1`;
    return {
      ...place(`${folder}/master.mp4`, 'DEEP_ARCHIVE'),
      bucket: 'vault',
      storage_class: 'DEEP_ARCHIVE',
      token: TOKEN,
      verified_at: '2026-10-31T00:00:00.000Z',
      manifest: place(`${folder}/manifest.json`, 'STANDARD'),
      captions: [],
    };
  }

  return {
    clock,
    ledger,
    vault,
    platform,
    audits,
    dispatch,
    log,
    deps,
    calls: life.calls,
    addArchive,
    /** An archived record, or what is said otherwise, with its objects; its asset is at the platform until it is deleted. */
    async add(assetId: string, given: Partial<AssetRecord> = {}): Promise<AssetRecord> {
      const archive = addArchive(assetId);
      const record = { ...aRecord({ asset_id: assetId, status: 'archived', archive }), ...given };
      if (['archived', 'cancelled'].includes(record.status)) platform.add({ id: assetId });
      return ledger.save(record);
    },
    /** Changes what S3 says of the newest version of a key. */
    alter(key: string, change: Partial<ObjectHead>): void {
      const [version] = vault.versions.get(key) ?? [];
      if (!version) throw new Error(`The vault has no ${key}.`);
      vault.versions.set(key, [{ ...version, head: { ...version.head, ...change } }]);
    },
    /** Begins an audit and lets the sweep go on with it each minute until it is finished. */
    async audit(budgetMs = 600_000) {
      const begin = runAudit(deps, undefined, clock.nowMs() + budgetMs);
      await begin.catch((error) => log.error('invocation failed', { error: String(error) }));
      let invocations = 1;
      while ((await audits.latest())?.finished_at === undefined) {
        if (invocations > 500) throw new Error(`Not finished: ${JSON.stringify(await audits.latest())}`);
        await clock.advance(60_000);
        life.revive();
        if (!(await audits.latest())) await runAudit(deps, undefined, clock.nowMs() + budgetMs);
        await wakeAudit(audits, clock, async ({ audit_id }) => {
          invocations += 1;
          await runAudit(deps, audit_id, clock.nowMs() + budgetMs);
        });
      }
      const audit = await audits.latest();
      if (!audit) throw new Error('There is no audit.');
      const pages = Array.from({ length: audit.finding_pages }, (_, page) => audits.findings(audit.id, page));
      return { audit, invocations, findings: (await Promise.all(pages)).flat() };
    },
  };
}
