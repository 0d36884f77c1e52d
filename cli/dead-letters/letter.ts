// A dead letter read back: which work it was, why it failed, how often and when. Pure.
import * as z from 'zod';
import { DELIVERY_ATTRIBUTES, REASON_ATTRIBUTES } from '../../lambdas/contract/dead-letters.ts';
import { parseKey } from '../../lambdas/contract/keys.ts';
import {
  ACT_EVENT,
  ALARM_EVENT,
  REFUSAL_EVENT,
  type SegmentMessage,
  STAGES,
  type Stage,
  type StageMessage,
  TRANSITION_EVENT,
} from '../../lambdas/contract/names.ts';
import { keepable, type Reason } from '../../lambdas/domain/reason.ts';

/** Segments that were given up, invocations that failed, and events that no receiver took. */
export type QueueName = 'copy' | 'invocations' | 'webhooks';

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
  /** An event that did not get into the audit trail. */
  | { readonly kind: 'trail'; readonly asset_id?: string }
  /** The bucket's word that an archive can be read. */
  | { readonly kind: 'thawed'; readonly asset_id?: string }
  /** An event for the customer's app: whom it was for, and the name of its queue, as far as somebody was left to say so. */
  | {
      readonly kind: 'event';
      readonly asset_id: string;
      readonly type: string;
      readonly at: string;
      readonly to?: string;
      readonly queue?: string;
    }
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
  const work = workIn(raw, body);
  return { ...base, work, ...attributesOf(raw.attributes) };
}

function workIn({ queue, attributes }: RawLetter, body: unknown): Work {
  if (queue === 'copy') return segmentOf(body);
  const own = queue === 'webhooks' ? eventOf(body, attributes) : undelivered(body, attributes);
  return own ?? targetOf(body);
}

/** What a rule could not put into a queue ("Using dead-letter queues to process undelivered events", message attributes). */
function undelivered(body: unknown, attributes: RawLetter['attributes']): Work | undefined {
  const [, queue] = /^arn:[^:]+:sqs:[^:]*:[^:]*:(.+)$/.exec(attributes.TARGET_ARN ?? '') ?? [];
  return queue ? eventOf(body, { [DELIVERY_ATTRIBUTES.queue]: queue }) : undefined;
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
  if (name === 'trail') return trailOf(payload);
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

const busEvent = z.object({
  'detail-type': z.enum([TRANSITION_EVENT.detailType, ALARM_EVENT.detailType]),
  detail: z.object({ asset_id: z.string(), at: z.string(), to: z.string().optional() }),
});

function eventOf(body: unknown, attributes: RawLetter['attributes']): Work | undefined {
  const event = busEvent.safeParse(body).data;
  if (!event) return undefined;
  const { asset_id, at, to: status } = event.detail;
  const to = attributes[DELIVERY_ATTRIBUTES.receiver];
  const queue = attributes[DELIVERY_ATTRIBUTES.queue];
  const way = { ...(to && { to: keepable(to) }), ...(queue && { queue }) };
  return { kind: 'event', asset_id, at, type: status ?? 'an alarm', ...way };
}

const thawed = z.object({
  'detail-type': z.literal('Object Restore Completed'),
  detail: z.object({ object: z.object({ key: z.string() }) }),
});

const forTrail = z.object({
  'detail-type': z.enum([TRANSITION_EVENT, REFUSAL_EVENT, ACT_EVENT].map(({ detailType }) => detailType)),
});

const isForTrail = (body: unknown) => forTrail.safeParse(body).success;

function trailOf(event: unknown): Work {
  const about = z.object({ detail: z.object({ asset_id: z.string().optional() }) }).safeParse(event).data;
  return { kind: 'trail', asset_id: about?.detail.asset_id };
}

/** What a schedule or a rule could not deliver is the event itself. */
function targetOf(body: unknown): Work {
  if (z.object({ lane: z.string() }).safeParse(body).success) return { kind: 'sweep' };
  if (isForTrail(body)) return trailOf(body);
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
