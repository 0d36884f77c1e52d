// The governor (law 5): the one place that spends the Mux rate limit, as one DynamoDB item per verb class and purpose.
// Each item holds the time of its next free slot (the generic cell rate algorithm); a call moves it on by one interval.
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Purpose } from '../contract/names.ts';
import { NotYetError, TransientError } from '../domain/failures.ts';
import type { Clock } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';

/** Mux limits POST apart from all other verbs: https://www.mux.com/docs/core/make-api-requests */
export type Verb = 'post' | 'other';

export interface Governor {
  /**
   * Answers when the call may be made, having slept for a slot at most 2 s away.
   * Throws NotYetError with the time of the slot when it is further away; nothing is spent then.
   */
  take(verb: Verb, purpose: Purpose): Promise<void>;
  /** After a 429: no call of this kind for so many seconds. Never shortens a wait. */
  slowDown(verb: Verb, purpose: Purpose, seconds: number): Promise<void>;
}

/** Calls per second over all purposes, as configured. */
export type Rates = Readonly<Record<Verb, number>>;

/** What each purpose may use of the configured rate. Only restores create assets, and nothing else needs POST. */
const SHARES: Record<Verb, Record<Purpose, number>> = {
  post: { prepare: 0, delete: 0, restore: 1 },
  other: { prepare: 0.5, delete: 0.2, restore: 0.3 },
};

/** Calls that may follow one another at once after a pause. */
const BURST: Record<Verb, number> = { post: 2, other: 5 };

/** A slot no further away than this is slept for. */
export const LONGEST_SLEEP_MS = 2_000;

/** Each failed round means that another caller got a slot in between, so rounds are few. */
const MOST_ROUNDS = 10;

export interface Pace {
  /** Time between two slots when calls are steady. */
  readonly intervalMs: number;
  /** How far in the past the next free slot may lie: what a pause saves up. */
  readonly creditMs: number;
}

/** Throws an Error for a pair that has no share, since a call of that kind is a mistake in the code. */
export function paceOf(rates: Rates, verb: Verb, purpose: Purpose): Pace {
  const perSecond = rates[verb] * SHARES[verb][purpose];
  if (perSecond === 0)
    throw new Error(`No share of the Mux rate limit is set aside for ${verb} calls to ${purpose}.`);
  const intervalMs = Math.ceil(1_000 / perSecond);
  return { intervalMs, creditMs: (BURST[verb] - 1) * intervalMs };
}

export function waitingForSlot(purpose: Purpose): string {
  return `a slot of the Mux rate limit (${purpose})`;
}

export interface GovernorOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly rates: Rates;
}

/** Errors besides those of `take`: GOVERNOR_DENIED, _MISSING (permanent), _THROTTLED, _UNAVAILABLE, _CONTENDED. */
export function createGovernor(options: GovernorOptions): Governor {
  const place: AwsPlace = { code: 'GOVERNOR', name: `table ${options.tableName}` };
  return {
    take: (verb, purpose) => atAws(place, () => take(options, verb, purpose)),
    slowDown: (verb, purpose, seconds) => atAws(place, () => slowDown(options, verb, purpose, seconds)),
  };
}

async function take(options: GovernorOptions, verb: Verb, purpose: Purpose): Promise<void> {
  const { clock } = options;
  const pace = paceOf(options.rates, verb, purpose);
  const slots = slotItem(options, verb, purpose);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const nowMs = clock.nowMs();
    const slotMs = await reserve(slots, pace, nowMs);
    if (slotMs === undefined) continue;
    if (slotMs > nowMs + LONGEST_SLEEP_MS) throw new NotYetError(slotMs, waitingForSlot(purpose));
    if (slotMs > nowMs) await clock.sleep(slotMs - nowMs);
    return;
  }
  throw new TransientError('GOVERNOR_CONTENDED', `No slot to ${purpose} after ${MOST_ROUNDS} rounds.`);
}

/** Answers the slot reserved, or one too far away that was not; undefined when another caller came in between. */
async function reserve(slots: SlotItem, pace: Pace, nowMs: number): Promise<number | undefined> {
  const earliestMs = nowMs - pace.creditMs;
  const slotMs = await slots.advance(pace.intervalMs, earliestMs, nowMs + LONGEST_SLEEP_MS);
  if (slotMs !== undefined) return slotMs;
  const storedMs = await slots.read();
  if (storedMs !== undefined && storedMs > nowMs + LONGEST_SLEEP_MS) return storedMs;
  // After a long pause more would have been saved up than the burst allows, so the slots begin anew.
  return (await slots.moveTo(earliestMs + pace.intervalMs, earliestMs)) ? earliestMs : undefined;
}

async function slowDown(
  options: GovernorOptions,
  verb: Verb,
  purpose: Purpose,
  seconds: number,
): Promise<void> {
  const untilMs = options.clock.nowMs() + Math.ceil(seconds * 1_000);
  await slotItem(options, verb, purpose).moveTo(untilMs, untilMs);
}

type SlotItem = ReturnType<typeof slotItem>;

/** The item's one attribute, `tat_ms` (theoretical arrival time), and the two ways it moves: never backwards. */
function slotItem({ client, tableName }: GovernorOptions, verb: Verb, purpose: Purpose) {
  const item = { TableName: tableName, Key: { pk: { S: `governor#${verb}#${purpose}` } } };

  async function update(expressions: Partial<UpdateItemCommandInput>): Promise<number | undefined> {
    try {
      const command = new UpdateItemCommand({ ...item, ...expressions, ReturnValues: 'UPDATED_NEW' });
      return Number((await client.send(command)).Attributes?.tat_ms?.N);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  return {
    /** Takes the slot that lies between the two times; answers when it is. */
    async advance(intervalMs: number, fromMs: number, toMs: number): Promise<number | undefined> {
      const movedMs = await update({
        UpdateExpression: 'SET tat_ms = tat_ms + :interval',
        ConditionExpression: 'tat_ms BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':interval': number(intervalMs),
          ':from': number(fromMs),
          ':to': number(toMs),
        },
      });
      return movedMs === undefined ? undefined : movedMs - intervalMs;
    },
    /** Sets the next slot if it is not there yet or lies before `ifBeforeMs`. */
    async moveTo(slotMs: number, ifBeforeMs: number): Promise<boolean> {
      const movedMs = await update({
        UpdateExpression: 'SET tat_ms = :slot',
        ConditionExpression: 'attribute_not_exists(tat_ms) OR tat_ms < :before',
        ExpressionAttributeValues: { ':slot': number(slotMs), ':before': number(ifBeforeMs) },
      });
      return movedMs !== undefined;
    },
    async read(): Promise<number | undefined> {
      const { Item } = await client.send(new GetItemCommand({ ...item, ConsistentRead: true }));
      return Item?.tat_ms?.N === undefined ? undefined : Number(Item.tat_ms.N);
    },
  };
}

function number(value: number): { N: string } {
  return { N: String(value) };
}
