// The four passes of an audit, each as one page of it: what to look at, and the evidence for the domain's judgement.
// Whatever looks wrong is looked at once more, on a record read afresh: the world goes on while an audit runs.
import { archiveFolder, isSlimKey, PLATFORM_PREFIX, parseKey } from '../contract/keys.ts';
import type { Audit, AuditCounts, AuditPage, AuditPass, Finding } from '../domain/audit.ts';
import {
  isSettled,
  judgeArchive,
  judgeFolder,
  judgeUpload,
  type ListedVersion,
  type Look,
  namedObjects,
  orphaned,
  unreadableRecord,
} from '../domain/audit-judgements.ts';
import {
  deletedElsewhere,
  isAwaitedAtPlatform,
  judgeListed,
  mindfulOfArchive,
} from '../domain/audit-platform.ts';
import { NotYetError, PermanentError, SetUpError } from '../domain/failures.ts';
import { isWaiting } from '../domain/modes.ts';
import type { AssetRecord } from '../domain/record.ts';
import { MINUTE_MS } from '../domain/time.ts';
import { isUnchanged, type RecordsRead, recordsOf, sideBySide } from './audit-records.ts';
import { confirmEnvironment } from './gone.ts';
import type { Audits, Clock, Ledger, ListMark, Log, Platform, Vault } from './ports.ts';
import type { Waking } from './wake.ts';

