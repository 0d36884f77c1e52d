// What every part of the simulator works on, and the few questions all of them ask.
import { randomBytes } from 'node:crypto';
import type { Behaviour } from './behaviour.ts';
import type { Delivery } from './delivery-usage.ts';
import type { FaultPlan } from './faults.ts';
import type { MediaStore } from './media-store.ts';
import type { Environment, StoredAsset, Work } from './model.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { Scheduler } from './scheduler.ts';
import type { Store } from './store.ts';

export interface World {
  /** Where this simulator is reached, without a slash at the end. */
  origin: string;
  environments: readonly Environment[];
  behaviour: Behaviour;
  readonly timeScale: number;
  readonly random: () => number;
  readonly faults: FaultPlan;
  readonly limiter: RateLimiter;
  readonly store: Store;
  readonly media: MediaStore;
  readonly scheduler: Scheduler;
  readonly requests: RequestEntry[];
  readonly webhookAttempts: WebhookAttempt[];
  /** What was watched; like switches and faults it ends with the program. */
  deliveries: readonly Delivery[];
  /** Paths of files that the simulator hosts, by the name in their URL. */
  readonly hosted: Map<string, string>;
}

/** One request the simulator received, other than those of its own control. */
export interface RequestEntry {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly range?: string;
  /** 0 when the connection was broken or left hanging on purpose. */
  readonly status: number;
  readonly at: string;
}

export interface WebhookAttempt {
  readonly type: string;
  readonly eventId: string;
  readonly url: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly at: string;
  /** The status of the answer; absent when there was none within the time. */
  readonly status?: number;
}

const MOST_REMEMBERED = 10_000;

/** Keeps the latest entries only, so that a simulator may run for weeks. */
export function remember<T>(entries: T[], entry: T): void {
  entries.push(entry);
  if (entries.length > MOST_REMEMBERED) entries.shift();
}

/** Simulated milliseconds from now, as an epoch. */
export function later(world: World, ms: number): number {
  return Date.now() + ms / world.timeScale;
}

export function schedule(world: World, work: Work, delayMs: number): void {
  world.scheduler.add(work, later(world, delayMs));
}

export function environmentOf(world: World, stored: StoredAsset): Environment | undefined {
  return world.environments.find(({ id }) => id === stored.environmentId);
}

export function assetOfPlaybackId(world: World, playbackId: string): StoredAsset | undefined {
  return Object.values(world.store.state.assets).find(({ asset }) =>
    asset.playback_ids?.some(({ id }) => id === playbackId),
  );
}

export function assetOfMasterKey(world: World, key: string): StoredAsset | undefined {
  return Object.values(world.store.state.assets).find(({ master }) => master?.key === key);
}

/** Letters and digits, as long as Mux's. */
export function newId(): string {
  return randomBytes(33).toString('base64').replaceAll('+', '00').replaceAll('/', '01').slice(0, 44);
}
