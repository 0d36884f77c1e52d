// What `icehouse connect` asks of Mux: whose a token is, and the webhooks of its environment
// (https://www.mux.com/docs/core/manage-webhooks: System read to list them, System write to change them).
import Mux from '@mux/mux-node';
import * as z from 'zod';
import { EXIT } from '../problems.ts';
import type { MuxDoor, MuxToken, Registration, TokenOwner } from './connect-ports.ts';
import { problem } from './connect-problems.ts';

const LIMIT_MS = 20_000;
const PAGE_SIZE = 100;

const Owner = z.object({
  environment_id: z.string().min(1),
  environment_name: z.string(),
  environment_type: z.string(),
  organization_name: z.string(),
  access_token_name: z.string(),
  permissions: z.array(z.string()),
});

const Webhook = z.object({ id: z.string().min(1), address: z.string(), enabled: z.boolean() });
const NewWebhook = Webhook.extend({ signing_secret: z.string().min(1) });

/** Throws CommandErrors: MUX_REFUSED, MUX_UNREACHABLE, MUX_UNREADABLE. */
export function openMuxDoor(token: MuxToken, baseUrl: string): MuxDoor {
  const mux = clientOf(token, baseUrl);
  return {
    async owner(asked) {
      const { system } = asked.id === token.id ? mux : clientOf(asked, baseUrl);
      const said = await answer('ask whose the token is', () => system.utilities.whoami());
      return isRefused(said, [401, 403]) ? undefined : toOwner(said);
    },

    registrations: () => allRegistrations(mux),

    async register(address) {
      // Never twice: Mux knows no idempotency key, and tells the secret only in the answer to the call that made it.
      const made = await answer(
        'make a webhook',
        () => mux.system.webhooks.create({ address }, { maxRetries: 0 }),
        'It may be there all the same, with a secret that nobody got: run the same command again with --replace.',
      );
      if (isRefused(made, NOT_ALLOWED)) return 'not-allowed';
      const { signing_secret, ...registration } = parsed(NewWebhook, made);
      return { ...registration, signingSecret: signing_secret };
    },

    async enable(id) {
      const said = await answer('switch a webhook on', () =>
        mux.system.webhooks.update(id, { enabled: true }),
      );
      if (isRefused(said, NOT_ALLOWED)) throw refusal('switch a webhook on', said);
    },

    async remove(id) {
      const said = await answer('remove a webhook', () => mux.system.webhooks.delete(id));
      if (isRefused(said, [401, 403])) throw refusal('remove a webhook', said);
    },
  };
}

/** Nothing of this environment but the token is sent along. */
function clientOf({ id, secret }: MuxToken, baseURL: string): Mux {
  return new Mux({
    tokenId: id,
    tokenSecret: secret,
    authorizationToken: null,
    webhookSecret: null,
    jwtSigningKey: null,
    jwtPrivateKey: null,
    baseURL,
    timeout: LIMIT_MS,
    logLevel: 'off',
  });
}

async function allRegistrations(mux: Mux): Promise<readonly Registration[] | 'not-allowed'> {
  const found = new Map<string, Registration>();
  // Until a page brings nothing new: how many make a full one is for Mux to say.
  for (let page = 1, seen = -1; seen < found.size; page++) {
    seen = found.size;
    const listed = await answer('list the webhooks', () =>
      mux.system.webhooks.list({ page, limit: PAGE_SIZE }),
    );
    if (isRefused(listed, NOT_ALLOWED)) return 'not-allowed';
    for (const row of parsed(z.array(Webhook), listed.data)) found.set(row.id, row);
  }
  return [...found.values()];
}

function toOwner(said: unknown): TokenOwner {
  const owner = parsed(Owner, said);
  return {
    tokenName: owner.access_token_name,
    environmentId: owner.environment_id,
    environmentName: owner.environment_name,
    environmentType: owner.environment_type,
    organizationName: owner.organization_name,
    permissions: owner.permissions,
  };
}

/** What is said to a token without System permissions is on no page: 403 as of other calls, or 404. */
const NOT_ALLOWED = [401, 403, 404];
const MAY_BE_REFUSED = new Set(NOT_ALLOWED);

class Refused {
  readonly status: number;
  readonly said: string;

  constructor(status: number, said: string) {
    this.status = status;
    this.said = said;
  }
}

function isRefused(answered: unknown, statuses: readonly number[]): answered is Refused {
  return answered instanceof Refused && statuses.includes(answered.status);
}

function refusal(what: string, { status, said }: Refused) {
  const action = 'Give the token System read and write, then run the same command again.';
  return problem('MUX_REFUSED', `Could not ${what}: Mux answered ${status}, ${said}`, action);
}

/** `doubt`: what is to be done where nobody knows whether Mux did it. */
async function answer<T>(what: string, ask: () => PromiseLike<T>, doubt?: string): Promise<T | Refused> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Mux.APIError)) throw error;
    const { status } = error;
    if (status !== undefined && MAY_BE_REFUSED.has(status)) return new Refused(status, error.message);
    const said = `Could not ${what}: ${status === undefined ? `no answer from Mux (${error.message})` : `Mux answered ${error.message}`}.`;
    const again = doubt ?? 'Run the same command again: what is done is not done twice.';
    if (status === undefined || status === 429 || status >= 500)
      throw problem('MUX_UNREACHABLE', said, again, EXIT.unreachable, error);
    throw problem('MUX_REFUSED', said, 'Mend what Mux says, then run the same command again.', 1, error);
  }
}

/** The value is never quoted: it may hold a secret. */
function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues.map(({ path }) => path.join('.') || 'all of it').join(', ');
  throw problem('MUX_UNREADABLE', `Mux answered in a form that we cannot read: ${where}.`, UNREADABLE);
}

const UNREADABLE = 'Check MUX_BASE_URL. If a webhook was to be made: run the same command with --replace.';
