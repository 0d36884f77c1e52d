// What the lives have been through: how often each thing happened to a record in each status, and what befell the
// function that was at it. A cell that stays empty over a thousand seeds is a promise that nobody has tried.
import { STATUSES, type Status } from '../../lambdas/domain/record.ts';
import { ACCIDENTS, type Fate } from './invocation.ts';

/** Everything that comes to a record from outside, and `step`: its stage at work. */
export const EVENTS = [
  'step',
  'late message',
  'webhook',
  'forged webhook',
  'same request',
  'other request',
  'cancel',
  'restore',
  'reschedule',
  'hold',
  'release',
  'erase',
  'stop erasing',
] as const;
export type EventKind = (typeof EVENTS)[number];

export type Cell = `${Status} | ${EventKind} | ${Fate['kind']}`;

const FATES: readonly Fate['kind'][] = ['whole', ...ACCIDENTS];

/**
 * A forged webhook is refused before any port is called, so nothing can befall it. A stop concerns what stands still; for
 * any other record it is a look at an order that is not there.
 */
function canHappen(status: Status, event: EventKind, fate: Fate['kind']): boolean {
  if (event === 'stop erasing') return status === 'purging' || status === 'purged';
  return event !== 'forged webhook' || fate === 'whole';
}

/** Every cell that must not be empty. */
export function allCells(): readonly Cell[] {
  return STATUSES.flatMap((status) =>
    EVENTS.flatMap((event) =>
      FATES.filter((fate) => canHappen(status, event, fate)).map(
        (fate): Cell => `${status} | ${event} | ${fate}`,
      ),
    ),
  );
}
