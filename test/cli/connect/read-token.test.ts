// The token that only reads: it has to be of the stack's environment, and nothing but its own secret is written.
import { expect, test } from 'vitest';
import type { SecretFields } from '../../../cli/connect/connect-ports.ts';
import { planReading, questionOf, type Reading } from '../../../cli/connect/read-token.ts';
import { TOKEN, World } from './fakes.ts';

const EMPTY = { token_id: '', token_secret: '', webhook_secret: '' };
const STORED = { token_id: TOKEN.id, token_secret: TOKEN.secret };
const MAIN = { token_id: 'may-delete', token_secret: 'd', webhook_secret: 'w' };

/** A stack whose token may delete, and a token for Mux Video read; `given` wins. */
function stack({ permissions = ['video:read'], of = 'a', ...given }: Partial<Given> = {}) {
  const main = new World(given.main ?? MAIN);
  const read = new World(given.read ?? EMPTY);
  const { mux } = read.hands();
  const reading: Reading = {
    token: TOKEN,
    mux: {
      ...mux,
      owner: async ({ id }) => ({
        tokenName: id,
        environmentId: id === TOKEN.id ? of : 'a',
        environmentName: 'Production',
        environmentType: 'production',
        organizationName: 'Ours',
        permissions,
      }),
    },
    store: read.hands().store,
    main: main.hands().store,
    pinned: given.pinned,
    wanted: undefined,
    hasWebhookSecret: given.hasWebhookSecret ?? false,
  };
  return { reading, main, read };
}

interface Given {
  readonly permissions: readonly string[];
  readonly of: string;
  readonly main: SecretFields;
  readonly read: SecretFields;
  readonly pinned: string;
  readonly hasWebhookSecret: boolean;
}

test('is stored in the secret for reading, and in no other', async () => {
  const { reading, main, read } = stack({ read: { ...EMPTY, of_others: 1 } });

  const plan = await planReading(reading);
  await plan.store();

  expect(plan).toMatchObject({ mayWrite: false, isNew: true });
  expect(read.secret).toEqual({ ...STORED, of_others: 1 });
  expect(main.secret).toEqual(MAIN);
  expect(main.calls).toEqual(['read']);
});

test.each([
  ['is kept', { webhook_secret: 'w', webhook_id: 'r' }],
  ['stays empty until it comes', { webhook_secret: '' }],
])('the signing secret that is kept beside it %s', async (_, beside) => {
  const { reading, read } = stack({ read: { ...EMPTY, ...beside }, hasWebhookSecret: true });

  await (await planReading(reading)).store();

  expect(read.secret).toEqual({ ...STORED, ...beside });
});

test('is found to be there already', async () => {
  const { reading } = stack({ read: STORED });

  expect(await planReading(reading)).toMatchObject({ isNew: false });
});

test.each([
  [['video:read', 'system:read'], false],
  [['video:read', 'video:write'], true],
  [['video:read', 'system:write'], true],
  [['video'], true],
  [[], true],
])('with the permissions %j it may write: %s, and that is asked', async (permissions, mayWrite) => {
  const { reading } = stack({ permissions });

  const plan = await planReading(reading);

  expect(plan.mayWrite).toBe(mayWrite);
  expect(questionOf(plan).includes('may be able to write')).toBe(mayWrite);
});

test.each([
  ['of another environment than the ledger is bound to', { of: 'b', pinned: 'a' }, 'FOREIGN_ENVIRONMENT'],
  ['of another than that of the token that may delete', { of: 'b' }, 'FOREIGN_ENVIRONMENT'],
  ['that may delete and is there already', { main: { ...MAIN, ...STORED } }, 'SAME_TOKEN'],
  ['for a stack that is of no environment yet', { main: EMPTY }, 'NOT_CONNECTED_YET'],
])('one %s is refused, and nothing is written', async (_, given, code) => {
  const { reading, read } = stack(given);

  await expect(planReading(reading)).rejects.toMatchObject({ code });
  expect(read.secret).toEqual(EMPTY);
});
