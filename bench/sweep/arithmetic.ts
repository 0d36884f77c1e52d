// What a thousand million records ask of DynamoDB: sizes from real items, limits and prices from AWS's pages.

import { type Item, toItem } from '../../lambdas/adapters/ledger-item.ts';
import { TABLE, WAKE_SHARDS } from '../../lambdas/contract/names.ts';
import { ADMITS_PER_RUN, EXPIRES_PER_RUN, WAKES_PER_RUN } from '../../lambdas/stages/sweep.ts';
import { table } from '../table.ts';
import { wholeRecord } from './whole-record.ts';

const RECORDS = 1e9;

/** DynamoDB guide, "Best practices for designing and using partition keys effectively": of every partition. */
const WRITES_PER_PARTITION = 1_000;
/** DynamoDB guide, "Partitions and data distribution"; the database blog's "Scaling DynamoDB", part 3, has the number. */
const PARTITION_BYTES = 10e9;
/** DynamoDB guide, "Items and attributes: size and format": kept beside each entry of an index. */
const INDEX_OVERHEAD_BYTES = 100;
const READ_UNIT_BYTES = 4_096;
/** On demand, us-east-1, per million units. */
const USD_PER_MILLION_READS = 0.125;
const USD_PER_GB_MONTH = 0.25;

/** More than the whole of Mux's own limit serves: a life takes several calls, and 1 POST and 5 others a second is all. */
const LIVES_PER_SECOND = 1;
/** Conditional writes from request to deletion, polls and leases with them; rounded up. */
const WRITES_PER_LIFE = 30;
/** An index entry whose key moves is deleted and put. */
const WRITES_PER_MOVE = 2;
/** The default of OPEN_MASTERS: each of the two statuses that are counted is counted so far at most. */
const MOST_OPEN_MASTERS = 1_000;
const SWEEPS_PER_MONTH = 43_800;
const YEAR_SECONDS = 31_557_600;

/** Bytes as DynamoDB counts them: names and values, a digit pair of a number and a sign or length more (same page). */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8(name) + valueBytes(value), 0);
}

function valueBytes(value: Item[string]): number {
  if (value.S !== undefined) return utf8(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.M) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  if (value.L) return 3 + value.L.reduce((sum, one) => sum + 1 + valueBytes(one), 0);
  return 1;
}

const utf8 = (text: string) => Buffer.byteLength(text);

function indexEntryBytes(
  item: Item,
  index: { readonly partitionKey: string; readonly sortKey: string },
): number {
  const names = [index.partitionKey, index.sortKey, TABLE.partitionKey];
  const entry = Object.entries(item).filter(([name]) => names.includes(name));
  return itemBytes(Object.fromEntries(entry)) + INDEX_OVERHEAD_BYTES;
}

export function atScale() {
  const item = toItem(wholeRecord());
  const wakeBytes = indexEntryBytes(item, TABLE.indexes.wake);
  const statusBytes = indexEntryBytes(item, TABLE.indexes.status);
  const recordBytes = itemBytes(item) + INDEX_OVERHEAD_BYTES;
  const shardBytes = (RECORDS * wakeBytes) / WAKE_SHARDS;
  const wakeWrites = (LIVES_PER_SECOND * WRITES_PER_LIFE * WRITES_PER_MOVE) / WAKE_SHARDS;
  return {
    records: RECORDS,
    recordBytes,
    wakeEntryBytes: wakeBytes,
    statusEntryBytes: statusBytes,
    tableGB: (RECORDS * recordBytes) / 1e9,
    wakeShardGB: shardBytes / 1e9,
    wakeShardPartitions: Math.ceil(shardBytes / PARTITION_BYTES),
    statusGB: (RECORDS * statusBytes) / 1e9,
    statusPartitions: Math.ceil((RECORDS * statusBytes) / PARTITION_BYTES),
    storageUsdPerMonth: ((RECORDS * (recordBytes + wakeBytes + statusBytes)) / 1e9) * USD_PER_GB_MONTH,
    years: RECORDS / LIVES_PER_SECOND / YEAR_SECONDS,
    wakeWritesPerPartition: wakeWrites,
    wakeLimitLivesPerSecond: (WRITES_PER_PARTITION * LIVES_PER_SECOND) / wakeWrites,
    statusWritesPerPartition: LIVES_PER_SECOND,
    statusLimitLivesPerSecond: WRITES_PER_PARTITION,
    ...sweepAtMost(item, wakeBytes, statusBytes),
  };
}

