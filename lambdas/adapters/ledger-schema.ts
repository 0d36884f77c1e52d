// The door of the ledger: what an item must hold to be a record. Items of earlier deploys lack fields that came later
// and get their defaults; those of later deploys, and those that somebody broke by hand, are left as they are.
import * as z from 'zod';
import { LANES, STORAGE_CLASSES } from '../contract/names.ts';
import { SetUpError } from '../domain/failures.ts';
import { type AssetRecord, STATUSES, type Tier } from '../domain/record.ts';
import { TIERS } from '../domain/thaw.ts';

/** The schema this code writes. A deploy that writes what older code must not touch raises it. */
export const SCHEMA = 1;

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is no time');
const count = z.int().min(0);
const text = z.string();
const id = z.string().min(1);
const tier = z.custom<Tier>((value) => TIERS.some((known) => known === value), 'is no tier');
const playbackId = z.looseObject({ id, policy: text });

const trackId = z.looseObject({
  id,
  type: z.enum(['audio', 'text']),
  name: text.optional(),
  language_code: text.optional(),
});

const StoredObject = z.looseObject({ key: id, version_id: id, size_bytes: count, crc32: id });

/** Nothing in it has a default: a deletion is proved by all of it. */
const Archive = z.looseObject({
  ...StoredObject.shape,
  bucket: id,
  storage_class: z.enum(STORAGE_CLASSES),
  token: id,
  verified_at: time,
  locked_until: time.optional(),
  manifest: StoredObject,
  captions: z.array(z.looseObject({ ...StoredObject.shape, track_id: id })),
  sidecars: z.array(z.looseObject({ ...StoredObject.shape, name: id, content_type: text })).optional(),
});

const Upload = z.looseObject({
  upload_id: id,
  key: id,
  token: id,
  part_size_bytes: z.int().min(1),
  source: z.looseObject({ size_bytes: count, etag: text.optional(), probed_at: time }),
  restarts: count.default(0),
  crc32: id.optional(),
  aborted_at: time.optional(),
});

const Restore = z.looseObject({
  tier,
  requested_at: time,
  requested_by: text.optional(),
  ready_by: time,
  estimated_cost_usd: z.number(),
  asked_tier: tier.optional(),
  token: id,
  first_create_at: time.optional(),
  create_attempted_at: time.optional(),
  create_attempts: count.default(0),
  searched: z.array(text).optional(),
  new_asset_id: id.optional(),
  new_playback_ids: z.array(z.looseObject({ ...playbackId.shape, replaces: text.optional() })).default([]),
  refused: z.array(text).optional(),
  given_up: z.array(text).optional(),
  failing_since: time.optional(),
  finished_at: time.optional(),
  need_by: time.optional(),
  new_tracks: z.array(z.looseObject({ ...trackId.shape, replaces: text.optional() })).optional(),
  comparison: StoredObject.optional(),
});

const EarlierRestore = Restore.pick({ new_asset_id: true, new_playback_ids: true, new_tracks: true })
  .required({ new_asset_id: true })
  .extend({ restored_at: time.optional() });

const HistoryEntry = z.looseObject({
  at: time,
  from: z.enum(STATUSES).nullable(),
  to: z.enum(STATUSES),
  cause: text,
  actor: text,
  principal: text.optional(),
  request_id: text.optional(),
  version: count,
});

const Failure = z.looseObject({
  code: text,
  message: text,
  action: text.default(''),
  from: z.enum(STATUSES),
  retryable: z.boolean().default(true),
});

const PurgeOnce = z.looseObject({
  from: z.enum(STATUSES),
  failure: Failure.optional(),
  led_by: id.optional(),
  order: z
    .looseObject({
      id,
      asset_id: id,
      root_asset_id: id,
      requested_by: text,
      legal_basis: text,
      principal: text.optional(),
      request_id: text.optional(),
      ordered_at: time,
      executes_at: time,
    })
    .optional(),
  executes_at: time,
  marked_at: time.optional(),
  begun_at: time.optional(),
  removed: z
    .looseObject({
      assets: z.array(text),
      versions: count,
      bytes: count,
      uploads: count,
      trail_entries: count,
    })
    .optional(),
  trail_mark: text.optional(),
  blocked_until: time.optional(),
  empty_at: time.optional(),
  done_at: time.optional(),
});
const Purge = PurgeOnce.extend({ before: PurgeOnce.optional() });

