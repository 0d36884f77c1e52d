// The simulation's own view of what is true and what was promised, and the invariants held against it after every
// effect and at the end. It believes nothing that the code under test has written down about itself.
import type { Verb } from '../../lambdas/adapters/governor.ts';
import { parseKey } from '../../lambdas/contract/keys.ts';
import type { Purpose } from '../../lambdas/contract/names.ts';
import type { DeletionLimits } from '../../lambdas/domain/brake.ts';
import type { DeleteRequest } from '../../lambdas/domain/decisions-request.ts';
import type {
  Archive,
  AssetRecord,
  HistoryEntry,
  Loss,
  Mode,
  StoredObject,
} from '../../lambdas/domain/record.ts';
import { HOUR_MS, iso, MINUTE_MS } from '../../lambdas/domain/time.ts';
import type { AliasKind, CreateAsset, TransitionEvent } from '../../lambdas/stages/ports.ts';
import type { MemoryPlatform } from '../fakes/platform-memory.ts';
import type { MemoryVault } from '../fakes/vault-memory.ts';
import { SLOWEST_MS } from './invocation.ts';
import { contentOfBytes } from './masters.ts';
import type { Timeline } from './timeline.ts';

/** A proof may be this old when its DELETE goes out: what happened since is not in it. */
const PROOF_MS = MINUTE_MS;

/** What README and docs promise of the governor: the part of the rate that each purpose may use, and its burst. */
const SHARES: Readonly<
  Record<string, { readonly verb: Verb; readonly share: number; readonly burst: number }>
> = {
  'post restore': { verb: 'post', share: 1, burst: 2 },
  'other prepare': { verb: 'other', share: 0.5, burst: 5 },
  'other delete': { verb: 'other', share: 0.2, burst: 5 },
  'other restore': { verb: 'other', share: 0.3, burst: 5 },
};

/** From the last write under the lease to the answer of the last lock, each of which may take seconds. */
const LOCKS_TAKE_MS = 30_000;

/**
 * Whoever read just before the hold on everything was put sends its DELETE within this time: the answer of that read, a
 * write that shows it was not overtaken, and the DELETE itself on their way.
 */
const LAST_LOOK_MS = 4 * SLOWEST_MS + 1_000;

/** What was watched is known after 12 hours, by whole hours; that it was not is believed for a day. */
const KNOWN_WITHIN_MS = 40 * HOUR_MS;

interface Truth {
  /** Every whole file that was ever prepared as this asset's master. */
  readonly contents: Set<string>;
  goneElsewhereAtMs?: number;
  changedAtMs?: number;
  isVaultDamaged: boolean;
  /** The platform once said that it does not have it: it was believed then. */
  isDenied: boolean;
  /** Dates that some call may have put into effect, ms since the epoch. */
  dates: Set<number>;
  /** Since when a user may count on the asset not being deleted, because a call said so. */
  takenBackAtMs?: number;
  /** The last date that an answer named, while nothing but the same request may have come since. */
  promised?: { readonly life: number; readonly dateMs: number };
  heldAtMs?: number;
  heldUntilMs?: number;
  /** When somebody watched it, and whether a call since then may have lifted a hold. */
  readonly watchedAtMs: number[];
  isReleased?: boolean;
  /** Some call said that its losses are no reason to stop. */
  isLossAccepted?: boolean;
  /** All that some call may have asked for. */
  readonly modes: Set<Mode>;
  readonly ends: number[];
  isRevokeWanted?: boolean;
  /** The first DELETE of it that had its effect, or what was believed to be one. */
  deletedAtMs?: number;
}

/** An order that was given, or may have been. */
interface Order {
  readonly family: string;
  readonly executesAtMs: number;
  isSure: boolean;
  /** Somebody has called for a stop, heard or not. */
  isDoubtful: boolean;
  isStopped: boolean;
}

interface Creation {
  readonly token: string;
  readonly original: string;
}

export interface OracleOptions {
  readonly timeline: Timeline;
  readonly vault: MemoryVault;
  readonly records: () => ReadonlyMap<string, AssetRecord>;
  readonly platform: () => MemoryPlatform;
  /** The asset that another id leads to, as the ledger has it now. */
  readonly alias: (kind: AliasKind, id: string) => Promise<string | undefined>;
  /** The most by which two clocks differ. */
  readonly skewMs: number;
  readonly minNoticeMs: number;
  readonly limits: DeletionLimits;
  readonly isDryRun: boolean;
  readonly areLossesHeld: boolean;
  /** The bus hears of each deletion beforehand. */
  readonly isForetold: boolean;
  readonly areWatchedHeld: boolean;
  readonly retentionMs: number | undefined;
  /** How long what is deleted is locked; absent: it is not. */
  readonly lockMs: number | undefined;
  /** Body of a caption track, by its id. */
  readonly captions: ReadonlyMap<string, string>;
}

