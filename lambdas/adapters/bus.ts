// Tells the EventBridge bus of transitions and alarms. Delivery is at least once: `version` tells a repeated event from a new one.
import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { ALARM_EVENT, TRANSITION_EVENT } from '../contract/names.ts';
import { alarmOf } from '../domain/alarm.ts';
import { TransientError } from '../domain/failures.ts';
import { publicRecord } from '../domain/public-record.ts';
import type { Bus, TransitionEvent } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';

/** Limits of one call: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const MOST_ENTRIES = 10;
const MOST_BYTES = 256 * 1024;
/** What EventBridge counts for the time and the names beside the detail, generously. */
const ENTRY_OVERHEAD_BYTES = 100;

/** Errors: BUS_REFUSED, BUS_THROTTLED, BUS_UNAVAILABLE (transient), BUS_DENIED, BUS_MISSING (permanent). */
export function createBus({ client, busName }: { client: EventBridgeClient; busName: string }): Bus {
  const place: AwsPlace = { code: 'BUS', name: `event bus ${busName}` };
  return {
    publish: (events) =>
      atAws(place, async () => {
        for (const entries of inCalls(events.flatMap((event) => entriesOf(event, busName))))
          await put(client, entries);
      }),
  };
}

/** A transition, and its alarm right behind it. */
function entriesOf({ entry, record }: TransitionEvent, busName: string): PutEventsRequestEntry[] {
  const { version, from, to, at, cause, actor, principal, request_id } = entry;
  const { asset_id, life } = record;
  const shown = publicRecord(record);
  const send = (kind: Kind, detail: object): PutEventsRequestEntry => ({
    EventBusName: busName,
    Source: kind.source,
    DetailType: kind.detailType,
    Time: new Date(at),
    Detail: JSON.stringify(detail),
  });
  const who = { actor, principal, request_id, alarm: entry.alarm };
  const transition = { asset_id, life, version, from, to, at, cause, ...who, record: shown };
  const alarm = alarmOf(entry, record);
  return [
    send(TRANSITION_EVENT, transition),
    ...(alarm ? [send(ALARM_EVENT, { ...alarm, asset_id, life, version, at, record: shown })] : []),
  ];
}

type Kind = typeof TRANSITION_EVENT | typeof ALARM_EVENT;

function inCalls(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const calls: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.Detail ?? '') + ENTRY_OVERHEAD_BYTES;
    const call = calls.at(-1);
    if (call && call.length < MOST_ENTRIES && bytes + size <= MOST_BYTES) {
      call.push(entry);
      bytes += size;
    } else {
      calls.push([entry]);
      bytes = size;
    }
  }
  return calls;
}

/** The call as a whole succeeds even when entries in it fail. */
async function put(client: EventBridgeClient, entries: PutEventsRequestEntry[]): Promise<void> {
  const { FailedEntryCount, Entries = [] } = await client.send(new PutEventsCommand({ Entries: entries }));
  if (!FailedEntryCount) return;
  const reasons = new Set(Entries.flatMap((entry) => entry.ErrorCode ?? []));
  throw new TransientError(
    'BUS_REFUSED',
    `The bus refused ${FailedEntryCount} of ${entries.length} events: ${[...reasons].join(', ')}.`,
  );
}
