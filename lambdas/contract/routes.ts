// Every route of the API and the scope that it needs: lib/ makes routes and grants from it, function "authorize" judges by it.

/**
 * What a caller may. `request` is what the backend of an app does: it asks, takes back and looks. `operate` is for people who
 * run it, and has all of `request`. The other two are for few, and neither is in another.
 */
export const SCOPES = ['request', 'operate', 'erase', 'delete_only'] as const;
export type Scope = (typeof SCOPES)[number];

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type RouteKey = `${Method} /v1/${string}`;

/**
 * In `request` is nothing that costs money without a bound (a restore), brings a date forward, lifts a hold or shows what was
 * said in a video (captions in the vault).
 */
export const ROUTES: Readonly<Record<RouteKey, Scope>> = {
  'POST /v1/delete-requests': 'request',
  'GET /v1/delete-requests': 'request',
  'GET /v1/delete-requests/{asset_id}': 'request',
  'PATCH /v1/delete-requests/{asset_id}': 'operate',
  'DELETE /v1/delete-requests/{asset_id}': 'request',
  'POST /v1/delete-requests/{asset_id}/cancel': 'request',
  'POST /v1/delete-requests/{asset_id}/restore': 'operate',
  'PUT /v1/delete-requests/{asset_id}/hold': 'operate',
  'DELETE /v1/delete-requests/{asset_id}/hold': 'operate',
  'GET /v1/delete-requests/{asset_id}/quote': 'request',
  'POST /v1/delete-requests/batch': 'request',
  'POST /v1/delete-requests/delete-only': 'delete_only',
  'GET /v1/groups/{group_id}': 'request',
  'GET /v1/groups/{group_id}/map': 'request',
  'POST /v1/groups/{group_id}/cancel': 'request',
  'POST /v1/groups/{group_id}/restore': 'operate',
  'GET /v1/find': 'request',
  'GET /v1/hold': 'operate',
  'PUT /v1/hold': 'operate',
  'DELETE /v1/hold': 'operate',
  'GET /v1/assets/{asset_id}': 'request',
  'GET /v1/assets/{asset_id}/manifest': 'operate',
  'GET /v1/assets/{asset_id}/sidecars/{name}': 'operate',
  'GET /v1/assets/{asset_id}/fidelity': 'operate',
  'GET /v1/assets/{asset_id}/check': 'request',
  'POST /v1/assets/{asset_id}/slim': 'operate',
  'GET /v1/upcoming': 'request',
  'GET /v1/tracks/{track_id}': 'request',
  'POST /v1/audits': 'operate',
  'GET /v1/audits/{audit_id}': 'operate',
  'GET /v1/playback-ids/{playback_id}': 'request',
  'POST /v1/erasures': 'erase',
  'GET /v1/erasures': 'erase',
  'GET /v1/erasures/{erasure_id}': 'erase',
  'POST /v1/erasures/{erasure_id}/stop': 'erase',
  'GET /v1/openapi.yaml': 'request',
};

/** API Gateway's name for whatever is no route: all that is answered there is a list of the routes. */
export const NO_SUCH_ROUTE = { key: '$default', scope: 'request' } as const;

/** Those that a route is open to, the one it needs first. */
export function scopesFor(needed: Scope): readonly Scope[] {
  return needed === 'request' ? ['request', 'operate'] : [needed];
}

/** Undefined for what nobody may call by a scope, such as a route that is not in the table. */
export function scopeOf(routeKey: string): Scope | undefined {
  if (routeKey === NO_SUCH_ROUTE.key) return NO_SUCH_ROUTE.scope;
  return Object.entries(ROUTES).find(([key]) => key === routeKey)?.[1];
}
