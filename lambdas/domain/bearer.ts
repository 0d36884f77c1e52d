// Bearer tokens: which scope a token carries, and whether that is enough for a route. Pure; never keeps or names a token.
import { createHash, timingSafeEqual } from 'node:crypto';
import { SCOPES, type Scope, scopeOf, scopesFor } from '../contract/routes.ts';

/** The tokens that are good, by scope; two of a scope while one is being changed. */
export type BearerTokens = Readonly<Partial<Record<Scope, readonly string[]>>>;

/** Anybody can guess a short one, and a secret that nobody has filled in yet holds empty ones. */
export const SHORTEST_TOKEN = 32;

/** The scope by which this `Authorization` header may call the route, or undefined. */
export function scopeGranted(
  header: string | undefined,
  tokens: BearerTokens,
  routeKey: string,
): Scope | undefined {
  const needed = scopeOf(routeKey);
  const open = needed === undefined ? [] : scopesFor(needed);
  return scopesOf(header, tokens).find((scope) => open.includes(scope));
}

/** More than one where the same token was entered for several. */
function scopesOf(header: string | undefined, tokens: BearerTokens): readonly Scope[] {
  const [, given = ''] = /^bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  const hashed = hashOf(given);
  return SCOPES.filter((scope) => {
    const good = (tokens[scope] ?? []).filter((token) => token.length >= SHORTEST_TOKEN);
    // Each is compared, so that the time taken does not tell which one came close; hashes are all of one length.
    return good.map((token) => timingSafeEqual(hashOf(token), hashed)).includes(true);
  });
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
