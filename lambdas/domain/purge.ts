// How the records of a lineage come to stand still for its purge, how they go on if the order is stopped, and what is left
// of them if it is not. Pure.
import { type Caller, change, type Decision, refuse } from './decisions.ts';
import { type Change, move, resume } from './lifecycle.ts';
import type { AssetRecord, ErasureOrder, PurgeState, Removed } from './record.ts';
import { iso } from './time.ts';

export const NOTHING_REMOVED: Removed = { assets: [], versions: 0, bytes: 0, uploads: 0, trail_entries: 0 };

type Given = Pick<PurgeState, 'led_by' | 'order' | 'executes_at'>;

/** The record stopped in its tracks: whoever is at work on it finds out with its next write. */
export function standStill(record: AssetRecord, given: Given, why: Change): AssetRecord {
  const { status: from, failure, purge: before } = record;
  const purge: PurgeState = { ...given, from, failure, before, marked_at: iso(why.atMs) };
  const woken = { wake_at: iso(why.atMs), wake_lane: 'step' as const, leased_until: undefined };
  return move(record, 'purging', { ...why, set: { ...why.set, ...woken, purge } });
}

/** `root`: the oldest record of the lineage, which will lead. */
export function orderErasure(root: AssetRecord, order: ErasureOrder, caller: Caller): Decision {
  if (root.status === 'purging') return refuseUnderWay(root);
  if (root.status === 'purged' && root.purge?.order) {
    return refuse({
      status: 409,
      code: 'ALREADY_ERASED',
      detail: `Asset ${root.asset_id} was erased ${root.purge.done_at ?? ''} by order ${root.purge.order.id}.`,
      action: `GET /v1/erasures/${root.purge.order.id} has the certificate.`,
    });
  }
  const why = change(caller, `erasure ordered: ${order.legal_basis}`);
  const record = standStill(root, { order, executes_at: order.executes_at }, why);
  return { kind: 'write', status: 202, record };
}

function refuseUnderWay({ asset_id, purge }: AssetRecord): Decision {
  const why = purge?.order
    ? `by order ${purge.order.id}, from ${purge.executes_at} on`
    : 'because its archive has come to its end';
  return refuse({
    status: 409,
    code: 'BEING_PURGED',
    detail: `The video of asset ${asset_id} is being removed already ${why}.`,
    action: purge?.order
      ? `GET /v1/erasures/${purge.order.id} tells how far it is.`
      : 'Order it again when that is over: the personal data on its records stays until then.',
  });
}

export function stopErasure(leader: AssetRecord, caller: Caller, reason?: string): Decision {
  const { asset_id, status, purge } = leader;
  if (!purge?.order || (status !== 'purging' && status !== 'purged')) {
    return refuse({
      status: 409,
      code: 'NO_ERASURE_TO_STOP',
      detail: `Nothing is about to be erased of asset ${asset_id} (${status}).`,
      action: 'Look at the order: it was stopped before.',
    });
  }
  if (purge.begun_at || status === 'purged') {
    return refuse({
      status: 409,
      code: 'TOO_LATE_TO_STOP',
      detail: `Order ${purge.order.id} has begun to erase asset ${asset_id} at ${purge.begun_at}.`,
      action: 'Only the original file can bring the video back.',
    });
  }
  const cause = `erasure stopped${reason ? `: ${reason}` : ''}`;
  return { kind: 'write', status: 200, record: resume(leader, change(caller, cause)) };
}

/** In the place of whoever had it deleted. */
export const ERASED = 'erased';

/**
 * What an erasure leaves of a record: ids of the platform, times, and the order. Everything that a person wrote or is
 * named by is gone, the history too.
 */
export function tombstone(record: AssetRecord, purge: PurgeState, atMs: number): AssetRecord {
  const { asset_id, life, version, schema, created_at, expiration_date, deleted_at } = record;
  const { environment, restored_from, current_asset_id } = record;
  const moved = move(record, 'purged', { atMs, cause: 'erased', actor: 'icehouse' });
  return {
    asset_id,
    life,
    version,
    schema,
    status: 'purged',
    created_at,
    updated_at: moved.updated_at,
    deleted_by_user_id: ERASED,
    expiration_date,
    asked: {},
    deleted_at,
    environment,
    restored_from,
    current_asset_id,
    attempts: 0,
    losses: [],
    warnings: [],
    purge: { ...purge, failure: undefined, before: undefined, done_at: iso(atMs) },
    history: moved.history.slice(-1),
    published_version: version,
    wake_at: iso(atMs),
    wake_lane: 'step',
  };
}

/** The archive is no more; of the record itself nothing is lost. */
export function withoutArchive(record: AssetRecord): Partial<AssetRecord> {
  const warning = 'The archive has come to its end: the vault holds nothing of this video any more.';
  const warnings = [...new Set([...record.warnings, warning])];
  return { archive: undefined, upload: undefined, progress: undefined, warnings };
}
