// An order of erasure for people: where it stands, by its leading record as long as that knows it, else by what was kept of
// it. Pure.
import { assetsOf } from './lineage-ids.ts';
import type { AssetRecord, ErasureOrder, PurgeState, Removed } from './record.ts';

/** As it is kept beside the records. */
export interface KeptErasure extends ErasureOrder {
  readonly stopped?: { readonly at: string; readonly user_id: string; readonly reason?: string };
  readonly done_at?: string;
  readonly removed?: Removed;
  readonly asset_ids?: readonly string[];
}

export type ErasureState =
  /** Nothing is removed before `executes_at`. */
  | 'waiting'
  /** It is time, and something keeps it: `waiting_for`. */
  | 'held'
  | 'erasing'
  /** An Object Lock keeps S3 from deleting what is left, until `blocked_until`. */
  | 'blocked'
  | 'done'
  | 'stopped';

export type ErasureView = ReturnType<typeof viewErasure>;

/** `leader`: the record of `root_asset_id` as it is now. */
export function viewErasure(kept: KeptErasure, leader: AssetRecord | undefined, nowMs: number) {
  const purge = purgeOf(kept, leader);
  const state = stateOf(kept, leader, nowMs);
  const isOpen = state === 'waiting' || state === 'held' || state === 'erasing' || state === 'blocked';
  return {
    erasure_id: kept.id,
    state,
    summary: SENTENCES[state](kept, leader),
    asset_id: kept.asset_id,
    root_asset_id: kept.root_asset_id,
    asset_ids: kept.asset_ids ?? [kept.root_asset_id],
    requested_by: kept.requested_by,
    legal_basis: kept.legal_basis,
    principal: kept.principal,
    request_id: kept.request_id,
    ordered_at: kept.ordered_at,
    executes_at: kept.executes_at,
    can_be_stopped: isOpen && purge?.begun_at === undefined,
    waiting_for: isOpen ? leader?.waiting_for : undefined,
    blocked_until: isOpen ? purge?.blocked_until : undefined,
    begun_at: purge?.begun_at,
    done_at: state === 'done' ? (purge?.done_at ?? kept.done_at) : undefined,
    stopped: kept.stopped,
    removed: purge?.removed ?? kept.removed,
  };
}

/** Undefined when the record does not, or no longer, stand still for this very order. */
export function purgeOf({ id }: KeptErasure, leader: AssetRecord | undefined): PurgeState | undefined {
  return leader?.purge?.order?.id === id ? leader.purge : undefined;
}

/** An order that no record knows and that was not done can only have been stopped, whether or not that was written down. */
function stateOf(kept: KeptErasure, leader: AssetRecord | undefined, nowMs: number): ErasureState {
  const purge = purgeOf(kept, leader);
  if (!purge) return kept.done_at ? 'done' : 'stopped';
  if (leader?.status === 'purged') return 'done';
  if (purge.blocked_until) return 'blocked';
  if (purge.begun_at) return 'erasing';
  const isTime = Date.parse(purge.executes_at) <= nowMs;
  return isTime && leader?.waiting_for && leader.waiting_for !== ITS_TIME ? 'held' : 'waiting';
}

/** What an order waits for that nothing keeps: its date, and the end of whoever was at work on the video. */
export const ITS_TIME = 'its time';

const SENTENCES: Record<ErasureState, (kept: KeptErasure, leader: AssetRecord | undefined) => string> = {
  waiting: ({ executes_at }) =>
    `Everything stands still; nothing is removed before ${time(executes_at)}, and until it begins the order can be stopped.`,
  held: (_, leader) => `It is time, but it waits for ${leader?.waiting_for}; it can still be stopped.`,
  erasing: (_, leader) =>
    `Being erased: nothing stops it any more${leader?.waiting_for ? `; goes on after ${leader.waiting_for}` : ''}.`,
  blocked: (_, leader) =>
    `An Object Lock keeps S3 from deleting what is left until ${time(leader?.purge?.blocked_until)}; the rest is gone, and it goes on by itself then.`,
  done: (kept, leader) =>
    `Erased ${time(purgeOf(kept, leader)?.done_at ?? kept.done_at)}; what runs out later is named with its date.`,
  stopped: ({ stopped }) =>
    stopped
      ? `Stopped by ${stopped.user_id} ${time(stopped.at)}; nothing was removed.`
      : 'Stopped; nothing was removed.',
};

function time(isoTime: string | undefined): string {
  return isoTime ? `${isoTime.slice(0, 16).replace('T', ' ')} UTC` : 'a time not known';
}

/** Every asset that the records are about, or that a restore of one made; the oldest first. */
export function assetIdsOf(records: readonly AssetRecord[]): readonly string[] {
  return [...new Set([...records.map(({ asset_id }) => asset_id), ...records.flatMap(assetsOf)])];
}
