// From Mux's asset JSON to the few words the domain decides by. What decides is read strictly, the rest leniently.
import * as z from 'zod';
import type { MasterAccess, PlatformAsset, Track } from '../domain/asset.ts';
import { TransientError } from '../domain/failures.ts';
import { cutQueries } from '../domain/manifest.ts';

/** Null, absent, of an odd type or of a length that Mux does not allow: the same to us, and `raw` still has it. */
const text = z.string().max(10_000).optional().catch(undefined);
/** Ids become parts of URLs, of keys in the vault and of keys in the ledger. */
const id = z.string().regex(/^[\w-]{1,255}$/);
/** Seconds, within what the ledger can keep; 30 years are longer than any video. */
const duration = z.number().min(1e-6).max(1e9).optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const TrackJson = z.object({
  id,
  type: z.string(),
  status: text,
  primary: flag,
  text_type: text,
  text_source: text,
  language_code: text,
  name: text,
  closed_captions: flag,
  passthrough: text,
});

const AssetJson = z.object({
  id,
  status: z.enum(['preparing', 'ready', 'errored']),
  is_live: flag,
  test: flag,
  duration,
  resolution_tier: text,
  master_access: text,
  master: z.object({ status: text, url: text }).optional().catch(undefined),
  playback_ids: z
    .array(z.object({ id, policy: z.string().min(1).max(255), drm_configuration_id: text }))
    .nullish(),
  tracks: z.array(TrackJson).nullish(),
  upload_id: id.optional().catch(undefined),
  passthrough: text,
  meta: z.object({ title: text, creator_id: text, external_id: text }).optional().catch(undefined),
  errors: z
    .object({ messages: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
type AssetJson = z.infer<typeof AssetJson>;

/** Throws TransientError MUX_UNREADABLE when what decides is missing: an asset we cannot read is left alone. */
export function toPlatformAsset(raw: unknown): PlatformAsset {
  const parsed = AssetJson.safeParse(raw);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole');
    const some = where.slice(0, 5).join(', ');
    throw new TransientError('MUX_UNREADABLE', `Mux sent an asset that we cannot read, at ${some}.`);
  }
  const json = parsed.data;
  const tracks = (json.tracks ?? []).flatMap(toTrack);
  return {
    id: json.id,
    status: json.status,
    isLive: json.is_live === true,
    isTest: json.test === true,
    durationSeconds: json.duration,
    createdAtMs: createdAtMs(raw),
    audioOnly: json.resolution_tier === 'audio-only' || isAudioOnly(tracks),
    master: masterOf(json),
    playbackIds: (json.playback_ids ?? []).map((each) => ({
      id: each.id,
      policy: each.policy,
      drmConfigurationId: each.drm_configuration_id,
    })),
    tracks,
    uploadId: json.upload_id,
    passthrough: json.passthrough,
    meta: json.meta,
    // Mux may quote the URL of an input, which is a secret as long as it is signed (law 6).
    errors: json.errors?.messages?.slice(0, 5).map((message) => String(cutQueries(message.slice(0, 500)))),
    raw: { ...(raw as Record<string, unknown>) },
  };
}

/** The same for the asset that was asked for: an answer about another one says nothing of it. Throws MUX_UNREADABLE. */
export function toAssetNamed(assetId: string, raw: unknown): PlatformAsset {
  const asset = toPlatformAsset(raw);
  if (asset.id === assetId) return asset;
  throw new TransientError('MUX_UNREADABLE', `Mux was asked for asset ${assetId} and answered ${asset.id}.`);
}

/** Unix seconds: a string over REST, an integer in webhooks. Undefined when it is neither. */
export function createdAtMs(raw: unknown): number | undefined {
  const value = typeof raw === 'object' && raw !== null && 'created_at' in raw ? raw.created_at : undefined;
  const isSeconds = typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));
  const seconds = isSeconds ? Number(value) : -1;
  // Beyond it lies no moment that a Date can hold.
  return seconds >= 0 && seconds <= 8.64e12 ? seconds * 1000 : undefined;
}

/** Track types that did not exist when this was written stay in `raw` only. */
function toTrack(json: z.infer<typeof TrackJson>): Track[] {
  const { id, type } = json;
  if (type !== 'video' && type !== 'audio' && type !== 'text') return [];
  return [
    {
      id,
      type,
      status: json.status,
      primary: json.primary,
      textType: json.text_type,
      textSource: json.text_source,
      languageCode: json.language_code,
      name: json.name,
      closedCaptions: json.closed_captions,
      passthrough: json.passthrough,
    },
  ];
}

function isAudioOnly(tracks: readonly Track[]): boolean {
  return tracks.some((track) => track.type === 'audio') && !tracks.some((track) => track.type === 'video');
}

/** `master` is absent until somebody asks, and again after 24 h (github.com/muxinc/mux-node-sdk/issues/58). */
function masterOf({ master_access, master }: AssetJson): MasterAccess {
  if (master_access !== 'temporary') return { kind: 'none' };
  if (master?.status === 'errored') return { kind: 'errored' };
  if (master?.status === 'ready' && isWebUrl(master.url)) return { kind: 'ready', url: master.url };
  return { kind: 'preparing' };
}

/** Whether the host may be asked is for the source to say; a text that is no URL is no master. */
function isWebUrl(text: string | undefined): text is string {
  return text !== undefined && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
