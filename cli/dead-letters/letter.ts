// A dead letter read back: which work it was, why it failed, how often and when. Pure.
import * as z from 'zod';
import { REASON_ATTRIBUTES } from '../../lambdas/contract/dead-letters.ts';
import { parseKey } from '../../lambdas/contract/keys.ts';
import { type SegmentMessage, STAGES, type Stage, type StageMessage } from '../../lambdas/contract/names.ts';
import { keepable, type Reason } from '../../lambdas/domain/reason.ts';

/** Segments that were given up, and invocations that failed. */
export type QueueName = 'copy' | 'invocations';

/** A message as it lies in the queue. */
export interface RawLetter {
  readonly queue: QueueName;
  readonly id: string;
  readonly body: string;
  /** When it came into its first queue, ms since the epoch. */
  readonly sentAtMs: number;
  /** Its message attributes, as texts. */
  readonly attributes: Readonly<Record<string, string>>;
}

export type Work =
  | ({ readonly kind: 'segment' } & SegmentMessage)
  | ({ readonly kind: 'stage'; readonly stage: Stage } & StageMessage)
  | { readonly kind: 'sweep' }
  | { readonly kind: 'audit' }
  /** The bucket's word that an archive can be read. */
  | { readonly kind: 'thawed'; readonly asset_id?: string }
  /** `by` is the function that failed on it. */
  | { readonly kind: 'unknown'; readonly by?: string };

export interface Letter {
  readonly queue: QueueName;
  readonly id: string;
  /** When the work was given up, ISO-8601. */
  readonly at: string;
  readonly work: Work;
  /** Absent when nobody was left to say it. */
  readonly reason?: Reason;
  /** How often it was tried, if that is known. */
  readonly tries?: number;
}

export function assetOf({ work }: Letter): string | undefined {
  return 'asset_id' in work ? work.asset_id : undefined;
}

export function readLetter(raw: RawLetter): Letter {
  const base = { queue: raw.queue, id: raw.id, at: new Date(raw.sentAtMs).toISOString() };
  const body = jsonOf(raw.body);
  const record = raw.queue === 'invocations' ? failureRecord.safeParse(body).data : undefined;
  if (record) return { ...base, ...readFailureRecord(record) };
  const work = raw.queue === 'copy' ? segmentOf(body) : targetOf(body);
  return { ...base, work, ...attributesOf(raw.attributes) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lambda guide, "Capturing records of Lambda asynchronous invocations". */
const failureRecord = z.object({
  timestamp: z.iso.datetime({ offset: true }),
  requestContext: z.object({
    functionArn: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.int().optional(),
  }),
  requestPayload: z.unknown(),
  responsePayload: z
    .object({ errorType: z.string().optional(), errorMessage: z.string().optional() })
    .nullish()
    .catch(undefined),
});

function readFailureRecord(record: z.output<typeof failureRecord>): Omit<Letter, 'queue' | 'id'> {
  const { functionArn, condition, approximateInvokeCount } = record.requestContext;
  const { errorType, errorMessage = '' } = record.responsePayload ?? {};
  return {
    at: new Date(record.timestamp).toISOString(),
    work: workOf(functionArn, record.requestPayload),
    // Without an answer the function never ran, and the condition is all there is to say.
    reason: { code: errorType ?? condition, message: keepable(errorMessage) },
    tries: approximateInvokeCount,
  };
}

/** Our functions' names end in the name of their bundle: `…-master`; a version or `$LATEST` follows. */
function workOf(functionArn: string, payload: unknown): Work {
  const [, name] = /-([a-z]+)(?::[^:]*)?$/.exec(functionArn) ?? [];
  if (name === 'sweep' || name === 'audit') return { kind: name };
  const stage = STAGES.find((one) => one === name);
  const message = stageMessage.safeParse(payload).data;
  if (stage && message) return { kind: 'stage', stage, ...message };
  const work = targetOf(payload);
  return work.kind === 'unknown' ? { ...work, by: name } : work;
}

const stageMessage = z.object({
  asset_id: z.string(),
  life: z.int(),
  version: z.int(),
}) satisfies z.ZodType<StageMessage>;

const segmentMessage = z.object({
  asset_id: z.string(),
  life: z.int(),
  upload_id: z.string(),
  first_part: z.int(),
  last_part: z.int(),
}) satisfies z.ZodType<SegmentMessage>;

function segmentOf(body: unknown): Work {
  const segment = segmentMessage.safeParse(body).data;
  return segment ? { kind: 'segment', ...segment } : { kind: 'unknown' };
}

const thawed = z.object({
  'detail-type': z.literal('Object Restore Completed'),
  detail: z.object({ object: z.object({ key: z.string() }) }),
});

/** What a schedule or a rule could not deliver is the event itself. */
function targetOf(body: unknown): Work {
  if (z.object({ lane: z.string() }).safeParse(body).success) return { kind: 'sweep' };
  const event = thawed.safeParse(body).data;
  return event
    ? { kind: 'thawed', asset_id: parseKey(event.detail.object.key)?.assetId }
    : { kind: 'unknown' };
}

/**
 * The worker says why in attributes, as EventBridge and its Scheduler do ("Using dead-letter queues to process
 * undelivered events", "Configuring a dead-letter queue for a schedule").
 */
function attributesOf(attributes: RawLetter['attributes']): Pick<Letter, 'reason' | 'tries'> {
  const code = attributes[REASON_ATTRIBUTES.code];
  const message = keepable(attributes[REASON_ATTRIBUTES.message] ?? '');
  const retries = attributes.RETRY_ATTEMPTS;
  const tries = attributes[REASON_ATTRIBUTES.receives] ?? (retries && Number(retries) + 1);
  return {
    ...(code && { reason: { code, message } }),
    ...(tries && Number.isFinite(Number(tries)) && { tries: Number(tries) }),
  };
}
