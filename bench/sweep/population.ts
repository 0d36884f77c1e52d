// A ledger as years of use leave it: most records rest or wait for their date, a few are under way, some are due.
import { createHash } from 'node:crypto';
import type { Lane } from '../../lambdas/contract/names.ts';
import type { AssetRecord, Status } from '../../lambdas/domain/record.ts';
import { iso } from '../../lambdas/domain/time.ts';

const DAY_MS = 86_400_000;

/** As long as Mux's own ids. */
function assetId(seed: string): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, 44);
}

interface Standing {
  /** Out of a thousand records. */
  readonly share: number;
  readonly status: Status;
  readonly lane: Lane;
  /** How far in the future it wakes; absent for records at rest. */
  readonly wakeInMs?: (at: number) => number;
}

/** Unkind to the sweep: seven of ten records are in the index that it reads. */
const MIX: readonly Standing[] = [
  { share: 700, status: 'archived', lane: 'expire', wakeInMs: (at) => DAY_MS * (1 + (at % 365)) },
  { share: 240, status: 'deleted', lane: 'step' },
  { share: 30, status: 'restored', lane: 'step' },
  { share: 10, status: 'cancelled', lane: 'step' },
  { share: 5, status: 'failed', lane: 'step' },
  { share: 15, status: 'thawing', lane: 'step', wakeInMs: (at) => 1_000 * (60 + (at % 43_200)) },
];

/** The `at`-th record of the ledger, which is not due at `nowMs`. */
export function waitingRecord(at: number, nowMs: number): AssetRecord {
  const { status, lane, wakeInMs } = standingOf(at);
  return record(assetId(`waiting ${at}`), {
    status,
    lane,
    nowMs,
    wakeAtMs: wakeInMs && nowMs + wakeInMs(at),
  });
}

function standingOf(at: number): Standing {
  // 7 and 1000 share no divisor: any run of a thousand records holds exactly the mix.
  let left = (7 * at) % 1_000;
  for (const standing of MIX) {
    if (left < standing.share) return standing;
    left -= standing.share;
  }
  throw new Error('The shares of the mix do not add up to a thousand.');
}

/** How many of those due are steps under way, requests in line for a master, and archives past their date. */
export interface Due {
  readonly step: number;
  readonly admit: number;
  readonly expire: number;
}

const DUE_STATUS: Readonly<Record<Lane, Status>> = {
  step: 'thawing',
  admit: 'requested',
  expire: 'archived',
};

export function dueRecords(seed: string, due: Due, nowMs: number): readonly AssetRecord[] {
  return (['step', 'admit', 'expire'] as const).flatMap((lane) =>
    Array.from({ length: due[lane] }, (_, at) =>
      record(assetId(`due ${seed} ${lane} ${at}`), {
        status: DUE_STATUS[lane],
        lane,
        nowMs,
        wakeAtMs: nowMs - 1_000 * (1 + at),
      }),
    ),
  );
}

/** Masters that stand open at Mux: admission bounds their number, however many records there are. */
export function openMaster(at: number, nowMs: number): AssetRecord {
  const wakeAtMs = nowMs + 30_000;
  return record(assetId(`open ${at}`), { status: 'preparing', lane: 'step', nowMs, wakeAtMs });
}

interface Given {
  readonly status: Status;
  readonly lane: Lane;
  readonly nowMs: number;
  readonly wakeAtMs: number | undefined;
}

/** Lean: what a record must have, and one transition. The sweep reads no more of it. */
function record(asset_id: string, { status, lane, nowMs, wakeAtMs }: Given): AssetRecord {
  const at = iso(nowMs - 30 * DAY_MS);
  return {
    asset_id,
    life: 1,
    status,
    version: 12,
    schema: 1,
    created_at: at,
    updated_at: at,
    deleted_by_user_id: 'user-17',
    expiration_date: iso(nowMs),
    asked: { grace_days: 30 },
    wake_at: wakeAtMs === undefined ? undefined : iso(wakeAtMs),
    wake_lane: lane,
    attempts: 0,
    losses: [],
    warnings: [],
    history: [{ at, from: 'requested', to: status, cause: 'benchmark', actor: 'icehouse', version: 12 }],
    published_version: 12,
  };
}