export interface AuditDeps {
  readonly audits: Audits;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly platform: Platform;
  readonly waking: Waking;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Page extends AuditDeps {
  readonly audit: Audit;
  readonly environment: string;
  readonly deadlineMs: number;
}

/** Few, since each may need a call to Mux, and a page that was not finished is made again. */
const RECORDS_PER_PAGE = 50;

/** How far away a slot of the rate limit may be to be waited for within a page. */
const PATIENCE_MS = MINUTE_MS;

export const PASSES: Record<AuditPass, (page: Page) => Promise<AuditPage>> = {
  platform: platformPage,
  records: recordsPage,
  vault: vaultPage,
  uploads: uploadsPage,
};

/** What the platform has: marks the assets it should have, and finds those it should not. */
async function platformPage(page: Page): Promise<AuditPage> {
  const { assets, nextCursor } = await patiently(page, () => page.platform.listAssets(page.audit.cursor));
  const { records, unreadable } = await recordsOf(
    page.ledger,
    assets.map(({ id }) => id),
  );
  const marked = assets.filter(({ id }) => isAwaited(records.get(id)) || unreadable.has(id));
  await sideBySide(marked, ({ id }) => page.audits.markSeen(id, page.audit.id));
  const findings = [...unreadable].map(([id, refusal]) => unreadableRecord(id, refusal));
  let assets_inspected = 0;
  for (const listed of assets) {
    const record = records.get(listed.id);
    if (!record || !isSettled(record, page.audit) || !judgeListed(record, listed, page.clock.nowMs()))
      continue;
    assets_inspected += 1;
    findings.push(...(await stillListed(page, record)));
  }
  const counts = { assets_at_mux: assets.length, assets_inspected };
  return { findings, counts, next: nextCursor ?? undefined };
}

/** A list may lag behind: the asset itself is asked, and then the record once more. */
async function stillListed(page: Page, record: AssetRecord): Promise<readonly Finding[]> {
  const asset = await patiently(page, () => page.platform.inspect(record.asset_id));
  if (!asset) return [];
  const isMasterOpen = asset.master.kind === 'ready' || asset.master.kind === 'preparing';
  const judged = judgeListed(record, { isMasterOpen }, page.clock.nowMs());
  if (!judged) return [];
  // Before anybody is told to delete an asset, the vault is asked whether that is the only copy.
  const finding =
    judged.code === 'STILL_AT_MUX'
      ? mindfulOfArchive(judged, record, await faultsOfArchive(page.vault, record))
      : judged;
  return (await isUnchanged(page.ledger, record)) ? [finding] : [];
}

/** What the ledger says: each archive against the vault, and each asset that should be at the platform. */
async function recordsPage(page: Page): Promise<AuditPage> {
  const list = await page.ledger.list({ cursor: page.audit.cursor, limit: RECORDS_PER_PAGE });
  const settled = list.records.filter((record) => isSettled(record, page.audit));
  const judged = await sideBySide(settled, (record) => compareArchive(page, record));
  const unseen = await sideBySide(settled, (record) => isUnseen(page, record));
  const missed = settled.filter((_, at) => unseen[at]);
  const gone: AssetRecord[] = [];
  for (const record of missed) if (await isGone(page, record)) gone.push(record);
  const counts: Partial<AuditCounts> = {
    records: list.records.length,
    changed_meanwhile: list.records.length - settled.length,
    objects: settled.reduce((sum, { archive }) => sum + (archive ? namedObjects(archive).length : 0), 0),
    assets_inspected: missed.length,
  };
  return {
    findings: [...judged.flat(), ...gone.map(deletedElsewhere)],
    counts,
    next: list.nextCursor ?? undefined,
    // The others are awake anyway, or at rest for good.
    wake: gone.filter(({ status }) => isWaiting(status)),
  };
}

async function compareArchive(page: Page, record: AssetRecord): Promise<readonly Finding[]> {
  const findings = await faultsOfArchive(page.vault, record);
  return findings.length === 0 || (await isUnchanged(page.ledger, record)) ? findings : [];
}

async function faultsOfArchive(vault: Vault, record: AssetRecord): Promise<readonly Finding[]> {
  const looks = new Map<string, Look>();
  for (const { key, version_id } of record.archive ? namedObjects(record.archive) : []) {
    looks.set(key, await look(vault, key, version_id));
  }
  return judgeArchive(record, looks);
}

/** A refusal that concerns one object is a finding; a set-up that is broken stops the audit, or all would look lost. */
async function look(vault: Vault, key: string, versionId: string): Promise<Look> {
  try {
    const head = await vault.head({ key, versionId });
    return head ? { kind: 'there', head } : { kind: 'missing' };
  } catch (error) {
    if (!(error instanceof PermanentError) || error instanceof SetUpError) throw error;
    return { kind: 'refused', message: error.message };
  }
}

async function isUnseen({ audits, audit }: Page, record: AssetRecord): Promise<boolean> {
  return isAwaited(record) && !(await audits.wasSeen(record.asset_id, audit.id));
}

function isAwaited(record: AssetRecord | undefined): boolean {
  return record !== undefined && isAwaitedAtPlatform(record);
}

/** The list did not show it, so it is asked for by id, with a token that is of our environment. */
async function isGone(page: Page, record: AssetRecord): Promise<boolean> {
  if (await patiently(page, () => page.platform.inspect(record.asset_id))) return false;
  await patiently(page, () => confirmEnvironment({ deps: page }));
  return isUnchanged(page.ledger, record);
}

/** What the vault holds, by asset and life. */
async function vaultPage(page: Page): Promise<AuditPage> {
  const after = markOf(page.audit);
  const { versions, next } = await page.vault.listVersions({ prefix: prefixOf(page), after });
  const folders = Map.groupBy(versions, ({ key }) => folderOf(key));
  const read = await recordsOf(
    page.ledger,
    versions.map(({ key }) => parseKey(key)?.assetId),
  );
  // Keys come in order, so that only the page before can have shown objects of the same asset.
  const findings = await unreadableSoFarUnsaid(page, read, after && parseKey(after.key)?.assetId);
  const superseded: ListedVersion[] = [];
  for (const [name, inFolder] of folders) {
    const folder = parseKey(name);
    // What was taken from an asset that stayed: no record needs to know of it.
    if (isSlimKey(name)) continue;
    // What belongs to a record that nobody can read is not without a record.
    if (folder && read.unreadable.has(folder.assetId)) continue;
    const judged = folder
      ? judgeFolder(folder, inFolder, read.records.get(folder.assetId))
      : { findings: [orphaned(undefined, inFolder)], superseded: [] };
    // A folder that the page before ended in was reported there.
    const isNews = after === undefined || folderOf(after.key) !== name;
    findings.push(...judged.findings.filter(({ code }) => code !== 'OBJECT_WITHOUT_RECORD' || isNews));
    superseded.push(...judged.superseded);
  }
  const counts = {
    versions: versions.length,
    superseded: superseded.length,
    superseded_bytes: superseded.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
  return { findings, counts, next: next && JSON.stringify(next) };
}

/** The asset's and life's folder with its slash; a key that is not like ours stands for itself. */
function folderOf(key: string): string {
  const folder = parseKey(key);
  return folder ? archiveFolder(folder) : key;
}

async function uploadsPage(page: Page): Promise<AuditPage> {
  const list = await page.vault.listUnfinished({ prefix: prefixOf(page), after: markOf(page.audit) });
  const read = await recordsOf(
    page.ledger,
    list.uploads.map(({ key }) => parseKey(key)?.assetId),
  );
  const findings = await unreadableSoFarUnsaid(page, read);
  for (const upload of list.uploads) {
    const folder = parseKey(upload.key);
    if (folder && read.unreadable.has(folder.assetId)) continue;
    const record = folder && read.records.get(folder.assetId);
    const finding = judgeUpload(upload, folder, record, page.clock.nowMs());
    if (finding) findings.push(finding);
  }
  return { findings, counts: { uploads: list.uploads.length }, next: list.next && JSON.stringify(list.next) };
}

/** Another environment's archives may lie in the same bucket, with another ledger that knows them. */
function prefixOf({ environment }: Page): string {
  return `${PLATFORM_PREFIX}${environment}/`;
}

function markOf({ cursor }: Audit): ListMark | undefined {
  return cursor === undefined ? undefined : (JSON.parse(cursor) as ListMark);
}

/** Of those whose assets the platform listed, the first pass has told; `told` is one that the page before has. */
async function unreadableSoFarUnsaid(
  { audits, audit }: Page,
  { unreadable }: RecordsRead,
  told?: string,
): Promise<Finding[]> {
  const judged = await sideBySide([...unreadable], async ([id, refusal]) =>
    id === told || (await audits.wasSeen(id, audit.id)) ? [] : [unreadableRecord(id, refusal)],
  );
  return judged.flat();
}

/** A slot that is near is slept for, so that a page under way is not made again for it. */
async function patiently<T>({ clock, deadlineMs }: Page, call: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await call();
    } catch (error) {
      const nowMs = clock.nowMs();
      if (!(error instanceof NotYetError) || error.atMs > Math.min(nowMs + PATIENCE_MS, deadlineMs))
        throw error;
      await clock.sleep(Math.max(error.atMs - nowMs, 0));
    }
  }
}