/** Loose throughout: fields that this code does not know are written back as they were. */
const Item = z.looseObject({
  asset_id: id,
  life: z.int().min(1),
  status: z.enum(STATUSES),
  version: z.int().min(1),
  schema: z.literal(SCHEMA).default(SCHEMA),
  created_at: time,
  updated_at: time,
  deleted_by_user_id: text,
  reason: text.optional(),
  group_id: text.optional(),
  expiration_date: time,
  asked: z
    .looseObject({
      expiration_date: text.optional(),
      grace_days: z.number().optional(),
      archive_until: text.nullable().optional(),
    })
    .default({}),
  mode: z.enum(['archive_only', 'delete_only']).optional(),
  playback: z.literal('revoke').optional(),
  revoked: z
    .array(
      z.looseObject({
        ...playbackId.shape,
        drm_configuration_id: text.optional(),
        revoked_at: time,
        replaced_by: text.optional(),
      }),
    )
    .optional(),
  archive_until: time.nullable().optional(),
  end_foretold: z.looseObject({ archive_until: time, said_at: time }).optional(),
  purge: Purge.optional(),
  former_external_ids: z.array(text).optional(),
  wake_at: time.optional(),
  wake_lane: z.enum(LANES).default('step'),
  leased_until: time.optional(),
  attempts: count.default(0),
  waiting_for: text.optional(),
  expected_by: time.optional(),
  hold: z.looseObject({ reason: text, user_id: text, since: time, until: time.optional() }).optional(),
  rehearsed_at: time.optional(),
  foretold: z.looseObject({ expiration_date: time, deletes_at: time, said_at: time.optional() }).optional(),
  watched: z
    .looseObject({
      expiration_date: time,
      since: time,
      until: time,
      seconds: z.number().optional(),
      looked_at: time,
    })
    .optional(),
  environment: id.optional(),
  title: text.optional(),
  passthrough: text.optional(),
  external_id: text.optional(),
  creator_id: text.optional(),
  duration: z.number().optional(),
  playback_ids: z.array(playbackId).optional(),
  tracks: z.array(trackId).optional(),
  billed_as: z
    .looseObject({
      resolution_tier: text.optional(),
      video_quality: text.optional(),
      has_static_renditions: z.boolean(),
    })
    .optional(),
  accepted_losses: z.array(text).optional(),
  losses: z.array(z.looseObject({ code: text, attribute: text, detail: text })).default([]),
  losses_said_at: time.optional(),
  master: z.looseObject({ requested_at: time, restarts: count.default(0) }).optional(),
  upload: Upload.optional(),
  progress: z.looseObject({ bytes_done: count, bytes_total: count }).optional(),
  archive: Archive.optional(),
  deleted_at: time.optional(),
  deletion: z.looseObject({ at: time, request_id: text.optional() }).optional(),
  lock_pending: z.literal(true).optional(),
  lost_at: time.optional(),
  restore: Restore.optional(),
  earlier_restores: z.array(EarlierRestore).optional(),
  given_up_assets: z.array(id).optional(),
  current_asset_id: id.optional(),
  restored_from: id.optional(),
  failure: Failure.optional(),
  warnings: z.array(text).default([]),
  history: z.array(HistoryEntry).default([]),
  // The bus may be told twice, never not at all.
  published_version: count.default(0),
});

/**
 * The record in an item's fields. Throws SetUpError, since no person's request is at fault and none may be given up for
 * it: LEDGER_SCHEMA_NEWER for what a later deploy wrote, LEDGER_ITEM_UNREADABLE for what nobody should have written.
 */
export function readRecord(fields: Readonly<Record<string, unknown>>, pk: string): AssetRecord {
  const { schema } = fields;
  if (typeof schema === 'number' && schema > SCHEMA) throw newer(pk, schema);
  const parsed = Item.safeParse(fields);
  if (!parsed.success) throw unreadable(pk, parsed.error.issues.map(placeOf).slice(0, 5).join(', '));
  return parsed.data;
}

function placeOf(issue: z.core.$ZodIssue): string {
  return issue.path.join('.') || 'the whole';
}

function newer(pk: string, schema: number): SetUpError {
  return new SetUpError(
    'LEDGER_SCHEMA_NEWER',
    `The item ${pk} has schema ${schema}; this code knows ${SCHEMA} and leaves it alone.`,
    {
      action: 'Deploy the newer version again: it wrote this item, and an older one would lose what it says.',
      retryable: true,
    },
  );
}

export function unreadable(pk: string, where: string, cause?: unknown): SetUpError {
  return new SetUpError(
    'LEDGER_ITEM_UNREADABLE',
    `The item ${pk} is no record that can be read, at ${where}.`,
    {
      action:
        'Restore the item from a backup of the table, or correct it by hand; until then nothing touches its video.',
      retryable: true,
      cause,
    },
  );
}
