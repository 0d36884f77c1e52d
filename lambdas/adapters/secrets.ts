// Mux's credentials, what our own events are signed with, and the tokens of callers: from Secrets Manager, kept five minutes in a
// warm environment so that a rotated secret arrives.
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { SCOPES } from '../contract/routes.ts';
import type { BearerTokens } from '../domain/bearer.ts';
import { TransientError } from '../domain/failures.ts';
import type { Clock } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';

export interface MuxCredentials {
  readonly tokenId: string;
  readonly tokenSecret: string;
  /** Both or neither: for captions of signed playback ids. The key is base64 of a PEM, as Mux hands it out. */
  readonly signingKeyId?: string;
  readonly signingPrivateKey?: string;
}

export interface MuxSecretOptions {
  readonly client: SecretsManagerClient;
  readonly secretId: string;
  readonly clock: Clock;
}

const LIFETIME_MS = 5 * 60_000;

/**
 * Errors: MUX_SECRET_UNFINISHED (transient: a person fills the secret in and all goes on by itself),
 * MUX_SECRET_DENIED, MUX_SECRET_MISSING (permanent), MUX_SECRET_THROTTLED, MUX_SECRET_UNAVAILABLE (transient).
 */
export function createMuxSecret(options: MuxSecretOptions): () => Promise<MuxCredentials> {
  const todo = `Run icehouse connect, or put Mux's values into it: {"token_id": "…", "token_secret": "…", "webhook_secret": "…"}`;
  return kept(options, async () => credentialsOf(await readSecret(options, 'MUX_SECRET', SECRET, todo)));
}

/**
 * What Mux signs with: the current one first; two while it is being rotated. Read by itself, since the function that verifies
 * need not be given a token. Errors: as above.
 */
export function createWebhookSecrets(options: MuxSecretOptions): () => Promise<readonly string[]> {
  const todo = `Put Mux's value into it: {"webhook_secret": "…"}`;
  return kept(options, async () => {
    const secret = await readSecret(options, 'MUX_SECRET', WEBHOOK, todo);
    return [secret.webhook_secret, secret.webhook_secret_previous].filter((text) => text !== undefined);
  });
}

/** What events to the customer's app are signed with; two while it is being changed. Errors: the same as SIGNING_SECRET_…. */
export function createSigningSecrets(options: MuxSecretOptions): () => Promise<readonly string[]> {
  const todo = 'Put a long random text into it: {"signing_secret": "…"}';
  return kept(options, async () => {
    const secret = await readSecret(options, 'SIGNING_SECRET', SIGNING, todo);
    return [secret.signing_secret, secret.signing_secret_previous].filter((text) => text !== undefined);
  });
}

/** By scope, as they stand there: whoever compares passes over the short and empty ones. A placeholder is long, and no secret. Errors: the same as BEARER_TOKENS_…. */
export function createBearerTokens(options: MuxSecretOptions): () => Promise<BearerTokens> {
  const todo = 'Put the tokens into it: {"request": "…", "operate": "…", "erase": "…", "delete_only": "…"}';
  return kept(options, async () => {
    const secret = await readSecret(options, 'BEARER_TOKENS', TOKENS, todo);
    const both = (scope: string) => [secret[scope], secret[`${scope}_previous`]];
    const filledIn = (scope: string) =>
      both(scope).filter((token) => typeof token === 'string' && !PLACEHOLDER.test(token));
    return Object.fromEntries(SCOPES.map((scope) => [scope, filledIn(scope)]));
  });
}

function kept<T>({ clock }: MuxSecretOptions, read: () => Promise<T>): () => Promise<T> {
  let cached: { readonly atMs: number; readonly value: T } | undefined;
  return async () => {
    const nowMs = clock.nowMs();
    if (!cached || nowMs - cached.atMs >= LIFETIME_MS) cached = { atMs: nowMs, value: await read() };
    return cached.value;
  };
}

async function readSecret<T>(
  { client, secretId }: MuxSecretOptions,
  code: AwsPlace['code'],
  schema: z.ZodType<T>,
  todo: string,
): Promise<T> {
  const answer = await atAws({ code, name: `secret ${secretId}` }, () =>
    client.send(new GetSecretValueCommand({ SecretId: secretId })),
  );
  const parsed = schema.safeParse(parseJson(answer.SecretString ?? ''));
  if (parsed.success) return parsed.data;
  // Names and expectations only: an issue never quotes the value it is about.
  const wrong = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the secret'}: ${issue.message}`,
  );
  throw new TransientError(
    `${code}_UNFINISHED`,
    `The secret ${secretId} cannot be used yet (${wrong.join('; ')}). ${todo}.`,
  );
}

/** What people and templates write where a value is still to come; the stack itself leaves the values empty. */
export const PLACEHOLDER = /^(replace|change|your|todo|placeholder)([-_ ]|$)|^<.*>$/i;

const filled = z
  .string('is missing')
  .trim()
  .min(1, 'is empty')
  .refine((text) => !PLACEHOLDER.test(text), 'still holds a placeholder');

/** Optional fields may be left empty. */
const optional = z
  .string()
  .trim()
  .transform((text) => (text === '' || PLACEHOLDER.test(text) ? undefined : text))
  .optional();

const SECRET = z
  .object(
    {
      token_id: filled,
      token_secret: filled,
      // Of no use here: an empty one says that somebody is still filling the secret in, a missing one that it is kept elsewhere.
      webhook_secret: filled.optional(),
      signing_key_id: optional,
      signing_private_key: optional,
    },
    'is not a JSON object',
  )
  .refine((secret) => !secret.signing_key_id === !secret.signing_private_key, {
    path: ['signing_private_key'],
    message: 'goes together with signing_key_id',
  });

const WEBHOOK = z.object(
  { webhook_secret: filled, webhook_secret_previous: optional },
  'is not a JSON object',
);

const SIGNING = z.object(
  { signing_secret: filled, signing_secret_previous: optional },
  'is not a JSON object',
);

/** A scope that is left out, or misspelled, lets nobody in. */
const TOKENS = z.record(z.string(), z.unknown(), 'is not a JSON object');

function credentialsOf(secret: z.infer<typeof SECRET>): MuxCredentials {
  return {
    tokenId: secret.token_id,
    tokenSecret: secret.token_secret,
    signingKeyId: secret.signing_key_id,
    signingPrivateKey: secret.signing_private_key,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
