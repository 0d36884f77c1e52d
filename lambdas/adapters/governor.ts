// The governor (law 5): the one place that spends the Mux rate limit, as one DynamoDB item per verb class and purpose.
// Each item holds the time of its next free slot (the generic cell rate algorithm), which a call moves on by one interval,
// and the end of the queue of those who were refused, so that each of them is told a time of its own.
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { PURPOSES, type Purpose } from '../contract/names.ts';
import { NotYetError, TransientError } from '../domain/failures.ts';
import type { Clock } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';

/** Mux limits POST apart from all other verbs: https://www.mux.com/docs/core/make-api-requests */
export type Verb = 'post' | 'other';

export interface Governor {
  /**
   * Answers when the call may be made, having slept for a slot no further away than the caller's patience.
   * Else throws NotYetError with the caller's place in the queue, at or after that slot; no slot is spent then.
   * `patienceMs` for a call in the middle of work that would be begun anew: whoever has begun goes before whoever has not.
   */
  take(verb: Verb, purpose: Purpose, patienceMs?: number): Promise<void>;
  /**
   * After a 429: no call of this verb for so many seconds, whatever its purpose, since Mux counts them in one bucket,
   * and no burst then. With 0 seconds calls only lose the burst: they go on one by one. Never shortens a wait.
   */
  slowDown(verb: Verb, seconds: number): Promise<void>;
}

/** Calls per second over all purposes, as configured. */
export type Rates = Readonly<Record<Verb, number>>;

/** What each purpose may use of the configured rate. Nearly all that is made is made by restores: POST is theirs alone. */
const SHARES: Record<Verb, Record<Purpose, number>> = {
  post: { prepare: 0, delete: 0, restore: 1 },
  other: { prepare: 0.5, delete: 0.2, restore: 0.3 },
};

/** Calls that may follow one another at once after a pause. */
const BURST: Record<Verb, number> = { post: 2, other: 5 };

/** How far away a slot may be to be slept for, where a person waits for the answer. */
export const PERSONS_PATIENCE_MS = 2_000;

/**
 * The same for a step of a stage. All that the sweep wakes in a minute comes at once, so those it serves have to wait
 * in turn: three calls of 20 s fill the minute, and four still end within the lease of 90 s (docs/decisions/0007).
 */
export const STEPS_PATIENCE_MS = 20_000;

/**
 * For the further calls of a search: begun anew it would spend as many again, and among thirty that are begun anew and
 * anew none would end. All that are let in by the patience above get a slot within this.
 */
export const SEARCHES_PATIENCE_MS = 60_000;

/** How much later each refused caller is told to come than the one before: a create is one POST, other steps spend a little more than two. */
const SLOTS_PER_PLACE: Record<Verb, number> = { post: 1, other: 2 };

/** A longer queue would promise times that nobody can know; whoever comes too early is refused at no cost. */
const LONGEST_QUEUE_MS = 60 * 60_000;

/** Each failed round means that another caller got a slot in between, so rounds are few. */
const MOST_ROUNDS = 10;

export interface Pace {
  /** Time between two slots when calls are steady. */
  readonly intervalMs: number;
  /** How far in the past the next free slot may lie: what a pause saves up. */
  readonly creditMs: number;
  /** Time between two places in the queue of the refused. */
  readonly placeMs: number;
}

/** Throws an Error for a pair that has no share, since a call of that kind is a mistake in the code. */
export function paceOf(rates: Rates, verb: Verb, purpose: Purpose): Pace {
  const perSecond = rates[verb] * SHARES[verb][purpose];
  if (perSecond === 0)
    throw new Error(`No share of the Mux rate limit is set aside for ${verb} calls to ${purpose}.`);
  const intervalMs = Math.ceil(1_000 / perSecond);
  const placeMs = SLOTS_PER_PLACE[verb] * intervalMs;
  return { intervalMs, creditMs: (BURST[verb] - 1) * intervalMs, placeMs };
}

/** Those that have a share of this verb. */
export function purposesOf(verb: Verb): readonly Purpose[] {
  return PURPOSES.filter((purpose) => SHARES[verb][purpose] > 0);
}

/** The last place that is given to a caller for whom the first free slot is at `slotMs`. */
export function lastPlaceMs(slotMs: number): number {
  return slotMs + LONGEST_QUEUE_MS;
}

export function waitingForSlot(purpose: Purpose): string {
  return `a slot of the Mux rate limit (${purpose})`;
}

export interface GovernorOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly rates: Rates;
  /** A slot no further away than this is slept for. */
  readonly patienceMs: number;
}

/** Errors besides those of `take`: GOVERNOR_DENIED, _MISSING (permanent), _THROTTLED, _UNAVAILABLE, _CONTENDED. */
export function createGovernor(options: GovernorOptions): Governor {
  const place: AwsPlace = { code: 'GOVERNOR', name: `table ${options.tableName}` };
  return {
    take: (verb, purpose, patienceMs = options.patienceMs) =>
      atAws(place, () => take({ ...options, patienceMs }, verb, purpose)),
    slowDown: (verb, seconds) => atAws(place, () => slowDown(options, verb, seconds)),
  };
}

