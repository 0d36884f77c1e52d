// How many masters may still be opened at the platform, and how a record waits for its turn (docs/decisions/0010).
import { FARTHEST_PLACE, inLineSince, isInLine, type PlaceInLine, placeInLine } from '../domain/admission.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { Clock, Ledger } from './ports.ts';
import type { Next } from './stage.ts';

/** Counted by an index, which lags: what was opened in the last moments may be missing. */
export async function roomForMasters(ledger: Ledger, openMasters: number): Promise<number> {
  const [preparing, archiving] = await Promise.all([
    ledger.countStatus('preparing', openMasters),
    ledger.countStatus('archiving', openMasters),
  ]);
  return Math.max(0, openMasters - preparing - archiving);
}

/** Where a request stands in line; undefined when it does not. `intervalMs`: between two calls that the governor grants. */
export async function placeOf(
  record: AssetRecord,
  from: { readonly ledger: Ledger; readonly clock: Clock; readonly intervalMs: number },
): Promise<PlaceInLine | undefined> {
  if (!isInLine(record)) return undefined;
  const before = await from.ledger.countBefore('admit', record, FARTHEST_PLACE);
  return placeInLine(before, from.intervalMs, from.clock.nowMs());
}

/** Back into the line, to the place of the day it came. */
export function backInLine(waitingFor: string, set?: Partial<AssetRecord>): Next {
  const untilMs = (record: AssetRecord) => Date.parse(inLineSince(record));
  return { kind: 'wait', untilMs, waitingFor, set, lane: 'admit' };
}
