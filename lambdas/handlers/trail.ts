// Function "trail". Run by a rule of the bus: keeps each transition, refusal and act in the vault, and can do nothing else.
import * as z from 'zod';
import { s3 } from '../adapters/clients.ts';
import { readTrailConfig } from '../adapters/config.ts';
import { createLog } from '../adapters/log.ts';
import { createTrail } from '../adapters/trail.ts';
import { ACT_EVENT, REFUSAL_EVENT, TRANSITION_EVENT } from '../contract/names.ts';
import { failureOf } from '../domain/reason.ts';
import { ALARMS, STATUSES } from '../domain/record.ts';
import type { CallEvent, ToldTransition } from '../domain/trail.ts';
import { keepInTrail, type Told } from '../stages/trail.ts';
import { readMessage } from './message.ts';

const text = z.string().min(1).max(4_096);
/** Both become part of a key. */
const assetId = z.string().regex(/^[A-Za-z0-9]{1,255}$/);
const at = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const transition = z.object({
  asset_id: assetId,
  life: z.int(),
  version: z.int(),
  from: z.enum(STATUSES).nullable(),
  to: z.enum(STATUSES),
  at,
  cause: z.string(),
  actor: z.string(),
  principal: text.optional(),
  request_id: text.optional(),
  alarm: z.enum(ALARMS).optional(),
  record: z.object({
    group_id: text.optional(),
    deletion: z.object({ request_id: text.optional() }).optional(),
  }),
}) satisfies z.ZodType<ToldTransition>;

const call = z.object({
  at,
  call: text,
  status: z.int(),
  request_id: text,
  asset_id: assetId.optional(),
  code: text.optional(),
  field: text.optional(),
  item: z.int().optional(),
  user_id: text.optional(),
  principal: text.optional(),
}) satisfies z.ZodType<CallEvent>;

const eventSchema = z.union([
  z
    .object({ 'detail-type': z.literal(TRANSITION_EVENT.detailType), detail: transition })
    .transform(({ detail }): Told => ({ kind: 'transition', detail })),
  z
    .object({ 'detail-type': z.enum([REFUSAL_EVENT.detailType, ACT_EVENT.detailType]), detail: call })
    .transform(({ detail }): Told => ({ kind: 'call', detail })),
]);

const log = createLog();
const trail = createTrail({ client: s3(), ...readTrailConfig() });

export async function handler(event: unknown): Promise<void> {
  try {
    const { entry, outcome } = await keepInTrail(
      trail,
      readMessage(eventSchema, event, 'an event for the trail'),
    );
    const { kind, asset_id } = entry;
    log.info('trail', { stage: 'trail', kind, asset_id, outcome });
  } catch (error) {
    throw failureOf(error);
  }
}
