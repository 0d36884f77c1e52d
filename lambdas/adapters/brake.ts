// The brake on DynamoDB: the hold on everything, and how many deletions were counted, as items of the ledger's table.
// A day has one item with a counter per hour, and one for each user; a count is a conditional update of each.
import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type DeletionLimits, spentLimit } from '../domain/brake.ts';
import type { Hold } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import type { Brake, BrakeAnswer } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';

export interface BrakeOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly limits: DeletionLimits;
}

const HOLD_KEY = 'brake#hold';

/** Errors: BRAKE_DENIED and BRAKE_MISSING (permanent), BRAKE_THROTTLED and BRAKE_UNAVAILABLE (transient). */
export function createBrake(options: BrakeOptions): Brake {
  const place: AwsPlace = { code: 'BRAKE', name: `table ${options.tableName}` };
  return {
    holdOnAll: () => atAws(place, () => holdOnAll(options)),
    setHoldOnAll: (hold, onlyIf) => atAws(place, () => setHoldOnAll(options, hold, onlyIf)),
    countDeletion: (deletion) => atAws(place, () => countDeletion(options, deletion)),
    counted: (nowMs) => atAws(place, () => readDay(options, nowMs)),
  };
}

async function readItem({ client, tableName }: BrakeOptions, pk: string): Promise<Record<string, unknown>> {
  const command = new GetItemCommand({ TableName: tableName, Key: { pk: { S: pk } }, ConsistentRead: true });
  return unmarshall((await client.send(command)).Item ?? {});
}

/** Trusts the item: only `setHoldOnAll` writes it. */
async function holdOnAll(options: BrakeOptions): Promise<Hold | undefined> {
  return (await readItem(options, HOLD_KEY)).hold as Hold | undefined;
}

/** No function that lifts a hold may delete an item of the ledger: one without it is left. */
async function setHoldOnAll(
  { client, tableName }: BrakeOptions,
  hold: Hold | undefined,
  onlyIf?: { readonly since: string | undefined },
): Promise<boolean> {
  const Item = marshall({ pk: HOLD_KEY, hold }, { removeUndefinedValues: true });
  const condition = onlyIf && conditionOn(onlyIf.since);
  return unlessRefused(() => client.send(new PutItemCommand({ TableName: tableName, Item, ...condition })));
}

function conditionOn(since: string | undefined): Partial<PutItemCommandInput> {
  const ExpressionAttributeNames = { '#hold': 'hold' };
  if (since === undefined)
    return { ExpressionAttributeNames, ConditionExpression: 'attribute_not_exists(#hold)' };
  return {
    ExpressionAttributeNames: { ...ExpressionAttributeNames, '#since': 'since' },
    ExpressionAttributeValues: { ':since': { S: since } },
    ConditionExpression: '#hold.#since = :since',
  };
}

/** False when the condition of the write did not hold. */
async function unlessRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

interface Deletion {
  readonly userId: string;
  readonly nowMs: number;
}

/**
 * Looks first, so that who comes when a limit is reached counts nothing. Then hour and day, and the user last: a user's
 * limit is reached once a day, so this order leaves the fewest counts that nobody used. None is ever taken back, since
 * an update whose answer was lost is sent again by the SDK: twice counted means fewer deletions, twice taken back more.
 */
async function countDeletion(options: BrakeOptions, deletion: Deletion): Promise<BrakeAnswer> {
  const { limits } = options;
  const day = {
    key: dayKey(deletion.nowMs),
    below: { [hourOf(deletion.nowMs)]: limits.perHour, total: limits.perDay },
  };
  const user = { key: userKey(deletion), below: { total: limits.perUserDay } };
  const spent = await spentNow(options, deletion);
  if (spent) return spent;
  if ((await addOne(options, day)) && (await addOne(options, user))) return { kind: 'go' };
  // Counters only grow, so the limit that another caller has just reached shows now.
  const spentMeanwhile = await spentNow(options, deletion);
  if (spentMeanwhile) return spentMeanwhile;
  throw new Error(`The table ${options.tableName} refused a count that no limit forbids.`);
}

async function spentNow(options: BrakeOptions, deletion: Deletion) {
  const [{ hour, day }, user] = await Promise.all([
    readDay(options, deletion.nowMs),
    readItem(options, userKey(deletion)),
  ]);
  return spentLimit(options.limits, { hour, day, userDay: count(user.total) }, deletion);
}

async function readDay(options: BrakeOptions, nowMs: number): Promise<{ hour: number; day: number }> {
  const item = await readItem(options, dayKey(nowMs));
  return { hour: count(item[hourOf(nowMs)]), day: count(item.total) };
}

interface Counters {
  readonly key: string;
  /** Each counter, and the number that it must be below. */
  readonly below: Readonly<Record<string, number>>;
}

/** Adds one to all counters of an item, or to none: false when one of them has reached its limit. */
async function addOne({ client, tableName }: BrakeOptions, { key, below }: Counters): Promise<boolean> {
  const counters = Object.entries(below);
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: { pk: { S: key } },
    UpdateExpression: `ADD ${counters.map((_, n) => `#counter${n} :one`).join(', ')}`,
    ConditionExpression: counters
      .map((_, n) => `(attribute_not_exists(#counter${n}) OR #counter${n} < :limit${n})`)
      .join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(counters.map(([name], n) => [`#counter${n}`, name])),
    ExpressionAttributeValues: {
      ':one': { N: '1' },
      ...Object.fromEntries(counters.map(([, limit], n) => [`:limit${n}`, { N: String(limit) }])),
    },
  });
  return unlessRefused(() => client.send(command));
}

function dayKey(nowMs: number): string {
  return `brake#day#${iso(nowMs).slice(0, 10)}`;
}

/** A user id may be long, or a name: the key is neither. */
function userKey({ userId, nowMs }: Deletion): string {
  const hash = createHash('sha256').update(userId).digest('hex').slice(0, 32);
  return `${dayKey(nowMs)}#user#${hash}`;
}

/** `hour11` for the hour from 11:00 UTC on. */
function hourOf(nowMs: number): string {
  return `hour${iso(nowMs).slice(11, 13)}`;
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
