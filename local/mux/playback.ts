// What a playback id opens, to whom, and the captions behind it (mux.md, section 7).
import { createPublicKey, verify } from 'node:crypto';
import { type Answer, playbackRefusal } from './answers.ts';
import type { Environment, StoredAsset } from './model.ts';
import { assetOfPlaybackId, environmentOf, type World } from './world.ts';

export function textTrack(world: World, playbackId: string, trackId: string, query: URLSearchParams): Answer {
  const { stored } = readable(world, playbackId, query, 'v');
  const text = stored.captions[trackId];
  if (text === undefined) throw playbackRefusal(404);
  return {
    status: 200,
    headers: { 'content-type': 'text/vtt' },
    body: { kind: 'bytes', bytes: Buffer.from(text) },
  };
}

export interface Readable {
  readonly stored: StoredAsset;
  /** Of a signed playback id those in its token: what the query says beside it does not count. */
  readonly parameters: URLSearchParams;
}

/** Throws 404 for what is not there and 403 for a missing or bad token. That 403 is the answer is assumed. */
export function readable(
  world: World,
  playbackId: string,
  query: URLSearchParams,
  audience: 'v' | 't' | 's',
): Readable {
  const stored = assetOfPlaybackId(world, playbackId);
  const environment = stored && environmentOf(world, stored);
  const id = stored?.asset.playback_ids?.find((one) => one.id === playbackId);
  if (!stored || !environment || !id) throw playbackRefusal(404);
  const wanted = { environment, playbackId, audience };
  const parameters = id.policy === 'public' ? query : opened(query, wanted);
  if (!parameters) throw playbackRefusal(403);
  if (stored.asset.status !== 'ready') throw playbackRefusal(404);
  return { stored, parameters };
}

interface Wanted {
  readonly environment: Environment;
  readonly playbackId: string;
  readonly audience: string;
}

/** The parameters a token allows: RS256 with the environment's signing key; without a key, any token will do. */
function opened(query: URLSearchParams, wanted: Wanted): URLSearchParams | undefined {
  const token = query.get('token');
  if (!token) return undefined;
  const { signingKey } = wanted.environment;
  if (!signingKey) return query;
  const claims = claimsOf(token, signingKey);
  const { sub, aud, exp } = claims ?? {};
  const isForThis = sub === wanted.playbackId && aud === wanted.audience && Number(exp) * 1000 > Date.now();
  if (!claims || !isForThis) return undefined;
  return new URLSearchParams(
    Object.entries(claims).map(([name, value]): [string, string] => [name, String(value)]),
  );
}

function claimsOf(
  token: string,
  signingKey: NonNullable<Environment['signingKey']>,
): Record<string, unknown> | undefined {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const key = createPublicKey(signingKey.publicKeyPem);
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url'))) return undefined;
  const { alg, kid } = decode(head);
  const decoded = decode(claims);
  // Mux's page puts the key id into the header; the SDK 15.3 puts it among the claims (lib/jwt.js).
  const isOurKey = [kid, decoded.kid].includes(signingKey.id);
  return alg === 'RS256' && isOurKey ? decoded : undefined;
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
