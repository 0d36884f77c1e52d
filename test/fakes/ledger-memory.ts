// The ledger in memory, for tests and the simulation. The same contract suite runs on it and on DynamoDB's engines.

import { type Batch, listPages } from '../../lambdas/adapters/ledger-list.ts';
import type { Lane } from '../../lambdas/contract/names.ts';
import { ConflictError } from '../../lambdas/domain/failures.ts';
import { claim, isLeased, PATIENT_CLAIMS } from '../../lambdas/domain/lifecycle.ts';
import type { AssetRecord, Status } from '../../lambdas/domain/record.ts';
import { iso } from '../../lambdas/domain/time.ts';
import type { Ledger } from '../../lambdas/stages/ports.ts';
import { type SortedKeys, sortedKeys } from './sorted-keys.ts';

export function memoryLedger(): Ledger & { readonly records: ReadonlyMap<string, AssetRecord> } {
  const records = new Map<string, AssetRecord>();
  const aliases = new Map<string, string>();
  /** What the indexes hold, kept with each write: a flood of records must not be walked through at each question. */
  const wakes: Record<Lane, SortedKeys> = { step: sortedKeys(), admit: sortedKeys(), expire: sortedKeys() };
  const statuses = new Map<Status, number>();
  let environment: string | undefined;

  function index(record: AssetRecord | undefined, step: 1 | -1): void {
    if (!record) return;
    statuses.set(record.status, (statuses.get(record.status) ?? 0) + step);
    if (!record.wake_at) return;
    const keys = wakes[record.wake_lane];
    if (step === 1) keys.add(wakeKey(record));
    else keys.remove(wakeKey(record));
  }

  function keys(batch: Batch, limit: number) {
    const way = batch.isBackwards ? -1 : 1;
    const found = [...records.values()]
      .filter((record) => partitionIn(batch, record) === batch.partition)
      .map((record) => ({ assetId: record.asset_id, sortKey: sortKeyIn(batch, record) }))
      .filter((key) => key.sortKey >= batch.from && key.sortKey <= batch.to)
      .sort((a, b) => (a.sortKey < b.sortKey ? -way : way));
    return { keys: found.slice(0, limit), more: found.length > limit };
  }

  return {
    records,
    async get(assetId) {
      return records.get(assetId);
    },
    async getMany(assetIds) {
      return [...new Set(assetIds)].flatMap((id) => records.get(id) ?? []);
    },
    async save(record) {
      if ((records.get(record.asset_id)?.version ?? 0) !== record.version) {
        throw new ConflictError(
          `The ledger no longer holds version ${record.version} of ${record.asset_id}.`,
        );
      }
      // As a table keeps it: a copy, without the fields that are undefined.
      const stored = copyOf({ ...record, version: record.version + 1 });
      index(records.get(record.asset_id), -1);
      records.set(record.asset_id, stored);
      index(stored, 1);
      return stored;
    },
    async dropAlias(kind, id) {
      aliases.delete(`${kind}#${id}`);
    },
    async claimDue(assetId, nowMs, leaseMs) {
      const record = records.get(assetId);
      const isDue = record?.wake_at !== undefined && record.wake_at <= iso(nowMs);
      if (!isDue || isLeased(record, nowMs) || record.attempts > PATIENT_CLAIMS) return undefined;
      return this.save(claim(record, nowMs, leaseMs));
    },
    async putAlias(kind, id, assetId) {
      aliases.set(`${kind}#${id}`, assetId);
    },
    async resolveAlias(kind, id) {
      return aliases.get(`${kind}#${id}`);
    },
    async countBefore(lane, record, most) {
      return Math.min(most, wakes[lane].countBefore(wakeKey(record)));
    },
    async asleep(lane, { after = '', untilMs, limit }) {
      const found = wakes[lane]
        .before(`${iso(untilMs)}$`, Number.POSITIVE_INFINITY)
        .filter((key) => key > after);
      const shown = found.slice(0, limit);
      return {
        records: shown.flatMap((key) => records.get(key.slice(key.indexOf('#') + 1)) ?? []),
        after: (found.length > shown.length && shown.at(-1)) || null,
      };
    },
    async countStatus(status, most) {
      return Math.min(most, statuses.get(status) ?? 0);
    },
    async due(lane, nowMs, limit) {
      // `$` is the character after `#`: below it lies every asset of that millisecond.
      return wakes[lane].before(`${iso(nowMs)}$`, limit).map((key) => {
        const [wakeAt = '', assetId = ''] = key.split('#');
        return { assetId, wakeAt };
      });
    },
    async list(query) {
      return listPages(query, {
        keys: async (batch, limit) => keys(batch, limit),
        records: async (assetIds) => assetIds.flatMap((id) => records.get(id) ?? []),
      });
    },
    async pinEnvironment(id) {
      environment ??= id;
      return environment;
    },
  };
}

/** What JSON would make of it, in a third of the time: floods and simulations save a million times. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) copy[key] = copyOf(value[key]);
  return copy as T;
}

function wakeKey({ wake_at, asset_id }: Pick<AssetRecord, 'asset_id' | 'wake_at'>): string {
  return `${wake_at}#${asset_id}`;
}

const PARTITIONS: Readonly<Record<string, keyof AssetRecord>> = {
  'by-status': 'status',
  'by-group': 'group_id',
  'by-creator': 'creator_id',
  'by-user': 'deleted_by_user_id',
};

function partitionIn({ index }: Batch, record: AssetRecord) {
  const field = PARTITIONS[index.name];
  return field && record[field];
}

function sortKeyIn(batch: Batch, { status, created_at, asset_id }: AssetRecord): string {
  return batch.index.name === 'by-group'
    ? `${status}#${created_at}#${asset_id}`
    : `${created_at}#${asset_id}`;
}
