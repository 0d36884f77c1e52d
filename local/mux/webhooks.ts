// Events: made in the shape of Mux's webhooks, signed, sent, and sent again until somebody answers 2xx (mux.md, section 6).
import { createHmac, randomUUID } from 'node:crypto';
import { fetch } from 'undici';
import { showAsset } from './asset-view.ts';
import { connections } from './download.ts';
import type { Asset, Environment, StaticRendition, StoredAsset, Track, WebhookDelivery } from './model.ts';
import { environmentOf, later, remember, schedule, type World } from './world.ts';

export function emitAsset(world: World, stored: StoredAsset, type: string): void {
  emit(world, stored, type, { type: 'asset', id: stored.asset.id }, webhookAsset(world, stored));
}

export function emitTrack(
  world: World,
  stored: StoredAsset,
  event: string,
  track: Track,
  error?: string,
): void {
  const data = { ...track, asset_id: stored.asset.id, ...failure(error) };
  emit(world, stored, `video.asset.track.${event}`, { type: 'track', id: track.id ?? '' }, data);
}

export function emitRendition(world: World, stored: StoredAsset, event: string, file: StaticRendition): void {
  const object = { type: 'static-rendition', id: file.id ?? '' };
  emit(world, stored, `video.asset.static_rendition.${event}`, object, {
    ...file,
    asset_id: stored.asset.id,
  });
}

export function emitShots(
  world: World,
  stored: StoredAsset,
  event: string,
  shots: NonNullable<Asset['shots']>,
): void {
  const object = { type: 'asset', id: stored.asset.id };
  emit(world, stored, `video.asset.shots.${event}`, object, { ...shots });
}

function failure(message: string | undefined) {
  return message === undefined ? {} : { error: { type: 'download_failed', messages: [message] } };
}

/** An asset looks slightly different in a webhook: numbers where the API has strings (spec, WebhookAsset). */
function webhookAsset(world: World, stored: StoredAsset): Record<string, unknown> {
  const asset = showAsset(world, stored);
  const files = asset.static_renditions?.files?.map((file) => ({
    ...file,
    filesize: Number(file.filesize ?? 0),
  }));
  const times = asset.recording_times?.map((time) => ({
    ...time,
    started_at: secondsAndNanos(time.started_at),
  }));
  return {
    ...asset,
    created_at: Number(asset.created_at),
    ...(files && { static_renditions: { ...asset.static_renditions, files } }),
    ...(times && { recording_times: times }),
  };
}

function secondsAndNanos(iso: string | undefined): { seconds: number; nanos: number } {
  const ms = Date.parse(iso ?? '') || 0;
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}

function emit(
  world: World,
  stored: StoredAsset,
  type: string,
  object: { type: string; id: string },
  data: Record<string, unknown>,
): void {
  const environment = environmentOf(world, stored);
  if (!environment || !world.behaviour.webhooks.on) return;
  const event = {
    type,
    id: randomUUID(),
    // Mux writes microseconds.
    created_at: new Date().toISOString().replace('Z', '000Z'),
    object,
    environment: { name: environment.name, id: environment.id },
    data,
    attempts: [],
    request_id: null,
    accessor: null,
    accessor_source: null,
  };
  for (const to of receiversOf(world, environment)) post(world, to, type, JSON.stringify(event));
}

interface Receiver {
  readonly url: string;
  readonly secret: string;
}

/** Those that the environment was given, and those that the API made, each with a secret of its own. */
function receiversOf(world: World, { id, webhookUrls, webhookSecret }: Environment): readonly Receiver[] {
  const made = world.store.state.webhooks.filter((one) => one.environmentId === id && one.enabled);
  return [
    ...webhookUrls.map((url) => ({ url, secret: webhookSecret })),
    ...made.map(({ address, secret }) => ({ url: address, secret })),
  ];
}

function post(world: World, { url, secret }: Receiver, type: string, body: string): void {
  const { delayMs, shuffleMs, lost, loseTypes, repeats } = world.behaviour.webhooks;
  for (let copy = 0; copy <= repeats; copy += 1) {
    if (loseTypes.includes(type) || world.random() < lost) continue;
    const delivery = {
      url,
      secret,
      body,
      type,
      firstAtMs: Date.now(),
      attempts: 0,
    };
    schedule(world, { kind: 'webhook', delivery }, delayMs + world.random() * shuffleMs);
  }
}

/** One attempt; answers when the next one is due, or undefined when there is none. */
export async function deliver(
  world: World,
  delivery: WebhookDelivery,
  closing: AbortSignal,
): Promise<number | undefined> {
  const { timeoutMs, retryFirstMs, retryForMs, retrySignature } = world.behaviour.webhooks;
  const signature = (retrySignature === 'old' && delivery.signature) || sign(delivery.body, delivery.secret);
  delivery.signature ??= signature;
  const status = await attempt(
    delivery,
    signature,
    AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]),
  );
  closing.throwIfAborted();
  delivery.attempts += 1;
  record(world, delivery, status);
  if (status !== undefined && status >= 200 && status < 300) return undefined;
  const againAtMs = later(world, retryFirstMs * 2 ** (delivery.attempts - 1));
  return againAtMs - delivery.firstAtMs > retryForMs / world.timeScale ? undefined : againAtMs;
}

/** The status of the answer; undefined when the address did not answer in time. */
async function attempt(
  { url, body }: WebhookDelivery,
  signature: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const headers = { 'content-type': 'application/json', 'mux-signature': signature };
    const response = await fetch(url, {
      ...{ method: 'POST', headers, body, redirect: 'manual', signal },
      dispatcher: connections,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

function record(
  world: World,
  { type, body, url, attempts }: WebhookDelivery,
  status: number | undefined,
): void {
  const eventId: string = JSON.parse(body).id;
  const at = new Date().toISOString();
  remember(world.webhookAttempts, {
    type,
    eventId,
    url,
    attempt: attempts,
    at,
    ...(status !== undefined && { status }),
  });
}

/** The value of `mux-signature` for a body sent now (mux.com/docs/core/verify-webhook-signatures). */
export function sign(body: string, secret: string, nowMs = Date.now()): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
