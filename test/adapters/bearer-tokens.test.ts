// Reading the tokens of callers: what is filled in, what is not, and a secret that is none.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, test } from 'vitest';
import { createBearerTokens } from '../../lambdas/adapters/secrets.ts';
import { type AwsServer, startAwsServer } from '../fakes/aws-server.ts';
import { manualClock } from '../fakes/manual-clock.ts';

let server: AwsServer;
afterEach(() => server.stop());

async function tokensIn(SecretString: string) {
  server = await startAwsServer(() => ({ status: 200, body: { SecretString } }));
  const client = new SecretsManagerClient(server.settings);
  return createBearerTokens({ client, secretId: 'tokens', clock: manualClock() })();
}

test('reads those of each scope, the previous one too, and passes over what is no text', async () => {
  const secret = { request: 'a', request_previous: 'b', operate: '', erase: 7, admin: 'c' };

  expect(await tokensIn(JSON.stringify(secret))).toEqual({
    request: ['a', 'b'],
    operate: [''],
    erase: [],
    delete_only: [],
  });
});

// As long as a token has to be, and known to whoever knows the tool that filled it in.
test.each([
  'REPLACE_ME_WITH_OPENSSL_RAND_HEX_32',
  '<the-output-of-openssl-rand-hex-32>',
  'change-me-change-me-change-me-change-me',
])('takes the placeholder %s for no token', async (erase) => {
  expect(await tokensIn(JSON.stringify({ erase, erase_previous: 'c' }))).toMatchObject({ erase: ['c'] });
});

test.each(['', 'a-token', '["a-token"]'])(
  'says of %j that it is no secret yet, without its value',
  async (text) => {
    const error = await tokensIn(text).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'BEARER_TOKENS_UNFINISHED' });
    expect(String(error)).not.toContain('a-token');
  },
);
