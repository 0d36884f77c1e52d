// The key that tokens of signed playback ids are made with: the environment's, or one made for the simulator alone.
import { generateKeyPairSync } from 'node:crypto';
import type { Environment as MuxEnvironment } from './mux/model.ts';

export interface SigningKey {
  readonly id: string;
  /** PEM, or base64 of one, which is how Mux hands it out. */
  readonly privateKey: string;
}

/** As Mux's SDK reads them: MUX_SIGNING_KEY and MUX_PRIVATE_KEY. Undefined unless both are set. */
export function givenSigningKey(
  environment: Readonly<Record<string, string | undefined>>,
): SigningKey | undefined {
  const { MUX_SIGNING_KEY: id, MUX_PRIVATE_KEY: privateKey } = environment;
  return id && privateKey ? { id, privateKey } : undefined;
}

/** A pair: what Icehouse signs with, and what the simulator checks by. */
export function newSigningKey(): {
  readonly ours: SigningKey;
  readonly theirs: NonNullable<MuxEnvironment['signingKey']>;
} {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const id = 'simulator-signing-key';
  return {
    ours: { id, privateKey: Buffer.from(privateKey).toString('base64') },
    theirs: { id, publicKeyPem: publicKey },
  };
}
