// `playback: revoke`, on the way from an archive to its deletion: every playback id of the asset is taken away, so that
// nobody watches it any more. A deletion that viewers see, so it wants what a deletion wants: a proof made right before.
import type { PlatformAsset } from '../domain/asset.ts';
import { isHeld } from '../domain/brake.ts';
import { ConflictError, NotYetError } from '../domain/failures.ts';
import type { AssetRecord, RevokedPlaybackId } from '../domain/record.ts';
import { unreplaced } from '../domain/revoked.ts';
import { DAY_MS, iso, MINUTE_MS } from '../domain/time.ts';
import { pendingTexts } from '../domain/verdict.ts';
import { heldBy, type Stop } from './brake.ts';
import { letStay } from './replace-playback.ts';
import type { Next, Work } from './stage.ts';

/** Read at the platform each time, for the record knows only what was begun; undefined when there is nothing to be done. */
export async function toBeRevoked(work: Work): Promise<PlatformAsset | undefined> {
  const { playback, asset_id } = work.record;
  if (playback !== 'revoke') return undefined;
  const asset = await work.deps.platform.inspect(asset_id);
  return asset && asset.playbackIds.length > 0 ? asset : undefined;
}

/** `ids`: those that it has still. They play on, also where they were about to be taken away. */
export async function keptFromRevoking(
  work: Work,
  asset: PlatformAsset,
  ids = asset.playbackIds,
): Promise<Stop | undefined> {
  const stop = (await stopOf(work)) ?? waitForTexts(work, asset);
  if (stop) await letStay(work, new Set(ids.map(({ id }) => id)));
  return stop;
}

/** Whoever holds a video wants it to stay as it is; and a dry run takes nothing away, but says that it would have. */
async function stopOf(work: Work): Promise<Stop | undefined> {
  const held = await heldBy(work);
  if (held || work.deps.settings.deletions === 'on') return held;
  const { warnings } = work.record;
  if (!warnings.some((text) => text.startsWith(REHEARSED))) {
    const warning = `${REHEARSED} on ${iso(work.nowMs).slice(0, 10)}.`;
    await work.renew({ warnings: [...warnings, warning] });
  }
  const wakeAtMs = work.nowMs + DAY_MS;
  return { waitingFor: 'deletions to be switched on (they are in dry-run)', wakeAtMs: () => wakeAtMs };
}

/** Without a playback id nobody can fetch what becomes of them: a day is more than the platform takes for any. */
function waitForTexts({ record, nowMs }: Work, asset: PlatformAsset): Stop | undefined {
  const archived = record.history.findLast(({ from, to }) => to === 'archived' && from !== to);
  const isPatient = archived !== undefined && nowMs < Date.parse(archived.at) + DAY_MS;
  if (!isPatient || pendingTexts(asset).length === 0) return undefined;
  return { waitingFor: 'Mux to finish a caption track', wakeAtMs: () => nowMs + TEXTS_POLL_MS };
}

const TEXTS_POLL_MS = 5 * MINUTE_MS;

const REHEARSED = 'Dry run of playback revoke: the playback ids would have been taken away';

/**
 * `asset`: proved a moment ago, and its manifest has all its playback ids. They are on the record before the first is
 * taken. Ends when a later look finds none: it is no answer of the platform that says so.
 */
export async function takeAway(work: Work, asset: PlatformAsset): Promise<Next | Stop> {
  await remember(work, asset);
  for (const [at, { id }] of asset.playbackIds.entries()) {
    if (work.nowMs >= work.deadlineMs) throw new NotYetError(work.nowMs, 'the rest of its playback ids');
    // Whoever was overtaken ends here: the request may be taken back by now.
    await work.renew();
    const stop = await keptFromRevoking(work, asset, asset.playbackIds.slice(at));
    if (stop) return stop;
    await work.deps.platform.deletePlaybackId(asset.id, id);
  }
  return work.poll('Mux to show that nobody can watch it any more');
}

async function remember(work: Work, asset: PlatformAsset): Promise<void> {
  const isNew = ({ revoked }: AssetRecord, id: string) => !unreplaced(revoked).some((each) => each.id === id);
  if (!asset.playbackIds.some(({ id }) => isNew(work.record, id))) return;
  const revoked_at = iso(work.nowMs);
  await work.tell('playback revoked: nobody can watch it any more', (record) => {
    // It may have come since it was looked for.
    if (isHeld(record.hold, work.nowMs)) throw new ConflictError(`${asset.id} is held.`);
    const fresh: readonly RevokedPlaybackId[] = asset.playbackIds
      .filter(({ id }) => isNew(record, id))
      .map(({ id, policy, drmConfigurationId }) => ({
        id,
        policy,
        drm_configuration_id: drmConfigurationId,
        revoked_at,
      }));
    const warnings = record.warnings.filter((text) => !text.startsWith(REHEARSED));
    return { revoked: [...(record.revoked ?? []), ...fresh], warnings };
  });
}
