// Which token may go into which stack, and what is read from files and from stdin before anything is asked.
import { describe, expect, test } from 'vitest';
import type { MuxDoor, TokenOwner } from '../../../cli/connect/connect-ports.ts';
import { signingSecretIn, withWebhookSecret } from '../../../cli/connect/secret-fields.ts';
import { ownerOf } from '../../../cli/connect/whose.ts';
import { stackIn } from '../../../cli/outputs.ts';
import { TOKEN, World } from './fakes.ts';

const STORED = { token_id: 'earlier', token_secret: 's' };

function owner(environmentId: string): TokenOwner {
  return {
    tokenName: 'icehouse',
    environmentId,
    environmentName: 'Production',
    environmentType: 'production',
    organizationName: 'Ours',
    permissions: ['video:read', 'video:write'],
  };
}

/** `environments`: of each token id; tokens that are not in it are refused. */
function muxOf(environments: Record<string, string>): MuxDoor {
  const { mux } = new World().hands();
  return {
    ...mux,
    owner: async ({ id }) => (environments[id] === undefined ? undefined : owner(environments[id])),
  };
}

describe('a token', () => {
  test.each([
    ['that Mux does not take', {}, {}, 'MUX_TOKEN_REFUSED'],
    [
      'of another environment than the ledger is bound to',
      { [TOKEN.id]: 'b' },
      { pinned: 'a' },
      'FOREIGN_ENVIRONMENT',
    ],
    [
      'of another environment than the ledger, whatever --environment says',
      { [TOKEN.id]: 'b' },
      { pinned: 'a', wanted: 'b' },
      'FOREIGN_ENVIRONMENT',
    ],
    [
      'of another environment than was asked for',
      { [TOKEN.id]: 'b' },
      { wanted: 'a' },
      'FOREIGN_ENVIRONMENT',
    ],
    [
      'of another environment than that of the stored one',
      { [TOKEN.id]: 'b', earlier: 'a' },
      { secret: STORED },
      'FOREIGN_ENVIRONMENT',
    ],
  ])('%s is refused', async (_, environments, bound, code) => {
    const asked = ownerOf(TOKEN, muxOf(environments), {
      pinned: undefined,
      wanted: undefined,
      secret: {},
      ...bound,
    });

    await expect(asked).rejects.toMatchObject({ code });
  });

  test.each([
    ['of the environment that the ledger is bound to', { [TOKEN.id]: 'a' }, { pinned: 'a', secret: STORED }],
    ['for a stack that has none yet', { [TOKEN.id]: 'a' }, {}],
    ['in the place of one that Mux takes no more', { [TOKEN.id]: 'a' }, { secret: STORED }],
    [
      'of the environment that --environment names, as long as nothing is bound',
      { [TOKEN.id]: 'b', earlier: 'a' },
      { wanted: 'b', secret: STORED },
    ],
  ])('%s is taken', async (_, environments, bound) => {
    const asked = ownerOf(TOKEN, muxOf(environments), {
      pinned: undefined,
      wanted: undefined,
      secret: {},
      ...bound,
    });

    await expect(asked).resolves.toMatchObject({ environmentName: 'Production' });
  });
});

describe('the outputs of a deployment', () => {
  const one = {
    MuxSecret: 'IcehouseSecret-x',
    WebhookUrl: 'https://a/v1/webhooks/mux',
    LedgerTable: 'T',
    ApiUrl: 'u',
  };

  test('name the stack, past stacks that are none of ours', () => {
    const text = JSON.stringify({ Network: { Vpc: 'v' }, Icehouse: one });

    const { name, outputs } = stackIn(text, 'f', undefined, 'i');

    expect({ name, outputs }).toEqual({ name: 'Icehouse', outputs: one });
  });

  test.each([
    ['no JSON', 'nothing', undefined, 'BAD_OUTPUTS'],
    ['no Icehouse', '{"Network":{"Vpc":"v"}}', undefined, 'NO_STACK'],
    ['not the one that was named', JSON.stringify({ Icehouse: one }), 'Other', 'NO_STACK'],
    ['two of them', JSON.stringify({ A: one, B: one }), undefined, 'WHICH_STACK'],
  ])('with %s are refused', (_, text, stack, code) => {
    expect(() => stackIn(text, 'f', stack, 'i')).toThrow(expect.objectContaining({ code }));
  });
});

describe('a signing secret from stdin', () => {
  test('loses the line end of its file', () => {
    expect(signingSecretIn('9d0hnvbtpk3rfqe0m8s2a71cu5j6l4gd\n')).toBe('9d0hnvbtpk3rfqe0m8s2a71cu5j6l4gd');
  });

  test.each(['', '\n', 'two words of it', 'your-secret-here', 'one-line\nand-another'])(
    'is not %j',
    (text) => {
      expect(() => signingSecretIn(text)).toThrow(expect.objectContaining({ code: 'BAD_SIGNING_SECRET' }));
    },
  );

  test('makes the one there was the previous one, and is of no known webhook', () => {
    const fields = withWebhookSecret(
      { webhook_secret: 'a', webhook_secret_previous: 'z', webhook_id: 'w' },
      'b',
    );

    expect(fields).toEqual({ webhook_secret: 'b', webhook_secret_previous: 'a' });
  });

  test('does not put an empty value into the place of the previous one', () => {
    const fields = withWebhookSecret({ webhook_secret: '', webhook_secret_previous: 'z' }, 'b');

    expect(fields).toEqual({ webhook_secret: 'b', webhook_secret_previous: 'z' });
  });
});
