// The lineage of a video: what it is now, whichever of its former ids a caller kept, over any number of lives.
import { knows, ownIdOf } from '../domain/pairing.ts';
import { currentPlaybackId, currentTrackId, isPlayable } from '../domain/public-record.ts';
import type { AssetRecord } from '../domain/record.ts';
import { findRecord } from './notice.ts';
import type { Ledger } from './ports.ts';

type Reading = Pick<Ledger, 'get' | 'resolveAlias'>;

/** The record of the asset that the video is now: callers may have kept the id of any asset it was before. */
export async function lastOfLineage(
  ledger: Ledger,
  assetId: string,
  isAbout: (successor: AssetRecord) => boolean = () => true,
): Promise<AssetRecord | undefined> {
  const own = await findRecord(ledger, assetId);
  return own && (await successorsOf(ledger, own, isAbout)).at(-1);
}

/**
 * The records of all assets that the video was, the oldest first; undefined when nobody asked to delete it. An asset
 * that was restored anew from its ancestor's archive leads to what it became, though its own record does not.
 */
export async function lineageOf(ledger: Ledger, assetId: string): Promise<Chain | undefined> {
  const own = await findRecord(ledger, assetId);
  if (!own) return undefined;
  const ancestors = await ancestorsOf(ledger, own);
  const [oldest = own] = ancestors;
  return { records: await successorsOf(ledger, oldest), asked: own, ancestors };
}

export interface Chain {
  /** The oldest first, the one that says where the video is now last. */
  readonly records: readonly AssetRecord[];
  /** Of the asset that was asked for, or of the one it was restored from. */
  readonly asked: AssetRecord;
  /** Of `asked`, the oldest first. */
  readonly ancestors: readonly AssetRecord[];
}

async function ancestorsOf(ledger: Reading, own: AssetRecord): Promise<readonly AssetRecord[]> {
  const seen = new Set([own.asset_id]);
  const ancestors: AssetRecord[] = [];
  let origin = await originOf(ledger, own);
  // A ledger that was mended by hand may lead round in a circle.
  while (origin && !seen.has(origin.asset_id)) {
    seen.add(origin.asset_id);
    ancestors.unshift(origin);
    origin = await originOf(ledger, origin);
  }
  return ancestors;
}

async function originOf(
  ledger: Reading,
  { asset_id, restored_from }: AssetRecord,
): Promise<AssetRecord | undefined> {
  const origin = restored_from ?? (await ledger.resolveAlias('asset', asset_id));
  return origin === undefined ? undefined : ledger.get(origin);
}

async function successorsOf(
  ledger: Reading,
  oldest: AssetRecord,
  isAbout: (successor: AssetRecord) => boolean = () => true,
): Promise<readonly AssetRecord[]> {
  const seen = new Set([oldest.asset_id]);
  const records = [oldest];
  let nextId = oldest.current_asset_id;
  while (nextId !== undefined && !seen.has(nextId)) {
    seen.add(nextId);
    const next = await ledger.get(nextId);
    if (!next || !isAbout(next)) break;
    records.push(next);
    nextId = next.current_asset_id;
  }
  return records;
}

/**
 * Of each record the records of what its asset was restored as, if somebody asked to delete that one too, the oldest
 * first; of most there are none. One read of many for each life.
 */
export async function laterLives(
  ledger: Pick<Ledger, 'getMany'>,
  records: readonly AssetRecord[],
): Promise<ReadonlyMap<string, readonly AssetRecord[]>> {
  const lives = new Map<string, readonly AssetRecord[]>();
  let open = records.map((first) => ({ first, last: first }));
  while (open.some(({ last }) => restoredAs(last) !== undefined)) {
    const read = await ledger.getMany(open.flatMap(({ last }) => restoredAs(last) ?? []));
    const byId = new Map(read.map((record) => [record.asset_id, record]));
    open = open.flatMap(({ first, last }) => {
      const next = byId.get(restoredAs(last) ?? '');
      const before = lives.get(first.asset_id) ?? [];
      // A ledger that was mended by hand may lead round in a circle.
      if (!next || [first, ...before].some(({ asset_id }) => asset_id === next.asset_id)) return [];
      lives.set(first.asset_id, [...before, next]);
      return [{ first, last: next }];
    });
  }
  return lives;
}

function restoredAs({ status, current_asset_id }: AssetRecord): string | undefined {
  return status === 'restored' ? current_asset_id : undefined;
}

/** What stands now in place of an id, through all restores. */
export interface Followed {
  readonly records: readonly AssetRecord[];
  readonly currentId: string | undefined;
  /** The asset whose archive has the captions of this track, newest first, and under which track id. */
  readonly archivedAs?: { readonly assetId: string; readonly trackId: string };
}

/** What plays now in place of `playbackId`; undefined when nobody asked to delete it. */
export function followPlaybackId(ledger: Ledger, playbackId: string): Promise<Followed | undefined> {
  return follow(ledger, 'playback', playbackId);
}

/** What is now in place of a text or audio track; undefined when nobody asked to delete its asset. */
export function followTrack(ledger: Ledger, trackId: string): Promise<Followed | undefined> {
  return follow(ledger, 'track', trackId);
}

const CURRENT = { playback: currentPlaybackId, track: currentTrackId };

async function follow(ledger: Ledger, kind: keyof typeof CURRENT, id: string): Promise<Followed | undefined> {
  const assetId = await ledger.resolveAlias(kind, id);
  const chain = assetId === undefined ? undefined : await lineageOf(ledger, assetId);
  if (!chain) return undefined;
  return followThrough(kind, chain.records, id);
}

/** `records`: of all assets that the video was, the oldest first. */
export function followThrough(
  kind: keyof typeof CURRENT,
  records: readonly AssetRecord[],
  id: string,
): Followed {
  let currentId: string | undefined;
  let nextId: string | undefined = id;
  let archivedAs: Followed['archivedAs'];
  for (const record of records) {
    // Those before the id came into being do not know it.
    if (nextId === undefined || !knows(kind, record, nextId)) continue;
    const trackId = ownIdOf(kind, record, nextId);
    const isKept = record.archive?.captions.some(({ track_id }) => track_id === trackId) === true;
    if (isKept && trackId !== undefined) archivedAs = { assetId: record.asset_id, trackId };
    currentId = CURRENT[kind](record, nextId);
    nextId = currentId;
  }
  const last = records.at(-1);
  // An asset that was gone before anybody had read it has a record that knows none of its ids.
  const isGone = last === undefined || !isPlayable(last);
  return { records, currentId: isGone ? undefined : currentId, archivedAs };
}
