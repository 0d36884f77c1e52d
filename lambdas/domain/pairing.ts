// Which new playback id or track stands in the place of which old one: the platform gives no say in what they are. Pure.
import type { PlatformAsset } from './asset.ts';
import type { AssetRecord, PlaybackId, RestoreState, TrackId } from './record.ts';
import { replacementOf } from './revoked.ts';

/** An id of a restored asset, and the archived asset's that it stands for. */
export interface Successor {
  readonly id: string;
  readonly replaces?: string;
}

/** By policy and position. */
export function pairPlaybackIds(
  old: readonly PlaybackId[] | undefined,
  now: PlatformAsset['playbackIds'],
): RestoreState['new_playback_ids'] {
  const unpaired = [...(old ?? [])];
  return now.map(({ id, policy }) => ({ id, policy, replaces: take(unpaired, (o) => o.policy === policy) }));
}

/** Text and audio tracks: viewers choose among these, and people keep their ids. */
export function trackIds(asset: Pick<PlatformAsset, 'tracks'>): readonly TrackId[] {
  return asset.tracks.flatMap(({ id, type, name, languageCode }) =>
    type === 'video' ? [] : [{ id, type, name, language_code: languageCode }],
  );
}

/** What two tracks must have in common, the closest likeness first; position decides among the equally like. */
const LIKENESSES: readonly ((old: TrackId, now: TrackId) => boolean)[] = [
  (old, now) => old.language_code === now.language_code && old.name === now.name,
  (old, now) => old.language_code === now.language_code,
  // Where one of them does not say its language; German captions never stand for English ones.
  (old, now) => old.language_code === undefined || now.language_code === undefined,
];

/** By type, language, name and position. */
export function pairTracks(
  old: readonly TrackId[] | undefined,
  now: readonly TrackId[],
): NonNullable<RestoreState['new_tracks']> {
  const unpaired = [...(old ?? [])];
  const replaces = new Map<string, string | undefined>();
  for (const isLike of LIKENESSES) {
    for (const track of now) {
      if (replaces.get(track.id) !== undefined) continue;
      replaces.set(
        track.id,
        take(unpaired, (o) => o.type === track.type && isLike(o, track)),
      );
    }
  }
  return now.map((track) => ({ ...track, replaces: replaces.get(track.id) }));
}

function take<T extends { readonly id: string }>(from: T[], fits: (each: T) => boolean): string | undefined {
  const at = from.findIndex(fits);
  return at < 0 ? undefined : from.splice(at, 1)[0]?.id;
}

/** The record's restores before the one under way, that one added if it was published: its asset is gone. */
export function withEarlierRestore(record: AssetRecord): AssetRecord['earlier_restores'] {
  const { restore, earlier_restores: before = [] } = record;
  if (record.status !== 'restored' || !restore?.new_asset_id) return record.earlier_restores;
  const { new_asset_id, new_playback_ids, new_tracks } = restore;
  return [...before, { new_asset_id, restored_at: restoredAt(record), new_playback_ids, new_tracks }];
}

/** When the latest of its restores was published. */
export function restoredAt({ history }: AssetRecord): string | undefined {
  return history.findLast(({ from, to }) => to === 'restored' && from !== to)?.at;
}

type IdKind = 'playback' | 'track';

type NewIds = Pick<RestoreState, 'new_playback_ids' | 'new_tracks'>;

/** What of a record ids are told by: the public record has it too. */
export interface Lineage extends Pick<AssetRecord, 'playback_ids' | 'tracks'> {
  readonly revoked?: readonly { readonly id: string; readonly replaced_by?: string }[];
  readonly restore?: NewIds;
  readonly earlier_restores?: readonly NewIds[];
}

const idsOf = {
  playback: {
    own: (record: Lineage) => record.playback_ids ?? [],
    next: (of: Pick<RestoreState, 'new_playback_ids'>): readonly Successor[] => of.new_playback_ids,
  },
  track: {
    own: (record: Lineage) => record.tracks ?? [],
    next: (of: Pick<RestoreState, 'new_tracks'>): readonly Successor[] => of.new_tracks ?? [],
  },
} as const satisfies Record<IdKind, unknown>;

/** The archived asset's own id that `id` is or stands for; undefined when this record does not know it. */
export function ownIdOf(kind: IdKind, record: Lineage, given: string): string | undefined {
  const id = kind === 'playback' ? replacementOf(record.revoked, given) : given;
  if (idsOf[kind].own(record).some((own) => own.id === id)) return id;
  const next = [...(record.earlier_restores ?? []), ...(record.restore ? [record.restore] : [])];
  return next.flatMap(idsOf[kind].next).find((each) => each.id === id)?.replaces;
}

/** Whether this record can say anything of the id. */
export function knows(kind: IdKind, record: Lineage, id: string): boolean {
  return ownIdOf(kind, record, id) !== undefined || nextOf(kind, record).some((next) => next.id === id);
}

/** Each id that was ever handed out before the last restore, and what stands in its place now: null where nothing does. */
export function successors(kind: IdKind, record: Lineage): Readonly<Record<string, string | null>> {
  const earlier = (record.earlier_restores ?? []).flatMap(idsOf[kind].next);
  const replaced = kind === 'playback' ? (record.revoked ?? []) : [];
  const ids = [...idsOf[kind].own(record), ...earlier, ...replaced].map(({ id }) => id);
  return Object.fromEntries(ids.map((id) => [id, successorOf(kind, record, id) ?? null]));
}

/** What stands in the place of `id` on the asset that the record was restored as. */
export function successorOf(kind: IdKind, record: Lineage, id: string): string | undefined {
  const successors = nextOf(kind, record);
  if (successors.some((next) => next.id === id)) return id;
  const own = ownIdOf(kind, record, id) ?? id;
  return successors.find(({ replaces }) => replaces === own)?.id;
}

function nextOf(kind: IdKind, { restore }: Lineage): readonly Successor[] {
  return restore ? idsOf[kind].next(restore) : [];
}
