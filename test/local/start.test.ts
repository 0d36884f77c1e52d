// `npm start -- --no-tour` as its users run it: the ready line, a kill, a second boot, a clean end.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { temporaryDirectory } from './cloud/hand-made.ts';

const START = join(import.meta.dirname, '../../local/start.ts');

interface Started {
  readonly child: ChildProcess;
  readonly stdout: string[];
  readonly stderr: string[];
  /** The first line of stdout, or what stderr says when it ends before. */
  readonly ready: Promise<Record<string, string>>;
}

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(...options: string[]): Started {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS, ...env } = process.env;
  const child = spawn(process.execPath, [START, '--no-tour', '--port', '0', ...options], { env });
  children.push(child);
  const stdout: string[] = [];
  const stderr: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const ready = new Promise<Record<string, string>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      stdout.push(line);
      resolve(JSON.parse(line));
    });
    child.once('close', () => reject(new Error(stderr.join('\n'))));
  });
  return { child, stdout, stderr, ready };
}

/** Any server here would do as a Mux: it is not asked for anything. */
const MUX = ['--mux-base-url', 'http://127.0.0.1:9'];

const ledger = ({ dynamodb, accessKeyId = '', secretAccessKey = '' }: Record<string, string>) =>
  new DynamoDBClient({
    region: 'us-east-1',
    endpoint: dynamodb,
    credentials: { accessKeyId, secretAccessKey },
  });

test('says where everything is, keeps it over a kill, guards its directory and ends at SIGTERM', async () => {
  using directory = temporaryDirectory();
  const item = { pk: { S: 'kept' } };
  const first = start('--data', directory.path, ...MUX);
  const line = await first.ready;
  await ledger(line).send(new PutItemCommand({ TableName: line.table, Item: item }));
  first.child.kill('SIGKILL');
  await once(first.child, 'close');

  const second = start('--data', directory.path, ...MUX);
  const again = await second.ready;
  const found = await ledger(again).send(new GetItemCommand({ TableName: again.table, Key: item }));
  const third = start('--data', directory.path, ...MUX);
  const refusal = await third.ready.catch(String);
  second.child.kill('SIGTERM');
  const [exitCode] = await once(second.child, 'exit');

  expect(Object.keys(line)).toEqual([
    ...['ready', 'api', 's3', 'dynamodb', 'sqs', 'bucket', 'table', 'accessKeyId', 'secretAccessKey'],
    'queues',
  ]);
  expect(line.ready).toBe(true);
  expect(found.Item).toEqual(item);
  expect(again.accessKeyId).toBe(line.accessKeyId);
  expect(refusal).toContain('DATA_DIRECTORY_IN_USE');
  expect(exitCode).toBe(0);
  expect(second.stdout).toHaveLength(1);
});

test('runs the simulator when no Mux is given, and the API answers through its function', async () => {
  using directory = temporaryDirectory();
  const { child, ready } = start('--data', directory.path);
  const { api, mux } = await ready;

  const unknown = await fetch(`${api}/v1/assets/unknown`);
  const webhook = await fetch(`${api}/v1/webhooks/mux`, { method: 'POST', body: '{}' });

  expect(mux).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ code: 'NOT_TRACKED' });
  expect(webhook.status).toBeGreaterThanOrEqual(400);
  child.kill('SIGTERM');
  await once(child, 'exit');
});

test.each([
  { options: ['--sweep-seconds', '0'], says: /number above 0/ },
  { options: ['--port', '70000'], says: /0 to 65535/ },
  { options: ['--mux-base-url', 'api.mux.com'], says: /http or https/ },
  { options: ['--unheard-of'], says: /unknown option[\s\S]*_simulator\/assets[\s\S]*thumbnail\.jpg/ },
])('refuses $options', async ({ options, says }) => {
  const { ready } = start(...options);

  await expect(ready).rejects.toThrow(says);
});
