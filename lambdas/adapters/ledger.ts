// The ledger on DynamoDB: one item per asset, one conditional write per transition, no transaction and no scan.
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Lane, TABLE, WAKE_SHARDS } from '../contract/names.ts';
import { ConflictError, SetUpError, TransientError } from '../domain/failures.ts';
import { PATIENT_CLAIMS } from '../domain/lifecycle.ts';
import type { AssetRecord } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import type { AliasKind, Due, Ledger, ListQuery, Log } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';
import {
  aliasKey,
  assetIdOf,
  assetKey,
  ENVIRONMENT_PIN,
  fromItem,
  type Item,
  laneOf,
  toItem,
  wakeLane,
} from './ledger-item.ts';
import { type Batch, listPages } from './ledger-list.ts';
import { SCHEMA } from './ledger-schema.ts';

export interface LedgerOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Told of items that a list leaves out, since they cannot be read. */
  readonly log?: Pick<Log, 'error'>;
}

/** Errors: LEDGER_DENIED and LEDGER_MISSING (permanent), LEDGER_THROTTLED and LEDGER_UNAVAILABLE (transient). */
export function createLedger(options: LedgerOptions): Ledger {
  const place: AwsPlace = { code: 'LEDGER', name: `table ${options.tableName}` };
  return {
    get: (assetId) => atAws(place, () => getRecord(options, assetId)),
    getMany: (assetIds) => atAws(place, () => getMany(options, assetIds)),
    save: (record) => atAws(place, () => save(options, record)),
    putAlias: (kind, id, assetId) => atAws(place, () => putAlias(options, kind, id, assetId)),
    resolveAlias: (kind, id) => atAws(place, () => resolveAlias(options, kind, id)),
    dropAlias: (kind, id) => atAws(place, () => dropAlias(options, kind, id)),
    due: (lane, nowMs, limit) => atAws(place, () => due(options, lane, nowMs, limit)),
    claimDue: (assetId, nowMs, leaseMs) => atAws(place, () => claimDue(options, assetId, nowMs, leaseMs)),
    countBefore: (lane, record, most) => atAws(place, () => countBefore(options, lane, record, most)),
    asleep: (lane, query) => atAws(place, () => asleep(options, lane, query)),
    countStatus: (status, most) =>
      atAws(place, () => count(options, TABLE.indexes.status, { partition: status, before: '~' }, most)),
    list: (query) => atAws(place, () => list(options, query)),
    pinEnvironment: (id) => atAws(place, () => pinEnvironment(options, id)),
  };
}

async function getItem({ client, tableName }: LedgerOptions, pk: string): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: tableName, Key: { pk: { S: pk } }, ConsistentRead: true });
  return (await client.send(command)).Item;
}

async function getRecord(options: LedgerOptions, assetId: string): Promise<AssetRecord | undefined> {
  const item = await getItem(options, assetKey(assetId));
  return item && fromItem(item);
}

/**
 * When the answer to a write is lost and the SDK sends it again, the second finds the first and looks like a conflict.
 * That is no loss: the caller drops its step, and the lease it has written wakes the record again.
 */
async function save({ client, tableName }: LedgerOptions, record: AssetRecord): Promise<AssetRecord> {
  const item = toItem({ ...record, version: record.version + 1 });
  // Read back before it is written: what nobody could read again must not replace what can be read.
  const stored = fromItem(item);
  const condition =
    record.version === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'version = :version',
          ExpressionAttributeValues: { ':version': { N: String(record.version) } },
        };
  try {
    await client.send(new PutItemCommand({ TableName: tableName, Item: item, ...condition }));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const expected = record.version === 0 ? 'no record' : `version ${record.version}`;
    throw new ConflictError(`The ledger no longer holds ${expected} of ${record.asset_id}.`, {
      cause: error,
    });
  }
  return stored;
}

async function putAlias({ client, tableName }: LedgerOptions, kind: AliasKind, id: string, assetId: string) {
  const Item = { pk: { S: aliasKey(kind, id) }, asset_id: { S: assetId } };
  await client.send(new PutItemCommand({ TableName: tableName, Item }));
}

async function dropAlias({ client, tableName }: LedgerOptions, kind: AliasKind, id: string): Promise<void> {
  await client.send(new DeleteItemCommand({ TableName: tableName, Key: { pk: { S: aliasKey(kind, id) } } }));
}

async function resolveAlias(
  options: LedgerOptions,
  kind: AliasKind,
  id: string,
): Promise<string | undefined> {
  return (await getItem(options, aliasKey(kind, id)))?.asset_id?.S;
}

