// What is to be done so that a stack and Mux belong together, from what both have. Nothing here asks anybody.
import type { MuxToken, Registration, SecretFields } from './connect-ports.ts';
import { filled, tokenIn, withoutEmptyWebhookSecret } from './secret-fields.ts';

export interface Findings {
  readonly token: MuxToken;
  /** The secret that has the token, and the one that has the signing secret: mostly the same. */
  readonly secret: SecretFields;
  readonly webhookSecret: SecretFields;
  readonly registrations: readonly Registration[] | 'not-allowed';
  readonly webhookUrl: string;
}

export type WebhookPlan =
  /** A new one is made, its secret stored, and then those there were are removed. */
  | { readonly kind: 'register'; readonly address: string; readonly removes: readonly Registration[] }
  /** `isOurs`: the stored secret is known to be of this one. */
  | {
      readonly kind: 'keep';
      readonly registration: Registration;
      readonly isOurs: boolean;
      readonly removes: readonly Registration[];
    }
  /** Mux has some, none of them with a secret that we hold: a signing secret is told only once. */
  | { readonly kind: 'unknown-secret'; readonly found: readonly Registration[] }
  /** The token may not look after webhooks. */
  | { readonly kind: 'by-hand'; readonly hasSecret: boolean };

export interface Plan {
  /** Also where it is there, and beside it an empty place for a signing secret that is kept elsewhere: nobody could read it so. */
  readonly storesToken: boolean;
  readonly webhook: WebhookPlan;
}

export function planOf(findings: Findings, { replace }: { readonly replace: boolean }): Plan {
  const { token, secret, webhookSecret } = findings;
  const stored = tokenIn(secret);
  const isFinished = webhookSecret === secret || withoutEmptyWebhookSecret(secret) === secret;
  return {
    storesToken: stored?.id !== token.id || stored.secret !== token.secret || !isFinished,
    webhook: webhookPlan(findings, replace),
  };
}

/** Whether carrying it out changes anything. */
export function changesSomething({ storesToken, webhook }: Plan): boolean {
  if (storesToken || webhook.kind === 'register') return true;
  return webhook.kind === 'keep' && (!webhook.registration.enabled || webhook.removes.length > 0);
}

function webhookPlan(
  { webhookSecret: secret, registrations, webhookUrl }: Findings,
  replace: boolean,
): WebhookPlan {
  const signingSecret = filled(secret, 'webhook_secret');
  if (registrations === 'not-allowed') return { kind: 'by-hand', hasSecret: signingSecret !== undefined };
  const found = registrations.filter(({ address }) => isSamePlace(address, webhookUrl));
  const [first] = found;
  if (replace || !first) {
    return { kind: 'register', address: freeAddress(registrations, webhookUrl), removes: found };
  }
  const ownId = filled(secret, 'webhook_id');
  const own = found.find(({ id }) => id === ownId);
  if (signingSecret && own) {
    // What a replacement that was cut off left behind.
    const removes = found.filter((registration) => registration !== own);
    return { kind: 'keep', registration: own, isOurs: true, removes };
  }
  // A secret that somebody stored by hand, without saying of which registration it is.
  if (signingSecret && !ownId) {
    const registration = found.find(({ enabled }) => enabled) ?? first;
    return { kind: 'keep', registration, isOurs: false, removes: [] };
  }
  return { kind: 'unknown-secret', found };
}

/** Mux wants every address of an environment to be another, so that two of one place differ by their query. */
function freeAddress(registrations: readonly Registration[], webhookUrl: string): string {
  const taken = new Set(registrations.map(({ address }) => address));
  for (let turn = 1; ; turn++) {
    const address = turn === 1 ? webhookUrl : `${webhookUrl}?registration=${turn}`;
    if (!taken.has(address)) return address;
  }
}

function isSamePlace(address: string, webhookUrl: string): boolean {
  return URL.canParse(address) && withoutQuery(address) === withoutQuery(webhookUrl);
}

function withoutQuery(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname.replace(/\/+$/, '');
}
