// What a playback id or a direct upload belongs to, from Mux's own answer.
import * as z from 'zod';
import { TransientError } from '../domain/failures.ts';
import type { IdOwner } from '../stages/ports.ts';

export type OwnedKind = 'playback' | 'upload';

/** Ids become keys of the ledger and parts of URLs. */
const id = z.string().regex(/^[A-Za-z0-9]{1,255}$/);

/** Schema GetAssetOrLiveStreamIdResponse. */
const PlaybackJson = z.object({
  data: z.object({ id, object: z.object({ id, type: z.enum(['asset', 'live_stream']) }) }),
});

/** Schema UploadResponse: `asset_id` only once the upload has become an asset. Its `url` is signed and is not looked at. */
const UploadJson = z.object({ data: z.object({ id, asset_id: id.nullish() }) });

export function ownerPath(kind: OwnedKind, ownedId: string): string {
  const collection = kind === 'playback' ? 'playback-ids' : 'uploads';
  return `/video/v1/${collection}/${encodeURIComponent(ownedId)}`;
}

/** Throws TransientError MUX_UNREADABLE for an answer that is none, or one about another id. */
export function readOwner(kind: OwnedKind, ownedId: string, raw: unknown): IdOwner {
  return kind === 'playback' ? ownerOfPlayback(ownedId, raw) : ownerOfUpload(ownedId, raw);
}

function ownerOfPlayback(ownedId: string, raw: unknown): IdOwner {
  const json = PlaybackJson.safeParse(raw).data?.data;
  if (json?.id !== ownedId) throw unreadable('playback', ownedId);
  const { type, id: ownerId } = json.object;
  return type === 'asset' ? { kind: 'asset', assetId: ownerId } : { kind: 'live-stream' };
}

function ownerOfUpload(ownedId: string, raw: unknown): IdOwner {
  const json = UploadJson.safeParse(raw).data?.data;
  if (json?.id !== ownedId) throw unreadable('upload', ownedId);
  return json.asset_id ? { kind: 'asset', assetId: json.asset_id } : { kind: 'no-asset' };
}

function unreadable(kind: OwnedKind, ownedId: string): TransientError {
  return new TransientError('MUX_UNREADABLE', `Mux did not say what the ${kind} id ${ownedId} belongs to.`);
}
