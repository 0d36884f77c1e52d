// The map of ids of a group: every playback id that its videos ever had, and what plays in its place now. Each as
// GET /v1/playback-ids answers it, over any number of lives, by bounded stretches.
import { successors } from '../domain/pairing.ts';
import { currentAssetId, isPlayable } from '../domain/public-record.ts';
import { type AssetRecord, STATUSES } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { type Reason, reasonOfId } from '../domain/whereabouts.ts';
import { decodePlace, encodePlace, nextPlace, type Place } from './group-cursor.ts';
import { followThrough, lineageOf } from './lineage.ts';
import type { Clock, Ledger } from './ports.ts';
import { sideBySide } from './side-by-side.ts';

export interface MapDeps {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** On the wire: one row for each playback id. */
export interface MapRow {
  readonly external_id?: string;
  readonly title?: string;
  /** The first asset of the video that is in the group. */
  readonly asset_id: string;
  readonly current_asset_id: string | null;
  readonly playback_id: string;
  /** What plays in its place: itself where nothing has changed; null while nothing does. */
  readonly current_playback_id: string | null;
  readonly reason: Reason;
  readonly playable: boolean;
}

export interface GroupMap {
  readonly data: readonly MapRow[];
  readonly next_cursor: string | null;
}

const SIDE_BY_SIDE = 10;
const READING_MS = 15_000;

/**
 * A stretch of so many records. Undefined when the group has none at all. A video that moves on between two stretches
 * may be in both: the later row of an id holds. Throws PermanentError INVALID_CURSOR.
 */
export async function mapGroup(
  { ledger, clock }: MapDeps,
  groupId: string,
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
): Promise<GroupMap | undefined> {
  const scope = `map#${groupId}`;
  const begun = iso(clock.nowMs());
  let place: Place | undefined =
    cursor === undefined ? { status: STATUSES[0], begun } : decodePlace(scope, cursor);
  const untilMs = clock.nowMs() + READING_MS;
  const rows = new Map<string, MapRow>();
  let read = 0;
  while (place && read < limit && clock.nowMs() < untilMs) {
    const { status, after }: Place = place;
    const page = await ledger.list({ groupId, status, limit: limit - read, cursor: after });
    read += page.records.length;
    const found = await sideBySide(page.records, SIDE_BY_SIDE, (each) => rowsOf(ledger, groupId, each));
    for (const row of found.flat()) rows.set(row.playback_id, row);
    place = page.nextCursor === null ? nextPlace(place) : { ...place, after: page.nextCursor };
  }
  if (read === 0 && cursor === undefined && !place) return undefined;
  return { data: [...rows.values()], next_cursor: place ? encodePlace(scope, place) : null };
}

/** Of the whole video, with the first of its records that is in the group; of the later ones nothing is left to say. */
async function rowsOf(ledger: Ledger, groupId: string, record: AssetRecord): Promise<readonly MapRow[]> {
  const lives = (await lineageOf(ledger, record.asset_id))?.records ?? [record];
  const at = lives.findIndex(({ group_id }) => group_id === groupId);
  const isOfLine = lives.some(({ asset_id }) => asset_id === record.asset_id);
  if (isOfLine && lives[at]?.asset_id !== record.asset_id) return [];
  // An asset whose ancestor was restored anew is in the line no more; what became of its ids the others know.
  const owners = isOfLine ? lives.slice(at) : [record];
  const ids = new Set(owners.flatMap((each) => Object.keys(successors('playback', each))));
  return [...ids].map((id) => rowOf(record, lives, id));
}

function rowOf(first: AssetRecord, lives: readonly AssetRecord[], id: string): MapRow {
  const { currentId } = followThrough('playback', lives, id);
  const last = lives.at(-1) ?? first;
  return {
    external_id: lives.findLast(({ external_id }) => external_id !== undefined)?.external_id,
    title: lives.findLast(({ title }) => title !== undefined)?.title,
    asset_id: first.asset_id,
    current_asset_id: currentAssetId(last) ?? null,
    playback_id: id,
    current_playback_id: currentId ?? null,
    reason: reasonOfId(lives, currentId),
    playable: isPlayable(last),
  };
}
