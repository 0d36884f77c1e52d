// The door for Mux's webhooks: whether Mux sent these bytes, lately, and which asset they are a hint about. Never throws.
// By hand and not by the SDK, whose verifier takes strings only and accepts any time in the future.
// https://www.mux.com/docs/core/verify-webhook-signatures
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/** The part of an event that we use. Everything else is read from the API again (law 4). */
export interface WebhookEvent {
  readonly type: string;
  /** Mux sends an event more than once with the same id. */
  readonly id: string;
  readonly created_at?: string;
  readonly environment?: { readonly id?: string };
  readonly data?: { readonly id?: string; readonly asset_id?: string };
}

export type WebhookRefusal =
  | 'WEBHOOK_SECRET_MISSING'
  | 'WEBHOOK_SIGNATURE_MISSING'
  | 'WEBHOOK_SIGNATURE_MALFORMED'
  | 'WEBHOOK_SIGNATURE_WRONG'
  | 'WEBHOOK_TIME_OUT_OF_RANGE'
  | 'WEBHOOK_BODY_UNREADABLE';

export type WebhookVerdict =
  | { readonly ok: true; readonly event: WebhookEvent }
  | { readonly ok: false; readonly code: WebhookRefusal; readonly message: string };

export interface WebhookDelivery {
  /** The bytes as they came; parsing and writing them again would change them. */
  readonly rawBody: Buffer | string;
  /** `mux-signature`: `t=<unix seconds>,v1=<hex>`, with further `v1=` where secrets overlap. */
  readonly header: string | undefined;
  /** The secret, and while it is being changed the one before. Empty ones are skipped: anybody can sign with those. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
  /** How far the signed time may be from ours, either way. Default 5 minutes, as in Mux's SDKs. */
  readonly toleranceMs?: number;
}

const DEFAULT_TOLERANCE_MS = 300_000;

const text = z.string().optional().catch(undefined);
const EventJson = z.object({
  type: z.string(),
  id: z.string(),
  created_at: text,
  environment: z.object({ id: text }).optional().catch(undefined),
  data: z.object({ id: text, asset_id: text }).optional().catch(undefined),
});

export function verifyWebhook(delivery: WebhookDelivery): WebhookVerdict {
  const { rawBody, header, nowMs, toleranceMs = DEFAULT_TOLERANCE_MS } = delivery;
  const secrets = delivery.secrets.filter((secret) => secret !== '');
  if (secrets.length === 0) return refuse('WEBHOOK_SECRET_MISSING', 'No webhook secret is configured.');
  if (!header) return refuse('WEBHOOK_SIGNATURE_MISSING', 'The request has no mux-signature header.');
  const signed = parseHeader(header);
  if (!signed)
    return refuse('WEBHOOK_SIGNATURE_MALFORMED', 'Expected mux-signature: t=<unix seconds>,v1=<hex>.');

  const body = typeof rawBody === 'string' ? Buffer.from(rawBody, 'utf8') : rawBody;
  const expected = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${signed.time}.`).update(body).digest(),
  );
  const genuine = signed.signatures.some((given) => expected.some((own) => timingSafeEqual(own, given)));
  if (!genuine)
    return refuse('WEBHOOK_SIGNATURE_WRONG', 'No v1 signature fits the body and a configured secret.');

  // Only after the signature, so that a stranger learns nothing of our clock.
  const skewMs = nowMs - Number(signed.time) * 1000;
  if (Math.abs(skewMs) <= toleranceMs) return readEvent(body);
  const skewSeconds = Math.round(skewMs / 1000);
  return refuse(
    'WEBHOOK_TIME_OUT_OF_RANGE',
    `Signed ${skewSeconds} s ago; ${toleranceMs / 1000} s either way are allowed.`,
  );
}

const INTERESTING = new Set([
  ...['ready', 'errored', 'deleted'].map((what) => `video.asset.${what}`),
  ...['ready', 'errored', 'deleted'].map((what) => `video.asset.master.${what}`),
  ...['ready', 'errored'].map((what) => `video.asset.track.${what}`),
  ...['created', 'ready', 'errored', 'deleted', 'skipped'].map(
    (what) => `video.asset.static_rendition.${what}`,
  ),
]);

/** Their `data` is the track or the rendition, which names its asset; else `data` is the asset itself. */
const ABOUT_A_PART = /^video\.asset\.(track|static_rendition)\./;

/** Which asset an event is about, and whether its record should be woken. Types unknown to us are ignored. */
export function subjectOf(event: WebhookEvent): { readonly interest: 'ignore' } | WakeSubject {
  const assetId = ABOUT_A_PART.test(event.type) ? event.data?.asset_id : event.data?.id;
  if (!INTERESTING.has(event.type) || !assetId || !/^[A-Za-z0-9]{1,255}$/.test(assetId))
    return { interest: 'ignore' };
  return { interest: 'wake', assetId };
}

export interface WakeSubject {
  readonly interest: 'wake';
  readonly assetId: string;
}

/** Undefined unless there is exactly one time and at least one signature of the right form; other schemes are skipped. */
function parseHeader(header: string): { time: string; signatures: Buffer[] } | undefined {
  const items = header.split(',').map((item) => item.trim());
  const valuesOf = (name: string) =>
    items.flatMap((item) => (item.startsWith(`${name}=`) ? [item.slice(name.length + 1)] : []));
  const [time, ...furtherTimes] = valuesOf('t');
  const signatures = valuesOf('v1').filter((hex) => /^[0-9a-f]{64}$/.test(hex));
  if (!time || !/^\d{1,12}$/.test(time) || furtherTimes.length > 0 || signatures.length === 0)
    return undefined;
  return { time, signatures: signatures.map((hex) => Buffer.from(hex, 'hex')) };
}

function readEvent(body: Buffer): WebhookVerdict {
  try {
    const parsed = EventJson.safeParse(JSON.parse(body.toString('utf8')));
    if (parsed.success) return { ok: true, event: parsed.data };
  } catch {
    // Not JSON: said below, together with JSON that is no event.
  }
  return refuse('WEBHOOK_BODY_UNREADABLE', 'The body is no JSON object with a type and an id.');
}

function refuse(code: WebhookRefusal, message: string): WebhookVerdict {
  return { ok: false, code, message };
}
