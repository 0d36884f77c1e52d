// What a step counts for CloudWatch, and by which id its log lines are found: all of it follows from the record. No I/O.
import type { Measures } from '../contract/metrics.ts';
import type { Stage } from '../contract/names.ts';
import { SetUpError } from '../domain/failures.ts';
import type { AssetRecord, Status } from '../domain/record.ts';
import { DAY_MS, HOUR_MS } from '../domain/time.ts';
import type { Next } from './stage.ts';

/** How long a master's URL is readable (Mux, "Download your videos"), and when what is left of that is short. */
const MASTER_LASTS_MS = DAY_MS;
const LITTLE_LEFT_MS = 4 * HOUR_MS;

/** Where a stage has done to a video what it is there for. */
const ENDS: Readonly<Partial<Record<Stage, Status>>> = {
  archive: 'archived',
  expire: 'deleted',
  restore: 'restored',
};

/** `record`: as the step has left it. */
export function measuresOf(stage: Stage, next: Next, record: AssetRecord, nowMs: number): Measures {
  return {
    ...(next.kind === 'move' && measuresOfMove(stage, next.to, record)),
    ...(isAtRisk(record, nowMs) && { MastersAtRisk: 1 }),
    ...measuresOfErasure(record, nowMs),
  };
}

function measuresOfMove(stage: Stage, to: Status, { archive, restore }: AssetRecord): Measures {
  if (to === 'failed') return { Failed: 1 };
  if (to !== ENDS[stage]) return { Moves: 1 };
  const measures = { Moves: 1, Bytes: archive?.size_bytes ?? 0 };
  return to === 'restored' ? { ...measures, RestoreUsd: restore?.estimated_cost_usd ?? 0 } : measures;
}

/** A master that was asked for again has another day. */
function isAtRisk({ status, history, master, progress }: AssetRecord, nowMs: number): boolean {
  const isWhole = progress !== undefined && progress.bytes_done >= progress.bytes_total;
  if (status !== 'archiving' || isWhole) return false;
  const begun = history.findLast(({ from, to }) => to === 'archiving' && from !== to);
  const sinceMs = Math.max(Date.parse(begun?.at ?? ''), Date.parse(master?.requested_at ?? begun?.at ?? ''));
  return sinceMs + MASTER_LASTS_MS - nowMs < LITTLE_LEFT_MS;
}

/** Of the record that leads: the others stand still. */
function measuresOfErasure({ status, purge }: AssetRecord, nowMs: number): Measures {
  if (status !== 'purging' || !purge || purge.led_by !== undefined) return {};
  const isOverdue = purge.order !== undefined && nowMs > Date.parse(purge.executes_at) + DAY_MS;
  return { ...(purge.blocked_until && { ErasuresBlocked: 1 }), ...(isOverdue && { ErasuresOverdue: 1 }) };
}

export function measuresOfError(error: unknown, code: string): Measures {
  return {
    StepErrors: 1,
    ...(error instanceof SetUpError && { SetUpErrors: 1 }),
    ...(/^(ARCHIVE|MANIFEST)_/.test(code) && { VerificationFailed: 1 }),
  };
}

/** The id of the call that asked for the deletion: from there on it is on every step's line. */
export function traceOf({ history }: AssetRecord): string | undefined {
  return history.findLast(({ to, request_id }) => to === 'requested' && request_id !== undefined)?.request_id;
}
