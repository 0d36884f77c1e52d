// A request that had its playback ids taken away was taken back: the asset gets as many again. The platform makes new
// ones and knows no idempotency, so what the asset has already is taken first: an answer may have been lost.
import type { PlatformAsset } from '../domain/asset.ts';
import { NotYetError, PermanentError } from '../domain/failures.ts';
import type { AssetRecord, PlaybackId, RevokedPlaybackId } from '../domain/record.ts';
import { PLAYS_UNDER_NEW_IDS, replaced, unknownIds, unreplaced } from '../domain/revoked.ts';
import { confirmEnvironment } from './gone.ts';
import type { Work } from './stage.ts';

/** Undefined when all is done that can be; else when to look again, ms since the epoch. */
export async function replacePlayback(work: Work): Promise<number | undefined> {
  if (unreplaced(work.record.revoked).length === 0) return undefined;
  const asset = await work.deps.platform.inspect(work.record.asset_id);
  if (!asset) {
    await confirmEnvironment(work);
    return undefined;
  }
  const live = new Set(asset.playbackIds.map(({ id }) => id));
  const quietAtMs = revokingEndsMs(work);
  if (work.nowMs >= quietAtMs) await letStay(work, live);
  const adoptable = [...unknownIds(work.record, asset)];
  for (const gone of unreplaced(work.record.revoked)) {
    if (work.nowMs >= work.deadlineMs) throw new NotYetError(work.nowMs, 'the rest of its playback ids');
    if (!live.has(gone.id)) await replace(work, gone, adoptable);
  }
  return unreplaced(work.record.revoked).some(({ id }) => live.has(id)) ? quietAtMs : undefined;
}

/** Whoever was taking ids away when the request was taken back may still have one DELETE on its way; a lease later nobody has. */
function revokingEndsMs({ record: { history }, deps: { settings } }: Work): number {
  const takenBack = history.findLast(({ from, to }) => to === 'cancelled' && from !== to);
  return takenBack ? Date.parse(takenBack.at) + settings.leaseMs : 0;
}

/** Those that were about to be taken away and never were. */
export async function letStay(work: Work, live: ReadonlySet<string>): Promise<void> {
  const { revoked = [], warnings } = work.record;
  const left = revoked.filter(({ id, replaced_by }) => replaced_by !== undefined || !live.has(id));
  if (left.length === revoked.length) return;
  if (left.length > 0) return work.renew({ revoked: left });
  await work.renew({ revoked: undefined, warnings: warnings.filter((text) => text !== PLAYS_UNDER_NEW_IDS) });
}

type Adoptable = PlatformAsset['playbackIds'][number][];

async function replace(work: Work, gone: RevokedPlaybackId, adoptable: Adoptable): Promise<void> {
  // Whoever was overtaken ends here, before there is one id more.
  await work.renew();
  const now = adopt(gone, adoptable) ?? (await create(work, gone));
  if (!now) return;
  // The alias comes first: a lookup by the new id must answer as soon as anybody can know that id.
  await work.deps.ledger.putAlias('playback', now.id, work.record.asset_id);
  await work.tell(`plays under ${now.id} in place of ${gone.id}`, (record) => ({
    ...replaced(record, gone.id, now),
    warnings: without(record, gone.id),
  }));
}

/** The platform lists them as they were made. */
function adopt(gone: RevokedPlaybackId, adoptable: Adoptable): PlaybackId | undefined {
  const at = adoptable.findIndex(
    ({ policy, drmConfigurationId }) =>
      policy === gone.policy && drmConfigurationId === gone.drm_configuration_id,
  );
  const [found] = at < 0 ? [] : adoptable.splice(at, 1);
  return found && { id: found.id, policy: found.policy };
}

/** Undefined when the platform does not make one: a person is told, and the other ids play. */
async function create(work: Work, gone: RevokedPlaybackId): Promise<PlaybackId | undefined> {
  const { asset_id } = work.record;
  const { id, policy, drm_configuration_id } = gone;
  try {
    return await work.deps.platform.createPlaybackId(asset_id, policy, drm_configuration_id);
  } catch (error) {
    if (!(error instanceof PermanentError && error.code === 'MUX_REFUSED')) throw error;
    const warning = `${refusalOf(id)} Mux makes no ${policy} playback id in its place: ${error.message} Make one at Mux by hand, and give it to the pages that embed the old one.`;
    await work.renew({ warnings: [...without(work.record, id), warning] });
    return undefined;
  }
}

function refusalOf(playbackId: string): string {
  return `PLAYBACK_NOT_REPLACED: ${playbackId} was taken away and does not play again.`;
}

function without({ warnings }: AssetRecord, playbackId: string): readonly string[] {
  return warnings.filter((text) => !text.startsWith(refusalOf(playbackId)));
}
