// The token that only reads, for a stack with prop readSecret: whether it is one of the stack's environment, and the storing.
import { plain } from '../format.ts';
import { EXIT } from '../problems.ts';
import { type Fact, factTable } from '../render.ts';
import type { Screen } from '../screen.ts';
import type { MuxDoor, MuxToken, SecretStore, TokenOwner } from './connect-ports.ts';
import { problem } from './connect-problems.ts';
import { ownerText } from './connect-view.ts';
import { tokenIn, withoutEmptyWebhookSecret, withToken } from './secret-fields.ts';
import { ownerOf } from './whose.ts';

export interface Reading {
  readonly token: MuxToken;
  readonly mux: MuxDoor;
  /** The secret of the token that reads, which alone is written. */
  readonly store: SecretStore;
  /** That of the token which may delete: where no step had to know the environment yet, it speaks for it. */
  readonly main: SecretStore;
  readonly pinned: string | undefined;
  readonly wanted: string | undefined;
  /** The secret has the signing secret too (no prop webhookSecret), so that its empty place stays until that comes. */
  readonly hasWebhookSecret: boolean;
}

export interface ReadingPlan {
  readonly owner: TokenOwner;
  /** From its permissions; how Mux spells them is known from an example alone. */
  readonly mayWrite: boolean;
  readonly isNew: boolean;
  readonly store: () => Promise<void>;
}

/** Changes nothing yet. Throws CommandErrors as `ownerOf` does, NOT_CONNECTED_YET and SAME_TOKEN. */
export async function planReading(reading: Reading): Promise<ReadingPlan> {
  const { token, mux, store, pinned, wanted } = reading;
  const main = await reading.main.read();
  if (!pinned && !wanted && !tokenIn(main)) throw notConnected();
  const owner = await ownerOf(token, mux, { pinned, secret: main, wanted });
  if (tokenIn(main)?.id === token.id) throw sameToken();
  const stored = tokenIn(await store.read());
  return {
    owner,
    mayWrite: !onlyReads(owner),
    isNew: stored?.id !== token.id || stored.secret !== token.secret,
    store: async () => {
      const fields = withToken(await store.read(), token);
      await store.write(reading.hasWebhookSecret ? fields : withoutEmptyWebhookSecret(fields));
    },
  };
}

/** What is not plainly read alone may write. */
function onlyReads({ permissions }: TokenOwner): boolean {
  return permissions.length > 0 && permissions.every((one) => /read/i.test(one) && !/write/i.test(one));
}

export function readingView(secretId: string, { owner, mayWrite }: ReadingPlan, screen: Screen): string {
  const rows: Fact[] = [
    ['Mux', ownerText(owner)],
    ['', `token "${plain(owner.tokenName)}": ${owner.permissions.map(plain).join(', ')}`],
    ...(mayWrite ? [['warning', screen.paint('yellow', MAY_WRITE)] satisfies Fact] : []),
    ['secret', secretId],
  ];
  return factTable(rows, screen);
}

const MAY_WRITE = 'its permissions are not read alone: whoever has it may be able to delete';

export function questionOf({ owner, mayWrite }: ReadingPlan): string {
  const what = mayWrite ? 'this token, which may be able to write,' : 'the token that reads';
  return `Store ${what} of ${ownerText(owner)}?`;
}

/** For machines. No secret is in it. */
export function readingDocument(secretId: string, plan: ReadingPlan, isStored: boolean): object {
  const { environmentId: id, environmentName: name, environmentType: type, permissions } = plan.owner;
  const token = isStored ? 'stored' : plan.isNew ? 'not stored' : 'unchanged';
  return { environment: { id, name, type }, permissions, may_write: plan.mayWrite, secret: secretId, token };
}

export function noReadSecret() {
  return problem(
    'NO_READ_SECRET',
    'The stack has no output ReadSecret: its functions that only read have the token that may delete.',
    'Deploy with prop readSecret (`-c readSecret=true`) first, or say --secret if it is a secret of your own.',
    EXIT.usage,
  );
}

function notConnected() {
  return problem(
    'NOT_CONNECTED_YET',
    'The stack has no token yet that may delete, so that nobody knows which environment it serves.',
    'Run `icehouse connect` first, or say --environment.',
    EXIT.usage,
  );
}

function sameToken() {
  return problem(
    'SAME_TOKEN',
    'This is the token that may delete, which the stack has already. Nothing was changed.',
    'Make another in the Mux dashboard, of the same environment: Mux Video read, and nothing else.',
    EXIT.usage,
  );
}
