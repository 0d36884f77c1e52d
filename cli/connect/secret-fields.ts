// The stack's secret as a value: what is filled in, and what it becomes. No key that is not ours is ever lost.
import { PLACEHOLDER } from '../../lambdas/adapters/secrets.ts';
import { EXIT } from '../problems.ts';
import type { MuxToken, SecretFields } from './connect-ports.ts';
import { problem } from './connect-problems.ts';

/** Undefined where nothing is filled in yet: what is empty, or a placeholder. */
export function filled(fields: SecretFields, key: string): string | undefined {
  const value = fields[key];
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || PLACEHOLDER.test(text) ? undefined : text;
}

export function tokenIn(fields: SecretFields): MuxToken | undefined {
  const [id, secret] = [filled(fields, 'token_id'), filled(fields, 'token_secret')];
  return id && secret ? { id, secret } : undefined;
}

/** Where the signing secret is kept elsewhere an empty one here would say that somebody is still filling this one in. */
export function withoutEmptyWebhookSecret(fields: SecretFields): SecretFields {
  const { webhook_secret: place, ...others } = fields;
  return place !== undefined && filled(fields, 'webhook_secret') === undefined ? others : fields;
}

export function withToken(fields: SecretFields, { id, secret }: MuxToken): SecretFields {
  return { ...fields, token_id: id, token_secret: secret };
}

/**
 * The secret there was becomes the previous one, which is still accepted: what was signed with it may still be on its way.
 * `registrationId`: which registration the secret is of, if we know.
 */
export function withWebhookSecret(
  fields: SecretFields,
  signingSecret: string,
  registrationId?: string,
): SecretFields {
  const { webhook_id: _, ...others } = fields;
  const current = filled(fields, 'webhook_secret');
  return {
    ...others,
    webhook_secret: signingSecret,
    ...(current && current !== signingSecret && { webhook_secret_previous: current }),
    ...(registrationId && { webhook_id: registrationId }),
  };
}

/** One line, as it was copied. Throws CommandError BAD_SIGNING_SECRET, which does not quote it. */
export function signingSecretIn(text: string): string {
  const secret = text.trim();
  if (/^[\x21-\x7e]{8,500}$/.test(secret) && !PLACEHOLDER.test(secret)) return secret;
  throw problem(
    'BAD_SIGNING_SECRET',
    'What came from stdin is no signing secret: one line without spaces was expected.',
    'Copy it from the Mux dashboard, where the webhook is shown.',
    EXIT.usage,
  );
}
