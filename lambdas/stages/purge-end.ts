// How a purge ends: tombstones where an erasure was ordered, records without an archive where that had its time; and the
// file of the order, which outlives both.
import { resume } from '../domain/lifecycle.ts';
import { assetsOf } from '../domain/lineage-ids.ts';
import { tombstone, withoutArchive } from '../domain/purge.ts';
import type { AssetRecord, PurgeState } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import type { Next, Work } from './stage.ts';

/** The order as it stands, for those who ask by its id. */
export async function keepFile(
  work: Work,
  records: readonly AssetRecord[],
  done?: Pick<PurgeState, 'done_at' | 'removed'>,
): Promise<void> {
  const { purge } = work.record;
  if (!purge?.order) return;
  // Whoever was stopped in this moment ends here, and leaves the file alone.
  await work.renew();
  const asset_ids = [...new Set(records.flatMap(assetsOf))];
  await work.deps.erasures.put({ ...purge.order, ...done, asset_ids });
}

/** The leader comes last: until then everything is looked at once more. */
export async function finishPurge(work: Work, records: readonly AssetRecord[]): Promise<Next> {
  const { purge, asset_id } = work.record;
  if (!purge) throw new Error(`${asset_id} leads no purge.`);
  const others = records.filter((each) => each.asset_id !== asset_id);
  return purge.order ? endErasure(work, purge, others) : endOfArchive(work, purge, others);
}

async function endErasure(work: Work, purge: PurgeState, others: readonly AssetRecord[]): Promise<Next> {
  const { ledger } = work.deps;
  const all = [work.record, ...others];
  await dropNames(work, all);
  // Children first: what is still to be found is found through those before it.
  for (const { asset_id } of others.toReversed()) {
    const member = await ledger.get(asset_id);
    if (member?.status === 'purging' && member.purge)
      await ledger.save(tombstone(member, { ...member.purge, removed: undefined }, work.nowMs));
  }
  const { removed } = purge;
  await keepFile(work, all, { done_at: iso(work.nowMs), removed });
  await work.store((record) => tombstone(record, { ...purge, trail_mark: undefined }, work.nowMs));
  // Its last word is told by the next invocation, which then finds it at rest.
  return { kind: 'wait', untilMs: work.nowMs, waitingFor: 'the bus', set: { waiting_for: undefined } };
}

/** Customers' own ids of a video lead to it by an item each. One that another video has by now is that one's. */
async function dropNames({ deps: { ledger } }: Work, records: readonly AssetRecord[]): Promise<void> {
  const ours = new Set(records.flatMap(assetsOf));
  const names = records.flatMap(({ external_id, former_external_ids = [] }) => [
    ...(external_id === undefined ? [] : [external_id]),
    ...former_external_ids,
  ]);
  for (const name of new Set(names)) {
    const owner = await ledger.resolveAlias('external', name);
    if (owner !== undefined && ours.has(owner)) await ledger.dropAlias('external', name);
  }
}

async function endOfArchive(work: Work, purge: PurgeState, others: readonly AssetRecord[]): Promise<Next> {
  const { ledger } = work.deps;
  const cause = 'its archive has come to its end';
  for (const { asset_id } of others) {
    const member = await ledger.get(asset_id);
    if (member?.status !== 'purging') continue;
    const set = withoutArchive(member);
    await ledger.save(resume(member, { atMs: work.nowMs, cause, actor: 'icehouse', set }));
  }
  const set = { ...withoutArchive(work.record), purge: { ...purge, done_at: iso(work.nowMs) } };
  return { kind: 'move', to: 'purged', cause, set };
}