/** The lifecycle's `claim`, said to DynamoDB: a contract test holds the two together. ALL_NEW costs no read units. */
async function claimDue(
  { client, tableName }: LedgerOptions,
  assetId: string,
  nowMs: number,
  leaseMs: number,
) {
  const until = iso(nowMs + leaseMs);
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: { pk: { S: assetKey(assetId) } },
    ConditionExpression:
      '#schema = :schema AND wake_at <= :now AND attempts <= :patient AND ' +
      '(attribute_not_exists(leased_until) OR leased_until <= :now)',
    UpdateExpression:
      'SET wake_at = :until, leased_until = :until, wake_lane = :lane, wake_key = :key, ' +
      'attempts = attempts + :one, version = version + :one',
    ExpressionAttributeValues: {
      ':schema': { N: String(SCHEMA) },
      ':now': { S: iso(nowMs) },
      ':until': { S: until },
      ':lane': { S: laneOf('step', assetId) },
      ':key': { S: `${until}#${assetId}` },
      ':patient': { N: String(PATIENT_CLAIMS) },
      ':one': { N: '1' },
    },
    ExpressionAttributeNames: { '#schema': 'schema' },
    ReturnValues: 'ALL_NEW',
  });
  try {
    const { Attributes } = await client.send(command);
    return Attributes && fromItem(Attributes);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Each shard answers up to `limit`, since the earliest may all lie in one of them. */
async function due(
  options: LedgerOptions,
  lane: Lane,
  nowMs: number,
  limit: number,
): Promise<readonly Due[]> {
  if (limit < 1) return [];
  const shards = Array.from({ length: WAKE_SHARDS }, (_, shard) => wakeLane(lane, shard));
  const keys = await Promise.all(shards.map((shard) => dueInShard(options, shard, nowMs, limit)));
  return keys
    .flat()
    .sort()
    .slice(0, limit)
    .map((key) => {
      const [wakeAt = '', assetId = ''] = key.split('#');
      return { assetId, wakeAt };
    });
}

/** Keys are `<wake_at>#<asset>`, and `$` is the character after `#`: below it lies every asset of that millisecond. */
async function dueInShard({ client, tableName }: LedgerOptions, shard: string, nowMs: number, limit: number) {
  const { name, partitionKey, sortKey } = TABLE.indexes.wake;
  const command = new QueryCommand({
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: `${partitionKey} = :shard AND ${sortKey} < :after`,
    ExpressionAttributeValues: { ':shard': { S: shard }, ':after': { S: `${iso(nowMs)}$` } },
    Limit: limit,
  });
  const { Items = [] } = await client.send(command);
  return Items.map((item) => item[sortKey]?.S ?? '');
}

/** Each shard counts up to `most`, since all may lie in one of them. */
async function countBefore(
  options: LedgerOptions,
  lane: Lane,
  { asset_id, wake_at }: Pick<AssetRecord, 'asset_id' | 'wake_at'>,
  most: number,
): Promise<number> {
  const shards = Array.from({ length: WAKE_SHARDS }, (_, shard) => wakeLane(lane, shard));
  const before = `${wake_at}#${asset_id}`;
  const counts = await Promise.all(
    shards.map((partition) => count(options, TABLE.indexes.wake, { partition, before }, most)),
  );
  return Math.min(
    most,
    counts.reduce((sum, each) => sum + each, 0),
  );
}

/** Each shard answers up to `limit`, since the earliest may all lie in one of them. `!` sorts behind the key itself alone. */
async function asleep(
  options: LedgerOptions,
  lane: Lane,
  { after = '', untilMs, limit }: Parameters<Ledger['asleep']>[1],
) {
  const [from, to] = [`${after}!`, `${iso(untilMs)}$`];
  if (from > to) return { records: [], after: null };
  const shards = Array.from({ length: WAKE_SHARDS }, (_, shard) => wakeLane(lane, shard));
  const { wake: index } = TABLE.indexes;
  const pages = await Promise.all(
    shards.map((partition) => keysOf(options, { index, partition, from, to }, limit)),
  );
  const keys = pages.flatMap((page) => page.keys).sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
  const shown = keys.slice(0, limit);
  const records = await getRecords(
    options,
    shown.map(({ assetId }) => assetId),
  );
  const byId = new Map(records.map((record) => [record.asset_id, record]));
  const isMore = keys.length > shown.length || pages.some(({ more }) => more);
  return {
    records: shown.flatMap(({ assetId }) => byId.get(assetId) ?? []),
    after: (isMore && shown.at(-1)?.sortKey) || null,
  };
}

/** Keys of one index partition below `before`, at most `most`, by pages of 1 MB. Answers the number alone, no item. */
async function count(
  { client, tableName }: LedgerOptions,
  { name, partitionKey, sortKey }: Batch['index'],
  { partition, before }: { readonly partition: string; readonly before: string },
  most: number,
): Promise<number> {
  let counted = 0;
  let ExclusiveStartKey: Item | undefined;
  do {
    const command = new QueryCommand({
      TableName: tableName,
      IndexName: name,
      KeyConditionExpression: '#partition = :partition AND #sort < :before',
      ExpressionAttributeNames: { '#partition': partitionKey, '#sort': sortKey },
      ExpressionAttributeValues: { ':partition': { S: partition }, ':before': { S: before } },
      Select: 'COUNT',
      Limit: most - counted,
      ExclusiveStartKey,
    });
    const { Count = 0, LastEvaluatedKey } = await client.send(command);
    counted += Count;
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey && counted < most);
  return counted;
}

function list(options: LedgerOptions, query: ListQuery) {
  return listPages(query, {
    keys: (batch, limit) => keysOf(options, batch, limit),
    records: (assetIds) => getRecords(options, assetIds),
  });
}

/** One query on an index of keys only; `more` when the partition may hold others behind them. */
async function keysOf({ client, tableName }: LedgerOptions, batch: Batch, limit: number) {
  const { name, partitionKey, sortKey } = batch.index;
  const command = new QueryCommand({
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: '#partition = :partition AND #sort BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#partition': partitionKey, '#sort': sortKey },
    ExpressionAttributeValues: {
      ':partition': { S: batch.partition },
      ':from': { S: batch.from },
      ':to': { S: batch.to },
    },
    ScanIndexForward: !batch.isBackwards,
    Limit: limit,
  });
  const { Items = [], LastEvaluatedKey } = await indexed(name, () => client.send(command));
  const keys = Items.map((item) => ({
    assetId: assetIdOf(item.pk?.S ?? ''),
    sortKey: item[sortKey]?.S ?? '',
  }));
  return { keys, more: LastEvaluatedKey !== undefined };
}

