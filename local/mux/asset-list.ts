// The list of assets: pages by number or by cursor, in the order the switches say.
import { createHash } from 'node:crypto';
import { type Answer, badRequest, json } from './answers.ts';
import { showAsset } from './asset-view.ts';
import type { Behaviour } from './behaviour.ts';
import type { Environment, StoredAsset } from './model.ts';
import type { World } from './world.ts';

/** The spec says 25, the guide 10; both say at most 100. */
const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;

export function listAssets(world: World, environment: Environment, query: URLSearchParams): Answer {
  const limit = number(query, 'limit', DEFAULT_LIMIT, MAX_LIMIT);
  const page = number(query, 'page', 1, Number.MAX_SAFE_INTEGER);
  const keyOf = sortKeys[world.behaviour.listOrder];
  const listed = Object.values(world.store.state.assets)
    .filter((stored) => stored.environmentId === environment.id && stored.listedFromMs <= Date.now())
    .filter(({ asset }) => isAsked(query, 'upload_id', asset.upload_id))
    .filter(({ asset }) => isAsked(query, 'live_stream_id', asset.live_stream_id))
    .map((stored) => ({ stored, key: keyOf(stored) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const cursor = query.get('cursor');
  const rest = cursor
    ? listed.filter(({ key }) => key > readCursor(cursor))
    : listed.slice((page - 1) * limit);
  const shown = rest.slice(0, limit);
  const last = rest.length > limit ? shown.at(-1) : undefined;
  return json(200, {
    data: shown.map(({ stored }) => showAsset(world, stored)),
    next_cursor: last ? Buffer.from(last.key).toString('base64url') : null,
  });
}

/** Every asset has one key in an order, so a cursor stays good while assets come and go. */
const sortKeys: Record<Behaviour['listOrder'], (stored: StoredAsset) => string> = {
  'newest-first': ({ createdAtMs, asset }) =>
    `${(1e15 - createdAtMs).toString().padStart(16, '0')} ${asset.id}`,
  'oldest-first': ({ createdAtMs, asset }) => `${createdAtMs.toString().padStart(16, '0')} ${asset.id}`,
  shuffled: ({ asset }) => createHash('sha256').update(asset.id).digest('hex'),
};

function isAsked(query: URLSearchParams, name: string, value: string | undefined): boolean {
  return !query.get(name) || query.get(name) === value;
}

function readCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}

function number(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const value = Number(query.get(name) ?? fallback);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw badRequest(`${name} must be between 1 and ${most}`);
  return value;
}