async function take(options: GovernorOptions, verb: Verb, purpose: Purpose): Promise<void> {
  const { clock, patienceMs } = options;
  const pace = paceOf(options.rates, verb, purpose);
  const slots = cursor(options, verb, purpose, 'tat_ms');
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const nowMs = clock.nowMs();
    const slotMs = await reserve(slots, pace, nowMs, nowMs + patienceMs);
    if (slotMs === undefined) continue;
    if (slotMs > nowMs + patienceMs) {
      const queue = cursor(options, verb, purpose, 'queue_ms');
      throw new NotYetError(await queueUp(queue, pace, slotMs), waitingForSlot(purpose));
    }
    if (slotMs > nowMs) await clock.sleep(slotMs - nowMs);
    return;
  }
  throw new TransientError('GOVERNOR_CONTENDED', `No slot to ${purpose} after ${MOST_ROUNDS} rounds.`);
}

/** Answers the slot reserved, or one too far away that was not; undefined when another caller came in between. */
async function reserve(
  slots: Cursor,
  pace: Pace,
  nowMs: number,
  latestMs: number,
): Promise<number | undefined> {
  const earliestMs = nowMs - pace.creditMs;
  const slotMs = await slots.advance(pace.intervalMs, earliestMs, latestMs);
  if (slotMs !== undefined) return slotMs;
  const storedMs = await slots.read();
  if (storedMs !== undefined && storedMs > latestMs) return storedMs;
  // After a long pause more would have been saved up than the burst allows, so the slots begin anew.
  return (await slots.moveTo(earliestMs + pace.intervalMs, earliestMs)) ? earliestMs : undefined;
}

/** Answers the time of a place of one's own, from the first free slot on; many share the last place. */
async function queueUp(queue: Cursor, { placeMs }: Pace, slotMs: number): Promise<number> {
  const lastMs = lastPlaceMs(slotMs);
  const takenMs = await queue.advance(placeMs, slotMs, lastMs);
  if (takenMs !== undefined) return takenMs;
  // A queue that ends before the first free slot is over, and begins anew.
  if (await queue.moveTo(slotMs + placeMs, slotMs)) return slotMs;
  // Another caller has just begun it, or it is full.
  return (await queue.advance(placeMs, slotMs, lastMs)) ?? lastMs;
}

async function slowDown(options: GovernorOptions, verb: Verb, seconds: number): Promise<void> {
  const untilMs = options.clock.nowMs() + Math.ceil(seconds * 1_000);
  const slots = purposesOf(verb).map((purpose) => cursor(options, verb, purpose, 'tat_ms'));
  await Promise.all(slots.map((each) => each.moveTo(untilMs, untilMs)));
}

type Cursor = ReturnType<typeof cursor>;

/** One of the item's two times: the next free slot (theoretical arrival time), or the next place in the queue. */
type Attribute = 'tat_ms' | 'queue_ms';

/** A time in the item and the two ways it moves: never backwards. */
function cursor({ client, tableName }: GovernorOptions, verb: Verb, purpose: Purpose, attribute: Attribute) {
  const item = { TableName: tableName, Key: { pk: { S: `governor#${verb}#${purpose}` } } };

  async function update(expressions: Partial<UpdateItemCommandInput>): Promise<number | undefined> {
    try {
      const command = new UpdateItemCommand({ ...item, ...expressions, ReturnValues: 'UPDATED_NEW' });
      return Number((await client.send(command)).Attributes?.[attribute]?.N);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  return {
    /** Takes the slot or place if it lies between the two times; answers when it is. */
    async advance(intervalMs: number, fromMs: number, toMs: number): Promise<number | undefined> {
      const movedMs = await update({
        UpdateExpression: `SET ${attribute} = ${attribute} + :interval`,
        ConditionExpression: `${attribute} BETWEEN :from AND :to`,
        ExpressionAttributeValues: {
          ':interval': number(intervalMs),
          ':from': number(fromMs),
          ':to': number(toMs),
        },
      });
      return movedMs === undefined ? undefined : movedMs - intervalMs;
    },
    /** Sets the next slot or place if it is not there yet or lies before `ifBeforeMs`. */
    async moveTo(slotMs: number, ifBeforeMs: number): Promise<boolean> {
      const movedMs = await update({
        UpdateExpression: `SET ${attribute} = :slot`,
        ConditionExpression: `attribute_not_exists(${attribute}) OR ${attribute} < :before`,
        ExpressionAttributeValues: { ':slot': number(slotMs), ':before': number(ifBeforeMs) },
      });
      return movedMs !== undefined;
    },
    async read(): Promise<number | undefined> {
      const { Item } = await client.send(new GetItemCommand({ ...item, ConsistentRead: true }));
      const stored = Item?.[attribute]?.N;
      return stored === undefined ? undefined : Number(stored);
    },
  };
}

function number(value: number): { N: string } {
  return { N: String(value) };
}
