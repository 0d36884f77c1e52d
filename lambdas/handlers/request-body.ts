// The door for bodies and queries: unknown input is parsed once, here, and every refusal names its field.
import * as z from 'zod';
import type { DeleteRequest, Reschedule } from '../domain/decisions-request.ts';
import { LOSS_CODES } from '../domain/loss-policy.ts';
import { isArchiveOnly, NEVER } from '../domain/modes.ts';
import type { Problem } from '../domain/problem.ts';
import { MODES, STATUSES } from '../domain/record.ts';
import { SLIM_SCOPES } from '../domain/slim.ts';
import { TIERS } from '../domain/thaw.ts';
import { LONGEST_TICKET } from '../domain/ticket.ts';
import { DAY_MS, LONGEST_ARCHIVE_MS, LONGEST_GRACE_MS, parseExpirationDate } from '../domain/time.ts';

/** Larger bodies are refused unread: no request of ours comes near. */
const LARGEST_BODY_BYTES = 64 * 1024;
/** Of five hundred requests with long reasons. */
export const LARGEST_BATCH_BYTES = 1024 * 1024;

const userId = z.string().min(1).max(255);
const reason = z.string().min(1).max(1_000);
const date = z.string().max(64);
const cursor = z.string().min(1).max(4_096);

export const assetId = z.string().regex(/^[A-Za-z0-9]{1,255}$/, 'must be 1 to 255 letters and digits');

const ACCEPT_EXPECTED = `must be true, or a list of: ${LOSS_CODES.join(', ')}`;

export const groupId = z.string().min(1).max(255);

/** The ways to name the asset, of which a request takes one. */
const NAMES = ['asset_id', 'playback_id', 'upload_id'] as const;

function nameOneVideo(
  body: Readonly<Partial<Record<(typeof NAMES)[number], string>>>,
  context: z.RefinementCtx,
): void {
  const [first, second] = NAMES.filter((name) => body[name] !== undefined);
  const issue = { code: 'custom', input: body } as const;
  if (!first) context.addIssue({ ...issue, path: ['asset_id'], message: 'is required' });
  if (second)
    context.addIssue({ ...issue, path: [second], message: `${first} and ${second} exclude each other` });
}

export const deleteRequestBody = z
  .strictObject({
    asset_id: assetId.optional(),
    playback_id: assetId.optional(),
    upload_id: assetId.optional(),
    deleted_by_user_id: userId,
    expiration_date: date.optional(),
    grace_days: z.int().min(0).max(3_652).optional(),
    archive_until: date.nullable().optional(),
    reason: reason.optional(),
    group_id: groupId.optional(),
    // `delete_only` has a route of its own, and a refusal that names it.
    mode: z.enum(MODES).optional(),
    playback: z.enum(['keep', 'revoke']).optional(),
    accept_loss: z.union([z.literal(true), z.array(z.enum(LOSS_CODES)).min(1)], ACCEPT_EXPECTED).optional(),
  })
  .superRefine(nameOneVideo);

/** Of a deletion without a copy: nothing is kept that could end, and no loss is left to accept. */
export const deleteOnlyBody = z
  .strictObject({
    asset_id: assetId.optional(),
    playback_id: assetId.optional(),
    upload_id: assetId.optional(),
    deleted_by_user_id: userId,
    expiration_date: date.optional(),
    grace_days: z.int().min(0).max(3_652).optional(),
    reason: reason.optional(),
    group_id: groupId.optional(),
  })
  .superRefine(nameOneVideo);

/** Its items are read one by one, so that each refusal stands in its place. */
export const batch = z.strictObject({ items: z.array(z.unknown()).min(1).max(500) });

export const rescheduleBody = z.strictObject({
  expiration_date: date.optional(),
  archive_until: date.nullable().optional(),
  user_id: userId,
  reason,
});

export const holdBody = z.strictObject({ reason, user_id: userId, until: date.optional() });

/** Whatever is taken is taken in somebody's name, and for a reason. */
export const slimBody = z.strictObject({
  scope: z.enum(SLIM_SCOPES),
  id: assetId.optional(),
  user_id: userId,
  reason,
  dry_run: z.boolean().optional(),
  accept_loss: z.boolean().optional(),
});

export const releaseBody = z.strictObject({ user_id: userId.optional(), reason: reason.optional() });

export const cancelBody = z.strictObject({ user_id: userId.optional(), reason: reason.optional() });

export const restoreBody = z.strictObject({
  tier: z.enum(TIERS as [string, ...string[]]).optional() as z.ZodType<(typeof TIERS)[number] | undefined>,
  need_by: date.optional(),
  user_id: userId.optional(),
  reason: reason.optional(),
});

