// Reading Mux's credentials, and what is said while nobody has put them there.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, expect, test } from 'vitest';
import { createMuxSecret, createWebhookSecrets } from '../../lambdas/adapters/secrets.ts';
import { type AwsAnswer, type AwsServer, startAwsServer } from '../fakes/aws-server.ts';
import { manualClock } from '../fakes/manual-clock.ts';

let server: AwsServer;
afterEach(() => server.stop());

const FILLED = { token_id: 'id-1', token_secret: 'secret-1', webhook_secret: 'hook-1' };

function holding(secret: unknown): AwsAnswer {
  return {
    status: 200,
    body: { SecretString: typeof secret === 'string' ? secret : JSON.stringify(secret) },
  };
}

async function startSecret(answer: () => AwsAnswer) {
  server = await startAwsServer(answer);
  const clock = manualClock();
  const client = new SecretsManagerClient(server.settings);
  const options = { client, secretId: 'icehouse/mux', clock };
  return { clock, credentials: createMuxSecret(options), webhookSecrets: createWebhookSecrets(options) };
}

test('reads the token and the webhook secret', async () => {
  const { credentials, webhookSecrets } = await startSecret(() => holding(FILLED));

  const answer = await credentials();

  expect(answer).toMatchObject({ tokenId: 'id-1', tokenSecret: 'secret-1' });
  expect(await webhookSecrets()).toStrictEqual(['hook-1']);
  expect(answer.signingKeyId).toBeUndefined();
  expect(server.requests[0]?.body).toStrictEqual({ SecretId: 'icehouse/mux' });
});

test('takes two webhook secrets during a rotation, and a signing key', async () => {
  const further = { webhook_secret_previous: 'hook-0', signing_key_id: 'key-1', signing_private_key: 'LS0t' };
  const { credentials, webhookSecrets } = await startSecret(() =>
    holding({ ...FILLED, ...further, note: 'unknown keys pass' }),
  );

  const answer = await credentials();

  expect(await webhookSecrets()).toStrictEqual(['hook-1', 'hook-0']);
  expect(answer).toMatchObject({ signingKeyId: 'key-1', signingPrivateKey: 'LS0t' });
});

test('a webhook secret may be kept apart from the tokens, which then need none', async () => {
  let secret: object = { webhook_secret: 'hook-1' };
  const { credentials, webhookSecrets } = await startSecret(() => holding(secret));

  const hooks = await webhookSecrets();
  secret = { token_id: 'id-1', token_secret: 'secret-1' };
  const token = await credentials();

  expect(hooks).toStrictEqual(['hook-1']);
  expect(token.tokenId).toBe('id-1');
});

test('without a webhook secret the webhook function says what to put there', async () => {
  const { webhookSecrets } = await startSecret(() => holding({ token_id: 'id-1', token_secret: 'secret-1' }));

  await expect(webhookSecrets()).rejects.toThrow('webhook_secret: is missing');
});

test('asks again after five minutes and not before', async () => {
  let secret = FILLED;
  const { clock, credentials } = await startSecret(() => holding(secret));
  await credentials();
  secret = { ...FILLED, token_id: 'id-2' };

  await clock.advance(299_999);
  const before = await credentials();
  await clock.advance(1);
  const after = await credentials();

  expect([before.tokenId, after.tokenId]).toStrictEqual(['id-1', 'id-2']);
  expect(server.requests).toHaveLength(2);
});

test('remembers no failure', async () => {
  let secret: object = { ...FILLED, token_id: '' };
  const { credentials } = await startSecret(() => holding(secret));
  await expect(credentials()).rejects.toThrow('token_id: is empty');
  secret = FILLED;

  const answer = await credentials();

  expect(answer.tokenId).toBe('id-1');
});

test.each([
  [
    'the empty values of a new stack',
    { token_id: '', token_secret: '', webhook_secret: '' },
    'token_id: is empty',
  ],
  ['a placeholder', { ...FILLED, token_secret: 'REPLACE_ME' }, 'token_secret: still holds a placeholder'],
  [
    'a template',
    { ...FILLED, webhook_secret: '<webhook secret>' },
    'webhook_secret: still holds a placeholder',
  ],
  ['a missing field', { token_id: 'id-1', webhook_secret: 'hook-1' }, 'token_secret: is missing'],
  ['no JSON', 'id-1:secret-1', 'the secret: is not a JSON object'],
  ['half a signing key', { ...FILLED, signing_key_id: 'key-1' }, 'signing_private_key: goes together'],
])('says what is wrong with %s and repeats no value', async (_, secret, expected) => {
  const { credentials } = await startSecret(() => holding(secret));

  const read = credentials();

  await expect(read).rejects.toMatchObject({ name: 'TransientError', code: 'MUX_SECRET_UNFINISHED' });
  await expect(read).rejects.toThrow(expected);
  await expect(read).rejects.not.toThrow('secret-1');
});

test('tells a secret that is missing from one that is denied', async () => {
  const answers: AwsAnswer[] = ['ResourceNotFoundException', 'AccessDeniedException'].map((__type) => {
    return { status: 400, body: { __type, message: 'no' } };
  });
  const { credentials } = await startSecret(() => answers.shift() ?? holding(FILLED));

  await expect(credentials()).rejects.toMatchObject({ name: 'SetUpError', code: 'MUX_SECRET_MISSING' });
  await expect(credentials()).rejects.toMatchObject({ name: 'SetUpError', code: 'MUX_SECRET_DENIED' });
});
