// The switches: how the simulated Mux behaves, where Mux's pages leave it open or where the world may be unkind.
// Durations are milliseconds of simulated time: the option `timeScale` divides them.

export interface Behaviour {
  /** From ingest to ready. */
  ingestMs: number;
  /** How long text tracks, audio tracks, static renditions and shots take. */
  trackMs: number;
  masterPreparationMs: number;
  /** Mux: 24 hours. */
  masterUrlTtlMs: number;
  /** From when the lifetime of the URL counts. Unknown. */
  masterUrlTtlFrom: 'ready' | 'request';
  /** So many of the next masters end `errored`. */
  masterErrors: number;
  /** What PUT temporary does while access is temporary already. Unknown. */
  masterRepeat: 'ok-noop' | 'bad-request' | 'new-url';
  /** What PUT temporary does on an asset that is not ready yet, or live. Unknown. */
  masterOnPreparing: 'after-ready' | 'bad-request';
  /** Whether `video.asset.master.deleted` is sent when the URL expires by itself. Unknown. */
  masterDeletedAtExpiry: boolean;
  /** What the URL answers after access was set to none or the asset deleted. Unknown; expired URLs answer 403. */
  masterGone: 403 | 404 | 410;
  /** What a DELETE of a deleted asset answers. Unknown. */
  secondDelete: 404 | 204;
  /** Whether master downloads honour Range. */
  range: boolean;
  /** `per-url` is strong, but differs when the same master is asked for again. */
  etag: 'strong' | 'per-url' | 'weak' | 'none';
  /** What becomes of the same playback policy given twice at creation. Unknown. */
  equalPolicies: 'kept' | 'merged' | 'bad-request';
  /** Whether `highest` may stand beside exact sizes: the guide says no, and shows it. */
  mixedRenditions: 'kept' | 'bad-request';
  /** What becomes of directives at creation; those that do not exist any more may be refused. Unknown. */
  directives: 'kept' | 'bad-request';
  /** What the image host answers for an asset with sound alone. Unknown. */
  audioOnlyPicture: 400 | 404;
  /** The order of lists. Unknown. */
  listOrder: 'newest-first' | 'oldest-first' | 'shuffled';
  /** A created asset is missing from lists for this long; it can be read by its id at once. */
  listDelayMs: number;
  /** What calls of the System API answer to a token without System permissions. Unknown. */
  systemRefusal: 403 | 404;
  /** What a webhook's address that is taken already answers. Unknown. */
  addressTaken: 400 | 409 | 422;
  webhooks: WebhookBehaviour;
  rateLimit: RateLimit;
}

export interface WebhookBehaviour {
  /** When false, events are not sent at all, not even kept. */
  on: boolean;
  delayMs: number;
  /** Each delivery waits up to this much longer, by chance: events overtake each other. */
  shuffleMs: number;
  /** The share that never arrives, 0 to 1, by chance. */
  lost: number;
  /** Types that never arrive. */
  loseTypes: string[];
  /** So many further deliveries of each event, with the same id. */
  repeats: number;
  /** Mux gives up an attempt after 5 s. Not scaled. */
  timeoutMs: number;
  /** The first wait before a retry; each further one is twice as long. The growth is Mux's, the numbers are assumed. */
  retryFirstMs: number;
  /** Mux: 24 hours. */
  retryForMs: number;
  /** Whether a retry is signed anew or carries the first signature. Unknown. */
  retrySignature: 'fresh' | 'old';
}

/** Requests per second, real seconds. Mux publishes 1 and 5, not the bursts. */
export interface RateLimit {
  on: boolean;
  postPerSecond: number;
  postBurst: number;
  otherPerSecond: number;
  otherBurst: number;
}

const HOUR_MS = 3_600_000;

export const DEFAULT_BEHAVIOUR: Behaviour = {
  ingestMs: 300,
  trackMs: 200,
  masterPreparationMs: 1000,
  masterUrlTtlMs: 24 * HOUR_MS,
  masterUrlTtlFrom: 'ready',
  masterErrors: 0,
  masterRepeat: 'ok-noop',
  masterOnPreparing: 'after-ready',
  masterDeletedAtExpiry: true,
  masterGone: 403,
  secondDelete: 404,
  range: true,
  etag: 'strong',
  equalPolicies: 'kept',
  mixedRenditions: 'bad-request',
  directives: 'kept',
  audioOnlyPicture: 404,
  listOrder: 'newest-first',
  listDelayMs: 0,
  systemRefusal: 403,
  addressTaken: 400,
  webhooks: {
    on: true,
    delayMs: 0,
    shuffleMs: 0,
    lost: 0,
    loseTypes: [],
    repeats: 0,
    timeoutMs: 5000,
    retryFirstMs: 10_000,
    retryForMs: 24 * HOUR_MS,
    retrySignature: 'fresh',
  },
  rateLimit: { on: true, postPerSecond: 1, postBurst: 5, otherPerSecond: 5, otherBurst: 25 },
};

/** Some of the switches; of `webhooks` and `rateLimit` too, only what is to change. */
export type BehaviourChange = Partial<Omit<Behaviour, 'webhooks' | 'rateLimit'>> & {
  webhooks?: Partial<WebhookBehaviour>;
  rateLimit?: Partial<RateLimit>;
};

/** Throws TypeError for a switch that does not exist, since a misspelt one would test nothing. */
export function changed(behaviour: Behaviour, change: BehaviourChange): Behaviour {
  const next = {
    ...behaviour,
    ...change,
    webhooks: { ...behaviour.webhooks, ...change.webhooks },
    rateLimit: { ...behaviour.rateLimit, ...change.rateLimit },
  };
  refuseUnknown(next, DEFAULT_BEHAVIOUR);
  refuseUnknown(next.webhooks, DEFAULT_BEHAVIOUR.webhooks);
  refuseUnknown(next.rateLimit, DEFAULT_BEHAVIOUR.rateLimit);
  return next;
}

function refuseUnknown(given: object, known: object): void {
  const unknown = Object.keys(given).filter((key) => !(key in known));
  if (unknown.length > 0) throw new TypeError(`The simulator has no switch ${unknown.join(', ')}`);
}
