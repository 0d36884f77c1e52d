// Poster, storyboard and overlay images: fetched and written beside the master, in the standard class. One that cannot
// be had is a loss that is said; the video is archived all the same, and no image holds it up for long.
import { type ArchiveFolder, sidecarKey } from '../contract/keys.ts';
import type { PlatformAsset } from '../domain/asset.ts';
import { IcehouseError, PermanentError, TransientError } from '../domain/failures.ts';
import { cutQueries } from '../domain/manifest.ts';
import type { Loss, Sidecar } from '../domain/record.ts';
import { besideItsImage, type FileKind, kindOf } from '../domain/sidecar-file.ts';
import { overlayInputs } from '../domain/verdict.ts';
import type { PlatformImage } from './ports.ts';
import type { Work } from './stage.ts';

const LARGEST_IMAGE_BYTES = 20 * 1024 * 1024;

/** No claim is waited away: of a lease of 90 s one image may take 20 s in two attempts, and all together 45 s. */
const ONE_OF_LEASE = 2 / 9;
const ALL_OF_LEASE = 1 / 2;
/** Where time is scaled, leases are short and downloads are not. */
const SHORTEST_MS = 2_000;

export interface ImageOrder {
  readonly folder: ArchiveFolder;
  readonly token: string;
  readonly inputInfo: readonly Record<string, unknown>[] | undefined;
  /** Images that the vault has of this asset: better than none where a fresh one cannot be had. */
  readonly kept: readonly Sidecar[];
}

export interface Images {
  readonly sidecars: readonly Sidecar[];
  readonly losses: readonly Loss[];
}

/** One image that is wanted. */
interface Wish {
  /** Its name in the vault but for the extension. */
  readonly stem: string;
  readonly extensions: readonly FileKind['extension'][];
  readonly url: () => Promise<string | undefined>;
  loss(why: string): Loss;
}

export async function writeImages(work: Work, asset: PlatformAsset, order: ImageOrder): Promise<Images> {
  const sidecars: Sidecar[] = [];
  const losses = new Map<string, Loss>();
  const limit = limitsOf(work);
  const wishes = [...platformImages(work, asset), ...overlayImages(order.inputInfo)];
  for (const wish of wishes) {
    const body = await fetchImage(work, wish, Math.min(limit.oneMs, limit.untilMs - work.nowMs));
    const earlier = order.kept.find(({ name }) => name.startsWith(`${wish.stem}.`) && isOf(wish, name));
    if (typeof body !== 'string') sidecars.push(await store(work, wish.stem, body, order));
    else if (earlier) sidecars.push(earlier);
    else losses.set(wish.loss('').attribute, wish.loss(body));
  }
  // What the inputs were can no longer be read: their images are still of this asset.
  const unread = order.inputInfo ? [] : order.kept.filter(({ name }) => name.startsWith(OVERLAY_STEM));
  return { sidecars: [...sidecars, ...unread], losses: [...losses.values()] };
}

/** What no playback id leads to, as soon as the asset has been read (law 7). */
export async function imagesOutOfReach(work: Work, asset: PlatformAsset): Promise<readonly Loss[]> {
  const losses = new Map<string, Loss>();
  for (const wish of platformImages(work, asset)) {
    const why = await reasonWithoutUrl(wish);
    if (why !== undefined) losses.set(wish.loss(why).attribute, wish.loss(why));
  }
  return [...losses.values()];
}

async function reasonWithoutUrl(wish: Wish): Promise<string | undefined> {
  try {
    return (await wish.url()) === undefined ? NO_URL : undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

const NO_URL = 'no playback id of the asset leads to it';
const OVERLAY_STEM = 'overlay-';

function platformImages({ deps: { platform } }: Work, asset: PlatformAsset): readonly Wish[] {
  if (asset.audioOnly) return [];
  const wish = (image: PlatformImage, loss: Wish['loss']): Wish => {
    const [stem = image, extension] = image.split('.');
    const extensions = [extension === 'vtt' ? 'vtt' : 'jpg'] as const;
    return { stem, extensions, url: () => platform.imageUrl(asset, image), loss };
  };
  return [
    wish('poster.jpg', derived('POSTER_UNREACHABLE', 'poster')),
    wish('storyboard.jpg', derived('STORYBOARD_UNREACHABLE', 'storyboard')),
    wish('storyboard.vtt', derived('STORYBOARD_UNREACHABLE', 'storyboard')),
  ];
}

function derived(code: string, attribute: string): Wish['loss'] {
  return (why) => ({
    code,
    attribute,
    detail: `The ${attribute} is not in the vault (${why}); Mux makes a new one of a restored asset.`,
  });
}

function overlayImages(inputInfo: ImageOrder['inputInfo']): readonly Wish[] {
  return overlayInputs(inputInfo).map(({ url }, at) => ({
    stem: `${OVERLAY_STEM}${at + 1}`,
    extensions: ['jpg', 'png'],
    url: async () => url,
    loss: (why) => ({
      code: 'OVERLAY_IMAGE_UNREACHABLE',
      attribute: `inputs[].overlay_settings[${at + 1}]`,
      detail: `The overlay image ${String(cutQueries(url ?? 'without a URL'))} is not in the vault (${why}).`,
    }),
  }));
}

/** The image, or in words why there is none. */
async function fetchImage({ deps }: Work, wish: Wish, limitMs: number): Promise<Uint8Array | string> {
  if (limitMs <= 0) return 'the images before it took too long';
  try {
    const url = await twice(wish.url);
    if (!url) return NO_URL;
    const body = await twice(() => deps.source.fetchSmall(url, LARGEST_IMAGE_BYTES, limitMs / 2));
    if (!body) return 'its host answered 404';
    const extension = kindOf(body)?.extension;
    return extension && wish.extensions.includes(extension) ? body : 'its host answered something else';
  } catch (error) {
    return reasonOf(error);
  }
}

/** What passes by itself mostly has passed a moment later. */
async function twice<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
    return attempt();
  }
}

/** Also what passes later: the image of a thousandth video is no reason to begin the thousandth step anew. */
function reasonOf(error: unknown): string {
  if (!(error instanceof IcehouseError)) throw error;
  return error instanceof PermanentError ? `${error.message} ${error.action}` : error.message;
}

async function store(
  { deps }: Work,
  stem: string,
  fetched: Uint8Array,
  { folder, token }: ImageOrder,
): Promise<Sidecar> {
  const kind = kindOf(fetched);
  if (!kind) throw new Error(`The sidecar ${stem} has lost its kind.`);
  const name = `${stem}.${kind.extension}`;
  const body = name === 'storyboard.vtt' ? besideItsImage(fetched) : fetched;
  const contentType = kind.contentType;
  const stored = await deps.vault.put({ key: sidecarKey(folder, name), contentType, token, body });
  return { ...stored, name, content_type: contentType };
}

function isOf({ extensions }: Wish, name: string): boolean {
  return extensions.some((extension) => name.endsWith(`.${extension}`));
}

function limitsOf({ nowMs, deps: { settings } }: Work): { oneMs: number; untilMs: number } {
  const oneMs = Math.max(settings.leaseMs * ONE_OF_LEASE, SHORTEST_MS);
  return { oneMs, untilMs: nowMs + Math.max(settings.leaseMs * ALL_OF_LEASE, SHORTEST_MS) };
}
