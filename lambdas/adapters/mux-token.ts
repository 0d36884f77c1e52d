// Tokens for signed playback ids (mux.com/docs/guides/secure-video-playback): RS256, at the time of our own clock.
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { SetUpError } from '../domain/failures.ts';

export interface SigningKey {
  readonly keyId: string;
  /** A PEM, or base64 of one, which is how Mux hands it out. */
  readonly privateKey: string;
}

export interface TokenFor {
  readonly playbackId: string;
  /** `v`: video, and what else the stream host serves; `t`: thumbnails; `s`: storyboards. */
  readonly audience: 'v' | 't' | 's';
  /** What an unsigned URL would say in its query: a signed one says it here. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly expiresAtMs: number;
}

/** Throws SetUpError MUX_SIGNING_KEY_UNREADABLE. */
export function signPlaybackToken(
  { playbackId, audience, parameters, expiresAtMs }: TokenFor,
  key: SigningKey,
): string {
  // Mux's page puts the key id into the header, its SDK among the claims: both are said.
  const header = { alg: 'RS256', typ: 'JWT', kid: key.keyId };
  const exp = Math.floor(expiresAtMs / 1000);
  const claims = { ...parameters, sub: playbackId, aud: audience, kid: key.keyId, exp };
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), readKey(key.privateKey)).toString('base64url')}`;
}

function readKey(text: string): KeyObject {
  const pem = text.trim().startsWith('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause is left out: it may quote the key.
    throw new SetUpError(
      'MUX_SIGNING_KEY_UNREADABLE',
      'The signing key in the Mux secret is not a private key.',
      {
        action: 'Put the private key that Mux showed (base64 of a PEM) into the secret, then request again.',
        retryable: true,
      },
    );
  }
}