export type Oracle = ReturnType<typeof createOracle>;

export function createOracle(options: OracleOptions) {
  const { timeline, vault, skewMs } = options;
  const violations: string[] = [];
  const truths = new Map<string, Truth>();
  const creations = new Map<string, Creation>();
  const arrivals = new Map<string, number[]>();
  const published = new Map<
    string,
    { readonly atMs: number; readonly losses: readonly Loss[]; readonly version: number }[]
  >();
  const foretold = new Map<
    string,
    { readonly atMs: number; readonly date: string; readonly life: number }[]
  >();
  const restoredAs = new Map<string, string>();
  const lives = { archived: 0, deleted: 0, restored: 0, cancelled: 0, failed: 0 };
  const deletions: { readonly atMs: number; readonly userId: string }[] = [];
  const orders = new Map<string, Order>();
  let allHeldAtMs: number | undefined;

  const violated = (law: number, what: string) => violations.push(`[${law}] ${iso(timeline.nowMs)} ${what}`);

  function truthOf(assetId: string): Truth {
    const known = truths.get(assetId);
    if (known) return known;
    const truth: Truth = {
      contents: new Set(),
      isVaultDamaged: false,
      isDenied: false,
      dates: new Set(),
      watchedAtMs: [],
      modes: new Set(),
      ends: [],
    };
    truths.set(assetId, truth);
    return truth;
  }

  /** The first asset that a video was. */
  function familyOf(assetId: string): string {
    const made = creations.get(assetId);
    return made ? familyOf(made.original) : assetId;
  }

  /** 8. What is removed for good is removed because somebody ordered it, nobody stopped it, and it is time. */
  function orderFault(assetId: string): string | undefined {
    const ofFamily = [...orders.values()].filter(({ family }) => family === familyOf(assetId));
    const open = ofFamily.filter(({ isStopped }) => !isStopped);
    if (open.length === 0) return ofFamily.length > 0 ? 'its order was stopped' : 'nobody ordered that';
    const earliestMs = Math.min(...open.map(({ executesAtMs }) => executesAtMs));
    return timeline.nowMs + skewMs < earliestMs ? `its time is ${iso(earliestMs)}` : undefined;
  }

  /** 8. An archive ends when somebody named a date for it, or the stack's retention is over, and nothing plays of it. */
  function endFault(assetId: string): string | undefined {
    const family = [...truths].filter(([id]) => familyOf(id) === familyOf(assetId));
    const ends = family.flatMap(([, { ends, deletedAtMs, goneElsewhereAtMs }]) => {
      const goneAtMs = deletedAtMs ?? goneElsewhereAtMs;
      const byRetention = options.retentionMs !== undefined && goneAtMs !== undefined;
      return byRetention ? [...ends, goneAtMs + options.retentionMs] : ends;
    });
    if (ends.length === 0) return 'nobody said that it ends';
    const earliestMs = Math.min(...ends);
    if (timeline.nowMs + skewMs < earliestMs) return `it ends ${iso(earliestMs)}`;
    const playing = family.find(
      ([id, { isDenied }]) => options.platform().assetIds().includes(id) && !isDenied && isShown(id),
    );
    if (playing) return `${playing[0]} of it is at Mux`;
    const held = family.find(([, { heldAtMs, heldUntilMs = Infinity }]) => {
      return heldAtMs !== undefined && timeline.nowMs + skewMs < heldUntilMs;
    });
    return held && `${held[0]} is held`;
  }

  /** One that users know: the first, or one that a restore published. */
  function isShown(assetId: string): boolean {
    return !creations.has(assetId) || [...restoredAs.values()].includes(assetId);
  }

  function isOrdered(assetId: string): boolean {
    return [...orders.values()].some((order) => order.family === familyOf(assetId) && !order.isStopped);
  }

  /** 1. The vault holds the exact bytes, under the versions that the record names, and all that belongs to them. */
  function vaultFault(record: AssetRecord | undefined): string | undefined {
    const archive = record?.archive;
    if (!record || !archive) return 'there is no archive';
    const fault = masterFault(record.asset_id, archive);
    if (fault) return fault;
    const manifest = versionOf(archive.manifest.key, archive.manifest.version_id);
    if (!manifest) return 'the vault has no manifest';
    const kept = assetIn(manifest.bytes);
    return kept ? assetFault(record, kept) : 'the manifest cannot be read';
  }

  function masterFault(assetId: string, archive: Archive): string | undefined {
    const stored = versionOf(archive.key, archive.version_id);
    if (!stored) return `the vault has no version ${archive.version_id} of ${archive.key}`;
    if (!truthOf(assetId).contents.has(contentOfBytes(stored.bytes))) return 'the vault holds other bytes';
    return stored.head.storageClass === archive.storage_class ? undefined : 'the class is another';
  }

  function assetIn(manifest: Uint8Array): Record<string, unknown> | undefined {
    try {
      return JSON.parse(new TextDecoder().decode(manifest)).asset;
    } catch {
      return undefined;
    }
  }

  /** The manifest tells of the asset as it is at the platform, but for the last minute, and every caption is there. */
  function assetFault(record: AssetRecord, kept: Record<string, unknown>): string | undefined {
    const { asset_id, archive } = record;
    const { changedAtMs = 0 } = truthOf(asset_id);
    const now = options.platform().raw(asset_id);
    if (!now || timeline.nowMs - changedAtMs < PROOF_MS + skewMs) return undefined;
    if (kept.passthrough !== now.passthrough) return `the manifest says passthrough ${kept.passthrough}`;
    if (kept.thumbnail_time !== now.thumbnail_time)
      return `the manifest says thumbnail_time ${kept.thumbnail_time}`;
    const imageless = imageFault(record);
    if (imageless) return imageless;
    for (const { id, type } of now.tracks as { id: string; type: string }[]) {
      if (type !== 'text' || isOutOfReach(record, id)) continue;
      const caption = archive?.captions.find(({ track_id }) => track_id === id);
      const stored = caption && versionOf(caption.key, caption.version_id);
      if (!stored || new TextDecoder().decode(stored.bytes) !== options.captions.get(id))
        return `the caption ${id} is not in the vault`;
    }
    return undefined;
  }

  /** Added when nobody could watch the video any more, so that nobody could fetch it; and that was said. */
  function isOutOfReach({ asset_id, losses }: AssetRecord, trackId: string): boolean {
    const isSaid = losses.some(
      ({ code, detail }) => code === 'CAPTION_UNREACHABLE' && detail.includes(`"${trackId}"`),
    );
    return isSaid && truthOf(asset_id).isRevokeWanted === true;
  }

  /** Every image that is listed is there, and a poster that is not was said to be missing. */
  function imageFault({ asset_id, archive, losses }: AssetRecord): string | undefined {
    const images = archive?.sidecars ?? [];
    const missing = images.find(({ name, key, version_id }) => {
      const text = new TextDecoder().decode(versionOf(key, version_id)?.bytes);
      return name === 'storyboard.vtt' ? !/^storyboard.jpg#xywh/m.test(text) : !text.includes(`/${name}`);
    });
    if (missing) return `the image ${missing.name} of ${asset_id} is not in the vault`;
    const hasPoster = images.some(({ name }) => name === 'poster.jpg');
    return hasPoster || losses.some(({ code }) => code === 'POSTER_UNREACHABLE')
      ? undefined
      : 'the poster is not in the vault and nobody was told';
  }

  function versionOf(key: string, versionId: string) {
    return vault.versions.get(key)?.find(({ head }) => head.versionId === versionId);
  }

  function objectsOf(archive: Archive): readonly StoredObject[] {
    return [archive, archive.manifest, ...archive.captions, ...(archive.sidecars ?? [])];
  }

  /** All that an archive names and the vault has. */
  function versionsOf(archive: Archive): readonly string[] {
    return objectsOf(archive).flatMap(({ key, version_id }) =>
      versionOf(key, version_id) ? [version_id] : [],
    );
  }

  /** 1. All of an archive was locked before its asset went, for as long as it is to be. */
  function unlockedFault(archive: Archive, sinceMs: number): string | undefined {
    if (options.lockMs === undefined) return undefined;
    const leastMs = sinceMs + options.lockMs - PROOF_MS - 2 * skewMs;
    const left = versionsOf(archive).find((versionId) => (vault.locks.get(versionId) ?? 0) < leastMs);
    return left && `version ${left} of its archive is not locked until ${iso(leastMs)}`;
  }

  /** 1. What is locked is proved, and its asset goes now, or is gone. */
  function lockFault(record: AssetRecord): string | undefined {
    const { asset_id, status, mode } = record;
    if (mode === 'delete_only') return 'no copy of it is wanted';
    if (status === 'deleting') return vaultFault(record);
    if (status !== 'deleted') return `it is ${status}`;
    const isThere = options.platform().assetIds().includes(asset_id) && !truthOf(asset_id).isDenied;
    return isThere ? 'its asset is still there' : undefined;
  }

  /** When a record that may be locked last named this version. */
  const lockableAtMs = new Map<string, number>();

  function noteLockable(record: AssetRecord): void {
    if (record.status !== 'deleting' || !record.archive || lockFault(record) !== undefined) return;
    for (const versionId of versionsOf(record.archive)) lockableAtMs.set(versionId, timeline.nowMs);
  }

  /** 2. What users were told holds at the moment of the DELETE. */
  function promiseFault(record: AssetRecord): string | undefined {
    const truth = truthOf(record.asset_id);
    const earliestMs = Math.min(...truth.dates);
    if (timeline.nowMs + skewMs < earliestMs) return `its date is ${iso(earliestMs)}`;
    if (truth.takenBackAtMs !== undefined) return `it was taken back at ${iso(truth.takenBackAtMs)}`;
    const { heldAtMs, heldUntilMs = Infinity } = truth;
    if (heldAtMs !== undefined && timeline.nowMs + skewMs < heldUntilMs)
      return `it is held since ${iso(heldAtMs)}`;
    if (allHeldAtMs !== undefined && timeline.nowMs > allHeldAtMs + LAST_LOOK_MS)
      return `all is held since ${iso(allHeldAtMs)}`;
    const isKept = record.mode !== 'delete_only' && !truth.isLossAccepted;
    if (options.areLossesHeld && isKept && hasSecondAudio(record.asset_id))
      return 'nobody has accepted that its second audio track is lost';
    // Whoever had it revoked wanted to keep viewers out, and asks for no look at those who had come before.
    if (options.areWatchedHeld && !truth.isRevokeWanted && wasWatched(record))
      return 'somebody watched it after the request';
    return foretoldFault(record) ?? noticeFault(record);
  }

  /** Long enough ago to be known at the last look, and nobody has lifted a hold. */
  function wasWatched({ asset_id, created_at }: AssetRecord): boolean {
    const { watchedAtMs, isReleased } = truthOf(asset_id);
    const fromMs = Date.parse(created_at) + HOUR_MS;
    return !isReleased && watchedAtMs.some((ms) => ms > fromMs && ms < timeline.nowMs - KNOWN_WITHIN_MS);
  }

  /** The bus heard of this very date, long enough before. */
  function foretoldFault({ asset_id, life, expiration_date }: AssetRecord): string | undefined {
    const latestMs = timeline.nowMs - options.minNoticeMs + 2 * skewMs;
    const isSaid = (foretold.get(asset_id) ?? []).some(
      (each) => each.life === life && each.date === expiration_date && each.atMs <= latestMs,
    );
    return options.isForetold && !isSaid ? `the bus had not heard of ${expiration_date}` : undefined;
  }

  function hasSecondAudio(assetId: string): boolean {
    const tracks = (options.platform().raw(assetId)?.tracks ?? []) as { type: string }[];
    return tracks.filter(({ type }) => type === 'audio').length > 1;
  }

  /** Law 7: every loss was on the bus long enough before. */
  function noticeFault({ asset_id, losses }: AssetRecord): string | undefined {
    const latestMs = timeline.nowMs - options.minNoticeMs + 2 * skewMs;
    const said = (published.get(asset_id) ?? [])
      .filter(({ atMs }) => atMs <= latestMs)
      .flatMap((event) => event.losses);
    const unsaid = losses.find(
      (loss) => !said.some(({ code, attribute }) => code === loss.code && attribute === loss.attribute),
    );
    return (
      unsaid && `its loss ${unsaid.code} ${unsaid.attribute} was not said ${options.minNoticeMs} ms before`
    );
  }

  return {
    violations,
    lives,
    violated,
    truthOf,
    added: (assetId: string) => void truthOf(assetId),
    prepared: (assetId: string, of: string) => void truthOf(assetId).contents.add(of),
    deletedElsewhere: (assetId: string) => {
      truthOf(assetId).goneElsewhereAtMs = timeline.nowMs;
    },
    denied: (assetId: string) => {
      truthOf(assetId).isDenied = true;
      truthOf(assetId).deletedAtMs ??= timeline.nowMs;
    },
    changed: (assetId: string) => {
      truthOf(assetId).changedAtMs = timeline.nowMs;
    },
    arrived(verb: Verb, purpose: Purpose, atMs: number): void {
      const name = `${verb} ${purpose}`;
      arrivals.set(name, [...(arrivals.get(name) ?? []), atMs]);
    },

    /** The DELETE of an asset that somebody asked to delete is about to have its effect. */
    deleting(assetId: string): void {
      const record = options.records().get(assetId);
      const noProof = vaultFault(record);
      if (noProof) violated(1, `${assetId} is deleted although ${noProof}`);
      const unlocked = record?.archive && unlockedFault(record.archive, timeline.nowMs);
      if (unlocked) violated(1, `${assetId} is deleted although ${unlocked}`);
      if (!truthOf(assetId).modes.has('archive_and_delete'))
        violated(2, `${assetId} is deleted although nobody asked for both a copy and a deletion`);
      deletingAny(assetId, record);
    },
    /** The DELETE of an asset of which no copy is wanted. */
    deletingUnkept(assetId: string): void {
      if (!truthOf(assetId).modes.has('delete_only'))
        violated(1, `${assetId} is deleted without a copy and nobody asked for that`);
      deletingAny(assetId, options.records().get(assetId));
    },
    /** A playback id is about to be taken away. */
    revoking(assetId: string): void {
      const truth = truthOf(assetId);
      if (!truth.isRevokeWanted)
        violated(2, `a playback id of ${assetId} is taken away, which nobody asked for`);
      if (options.isDryRun) violated(2, `a playback id of ${assetId} is taken away in a dry run`);
      const fault = vaultFault(options.records().get(assetId));
      if (fault && !truth.isVaultDamaged)
        violated(1, `a playback id of ${assetId} is taken away although ${fault}`);
    },
    /** A call is on its way that wants this. */
    wished(assetId: string, wish: Pick<DeleteRequest, 'mode' | 'playback' | 'archiveUntilMs'>): void {
      const truth = truthOf(assetId);
      const isRequest = !('archiveUntilMs' in wish) || 'mode' in wish || 'playback' in wish;
      if (isRequest) truth.modes.add(wish.mode ?? 'archive_and_delete');
      if (wish.playback === 'revoke') truth.isRevokeWanted = true;
      if (typeof wish.archiveUntilMs === 'number') truth.ends.push(wish.archiveUntilMs);
    },
    /** The DELETE of an asset by an order of erasure. */
    erasing(assetId: string): void {
      const fault = orderFault(assetId);
      if (fault) violated(8, `${assetId} is erased although ${fault}`);
      if (options.isDryRun) violated(2, `${assetId} is erased in a dry run`);
      for (const [id, { heldAtMs, heldUntilMs = Infinity }] of truths) {
        const isHeld = heldAtMs !== undefined && timeline.nowMs + skewMs < heldUntilMs;
        if (isHeld && familyOf(id) === familyOf(assetId))
          violated(2, `${assetId} is erased although ${id} is held since ${iso(heldAtMs)}`);
      }
      if (allHeldAtMs !== undefined && timeline.nowMs > allHeldAtMs + LAST_LOOK_MS)
        violated(2, `${assetId} is erased although all is held since ${iso(allHeldAtMs)}`);
    },
    /** A version is about to be removed from the vault. */
    removing(key: string): void {
      const assetId = /^mux\/[^/]+\/(\w+)\//.exec(key)?.[1] ?? '';
      const fault = orderFault(assetId) && endFault(assetId);
      if (fault) violated(8, `${key} is removed although ${orderFault(assetId)} and ${fault}`);
      if (options.isDryRun) violated(2, `${key} is removed in a dry run`);
    },
    /** A version is about to be locked: nobody can take that back. */
    locking(versionId: string): void {
      if (options.isDryRun) violated(2, `version ${versionId} is locked in a dry run`);
      const named = [...options.records().values()].filter(
        // Also what somebody removes while it is being locked.
        ({ archive }) => archive && objectsOf(archive).some(({ version_id }) => version_id === versionId),
      );
      const faults = named.map((record) => lockFault(record));
      // An order that comes, or sidecars made anew, while the calls are under way: docs/decisions/0038, "What is left of that".
      const isUnderWay = timeline.nowMs <= (lockableAtMs.get(versionId) ?? -1) + LOCKS_TAKE_MS;
      if (!isUnderWay && faults.every((fault) => fault !== undefined))
        violated(1, `version ${versionId} is locked although ${faults[0] ?? 'no record names it'}`);
    },
    orderComes(family: string, id: string, executesAtMs: number): void {
      orders.set(id, { family, executesAtMs, isSure: false, isDoubtful: false, isStopped: false });
    },
    ordered(id: string): void {
      const order = orders.get(id);
      if (order) order.isSure = true;
    },
    /** It may come to be stopped, answered or not. */
    stopComes(id: string): void {
      const order = orders.get(id);
      if (order) order.isDoubtful = true;
    },
    orderStopped(id: string): void {
      const order = orders.get(id);
      if (order) order.isStopped = true;
    },
    /** The DELETE of an asset that a restore made and did not publish. */
    deletingOwn(assetId: string): void {
      if (!creations.has(assetId)) violated(1, `${assetId} is deleted as our own, and we never made it`);
      for (const record of options.records().values()) {
        const isShown = record.status === 'restored' && record.current_asset_id === assetId;
        if (isShown) violated(4, `${assetId} is deleted although ${record.asset_id} was restored as it`);
      }
    },
    /** A create had its effect. */
    created(assetId: string, order: CreateAsset): void {
      const token = new URL(order.masterUrl).searchParams.get('x-icehouse-token') ?? '';
      creations.set(assetId, { token, original: order.like.id });
      // What it is made of is what its own master will be, and no other byte may ever be kept as it.
      for (const content of truthOf(order.like.id).contents) truthOf(assetId).contents.add(content);
    },
    /** The platform has read an input of a create. */
    downloaded(url: string, bytes: Uint8Array): void {
      const { pathname } = new URL(url);
      const original = /^\/mux\/[^/]+\/(\w+)\//.exec(pathname)?.[1] ?? '';
      const isMaster = /\/master\.\w+$/.test(pathname);
      // Sealed unchecked when its asset was gone: it may be less than the whole, and the record says so.
      const isAllThatIsLeft = options.records().get(original)?.archive?.is_unchecked === true;
      if (isMaster && !isAllThatIsLeft && !truthOf(original).contents.has(contentOfBytes(bytes)))
        violated(4, `${original} is restored from other bytes`);
    },

    /** A record was written. */
    saved(before: AssetRecord | undefined, after: AssetRecord): void {
      noteLockable(after);
      const moved = before?.status !== after.status;
      if (moved && after.status in lives) lives[after.status as keyof typeof lives] += 1;
      const last = after.history.at(-1);
      if (moved && (last?.to !== after.status || last.version !== after.version))
        violated(7, `${after.asset_id} became ${after.status} without a word in its history`);
      const rests = ['deleted', 'restored', 'cancelled', 'failed', 'purged'].includes(after.status);
      const isSaid = after.history.every(({ version }) => version <= after.published_version);
      const isKept = after.status === 'archived' && after.mode === 'archive_only';
      if (!((rests || isKept) && isSaid) && after.wake_at === undefined)
        violated(3, `${after.asset_id} is ${after.status} and nobody will wake it`);
      if (/signature=|x-icehouse-token=/.test(JSON.stringify(after)))
        violated(6, `the record of ${after.asset_id} holds a signed URL`);
      if (moved && after.status === 'restored' && before?.status !== 'purging') nowRestored(after);
      const master = after.archive && parseKey(after.archive.key);
      if (master && truthOf(master.assetId).isVaultDamaged) truthOf(after.asset_id).isVaultDamaged = true;
      const isArchivedNow = before?.status === 'archiving' || before?.status === 'requested';
      if (isArchivedNow && after.status === 'archived') nowArchived(after);
    },
    /** The bus was told. */
    published(events: readonly TransitionEvent[]): void {
      for (const { entry, record } of events) {
        const known = published.get(record.asset_id) ?? [];
        known.push({ atMs: timeline.nowMs, losses: record.losses, version: entry.version });
        published.set(record.asset_id, known);
        if (!/^will be deleted on \d{4}-/.test(entry.cause)) continue;
        const said = { atMs: timeline.nowMs, date: record.expiration_date, life: record.life };
        foretold.set(record.asset_id, [...(foretold.get(record.asset_id) ?? []), said]);
      }
    },

    /** A call is on its way that may put this date into effect, or undo what was taken back. */
    asked(assetId: string, dateMs: number, kind: 'request' | 'repeat' | 'date'): void {
      const truth = truthOf(assetId);
      truth.dates.add(dateMs);
      if (kind !== 'date') truth.takenBackAtMs = undefined;
      if (kind !== 'repeat') truth.promised = undefined;
    },
    /** The same request was sent again and answered: a date that was moved since is not moved back by it. */
    repeated({ asset_id, life, expiration_date }: AssetRecord): void {
      const { promised } = truthOf(asset_id);
      if (promised?.life === life && Date.parse(expiration_date) < promised.dateMs)
        violated(
          2,
          `the same request again moved ${asset_id} from ${iso(promised.dateMs)} to ${expiration_date}`,
        );
    },
    /** A call was answered: this is the date, and no other call was on its way. */
    dated({ asset_id, life, expiration_date }: AssetRecord): void {
      const dateMs = Date.parse(expiration_date);
      Object.assign(truthOf(asset_id), { dates: new Set([dateMs]), promised: { life, dateMs } });
    },
    accepted: (assetId: string) => {
      truthOf(assetId).isLossAccepted = true;
    },
    takenBack: (assetId: string) => {
      truthOf(assetId).takenBackAtMs = timeline.nowMs;
    },
    held(assetId: string, untilMs: number | undefined): void {
      Object.assign(truthOf(assetId), { heldAtMs: timeline.nowMs, heldUntilMs: untilMs });
    },
    releasing: (assetId: string) => {
      truthOf(assetId).heldAtMs = undefined;
      truthOf(assetId).isReleased = true;
    },
    watched: (assetId: string) => {
      truthOf(assetId).watchedAtMs.push(timeline.nowMs);
    },
    heldAll: () => {
      allHeldAtMs = timeline.nowMs;
    },
    releasingAll: () => {
      allHeldAtMs = undefined;
    },
    damaged: (assetId: string) => {
      truthOf(assetId).isVaultDamaged = true;
    },

    /** When everything is at rest. */
    conclude(): void {
      for (const record of options.records().values()) concludeRecord(record);
      for (const { family, isSure, isDoubtful } of orders.values())
        if (isSure && !isDoubtful && !options.isDryRun) concludeErasure(family);
      concludeUploads();
      concludeLimits();
    },
    /** 5. Over any window no more calls than rate x window + burst; clocks that differ move both its ends. */
    concludeRates(rates: Readonly<Record<Verb, number>>): void {
      for (const [name, timesMs] of arrivals) {
        const { verb, share, burst } = SHARES[name] ?? { verb: 'other', share: 0, burst: 0 };
        for (const windowMs of [1_000, 60_000, 600_000, 3_600_000]) {
          const most = busiest(timesMs, windowMs);
          const allowed = rates[verb] * share * ((windowMs + 2 * skewMs) / 1_000) + burst + 1;
          if (most > allowed)
            violated(5, `${most} ${name} calls within ${windowMs} ms; ${allowed} are allowed`);
        }
      }
    },
  };

  function deletingAny(assetId: string, record: AssetRecord | undefined): void {
    truthOf(assetId).deletedAtMs ??= timeline.nowMs;
    deletions.push({ atMs: timeline.nowMs, userId: record?.deleted_by_user_id ?? '' });
    if (options.isDryRun) violated(2, `${assetId} is deleted in a dry run`);
    const broken = record && promiseFault(record);
    if (broken) violated(2, `${assetId} is deleted although ${broken}`);
  }

  /** 1. A copy that is said to be proved is. */
  function nowArchived({ asset_id, archive }: AssetRecord): void {
    const fault = archive ? masterFault(asset_id, archive) : 'there is no archive';
    const { isVaultDamaged, isDenied, goneElsewhereAtMs } = truthOf(asset_id);
    const isGone = isDenied || goneElsewhereAtMs !== undefined;
    // Better than nothing for an asset that was gone; that it is not good enough for a DELETE shows when one goes out.
    const isExcused = isVaultDamaged || (isGone && archive?.is_unchecked === true);
    if (fault && !isExcused) violated(1, `${asset_id} is archived although ${fault}`);
  }

  /** 4. One restore publishes one asset. */
  function nowRestored(record: AssetRecord): void {
    const assetId = record.current_asset_id ?? '';
    const token = record.restore?.token ?? '';
    const before = restoredAs.get(token);
    if (before !== undefined && before !== assetId)
      violated(4, `one restore published ${before} and ${assetId}`);
    restoredAs.set(token, assetId);
    if (creations.get(assetId)?.token !== token) violated(4, `${assetId} was not made by this restore`);
    if (options.platform().raw(assetId)?.status !== 'ready')
      violated(4, `${assetId} was published and is not ready`);
    leadsTo('asset', assetId, record.asset_id);
    for (const { id } of record.restore?.new_playback_ids ?? []) leadsTo('playback', id, record.asset_id);
  }

  /** Whoever knows a new id can ask for it from the first moment. */
  function leadsTo(kind: AliasKind, id: string, assetId: string): void {
    void options.alias(kind, id).then((found) => {
      if (found !== assetId) violated(4, `the ${kind} id ${id} leads to ${found}, not to ${assetId}`);
    });
  }

  /** 8. Whatever was ordered and not stopped left nothing. */
  function concludeErasure(family: string): void {
    const ids = [...truths.keys(), ...creations.keys()].filter((id) => familyOf(id) === family);
    for (const id of new Set(ids)) {
      const folder = new RegExp(`^mux/[^/]+/${id}/`);
      if (options.platform().assetIds().includes(id)) violated(8, `${id} was erased and is still there`);
      const left = [...vault.versions].find(([key, versions]) => folder.test(key) && versions.length > 0);
      if (left) violated(8, `${id} was erased and ${left[0]} is still there`);
      const upload = [...vault.uploads.values()].find(({ key }) => folder.test(key));
      if (upload) violated(8, `${id} was erased and an upload of ${upload.key} is still there`);
      const record = options.records().get(id);
      if (!record) continue;
      if (record.status !== 'purged') violated(8, `${id} was erased and is ${record.status}`);
      if (/row-|user-7|changed /.test(JSON.stringify(record)))
        violated(8, `${id} was erased and its record says ${JSON.stringify(record)}`);
    }
  }

  function concludeRecord(record: AssetRecord): void {
    const { asset_id, status } = record;
    if (status === 'purged') {
      const isOver = isOrdered(asset_id) || endFault(asset_id) === undefined;
      if (!isOver)
        violated(8, `${asset_id} is purged although ${orderFault(asset_id)} and ${endFault(asset_id)}`);
      return;
    }
    concludeLock(record);
    if (isOrdered(asset_id)) return;
    const truth = truthOf(asset_id);
    const isAtMux = options.platform().assetIds().includes(asset_id);
    const fault = vaultFault(record);
    const isUnkept = truth.modes.has('delete_only') && record.mode === 'delete_only';
    const isExcused = truth.goneElsewhereAtMs !== undefined || truth.isVaultDamaged || isUnkept;
    const isBack = status === 'restored' && record.current_asset_id !== undefined;
    if (!isAtMux && !isBack && fault && !isExcused)
      violated(1, `${asset_id} is lost: ${status}, and ${fault}`);
    if (status === 'deleted' && isAtMux && !truth.isDenied)
      violated(3, `${asset_id} is said to be deleted and is still there`);
    const isWaiting = status === 'scheduled' || (status === 'archived' && record.mode !== 'archive_only');
    if (isWaiting && !options.isDryRun) violated(3, `${asset_id} is still ${status}`);
    const playable = options.platform().raw(asset_id)?.playback_ids as readonly unknown[] | undefined;
    if (status === 'cancelled' && isAtMux && playable?.length === 0)
      violated(2, `${asset_id} was taken back and nobody can watch it`);
    for (const [assetId, { original, token }] of creations) {
      const isLeft = original === asset_id && options.platform().assetIds().includes(assetId);
      const isKnown = restoredAs.get(token) === assetId;
      if (isLeft && !isKnown && status !== 'failed')
        violated(4, `${assetId} was left behind by a restore of ${asset_id} (${status})`);
    }
    concludeHistory(record);
  }

  /** 1. The only copy of what somebody else deleted is locked too. */
  function concludeLock({ asset_id, status, archive, mode }: AssetRecord): void {
    if (
      status !== 'deleted' ||
      mode === 'delete_only' ||
      !archive ||
      archive.is_unchecked ||
      options.isDryRun
    )
      return;
    const unlocked = unlockedFault(archive, 0);
    if (unlocked) violated(1, `${asset_id} is deleted although ${unlocked}`);
  }

  /** 7. Every transition is in the history and was on the bus. */
  function concludeHistory({ asset_id, history }: AssetRecord): void {
    const said = new Set((published.get(asset_id) ?? []).map(({ version }) => version));
    let last: HistoryEntry | undefined;
    for (const entry of history) {
      if (!said.has(entry.version))
        violated(7, `the bus never heard of ${asset_id} ${entry.from} -> ${entry.to}`);
      if (last && entry.from !== last.to) violated(7, `${asset_id} went from ${last.to} on as ${entry.from}`);
      last = entry;
    }
  }

  /** 2. In no hour and on no day more than the limits; one that was counted just before the hour may arrive just after. */
  function concludeLimits(): void {
    const { perHour, perDay, perUserDay } = options.limits;
    const counts = new Map<string, { most: number; count: number }>();
    for (const { atMs, userId } of deletions) {
      if (atMs % HOUR_MS < LAST_LOOK_MS + skewMs) continue;
      const at = iso(atMs);
      const kinds = [
        { name: `in hour ${at.slice(0, 13)}`, most: perHour },
        { name: `on day ${at.slice(0, 10)}`, most: perDay },
        { name: `on day ${at.slice(0, 10)} for ${userId}`, most: perUserDay },
      ];
      for (const { name, most } of kinds)
        counts.set(name, { most, count: (counts.get(name)?.count ?? 0) + 1 });
    }
    for (const [name, { most, count }] of counts) {
      if (count > most) violated(2, `${count} deletions ${name}; ${most} are allowed`);
    }
  }

  /** 6. An upload is kept for the retry of a failed copy, and by nobody else. */
  function concludeUploads(): void {
    for (const [uploadId, { key }] of vault.uploads) {
      const assetId = /^mux\/[^/]+\/(\w+)\//.exec(key)?.[1] ?? '';
      const record = options.records().get(assetId);
      const isStill = record?.status === 'purging' && options.isDryRun;
      if (record?.status !== 'failed' && !isStill)
        violated(6, `upload ${uploadId} of ${assetId} (${record?.status}) is left`);
    }
  }
}

/** The most of these times that lie within one window. */
function busiest(timesMs: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  const sorted = [...timesMs].sort((a, b) => a - b);
  for (const [last, atMs] of sorted.entries()) {
    while ((sorted[first] ?? atMs) <= atMs - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
