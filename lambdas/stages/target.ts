// Which asset a delete request is about, when it names a playback id or an upload id: what the ledger has heard of before,
// else one question to the platform.
import type { Problem } from '../domain/problem.ts';
import type { AssetRecord } from '../domain/record.ts';
import { lineageOf } from './lineage.ts';
import type { IdOwner, Ledger, Platform } from './ports.ts';

/** Exactly one of them is there. */
export interface NamedVideo {
  readonly asset_id?: string;
  readonly playback_id?: string;
  readonly upload_id?: string;
}

export type Target =
  | { readonly kind: 'asset'; readonly assetId: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

export interface TargetDeps {
  readonly ledger: Ledger;
  platform(): Platform;
}

/** Throws NotYetError when no slot of the rate limit is near enough to be waited for. */
export async function targetOf(deps: TargetDeps, named: NamedVideo): Promise<Target> {
  if (named.asset_id !== undefined) return { kind: 'asset', assetId: named.asset_id };
  const { playback_id, upload_id } = named;
  if (playback_id !== undefined) return ownerOf(deps, 'playback', playback_id);
  if (upload_id !== undefined) return ownerOf(deps, 'upload', upload_id);
  throw new Error('A delete request names no video.');
}

type Kind = 'playback' | 'upload';

async function ownerOf({ ledger, platform }: TargetDeps, kind: Kind, id: string): Promise<Target> {
  const known = await ledger.resolveAlias(kind, id);
  if (known !== undefined) return { kind: 'asset', assetId: await ownerInLineage(ledger, kind, id, known) };
  return judged(kind, id, await platform().ownerOf(kind, id));
}

/** The id of a restored asset leads to the record of the one it was restored from; the request is about the new one. */
async function ownerInLineage(ledger: Ledger, kind: Kind, id: string, known: string): Promise<string> {
  if (kind === 'upload') return known;
  const chain = await lineageOf(ledger, known);
  const owner = chain?.records.map((record) => assetWith(record, id)).find((assetId) => assetId);
  return owner ?? known;
}

/** The asset that has, or had, this very playback id. */
function assetWith(
  { asset_id, playback_ids = [], revoked = [], restore, earlier_restores = [] }: AssetRecord,
  playbackId: string,
): string | undefined {
  if ([...playback_ids, ...revoked].some(({ id }) => id === playbackId)) return asset_id;
  const restores = [...earlier_restores, ...(restore ? [restore] : [])];
  return restores.find(({ new_playback_ids }) => new_playback_ids.some(({ id }) => id === playbackId))
    ?.new_asset_id;
}

function judged(kind: Kind, id: string, owner: IdOwner | undefined): Target {
  switch (owner?.kind) {
    case 'asset':
      return { kind: 'asset', assetId: owner.assetId };
    case 'live-stream':
      return { kind: 'problem', problem: liveStream(id) };
    case 'no-asset':
      return { kind: 'problem', problem: noAsset(id) };
    case undefined:
      return { kind: 'problem', problem: notAtMux(kind, id) };
    default:
      return owner satisfies never;
  }
}

function liveStream(id: string): Problem {
  return {
    status: 409,
    code: 'LIVE_STREAM_PLAYBACK_ID',
    field: 'playback_id',
    detail: `The playback id ${id} is that of a live stream, which Icehouse does not archive.`,
    action:
      'Send the asset_id of the recording: each broadcast has one (recent_asset_ids of the live stream).',
  };
}

function noAsset(id: string): Problem {
  return {
    status: 409,
    code: 'UPLOAD_WITHOUT_ASSET',
    field: 'upload_id',
    detail: `The upload ${id} has become no asset.`,
    action: 'Send the request again once Mux says video.upload.asset_created, or cancel the upload at Mux.',
  };
}

function notAtMux(kind: Kind, id: string): Problem {
  return {
    status: 404,
    code: 'NOT_AT_MUX',
    field: `${kind}_id`,
    detail: `Mux knows no ${kind} id ${id} in this environment, and Icehouse has never met it.`,
    action: 'Check the id, and that the video is of the Mux environment that this stack serves.',
  };
}
