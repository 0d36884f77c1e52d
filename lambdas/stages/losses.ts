// A request whose losses policy refuses: stopped with the way on, its asset untouched and its archive kept.
import { lossRefusal, refusedLosses } from '../domain/loss-policy.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { Next, Settings } from './stage.ts';

/** `known`: what was just found out of the asset. Going on begins with its first look, and copies no byte twice. */
export function heldForLosses(
  record: AssetRecord,
  onLoss: Settings['onLoss'],
  known: Partial<AssetRecord> = {},
): Next {
  const refusal = lossRefusal(record, refusedLosses(record, onLoss));
  const failure = { ...refusal, from: 'requested' as const, retryable: true };
  // A restore asked for during a deletion that did not happen has nothing to bring back.
  const wish = record.status === 'deleting' ? { restore: undefined } : {};
  return { kind: 'move', to: 'failed', cause: refusal.code, set: { ...known, ...wish, failure } };
}
