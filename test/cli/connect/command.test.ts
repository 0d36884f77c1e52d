// The command itself, once through, between the Mux simulator and the Secrets Manager and DynamoDB of the embedded cloud.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, startCloud } from '../../../local/cloud/cloud.ts';
import { openDataDirectory } from '../../../local/cloud/data-directory.ts';
import { EMPTY_PLAN } from '../../../local/cloud/plan.ts';
import { createMuxSimulator, DEFAULT_ENVIRONMENT, type Simulator } from '../../../local/mux/simulator.ts';
import { REAL_TIME, temporaryDirectory } from '../../local/cloud/hand-made.ts';
import { icehouse } from '../run-program.ts';

const ELSEWHERE = 'http://127.0.0.1:9';
const CREDENTIALS = { accessKeyId: 'owner', secretAccessKey: 'secret' };
const WEBHOOK_URL = 'http://127.0.0.1:9/v1/webhooks/mux';
const TEMPLATE = '{"token_id":"","token_secret":"","webhook_secret":"","of_others":1}';

const directory = temporaryDirectory();
const outputs = join(directory.path, 'cdk-outputs.json');
let cloud: Cloud;
let mux: Simulator;
let env: Record<string, string>;

beforeAll(async () => {
  const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/ledger';
  cloud = await startCloud(
    {
      ...EMPTY_PLAN,
      secrets: [
        {
          logicalId: 'secret',
          name: 'mux',
          arn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:mux-embedd',
          value: TEMPLATE,
        },
        {
          logicalId: 'read',
          name: 'mux-read',
          arn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:mux-read-embedd',
          value: TEMPLATE,
        },
      ],
      tables: [
        {
          logicalId: 'ledger',
          name: 'ledger',
          arn,
          keys: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          attributes: [{ AttributeName: 'pk', AttributeType: 'S' }],
          indexes: [],
        },
      ],
    },
    {
      data: openDataDirectory(join(directory.path, 'data')),
      clockwork: REAL_TIME,
      thawMs: 0,
      external: { credentials: CREDENTIALS, s3: ELSEWHERE, sqs: ELSEWHERE },
    },
  );
  mux = await createMuxSimulator({ behaviour: { rateLimit: { on: false } } });
  env = {
    MUX_BASE_URL: await mux.listen(0),
    MUX_TOKEN_ID: DEFAULT_ENVIRONMENT.tokenId,
    MUX_TOKEN_SECRET: DEFAULT_ENVIRONMENT.tokenSecret,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: cloud.urls.services,
    AWS_ENDPOINT_URL_DYNAMODB: cloud.urls.dynamodb,
  };
  const stack = { MuxSecret: 'mux', ReadSecret: 'mux-read', WebhookUrl: WEBHOOK_URL, LedgerTable: 'ledger' };
  await writeFile(outputs, JSON.stringify({ Icehouse: stack }));
});

afterAll(async () => {
  await mux.close();
  await cloud.close();
  directory[Symbol.dispose]();
});

async function secret(SecretId = 'mux'): Promise<Record<string, unknown>> {
  const client = new SecretsManagerClient({
    region: 'us-east-1',
    credentials: CREDENTIALS,
    endpoint: cloud.urls.services,
  });
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  client.destroy();
  return JSON.parse(SecretString);
}

test('asks before it changes anything, and where nobody can be asked it wants --yes', async () => {
  const ended = await icehouse(['connect', '--outputs', outputs], env);

  expect(ended.code).toBe(2);
  expect(ended.stdout).toContain('environment Simulator (development, simenv) of Simulator');
  expect(ended.stdout).toContain('the token is stored in it');
  // The deployment of another stack writes the file anew.
  expect(ended.stdout).toMatch(/stack +Icehouse/);
  // What a try with a simulator left in the environment must not join a real stack with it unseen.
  expect(ended.stdout).toContain(`MUX_BASE_URL: it is ${env.MUX_BASE_URL} that says so`);
  expect(ended.stderr).toContain('--yes');
  expect(await secret()).toEqual(JSON.parse(TEMPLATE));
});

test('joins a fresh stack with Mux by one line, and shows no secret', async () => {
  const ended = await icehouse(['connect', '--outputs', outputs, '--yes', '--json'], env);

  const now = await secret();
  const said = JSON.parse(ended.stdout);
  expect(ended.code).toBe(0);
  expect(said).toMatchObject({ connected: true, token: 'stored', webhook: 'registered', secret: 'mux' });
  expect(said.warnings).toEqual([expect.stringContaining('MUX_BASE_URL')]);
  expect(said.registration).toMatchObject({ address: WEBHOOK_URL, enabled: true });
  expect(now).toEqual({
    token_id: DEFAULT_ENVIRONMENT.tokenId,
    token_secret: DEFAULT_ENVIRONMENT.tokenSecret,
    webhook_secret: expect.stringMatching(/^[\w-]{32}$/),
    webhook_id: said.registration.id,
    of_others: 1,
  });
  for (const value of [now.webhook_secret, now.token_secret])
    expect(ended.stdout + ended.stderr).not.toContain(value);
});

test('stores a token that reads in its own secret, and touches nothing else', async () => {
  const before = await secret();
  const { id = '', secret: value = '' } = DEFAULT_ENVIRONMENT.readToken ?? {};
  const args = ['connect', '--read-token', '--outputs', outputs, '--yes', '--json'];

  const ended = await icehouse(args, { ...env, MUX_TOKEN_ID: id, MUX_TOKEN_SECRET: value });

  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(ended.stdout)).toEqual({
    environment: { id: 'simenv', name: 'Simulator', type: 'development' },
    permissions: ['video:read'],
    may_write: false,
    secret: 'mux-read',
    token: 'stored',
  });
  expect(await secret('mux-read')).toEqual({ token_id: id, token_secret: value, of_others: 1 });
  expect(await secret()).toEqual(before);
});

test('refuses a token of another environment than the ledger is bound to', async () => {
  const ledger = new DynamoDBClient({
    region: 'us-east-1',
    credentials: CREDENTIALS,
    endpoint: cloud.urls.dynamodb,
  });
  const Item = { pk: { S: 'pin#environment' }, environment_id: { S: 'another' } };
  await ledger.send(new PutItemCommand({ TableName: 'ledger', Item }));
  ledger.destroy();
  const before = await secret();

  const ended = await icehouse(['connect', '--outputs', outputs, '--replace', '--yes'], env);

  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('bound to another');
  expect(await secret()).toEqual(before);
});
