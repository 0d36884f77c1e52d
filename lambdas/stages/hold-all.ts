// The hold on everything, and how far the limits are used up: one item, put and lifted by people, read by every deletion.
import { type DeletionLimits, isHeld } from '../domain/brake.ts';
import type { Caller } from '../domain/decisions.ts';
import { type HoldWish, isSameHold, newHold, refusalOfShorter } from '../domain/decisions-hold.ts';
import type { Problem } from '../domain/problem.ts';
import type { Hold } from '../domain/record.ts';
import type { Brake, Log } from './ports.ts';

export interface HoldAllDeps {
  readonly brake: Brake;
  readonly log: Log;
  readonly deletions: 'on' | 'dry-run';
  readonly limits: DeletionLimits;
}

/** As the API shows it. */
export interface BrakeState {
  /** Null when nothing is held, or the hold is over. */
  readonly hold: Hold | null;
  readonly deletions: 'on' | 'dry-run';
  readonly limits: { readonly per_hour: number; readonly per_day: number; readonly per_user_day: number };
  /** Deletions counted in this hour and on this day, UTC. */
  readonly counted: { readonly hour: number; readonly day: number };
}

export async function brakeState(deps: HoldAllDeps, nowMs: number): Promise<BrakeState> {
  const { brake, deletions, limits } = deps;
  const [hold, counted] = await Promise.all([brake.holdOnAll(), brake.counted(nowMs)]);
  return {
    hold: isHeld(hold, nowMs) ? hold : null,
    deletions,
    limits: { per_hour: limits.perHour, per_day: limits.perDay, per_user_day: limits.perUserDay },
    counted,
  };
}

export type HoldAllAnswer =
  | { readonly kind: 'held'; readonly state: BrakeState }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** The same hold again changes nothing, so that it is in force since the first. */
export async function holdAll(deps: HoldAllDeps, wish: HoldWish, caller: Caller): Promise<HoldAllAnswer> {
  const { nowMs } = caller;
  const hold = newHold(wish, nowMs);
  const before = await deps.brake.holdOnAll();
  if (!isHeld(before, nowMs) || !isSameHold(before, hold)) {
    const problem = refusalOfShorter(before, hold, 'everything', nowMs);
    if (problem) return { kind: 'problem', problem };
    // Another came in between: theirs may last longer.
    if (!(await deps.brake.setHoldOnAll(hold, { since: before?.since }))) return holdAll(deps, wish, caller);
    deps.log.info('everything is held', { ...hold, metrics: { BrakeOn: 1 } });
  }
  return { kind: 'held', state: await brakeState(deps, nowMs) };
}

/** A hold that was put meanwhile is not the one that its caller knew: it stays, and the answer shows it. */
export async function releaseAll(
  deps: HoldAllDeps,
  reason: string | undefined,
  { nowMs, actor }: Caller,
): Promise<BrakeState> {
  const before = await deps.brake.holdOnAll();
  if (before && (await deps.brake.setHoldOnAll(undefined, { since: before.since }))) {
    deps.log.info('the hold on everything is lifted', { by: actor, reason, was: before });
  }
  return brakeState(deps, nowMs);
}