/**
 * With a backlog each shard answers up to the limit of its lane. A claim is one conditional write, which costs no read
 * unit; what it refuses (the index was behind, or the record had many claims) is read by key, in the worst case all.
 */
function sweepAtMost(item: Item, wakeBytes: number, statusBytes: number) {
  const limits = [WAKES_PER_RUN, ADMITS_PER_RUN, EXPIRES_PER_RUN];
  const units = (bytes: number) => Math.ceil(bytes / READ_UNIT_BYTES);
  // Eventually consistent reads of an index cost half; reads by key are strongly consistent.
  const queryUnits = (bytes: number) => Math.max(0.5, units(bytes) / 2);
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  const idle = limits.length * WAKE_SHARDS * queryUnits(0);
  const claims = sum(limits);
  // Requests in line: the open masters are counted, in two statuses.
  const counted = 2 * queryUnits(MOST_OPEN_MASTERS * statusBytes);
  const backlog = counted + sum(limits.map((limit) => WAKE_SHARDS * queryUnits(limit * wakeBytes)));
  const most = backlog + claims * units(itemBytes(item));
  const usd = (readUnits: number) => (SWEEPS_PER_MONTH * readUnits * USD_PER_MILLION_READS) / 1e6;
  const backlogItems = WAKE_SHARDS * claims + 2 * MOST_OPEN_MASTERS;
  return {
    sweepQueries: limits.length * WAKE_SHARDS,
    backlogItemsRead: backlogItems,
    mostItemsRead: backlogItems + claims,
    idleReadUnits: idle,
    backlogReadUnits: backlog,
    mostReadUnits: most,
    idleUsdPerMonth: usd(idle),
    backlogUsdPerMonth: usd(backlog),
    mostUsdPerMonth: usd(most),
  };
}

export function scaleTable(): string {
  const at = atScale();
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const dollars = (value: number) => `$${value < 10 ? value.toFixed(2) : whole(value)}`;
  const rows = [
    ['a whole record', `${whole(at.recordBytes)} B`, `${whole(at.tableGB)} GB`],
    [
      'its entry in the wake index',
      `${whole(at.wakeEntryBytes)} B`,
      `${whole(at.wakeShardGB)} GB in each of ${WAKE_SHARDS} shards`,
    ],
    ['  so many partitions of 10 GB', '', `${at.wakeShardPartitions} a shard`],
    [
      'its entry in the status index',
      `${whole(at.statusEntryBytes)} B`,
      `${whole(at.statusGB)} GB in one status`,
    ],
    ['  so many partitions of 10 GB', '', whole(at.statusPartitions)],
    ['storage a month', '', dollars(at.storageUsdPerMonth)],
    [`time to come to so many at ${LIVES_PER_SECOND} a second`, '', `${at.years.toFixed(0)} years`],
    [
      'writes a second, one wake partition',
      `${at.wakeWritesPerPartition}`,
      `of ${WRITES_PER_PARTITION}: full at ${whole(at.wakeLimitLivesPerSecond)} lives a second`,
    ],
    [
      'writes a second, one status partition',
      `${at.statusWritesPerPartition}`,
      `of ${WRITES_PER_PARTITION}: full at ${whole(at.statusLimitLivesPerSecond)} lives a second`,
    ],
    [
      'a sweep with nothing due',
      `${at.sweepQueries} queries`,
      `${at.idleReadUnits} read units, ${dollars(at.idleUsdPerMonth)} a month`,
    ],
    [
      'a sweep with any backlog',
      `${whole(at.backlogItemsRead)} items`,
      `${whole(at.backlogReadUnits)} read units, ${dollars(at.backlogUsdPerMonth)} a month`,
    ],
    [
      '  and every claim refused',
      `${whole(at.mostItemsRead)} items`,
      `${whole(at.mostReadUnits)} read units, ${dollars(at.mostUsdPerMonth)} a month`,
    ],
  ];
  return table([`1,000,000,000 records (computed)`, '', ''], rows);
}