/** Both are done in somebody's name, stretch by stretch. */
export const groupCancelBody = z.strictObject({
  user_id: userId,
  reason: reason.optional(),
  // A cursor of a walk has that of the list in it.
  cursor: z.string().min(1).max(8_192).optional(),
});

export const groupRestoreBody = z.strictObject({
  ...groupCancelBody.shape,
  tier: restoreBody.shape.tier,
  need_by: date.optional(),
});

export const erasureBody = z
  .strictObject({
    asset_id: assetId.optional(),
    playback_id: assetId.optional(),
    upload_id: assetId.optional(),
    legal_basis: reason,
    requested_by: userId,
    stop_hours: z.int().min(0).max(720).optional(),
  })
  .superRefine(nameOneVideo);

export const stopErasureBody = z.strictObject({ user_id: userId, reason });

export const erasureId = z.string().regex(/^[a-z0-9]{16,64}$/, 'must be the id of an order of erasure');

export const erasureQuery = z.strictObject({
  cursor: cursor.optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(50),
});

export const groupQuery = z.strictObject({
  tier: restoreBody.shape.tier,
  need_by: date.optional(),
  cursor: cursor.optional(),
});

export const groupMapQuery = z.strictObject({
  // A cursor of a walk has that of the list in it.
  cursor: z.string().min(1).max(8_192).optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(100),
});

export const findQuery = z.strictObject({
  q: z.string().trim().min(1).max(LONGEST_TICKET),
  cursor: cursor.optional(),
});

export const quoteQuery = z.strictObject({ need_by: date.optional() });

/** A quarter ahead and a month is as far as anybody plans. */
export const upcomingQuery = z.strictObject({
  days: z.coerce.number().pipe(z.int().min(1).max(120)).default(7),
  limit: z.coerce.number().pipe(z.int().min(1).max(1_000)).default(200),
  cursor: z.string().min(1).max(4_096).optional(),
});

export const listQuery = z.strictObject({
  status: z.enum(STATUSES).optional(),
  group_id: groupId.optional(),
  cursor: cursor.optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(50),
});

/** `latest`, or the time it began. */
export const auditId = z.string().regex(/^(latest|\d{8}T\d{9}Z)$/, 'must be latest, or the id of an audit');

export const auditQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,4}$/, 'must be one that an answer gave')
    .transform(Number)
    .default(0),
});

/** Of a sidecar in the vault; which there are, the archive says. */
export const fileName = z.string().min(1).max(300);

export const noBody = z.strictObject({});

/** A refusal on its way to becoming a problem document. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Throws Refusal 400 for a body that is too large, is not JSON, or does not fit the schema. */
export function parseBody<T>(schema: z.ZodType<T>, text: string, largestBytes = LARGEST_BODY_BYTES): T {
  if (Buffer.byteLength(text) > largestBytes) {
    throw invalid('BODY_TOO_LARGE', 'body', `The body is larger than ${largestBytes} bytes.`);
  }
  return parse(schema, text.trim() === '' ? {} : parseJson(text), 'body');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('BODY_NOT_JSON', 'body', 'The body is not JSON.', 'Send application/json.');
  }
}

/** Throws Refusal 400 that names the first field which does not fit. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (!issue) throw invalid('INVALID_FIELD', where, 'The request does not fit.');
  if (issue.code === 'unrecognized_keys') {
    const field = issue.keys[0] ?? where;
    throw invalid(
      'UNKNOWN_FIELD',
      field,
      `There is no field "${field}".`,
      'Check its spelling, or leave it out.',
    );
  }
  const field = issue.path.join('.') || where;
  const detail = isMissing(value, issue.path) ? `${field} is required.` : `${field}: ${issue.message}.`;
  throw invalid('INVALID_FIELD', field, detail, `Correct ${field} and send the call again.`);
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  const [key] = path;
  return (
    path.length === 1 && typeof value === 'object' && value !== null && key !== undefined && !(key in value)
  );
}

/** What is asked for, whichever way the asset is named. Throws Refusal 400. */
export function deletionWish(
  body: z.infer<typeof deleteRequestBody>,
  { graceDays, minRetentionMs }: { readonly graceDays: number; readonly minRetentionMs: number },
  nowMs: number,
): Omit<DeleteRequest, 'asset_id'> {
  const { deleted_by_user_id, expiration_date, grace_days, reason, group_id, accept_loss } = body;
  return {
    deleted_by_user_id,
    reason,
    group_id,
    accept_loss,
    mode: modeOf(body),
    playback: body.playback === 'revoke' ? 'revoke' : undefined,
    expirationMs: isArchiveOnly(body) ? Date.parse(NEVER) : expirationMs(body, graceDays, nowMs),
    archiveUntilMs: endOfArchive(body.archive_until, nowMs),
    leastKeptMs: minRetentionMs,
    asked: { expiration_date, grace_days, archive_until: body.archive_until },
  };
}

