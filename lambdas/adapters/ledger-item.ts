// How a record lies in the table: its own fields as plain attributes, and the keys that the indexes sort by.
import { crc32 } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Lane, WAKE_SHARDS } from '../contract/names.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { AliasKind } from '../stages/ports.ts';
import { readRecord, unreadable } from './ledger-schema.ts';

export type Item = Record<string, AttributeValue>;

const ASSET_PREFIX = 'asset#';

export const ENVIRONMENT_PIN = 'pin#environment';

export function assetKey(assetId: string): string {
  return ASSET_PREFIX + assetId;
}

export function assetIdOf(key: string): string {
  return key.slice(ASSET_PREFIX.length);
}

export function aliasKey(kind: AliasKind, id: string): string {
  return `alias#${kind}#${id}`;
}

export function wakeLane(lane: Lane, shard: number): string {
  return `${lane}#${shard}`;
}

/** The index partition of an asset in a lane. */
export function laneOf(lane: Lane, assetId: string): string {
  return wakeLane(lane, crc32(assetId) % WAKE_SHARDS);
}

/** The index is sparse by `wake_key`: a record at rest has its lane and no key, and is not in it. */
export function toItem(record: AssetRecord): Item {
  const { asset_id, status, group_id, created_at, wake_at, wake_lane } = record;
  const item = {
    ...record,
    pk: assetKey(asset_id),
    wake_lane: laneOf(wake_lane, asset_id),
    wake_key: wake_at && `${wake_at}#${asset_id}`,
    listed_as: `${created_at}#${asset_id}`,
    group_key: group_id && `${status}#${created_at}#${asset_id}`,
  };
  // To the SDK, an object with a key named `constructor` is an instance of a class.
  return marshall(item, { removeUndefinedValues: true, convertClassInstanceToMap: true });
}

/** Throws SetUpError LEDGER_SCHEMA_NEWER and LEDGER_ITEM_UNREADABLE: the item is then nobody's to write. */
export function fromItem(item: Item): AssetRecord {
  const name = String(item.pk?.S);
  const {
    pk,
    wake_key: _wake,
    listed_as: _listed,
    group_key: _group,
    wake_lane,
    ...fields
  } = plain(item, name);
  const lane = typeof wake_lane === 'string' ? wake_lane.split('#')[0] : wake_lane;
  const record = readRecord({ ...fields, wake_lane: lane }, name);
  // Else a step on one asset would be taken on another.
  if (pk !== assetKey(record.asset_id)) throw unreadable(name, 'asset_id');
  return record;
}

/** What the SDK cannot turn into plain values, such as numbers beyond the safe ones, `toItem` has not written. */
function plain(item: Item, name: string): Record<string, unknown> {
  try {
    return unmarshall(item);
  } catch (error) {
    throw unreadable(name, 'the whole', error);
  }
}