/** An index that a deploy has only just asked for, or that a table made by somebody else never had. */
async function indexed<T>(name: string, query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    const isMissing =
      error instanceof Error && error.name === 'ValidationException' && /index/i.test(error.message);
    if (!isMissing) throw error;
    throw new SetUpError(
      'LEDGER_INDEX_MISSING',
      `The ledger has no index ${name} to read from: ${error.message}`,
      {
        action: 'Wait until the table has built it, or deploy the stack again; docs/decisions/0030 says how.',
        retryable: true,
        cause: error,
      },
    );
  }
}

/** DynamoDB takes a hundred keys at a time, and none of them twice. */
const MOST_KEYS = 100;

async function getMany(options: LedgerOptions, assetIds: readonly string[]): Promise<readonly AssetRecord[]> {
  const ids = [...new Set(assetIds)];
  const records: AssetRecord[] = [];
  for (let at = 0; at < ids.length; at += MOST_KEYS) {
    records.push(...(await getRecords(options, ids.slice(at, at + MOST_KEYS))));
  }
  return records;
}

/** Reads up to 100 records. DynamoDB answers at most 16 MB at a time and names the rest. */
async function getRecords({ client, tableName, log }: LedgerOptions, assetIds: readonly string[]) {
  const records: AssetRecord[] = [];
  let Keys: Item[] = assetIds.map((id) => ({ pk: { S: assetKey(id) } }));
  while (Keys.length > 0) {
    const command = new BatchGetItemCommand({
      RequestItems: { [tableName]: { Keys, ConsistentRead: true } },
    });
    const { Responses, UnprocessedKeys } = await client.send(command);
    const items = Responses?.[tableName] ?? [];
    records.push(...items.flatMap((item) => readable(item, log)));
    Keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (items.length === 0 && Keys.length > 0) {
      throw new TransientError(
        'LEDGER_THROTTLED',
        `The table ${tableName} answered none of ${Keys.length} reads.`,
      );
    }
  }
  return records;
}

/** One item that nobody can read does not hide the others of its list; asked for by its id, it says what is wrong. */
function readable(item: Item, log: LedgerOptions['log']): readonly AssetRecord[] {
  try {
    return [fromItem(item)];
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    log?.error('left out of the list', { code: error.code, pk: item.pk?.S, error });
    return [];
  }
}

async function pinEnvironment({ client, tableName }: LedgerOptions, id: string): Promise<string> {
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: { pk: { S: ENVIRONMENT_PIN } },
    UpdateExpression: 'SET environment_id = if_not_exists(environment_id, :id)',
    ExpressionAttributeValues: { ':id': { S: id } },
    ReturnValues: 'ALL_NEW',
  });
  const pinned = (await client.send(command)).Attributes?.environment_id?.S;
  if (pinned === undefined)
    throw new Error(`The table ${tableName} did not answer with the pinned environment.`);
  return pinned;
}
