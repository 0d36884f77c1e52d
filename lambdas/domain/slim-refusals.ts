// Why nothing can be taken from an asset now, and what to do about it. Pure.
import type { PlatformAsset } from './asset.ts';
import type { Problem } from './problem.ts';
import type { AssetRecord, Hold } from './record.ts';
import { unreplaced } from './revoked.ts';
import type { SlimPart } from './slim.ts';
import { unreachableCaption } from './verdict.ts';

/**
 * An archive in the making, or one that waits for its date, is of the asset as it is: nobody may change that meanwhile.
 * `origin`: the record of the asset that this one was restored from.
 */
export function refusalOfStanding(
  assetId: string,
  own: AssetRecord | undefined,
  origin: AssetRecord | undefined,
): Problem | undefined {
  if (own?.status === 'deleted' || own?.status === 'purged')
    return gone(assetId, `its record is ${own.status}`);
  if (own?.status === 'restored') return restoredAs(own);
  if (own && own.status !== 'cancelled') return underWay(own);
  if (own && isMakingIds(own)) return comingBack(own);
  return origin && origin.status !== 'restored' ? underWay(origin) : undefined;
}

/** What is taken now would be taken for one that is to be made again. */
function isMakingIds({ wake_at, revoked }: AssetRecord): boolean {
  return wake_at !== undefined && unreplaced(revoked).length > 0;
}

function comingBack({ asset_id }: AssetRecord): Problem {
  return {
    status: 409,
    code: 'REQUEST_UNDER_WAY',
    detail: `The request for asset ${asset_id} was taken back: it is being given its playback ids again.`,
    action: 'Ask again in a few minutes.',
  };
}

function restoredAs({ asset_id, current_asset_id }: AssetRecord): Problem {
  return {
    status: 409,
    code: 'ALREADY_RESTORED',
    detail: `Asset ${asset_id} was deleted from Mux and restored as ${current_asset_id}.`,
    action: 'Slim that one.',
    current_asset_id,
  };
}

function underWay({ asset_id, status }: AssetRecord): Problem {
  const isComing = status === 'thawing' || status === 'uploading';
  const isGoing = status === 'deleting' || status === 'purging';
  const takeBack =
    'Cancel the request first (icehouse cancel; a finished archive is kept), and ask again afterwards.';
  const wait = isComing
    ? 'Wait until it is restored, and slim the new asset.'
    : 'Nothing to do: the whole asset goes.';
  return {
    status: 409,
    code: 'REQUEST_UNDER_WAY',
    detail: `The record of asset ${asset_id} is ${status}: the asset must stay as it is.`,
    action: isComing || isGoing ? wait : takeBack,
  };
}

export function held(assetId: string, { user_id, reason, until }: Hold): Problem {
  return {
    status: 409,
    code: 'HELD',
    detail: `Nothing may be deleted of asset ${assetId}: held by ${user_id}${until ? ` until ${until}` : ''} (${reason}).`,
    action: 'Lift the hold first (icehouse release), or wait for its end.',
  };
}

/** Undefined for one that is whole and ready. */
export function refusalOfAsset(
  asset: PlatformAsset | undefined,
  assetId: string,
  environment: string,
): Problem | undefined {
  if (!asset) return gone(assetId, `Mux has none in environment ${environment}`);
  if (asset.status === 'ready' && !asset.isLive) return undefined;
  return {
    status: 409,
    code: 'ASSET_NOT_READY',
    detail: `Asset ${assetId} is ${asset.isLive ? 'live' : asset.status} at Mux.`,
    action:
      asset.status === 'errored' ? 'Delete it in Mux if nobody wants it.' : 'Ask again once it is ready.',
  };
}

function gone(assetId: string, why: string): Problem {
  return {
    status: 404,
    code: 'ASSET_GONE',
    detail: `There is no asset ${assetId} to take anything from: ${why}.`,
    action: 'Check the id; GET /v1/assets/{asset_id} says where a video is now.',
  };
}

export function trackNeeded(assetId: string, trackId: string | undefined): Problem {
  return {
    status: 409,
    code: 'TRACK_NEEDED',
    field: 'id',
    detail: `Track ${trackId} is the video of asset ${assetId}, or its primary audio: Mux does not delete it.`,
    action: 'Name a text track or a further audio track; a delete request takes the whole asset.',
  };
}

/** `savedIds`: of the text tracks whose text could be fetched. */
export function refusalOfLoss(
  asset: PlatformAsset,
  parts: readonly SlimPart[],
  savedIds: ReadonlySet<string>,
): Problem | undefined {
  const lost = parts.find(
    ({ id, kind }) => kind === 'audio_track' || (kind === 'text_track' && !savedIds.has(id)),
  );
  if (!lost) return undefined;
  const common = {
    status: 409,
    field: 'accept_loss',
    action: 'To take it all the same, send "accept_loss": true.',
  };
  const track = asset.tracks.find(({ id }) => id === lost.id);
  if (lost.kind === 'text_track' && track)
    return { ...common, code: 'CAPTION_UNREACHABLE', detail: unreachableCaption(asset, track).detail };
  const detail = `Audio track ${lost.id} can be neither downloaded from Mux nor made again.`;
  return { ...common, code: 'AUDIO_NOT_KEPT', detail };
}
