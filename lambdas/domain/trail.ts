// The audit trail: what was done and what was refused, one small entry each, told the same way however often. Pure.
// Nothing of the record goes in that may change between two deliveries of one event, and no body of a call.
import { TRAIL_PREFIX } from '../contract/keys.ts';
import type { AlarmCode, Status } from './record.ts';

/** `user`: the id that a call named. `principal`: nobody was named, so whoever signed the call. `system`: Icehouse itself. */
export interface Actor {
  readonly kind: 'user' | 'principal' | 'system';
  readonly id: string;
  /** Who signed the call that named the user. */
  readonly principal?: string;
}

interface Entry {
  readonly schema: 1;
  readonly at: string;
  readonly actor: Actor;
  /** The API's id of the call that was the cause, as in its access log. */
  readonly request_id?: string;
}

export interface TransitionEntry extends Entry {
  readonly kind: 'transition';
  readonly asset_id: string;
  readonly life: number;
  readonly version: number;
  readonly from: Status | null;
  readonly to: Status;
  readonly cause: string;
  readonly group_id?: string;
  readonly alarm?: AlarmCode;
  /** The platform's id of the DELETE. */
  readonly platform_request_id?: string;
}

/** `refusal`: a call that was to change something. `act`: one that did, and that no record remembers. */
export interface CallEntry extends Entry {
  readonly kind: 'refusal' | 'act';
  readonly request_id: string;
  /** `POST /v1/delete-requests`. */
  readonly call: string;
  readonly status: number;
  readonly asset_id?: string;
  readonly code?: string;
  readonly field?: string;
  /** Which of many in one call, from 0. */
  readonly item?: number;
}

export type TrailEntry = TransitionEntry | CallEntry;

/** A transition as it comes over the bus. */
export interface ToldTransition
  extends Omit<TransitionEntry, 'schema' | 'kind' | 'actor' | 'group_id' | 'platform_request_id'> {
  readonly actor: string;
  readonly principal?: string;
  readonly record: { readonly group_id?: string; readonly deletion?: { readonly request_id?: string } };
}

/** A call as it comes over the bus. */
export interface CallEvent
  extends Pick<CallEntry, 'call' | 'status' | 'asset_id' | 'code' | 'field' | 'item'> {
  readonly at: string;
  readonly request_id: string;
  readonly user_id?: string;
  readonly principal?: string;
}

const SYSTEM = 'icehouse';

export function transitionEntry(told: ToldTransition): TransitionEntry {
  const { asset_id, life, version, from, to, at, cause, request_id, alarm, record } = told;
  return {
    schema: 1,
    kind: 'transition',
    at,
    asset_id,
    life,
    version,
    from,
    to,
    cause,
    actor: actorOf(told),
    request_id,
    group_id: record.group_id,
    alarm,
    platform_request_id: to === 'deleted' && from !== 'failed' ? record.deletion?.request_id : undefined,
  };
}

/** A user may be called as Icehouse calls itself; but only a call has an id. */
function actorOf({ actor: id, principal, request_id }: ToldTransition): Actor {
  if (id === principal) return { kind: 'principal', id };
  const isSystem = id === SYSTEM && request_id === undefined && principal === undefined;
  return isSystem ? { kind: 'system', id } : { kind: 'user', id, principal };
}

export function callEntry({ user_id, principal, ...told }: CallEvent): CallEntry {
  const actor: Actor =
    user_id === undefined
      ? { kind: 'principal', id: principal ?? 'unknown' }
      : { kind: 'user', id: user_id, principal };
  const { at, call, status, asset_id, code, field, item, request_id } = told;
  const kind = status >= 400 ? 'refusal' : 'act';
  return { schema: 1, kind, at, call, status, code, field, item, asset_id, actor, request_id };
}

/** In the place of the asset, where a call was about none. */
const NO_ASSET = '_';

/**
 * `trail/2026/12/24/20261224T000000000Z-{asset}-{version}-{to}.json`; a call has `call-{request id}` (and `-{item}`) in the
 * place of the last two. Keys of a day sort by time. The status is part of it because one write may hold two transitions.
 */
export function trailKey(entry: TrailEntry): string {
  const rest = entry.kind === 'transition' ? `${entry.version}-${entry.to}` : callPart(entry);
  return `${trailKeysAt(entry.at, entry.asset_id ?? NO_ASSET)}${rest}.json`;
}

/** How the keys begin of all that happened to an asset at this very time. */
export function trailKeysAt(at: string, assetId: string): string {
  return `${trailFolder(at.slice(0, 10))}${at.replace(/[-:.]/g, '')}-${assetId}-`;
}

/** Of a day, `2026-12-24`, UTC. */
export function trailFolder(day: string): string {
  return `${TRAIL_PREFIX}${day.replaceAll('-', '/')}/`;
}

/** Ids of API Gateway end in `=`. */
function callPart({ request_id, item }: CallEntry): string {
  const id = request_id.replace(/[^\w-]/g, '_').slice(0, 100);
  return item === undefined ? `call-${id}` : `call-${id}-${item}`;
}

/** The asset that a key names: none for a call about no asset, undefined for a key that is not of the trail. */
export function assetOfTrailKey(key: string): { readonly assetId: string | undefined } | undefined {
  const [, assetId] =
    /^trail\/\d{4}\/\d\d\/\d\d\/\d{8}T\d{9}Z-([A-Za-z0-9]+|_)-[\w-]+\.json$/.exec(key) ?? [];
  return assetId === undefined ? undefined : { assetId: assetId === NO_ASSET ? undefined : assetId };
}
