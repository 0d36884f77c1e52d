// What kind of world a seed is: how many videos, how long and how badly things go wrong, and with which settings.
import type { DeletionLimits } from '../../lambdas/domain/brake.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lambdas/domain/time.ts';
import type { Settings } from '../../lambdas/stages/stage.ts';
import { SETTINGS } from '../fakes/house.ts';
import type { Chance } from './chance.ts';

export interface Modes {
  /** Every webhook and every message to a function is lost: the sweep alone carries on. */
  readonly onlySweep?: boolean;
  /** Keeps the story, event by event. */
  readonly story?: boolean;
}

export interface Plan {
  readonly assetIds: readonly string[];
  /** All is asked for at once. */
  readonly isFlood: boolean;
  /** How long things go wrong. */
  readonly chaosMs: number;
  readonly skewMs: number;
  readonly faultRate: number;
  readonly accidentRate: number;
  /** How likely everything is put on hold just when a deletion has begun. */
  readonly incidentRate: number;
  /** Creates whose answer was lost may appear later than we look for them; all take long to get ready. */
  readonly hasSlowCreates: boolean;
  /** All masters are large, nameless, lapse in the middle of their copy and come back as another file of the same length. */
  readonly hasRestlessMasters: boolean;
  readonly thawMs: number;
  readonly rates: { readonly post: number; readonly other: number };
  readonly limits: DeletionLimits;
  readonly settings: Settings;
}

/** Every so many seeds; by the seed itself, so that the lives of all others are what they are without it. */
const LOCKED_SEEDS = 6;

/** As short as the shortest retention, so that an erasure that waits for it comes to rest in time. */
const LOCK = { mode: 'governance', forMs: 6 * HOUR_MS } as const;

export function planOf(chance: Chance, modes: Modes, seed: number): Plan {
  const isCalm = chance.is(0.1);
  const isFlood = chance.is(0.03);
  const videos = isFlood ? 8 : chance.pick([1, 1, 1, 2, 3]);
  return {
    assetIds: Array.from({ length: videos }, (_, at) => `asset${at + 1}`),
    isFlood,
    chaosMs: chance.pick([4 * HOUR_MS, 1 * DAY_MS, 3 * DAY_MS]),
    skewMs: chance.pick([0, 200, 3_000]),
    faultRate: isCalm ? 0 : chance.pick([0.002, 0.01, 0.03]),
    accidentRate: isCalm ? 0 : chance.pick([0.2, 0.6]),
    thawMs: chance.pick([0, 10 * MINUTE_MS, 2 * HOUR_MS, 12 * HOUR_MS, 47 * HOUR_MS]),
    rates: chance.pick([
      { post: 0.5, other: 2.5 },
      { post: 0.5, other: 2.5 },
      { post: 0.05, other: 0.5 },
    ]),
    incidentRate: chance.is(0.2) ? 0.5 : 0,
    hasSlowCreates: chance.is(0.3),
    hasRestlessMasters: chance.is(0.05),
    limits: chance.pick([
      { perHour: 200, perDay: 2_000, perUserDay: 500 },
      { perHour: 1, perDay: 2, perUserDay: 1 },
    ]),
    settings: {
      ...SETTINGS,
      openMasters: chance.pick([1, 1_000]),
      segmentBytes: 16 * 1024 ** 2,
      minNoticeMs: chance.pick([0, HOUR_MS]),
      deletions: !modes.onlySweep && chance.is(0.04) ? 'dry-run' : 'on',
      ticks: chance.pick<Settings['ticks']>(['hourly', { everyMs: MINUTE_MS }, 'daily']),
      storageClass: chance.pick(['DEEP_ARCHIVE', 'GLACIER', 'GLACIER_IR']),
      onLoss: chance.is(0.3) ? 'hold' : 'warn',
      noticeBeforeMs: chance.pick([0, 0, HOUR_MS, 12 * HOUR_MS]),
      retentionMs: chance.is(0.1) ? chance.pick([6 * HOUR_MS, 2 * DAY_MS]) : undefined,
      onStillWatched: chance.pick(['ignore', 'ignore', 'ignore', 'ignore', 'warn', 'hold']),
      objectLock: seed % LOCKED_SEEDS === 0 ? LOCK : undefined,
    },
  };
}
