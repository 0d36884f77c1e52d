// The webhooks of an environment, as the API makes and removes them (mux.com/docs/core/manage-webhooks; resources/system/webhooks.d.ts
// of @mux/mux-node 15.3). Each has a signing secret of its own, told once. test/local/mux/registrations.contract.test.ts has the facts.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Answer, apiRefusal, badRequest, created, noContent, notFound, ok } from './answers.ts';
import type { ApiCall } from './api.ts';
import type { StoredWebhook } from './model.ts';
import { newId } from './world.ts';

export const ALL_PERMISSIONS = ['video:read', 'video:write', 'system:read', 'system:write'];

const address = z.string().regex(/^https?:\/\/[^\s]+$/, 'must be an http or https URL');
const CreateWebhook = z.object({ address });
const UpdateWebhook = z
  .object({ address: address.optional(), enabled: z.boolean().optional() })
  .refine((change) => change.address !== undefined || change.enabled !== undefined, 'nothing to change');

/** `id`: what follows `/system/v1/webhooks/`, if anything does. */
export function answerRegistrations(call: ApiCall, method: string, id: string | undefined): Answer {
  allow(call, method === 'GET' ? 'system:read' : 'system:write');
  if (id === undefined) {
    if (method === 'GET') return list(call);
    if (method === 'POST') return create(call);
    throw notFound();
  }
  const webhook = own(call).find((one) => one.id === id);
  if (!webhook) throw notFound();
  if (method === 'GET') return ok(shown(webhook));
  if (method === 'PATCH') return update(call, webhook);
  if (method !== 'DELETE') throw notFound();
  replace(call, webhook, []);
  return noContent();
}

function allow({ world, environment }: ApiCall, permission: string): void {
  if ((environment.permissions ?? ALL_PERMISSIONS).includes(permission)) return;
  if (world.behaviour.systemRefusal === 404) throw notFound();
  throw apiRefusal(403, 'forbidden', `The token lacks ${permission}`);
}

function own({ world, environment }: ApiCall): readonly StoredWebhook[] {
  return world.store.state.webhooks.filter(({ environmentId }) => environmentId === environment.id);
}

/** The most recently created first. */
function list(call: ApiCall): Answer {
  const [limit = 25, page = 1] = ['limit', 'page'].map((name) => Number(call.query.get(name)) || undefined);
  return ok(
    own(call)
      .toReversed()
      .slice((page - 1) * limit, page * limit)
      .map(shown),
  );
}

function create(call: ApiCall): Answer {
  const { address } = parsed(CreateWebhook, call.body);
  refuseTaken(call, address);
  const webhook: StoredWebhook = {
    environmentId: call.environment.id,
    id: newId().slice(0, 12),
    address,
    // Mux writes microseconds.
    createdAt: new Date().toISOString().replace('Z', '000Z'),
    enabled: true,
    secret: randomBytes(24).toString('base64url').toLowerCase(),
  };
  call.world.store.state.webhooks.push(webhook);
  return created({ ...shown(webhook), signing_secret: webhook.secret });
}

function update(call: ApiCall, webhook: StoredWebhook): Answer {
  const change = parsed(UpdateWebhook, call.body);
  if (change.address !== undefined && change.address !== webhook.address) refuseTaken(call, change.address);
  const { address = webhook.address, enabled = webhook.enabled } = change;
  const changed = { ...webhook, address, enabled };
  replace(call, webhook, [changed]);
  return ok(shown(changed));
}

function replace({ world }: ApiCall, webhook: StoredWebhook, by: readonly StoredWebhook[]): void {
  const { state } = world.store;
  state.webhooks = state.webhooks.flatMap((one) => (one === webhook ? by : [one]));
}

function refuseTaken(call: ApiCall, address: string): void {
  if (!own(call).some((one) => one.address === address)) return;
  throw apiRefusal(call.world.behaviour.addressTaken, 'invalid_parameters', 'address has already been taken');
}

function shown({ id, address, createdAt, enabled }: StoredWebhook) {
  return { id, address, created_at: createdAt, enabled };
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw badRequest(
    result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}