/** Throws Refusal 400. */
function modeOf(body: z.infer<typeof deleteRequestBody>): DeleteRequest['mode'] {
  const { mode = 'archive_and_delete' } = body;
  if (mode === 'delete_only')
    throw invalid(
      'MODE_NEEDS_ITS_ROUTE',
      'mode',
      'mode: a deletion without a copy has a route, and a permission, of its own.',
      'Send it to POST /v1/delete-requests/delete-only, without mode, if nothing of the video is to be kept.',
    );
  if (mode === 'archive_and_delete') return undefined;
  const date = (['expiration_date', 'grace_days'] as const).find((name) => body[name] !== undefined);
  if (!date) return mode;
  throw invalid(
    'DATE_WITHOUT_DELETION',
    date,
    `${date}: with mode archive_only nothing is deleted, so there is no date for it.`,
    `Leave ${date} out, or the mode.`,
  );
}

/** At least one of the two dates. Throws Refusal 400. */
export function rescheduleWish(body: z.infer<typeof rescheduleBody>, nowMs: number): Reschedule {
  const { expiration_date, archive_until, user_id: userId, reason } = body;
  if (expiration_date === undefined && archive_until === undefined)
    throw invalid(
      'NO_DATE',
      'expiration_date',
      'expiration_date or archive_until is required.',
      'Send one of them.',
    );
  const expirationMs =
    expiration_date === undefined ? undefined : futureDate(expiration_date, 'expiration_date', nowMs);
  const archiveUntilMs = endOfArchive(archive_until, nowMs);
  if (archiveUntilMs && archiveUntilMs <= nowMs) throw inPast(String(archive_until), 'archive_until');
  return { expirationMs, archiveUntilMs, userId, reason };
}

/** In ms since the epoch; null for never, undefined where nothing is said. Throws Refusal 400. */
function endOfArchive(text: string | null | undefined, nowMs: number): number | null | undefined {
  return typeof text === 'string' ? dateWithinReach(text, 'archive_until', nowMs, LONGEST_ARCHIVE_MS) : text;
}

/**
 * The expiration date in ms since the epoch: given, or so many days from now. Throws Refusal 400. A past date is for
 * the decision to refuse: it is none in a request that is sent again after the deletion.
 */
export function expirationMs(
  wish: { readonly expiration_date?: string; readonly grace_days?: number },
  defaultGraceDays: number,
  nowMs: number,
): number {
  if (wish.expiration_date !== undefined && wish.grace_days !== undefined) {
    throw invalid(
      'BOTH_DATES',
      'grace_days',
      'expiration_date and grace_days exclude each other.',
      'Send one of them.',
    );
  }
  if (wish.expiration_date === undefined) return nowMs + (wish.grace_days ?? defaultGraceDays) * DAY_MS;
  return dateWithinReach(wish.expiration_date, 'expiration_date', nowMs);
}

/** A date that is neither past nor further than ten years away. Throws Refusal 400. */
export function futureDate(text: string, field: string, nowMs: number): number {
  const ms = dateWithinReach(text, field, nowMs);
  if (ms > nowMs) return ms;
  throw inPast(text, field);
}

function inPast(text: string, field: string): Refusal {
  return invalid('DATE_IN_PAST', field, `${field}: ${text} is in the past.`, 'Send a later date.');
}

function dateWithinReach(text: string, field: string, nowMs: number, longestMs = LONGEST_GRACE_MS): number {
  const ms = parseExpirationDate(text);
  if (ms === undefined) {
    const how =
      'Send an ISO 8601 time with offset, such as 2026-12-24T00:00:00Z, or a date, which means the end of that UTC day.';
    throw invalid(
      'INVALID_DATE',
      field,
      `${field}: "${text}" is neither a date nor a time with an offset.`,
      how,
    );
  }
  if (ms > nowMs + longestMs) {
    throw invalid(
      'DATE_TOO_FAR',
      field,
      `${field}: ${text} is more than ${Math.floor(longestMs / (365.25 * DAY_MS))} years away.`,
      'Send an earlier date.',
    );
  }
  return ms;
}

export function invalid(code: string, field: string, detail: string, action?: string): Refusal {
  return new Refusal({ status: 400, code, field, detail, action });
}
