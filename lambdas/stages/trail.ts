// Stage "trail": what the bus tells of transitions and calls is kept in the vault, one object each, for auditors.
import {
  type CallEvent,
  callEntry,
  type ToldTransition,
  type TrailEntry,
  trailKey,
  transitionEntry,
} from '../domain/trail.ts';
import type { Trail } from './ports.ts';

export type Told =
  | { readonly kind: 'transition'; readonly detail: ToldTransition }
  | { readonly kind: 'call'; readonly detail: CallEvent };

/**
 * The bus tells at least once and in any order: the same event has the same key and the same bytes, and what is there
 * stays as it is.
 */
export async function keepInTrail(
  trail: Trail,
  told: Told,
): Promise<{ readonly entry: TrailEntry; readonly outcome: 'written' | 'there' }> {
  const entry = told.kind === 'transition' ? transitionEntry(told.detail) : callEntry(told.detail);
  const outcome = await trail.put(trailKey(entry), `${JSON.stringify(entry)}\n`);
  return { entry, outcome };
}
