// Carries a plan out, in the order in which a death at any place leaves a stack that works, or that the same command mends.
import type { MuxDoor, MuxToken, NewRegistration, Registration, SecretStore } from './connect-ports.ts';
import { notAlone, notStored } from './connect-problems.ts';
import type { Plan, WebhookPlan } from './plan.ts';
import { filled, withoutEmptyWebhookSecret, withToken, withWebhookSecret } from './secret-fields.ts';

export interface Hands {
  readonly mux: MuxDoor;
  readonly store: SecretStore;
  /** Of the signing secret, where that has a secret of its own. @default `store` */
  readonly webhookStore?: SecretStore;
  readonly token: MuxToken;
}

export interface Outcome {
  readonly token: 'stored' | 'unchanged';
  readonly webhook: 'registered' | 'replaced' | 'kept' | 'kept-unproven' | 'unknown-secret' | 'by-hand';
  readonly registration?: Registration;
  readonly removed: readonly Registration[];
  /** Those that Mux did not remove: the same command removes them later. */
  readonly left: readonly Registration[];
  /** Whether the stack holds all that it needs. */
  readonly isComplete: boolean;
}

type WebhookOutcome = Omit<Outcome, 'token'>;

/** Throws CommandErrors. The token goes first: it is stored whatever becomes of the webhook. */
export async function carryOut({ storesToken, webhook }: Plan, hands: Hands): Promise<Outcome> {
  const { store, webhookStore, token } = hands;
  if (storesToken) {
    const fields = withToken(await store.read(), token);
    await store.write(webhookStore ? withoutEmptyWebhookSecret(fields) : fields);
  }
  return { token: storesToken ? 'stored' : 'unchanged', ...(await carryOutWebhook(webhook, hands)) };
}

async function carryOutWebhook(
  plan: WebhookPlan,
  { mux, store, webhookStore = store }: Hands,
): Promise<WebhookOutcome> {
  switch (plan.kind) {
    case 'register':
      return register(plan, mux, webhookStore);
    case 'keep': {
      const { registration, isOurs, removes } = plan;
      if (!registration.enabled) await mux.enable(registration.id);
      if (removes.length > 0) await checkAlone(registration, mux, webhookStore);
      const webhook = isOurs ? 'kept' : 'kept-unproven';
      return { webhook, registration, ...(await removeAll(removes, mux)), isComplete: true };
    }
    case 'unknown-secret':
      return { webhook: plan.kind, removed: [], left: plan.found, isComplete: false };
    case 'by-hand':
      return { webhook: plan.kind, removed: [], left: [], isComplete: plan.hasSecret };
  }
}

type RegisterPlan = Extract<WebhookPlan, { kind: 'register' }>;

/**
 * Until the new secret is stored, the older registration and the older secret go on together. Then both secrets are
 * accepted, and only then the older registration goes.
 */
async function register(
  { address, removes }: RegisterPlan,
  mux: MuxDoor,
  store: SecretStore,
): Promise<WebhookOutcome> {
  const made = await mux.register(address);
  if (made === 'not-allowed') {
    const hasSecret = filled(await store.read(), 'webhook_secret') !== undefined;
    return { webhook: 'by-hand', removed: [], left: [], isComplete: hasSecret };
  }
  await keepSecret(made, mux, store);
  await checkAlone(made, mux, store);
  const { signingSecret: _, ...registration } = made;
  const gone = await removeAll(removes, mux);
  return { webhook: removes.length > 0 ? 'replaced' : 'registered', registration, ...gone, isComplete: true };
}

/** A registration whose secret nobody holds would be refused for ever, so that it does not stay. */
async function keepSecret(made: NewRegistration, mux: MuxDoor, store: SecretStore): Promise<void> {
  try {
    await store.write(withWebhookSecret(await store.read(), made.signingSecret, made.id));
  } catch (error) {
    // The answer may have been lost, and not the secret.
    const now = await store.read().catch(() => undefined);
    if (now && filled(now, 'webhook_secret') === made.signingSecret) return;
    const { left } = await removeAll([made], mux);
    throw notStored(error, left.length > 0 ? made : undefined);
  }
}

/**
 * What is left over here may be what somebody who connects at the same time has just made, and the other way round: two who
 * clear up after each other leave no webhook. So nothing is removed unless the stored secret is still of our own one, and that is there.
 */
async function checkAlone({ id }: Registration, mux: MuxDoor, store: SecretStore): Promise<void> {
  const isOurs = filled(await store.read(), 'webhook_id') === id;
  const listed = await mux.registrations();
  const isThere = listed === 'not-allowed' || listed.some((one) => one.id === id);
  if (!isOurs || !isThere) throw notAlone();
}

async function removeAll(
  registrations: readonly Registration[],
  mux: MuxDoor,
): Promise<{ removed: readonly Registration[]; left: readonly Registration[] }> {
  const removed: Registration[] = [];
  const left: Registration[] = [];
  for (const registration of registrations) {
    const isRemoved = await mux.remove(registration.id).then(
      () => true,
      () => false,
    );
    (isRemoved ? removed : left).push(registration);
  }
  return { removed, left };
}
