// Whether a token may go into this stack: one stack serves one Mux environment (docs/decisions/0005-one-environment-per-stack.md).
import type { MuxDoor, MuxToken, SecretFields, TokenOwner } from './connect-ports.ts';
import { foreignEnvironment, tokenRefused } from './connect-problems.ts';
import { tokenIn } from './secret-fields.ts';

export interface Bound {
  /** The environment that the ledger is bound to; undefined as long as no step had to know it. */
  readonly pinned: string | undefined;
  readonly secret: SecretFields;
  /** The environment that the caller says the stack is to serve. */
  readonly wanted: string | undefined;
}

/**
 * Answers whose the token is. The pin is never overruled, since assets of another environment would all read as deleted.
 * Where there is none yet, the token that the stack has speaks for its environment, unless the caller names another.
 * Throws CommandError MUX_TOKEN_REFUSED or FOREIGN_ENVIRONMENT.
 */
export async function ownerOf(token: MuxToken, mux: MuxDoor, bound: Bound): Promise<TokenOwner> {
  const owner = await mux.owner(token);
  if (!owner) throw tokenRefused();
  const { environmentId } = owner;
  const { pinned, secret, wanted } = bound;
  if (wanted && wanted !== environmentId) throw foreignEnvironment(owner, wanted, 'wanted');
  if (pinned && pinned !== environmentId) throw foreignEnvironment(owner, pinned, 'pinned');
  if (pinned || wanted) return owner;
  const stored = tokenIn(secret);
  const before = stored && stored.id !== token.id ? await mux.owner(stored) : undefined;
  if (before && before.environmentId !== environmentId) {
    throw foreignEnvironment(owner, before.environmentId, 'stored');
  }
  return owner;
}

/** How Mux spells permissions is known from an example alone, so that a doubt is said and stops nothing. */
export function mayArchive({ permissions }: TokenOwner): boolean {
  return permissions.some((permission) => /video.*write|write.*video/i.test(permission));
}
