// Where captions and images of an asset are served: through a public playback id, else a signed one with a token of our
// own. Nobody is shown more than before; through DRM ids, and without the signing key, there is nothing to be had.
import type { Clock, Platform, PlatformImage } from '../stages/ports.ts';
import { signPlaybackToken, type TokenFor } from './mux-token.ts';
import type { MuxCredentials } from './secrets.ts';

export interface PlaybackUrlOptions {
  readonly credentials: () => Promise<Pick<MuxCredentials, 'signingKeyId' | 'signingPrivateKey'>>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly baseUrls: { readonly stream: string; readonly image: string };
}

const TOKEN_LIFETIME_MS = 60 * 60_000;

interface ServedFile extends Pick<TokenFor, 'audience' | 'parameters'> {
  readonly baseUrl: string;
  /** Below the playback id. */
  readonly path: string;
}

export function createPlaybackUrls(options: PlaybackUrlOptions): Pick<Platform, 'captionUrl' | 'imageUrl'> {
  const { credentials, clock, baseUrls } = options;

  async function urlOf(
    asset: Parameters<Platform['captionUrl']>[0],
    { baseUrl, path, audience, parameters }: ServedFile,
  ): Promise<string | undefined> {
    const withPolicy = (policy: string) => asset.playbackIds.find((each) => each.policy === policy)?.id;
    const url = (id: string, query: Readonly<Record<string, string>> = {}) => {
      const text = new URLSearchParams(query).toString();
      return `${baseUrl.replace(/\/$/, '')}/${id}/${path}${text && `?${text}`}`;
    };
    const open = withPolicy('public');
    if (open) return url(open, parameters);
    const playbackId = withPolicy('signed');
    if (!playbackId) return undefined;
    const { signingKeyId: keyId, signingPrivateKey: privateKey } = await credentials();
    if (!keyId || !privateKey) return undefined;
    const expiresAtMs = clock.nowMs() + TOKEN_LIFETIME_MS;
    const token = signPlaybackToken({ playbackId, audience, parameters, expiresAtMs }, { keyId, privateKey });
    return url(playbackId, { token });
  }

  return {
    captionUrl: (asset, trackId) =>
      urlOf(asset, { baseUrl: baseUrls.stream, path: `text/${trackId}.vtt`, audience: 'v' }),
    imageUrl: (asset, image) =>
      urlOf(asset, { baseUrl: baseUrls.image, ...servedAs(image, asset.raw.thumbnail_time) }),
  };
}

/** Mux shows the middle of the video unless a time is named. */
function servedAs(image: PlatformImage, time: unknown): Omit<ServedFile, 'baseUrl'> {
  if (image !== 'poster.jpg') return { path: image, audience: 's' };
  const parameters = typeof time === 'number' ? { time: String(time) } : undefined;
  return { path: 'thumbnail.jpg', audience: 't', parameters };
}
