// Tells the bus of calls: those that were refused, and those that no record remembers.
import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { ACT_EVENT, REFUSAL_EVENT } from '../contract/names.ts';
import { TransientError } from '../domain/failures.ts';
import type { CallEvent } from '../domain/trail.ts';
import type { Calls } from '../stages/ports.ts';
import { atAws } from './aws-failures.ts';

/** Somebody waits for the answer, and it is not worth more than that. */
const PATIENCE_MS = 2_000;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html; ours are far from its limit of bytes. */
const MOST_ENTRIES = 10;

/** Errors as of the bus; BUS_UNAVAILABLE also when it takes longer than two seconds. */
export function createCalls({ client, busName }: { client: EventBridgeClient; busName: string }): Calls {
  async function put(calls: readonly CallEvent[], abortSignal: AbortSignal): Promise<void> {
    const command = new PutEventsCommand({ Entries: calls.map((call) => entryOf(call, busName)) });
    const { FailedEntryCount, Entries = [] } = await client.send(command, { abortSignal });
    if (!FailedEntryCount) return;
    const reason = Entries.find(({ ErrorCode }) => ErrorCode)?.ErrorCode;
    throw new TransientError('BUS_REFUSED', `The bus refused ${FailedEntryCount} events: ${reason}.`);
  }

  return {
    tell: (calls) =>
      atAws({ code: 'BUS', name: `event bus ${busName}` }, async () => {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const starts = [...calls.keys()].filter((at) => at % MOST_ENTRIES === 0);
        await Promise.all(starts.map((at) => put(calls.slice(at, at + MOST_ENTRIES), signal)));
      }),
  };
}

function entryOf(call: CallEvent, busName: string): PutEventsRequestEntry {
  const { source, detailType } = call.status >= 400 ? REFUSAL_EVENT : ACT_EVENT;
  return {
    EventBusName: busName,
    Source: source,
    DetailType: detailType,
    Time: new Date(call.at),
    Detail: JSON.stringify(call),
  };
}
