// Mux's published limits as token buckets: one for POST and one for all other verbs, per environment.
import type { RateLimit } from './behaviour.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

export interface RateDecision {
  readonly granted: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  take(environmentId: string, method: string, limit: RateLimit, nowMs: number): RateDecision {
    if (!limit.on) return { granted: true, headers: {} };
    const isPost = method === 'POST';
    const perSecond = isPost ? limit.postPerSecond : limit.otherPerSecond;
    const burst = Math.max(1, isPost ? limit.postBurst : limit.otherBurst);
    const key = `${environmentId} ${isPost ? 'POST' : 'other'}`;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const refilled = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * perSecond);
    const granted = refilled >= 1;
    const tokens = granted ? refilled - 1 : refilled;
    this.#buckets.set(key, { tokens, atMs: nowMs });
    return { granted, headers: rateHeaders(perSecond, tokens) };
  }
}

/** The names are documented (blog, 2026-06-03); that the limit is per second is assumed. */
function rateHeaders(perSecond: number, tokens: number): Record<string, string> {
  return { 'x-ratelimit-limit': String(perSecond), 'x-ratelimit-remaining': String(Math.floor(tokens)) };
}
