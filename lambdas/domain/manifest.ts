// The manifest: what the asset was like, kept beside its master in the standard class, readable without us. Pure.
import type { PlatformAsset, Track } from './asset.ts';
import { type AttributeVerdict, verdictsOf } from './fidelity.ts';
import type { Archive, AssetRecord, Loss, Sidecar } from './record.ts';
import { hasShots } from './restore-request.ts';
import { wantedRenditions } from './static-renditions.ts';
import { pendingTexts, textTracks } from './verdict.ts';

export interface Manifest {
  readonly schema: 1;
  readonly made_at: string;
  readonly asset_id: string;
  readonly life: number;
  readonly environment: string;
  readonly master: Pick<Archive, 'key' | 'version_id' | 'size_bytes' | 'crc32' | 'storage_class'>;
  readonly captions: readonly { readonly track_id: string; readonly key: string; readonly crc32: string }[];
  /** Poster, storyboard and overlay images; manifests of earlier days have none. */
  readonly sidecars: readonly Pick<Sidecar, 'name' | 'key' | 'content_type' | 'crc32' | 'size_bytes'>[];
  /** Everything Mux says of the asset, unknown keys too, query strings and master URL cut. */
  readonly asset: Readonly<Record<string, unknown>>;
  readonly input_info: readonly Readonly<Record<string, unknown>>[] | null;
  readonly losses: readonly Loss[];
  /** What a restore makes of each attribute that this asset has; manifests of earlier days have none. */
  readonly fidelity: readonly AttributeVerdict[];
}

export function buildManifest(
  record: AssetRecord,
  asset: PlatformAsset,
  inputInfo: readonly Record<string, unknown>[] | undefined,
  archive: Omit<Archive, 'manifest'>,
  madeAt: string,
): Manifest {
  const { key, version_id, size_bytes, crc32, storage_class } = archive;
  const { master: _, ...kept } = asset.raw;
  return {
    schema: 1,
    made_at: madeAt,
    asset_id: record.asset_id,
    life: record.life,
    environment: record.environment ?? '',
    master: { key, version_id, size_bytes, crc32, storage_class },
    captions: archive.captions.map((caption) => ({
      track_id: caption.track_id,
      key: caption.key,
      crc32: caption.crc32,
    })),
    sidecars: (archive.sidecars ?? []).map(({ name, key, content_type, crc32, size_bytes }) => ({
      name,
      key,
      content_type,
      crc32,
      size_bytes,
    })),
    asset: cutQueries(kept) as Record<string, unknown>,
    input_info: inputInfo ? (cutQueries(inputInfo) as Record<string, unknown>[]) : null,
    losses: record.losses,
    fidelity: verdictsOf(kept),
  };
}

/** What the customer wrote on the asset is theirs, and comes back letter by letter. */
const CUSTOMER_WORDS = new Set(['passthrough', 'meta']);

/** The same JSON with user, password, query and fragment cut from every URL in it (law 6), the customer's words excepted. */
export function cutQueries(value: unknown): unknown {
  if (typeof value === 'string') return cutQuery(value);
  if (Array.isArray(value)) return value.map(cutQueries);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      CUSTOMER_WORDS.has(name) ? inner : cutQueries(inner),
    ]),
  );
}

/**
 * A text that is a URL is cut to its end, whatever stands in it; within a sentence a URL ends at white space.
 * No scheme is as long as 32 letters: without the bound a long word would be read once for each of its letters.
 */
function cutQuery(text: string): string {
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? cutUrl(text)
    : text.replace(/[a-z][a-z0-9+.-]{0,30}:\/\/\S+/gi, cutUrl);
}

/** User and password end at the last @ before the path: a password may hold one too. */
function cutUrl(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/:\/\/[^/]*@/, '://');
}

/**
 * The parts of an asset whose change after archiving makes the sidecars stale: what viewers see and hear, what the
 * customer wrote on it, and the files that a restore asks for again. One canonical string, to be compared.
 */
export function fingerprint(
  asset: Pick<PlatformAsset, 'tracks' | 'playbackIds' | 'passthrough' | 'meta' | 'raw'>,
): string {
  const visible = [...textTracks(asset as PlatformAsset), ...pendingTexts(asset as PlatformAsset)];
  const texts = new Set(visible.map(({ id }) => id));
  const tracks = asset.tracks
    .filter((track) => track.type !== 'text' || texts.has(track.id))
    .map((t) => [t.id, t.type, t.name, t.languageCode, t.closedCaptions, t.passthrough, isPending(t)])
    .sort(byText);
  const playbackIds = asset.playbackIds.map((p) => [p.id, p.policy, p.drmConfigurationId]).sort(byText);
  const meta = Object.entries(asset.meta ?? {}).sort(byText);
  // Of files only what is asked for again: Mux goes on with them by itself.
  const renditions = wantedRenditions(asset)
    .map((each) => [each.resolution, each.passthrough])
    .sort(byText);
  const { thumbnail_time, ...raw } = asset.raw;
  const { passthrough } = asset;
  return JSON.stringify([tracks, playbackIds, passthrough, meta, thumbnail_time, renditions, hasShots(raw)]);
}

/** A text that has become ready since is a change: it can be downloaded now. */
function isPending({ type, status }: Track): boolean {
  return type === 'text' && status === 'preparing';
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
