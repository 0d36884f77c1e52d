// The stream and image hosts, as far as an archiver reads them: captions, poster, storyboard (mux.md, section 7).
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Answer, json, playbackRefusal } from './answers.ts';
import type { Environment, StoredAsset } from './model.ts';
import { assetOfPlaybackId, environmentOf, type World } from './world.ts';

/** A test card of 320 x 180; every thumbnail and storyboard is this picture. */
const POSTER = readFileSync(new URL('./poster.jpg', import.meta.url));

export function textTrack(world: World, playbackId: string, trackId: string, query: URLSearchParams): Answer {
  const stored = readable(world, playbackId, query, 'v');
  const text = stored.captions[trackId];
  if (text === undefined) throw playbackRefusal(404);
  return {
    status: 200,
    headers: { 'content-type': 'text/vtt' },
    body: { kind: 'bytes', bytes: Buffer.from(text) },
  };
}

export function image(world: World, playbackId: string, file: string, query: URLSearchParams): Answer {
  const stored = readable(world, playbackId, query, file.startsWith('storyboard') ? 's' : 't');
  if (file === 'storyboard.json') return json(200, storyboard(world, playbackId, stored));
  if (file === 'storyboard.vtt') {
    const text = `WEBVTT\n\n00:00:00.000 --> 99:59:59.999\n${world.origin}/${playbackId}/storyboard.jpg#xywh=0,0,320,180\n`;
    return {
      status: 200,
      headers: { 'content-type': 'text/vtt' },
      body: { kind: 'bytes', bytes: Buffer.from(text) },
    };
  }
  return { status: 200, headers: { 'content-type': 'image/jpeg' }, body: { kind: 'bytes', bytes: POSTER } };
}

function storyboard(world: World, playbackId: string, { asset }: StoredAsset) {
  return {
    url: `${world.origin}/${playbackId}/storyboard.jpg`,
    tile_width: 320,
    tile_height: 180,
    duration: asset.duration ?? 0,
    tiles: [{ start: 0, x: 0, y: 0 }],
  };
}

/** Throws 404 for what is not there and 403 for a missing or bad token. That 403 is the answer is assumed. */
function readable(world: World, playbackId: string, query: URLSearchParams, audience: string): StoredAsset {
  const stored = assetOfPlaybackId(world, playbackId);
  const environment = stored && environmentOf(world, stored);
  const id = stored?.asset.playback_ids?.find((one) => one.id === playbackId);
  if (!stored || !environment || !id) throw playbackRefusal(404);
  const isOpen =
    id.policy === 'public' || isAllowed(query.get('token'), { environment, playbackId, audience });
  if (!isOpen) throw playbackRefusal(403);
  if (stored.asset.status !== 'ready') throw playbackRefusal(404);
  return stored;
}

interface Claims {
  readonly environment: Environment;
  readonly playbackId: string;
  readonly audience: string;
}

/** RS256 with the environment's signing key; without one, any token will do. */
function isAllowed(token: string | null, { environment, playbackId, audience }: Claims): boolean {
  const { signingKey } = environment;
  if (!token || !signingKey) return Boolean(token);
  const [head = '', claims = '', signature = ''] = token.split('.');
  const key = createPublicKey(signingKey.publicKeyPem);
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${claims}`),
    key,
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) return false;
  const { alg, kid } = decode(head);
  const { sub, aud, exp, kid: kidClaim } = decode(claims);
  // Mux's page puts the key id into the header; the SDK 15.3 puts it among the claims (lib/jwt.js).
  const isOurKey = [kid, kidClaim].includes(signingKey.id);
  const isForThis = sub === playbackId && aud === audience && Number(exp) * 1000 > Date.now();
  return alg === 'RS256' && isOurKey && isForThis;
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
