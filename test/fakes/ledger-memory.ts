// The ledger in memory, for tests and the simulation. The same contract suite runs on it and on DynamoDB's engines.

import { type Batch, listPages } from '../../lambdas/adapters/ledger-list.ts';
import { ConflictError } from '../../lambdas/domain/failures.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { iso } from '../../lambdas/domain/time.ts';
import type { Ledger } from '../../lambdas/stages/ports.ts';

export function memoryLedger(): Ledger & { readonly records: ReadonlyMap<string, AssetRecord> } {
  const records = new Map<string, AssetRecord>();
  const aliases = new Map<string, string>();
  let environment: string | undefined;

  function keys(batch: Batch, limit: number) {
    const found = [...records.values()]
      .filter(
        (record) => (batch.index.name === 'by-group' ? record.group_id : record.status) === batch.partition,
      )
      .map((record) => ({ assetId: record.asset_id, sortKey: sortKeyIn(batch, record) }))
      .filter((key) => key.sortKey >= batch.from && key.sortKey <= batch.to)
      .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
    return { keys: found.slice(0, limit), more: found.length > limit };
  }

  return {
    records,
    async get(assetId) {
      return records.get(assetId);
    },
    async save(record) {
      if ((records.get(record.asset_id)?.version ?? 0) !== record.version) {
        throw new ConflictError(
          `The ledger no longer holds version ${record.version} of ${record.asset_id}.`,
        );
      }
      // As a table keeps it: a copy, without the fields that are undefined.
      const stored: AssetRecord = JSON.parse(JSON.stringify({ ...record, version: record.version + 1 }));
      records.set(record.asset_id, stored);
      return stored;
    },
    async putAlias(kind, id, assetId) {
      aliases.set(`${kind}#${id}`, assetId);
    },
    async resolveAlias(kind, id) {
      return aliases.get(`${kind}#${id}`);
    },
    async due(lane, nowMs, limit) {
      const wakeKey = ({ wake_at, asset_id }: AssetRecord) => `${wake_at}#${asset_id}`;
      return [...records.values()]
        .filter(
          ({ wake_lane, wake_at }) => wake_lane === lane && wake_at !== undefined && wake_at <= iso(nowMs),
        )
        .sort((a, b) => (wakeKey(a) < wakeKey(b) ? -1 : 1))
        .slice(0, limit)
        .map((record) => record.asset_id);
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

function sortKeyIn(batch: Batch, { status, created_at, asset_id }: AssetRecord): string {
  return batch.index.name === 'by-group'
    ? `${status}#${created_at}#${asset_id}`
    : `${created_at}#${asset_id}`;
}
