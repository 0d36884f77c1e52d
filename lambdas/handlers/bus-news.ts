// The door for what the bus says: an event of EventBridge, read as news that an app may be told.
import * as z from 'zod';
import { ALARM_EVENT, TRANSITION_EVENT } from '../contract/names.ts';
import type { News, ToldRecord } from '../domain/outgoing.ts';
import { STATUSES } from '../domain/record.ts';
import { readJson } from './message.ts';

const id = z.object({ id: z.string() });
const successor = z.looseObject({ id: z.string(), policy: z.string(), replaces: z.string().optional() });
const track = z.looseObject({
  id: z.string(),
  type: z.enum(['audio', 'text']),
  replaces: z.string().optional(),
});
const newIds = z.looseObject({
  new_playback_ids: z.array(successor).default([]),
  new_tracks: z.array(track).optional(),
});

const record = z.looseObject({
  environment: z.string().optional(),
  title: z.string().optional(),
  external_id: z.string().optional(),
  creator_id: z.string().optional(),
  playback_ids: z.array(z.looseObject({ ...id.shape, policy: z.string() })).optional(),
  tracks: z.array(track).optional(),
  revoked: z.array(z.looseObject({ ...id.shape, replaced_by: z.string().optional() })).optional(),
  restore: newIds.optional(),
  earlier_restores: z.array(newIds).optional(),
}) satisfies z.ZodType<ToldRecord>;

const about = { asset_id: z.string(), life: z.int(), version: z.int(), at: z.string(), record };

const busEvent = z.discriminatedUnion('detail-type', [
  z.object({
    'detail-type': z.literal(TRANSITION_EVENT.detailType),
    detail: z.object({
      ...about,
      from: z.enum(STATUSES).nullable(),
      to: z.enum(STATUSES),
      cause: z.string(),
      actor: z.string(),
    }),
  }),
  z.object({
    'detail-type': z.literal(ALARM_EVENT.detailType),
    detail: z.object({ ...about, code: z.string(), message: z.string(), action: z.string() }),
  }),
]);

/** Throws UnreadableError MESSAGE_UNREADABLE. */
export function readNews(text: string): News {
  const event = readJson(busEvent, text, 'an event of the bus');
  if (event['detail-type'] === ALARM_EVENT.detailType) return { kind: 'alarm', ...event.detail };
  return { kind: 'transition', ...event.detail };
}
