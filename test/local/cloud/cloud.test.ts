// A hand-made plan on the real engines, driven with the AWS SDK as functions drive it.
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetBucketVersioningCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cloud, startCloud } from '../../../local/cloud/cloud.ts';
import { type DataDirectory, openDataDirectory } from '../../../local/cloud/data-directory.ts';
import { type CloudPlan, EMPTY_PLAN } from '../../../local/cloud/plan.ts';
import { eventually, jsonLines, plannedFunction, REAL_TIME, temporaryDirectory } from './hand-made.ts';

const BUS_ARN = 'arn:aws:events:us-east-1:000000000000:event-bus/transitions';
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:mux-embedd';
const FAILURES_ARN = 'arn:aws:sqs:us-east-1:000000000000:failures';
const TICKS_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:the-ticks';
const RULED_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:the-ruled';
const ECHO_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:the-echo';
const API_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:the-api';

const LOOPBACK_URL = /^http:\/\/127\.0\.0\.1:\d+$/;

const named = (arn: string) => ({
  logicalId: arn.replace(/^.*the-/, ''),
  name: arn.replace(/^.*:/, ''),
  arn,
});

function handMadePlan(directory: string): CloudPlan {
  const record = (arn: string, more = {}) =>
    plannedFunction('record', {
      ...named(arn),
      environment: { RECORD_FILE: join(directory, `${arn.replace(/^.*the-/, '')}.jsonl`), ...more },
    });
  return {
    ...EMPTY_PLAN,
    functions: [
      plannedFunction('echo', {
        statements: [
          {
            effect: 'Allow',
            actions: ['lambda:InvokeFunction', 'events:PutEvents'],
            resources: [ECHO_ARN, BUS_ARN],
          },
        ],
      }),
      plannedFunction('fail', { asyncInvoke: { maximumRetryAttempts: 0, onFailure: FAILURES_ARN } }),
      plannedFunction('api'),
      plannedFunction('environment', {
        environment: { QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/failures' },
        statements: [
          {
            effect: 'Allow',
            actions: ['dynamodb:GetItem', 'dynamodb:Query'],
            resources: ['arn:aws:dynamodb:us-east-1:000000000000:table/ledger'],
            conditions: [
              { operator: 'ForAllValues:StringLike', key: 'dynamodb:LeadingKeys', values: ['mine#*'] },
            ],
          },
        ],
      }),
      record(TICKS_ARN, { RECORD_PAUSE_MS: '350' }),
      record(RULED_ARN),
    ],
    routes: [
      { logicalId: 'things', key: 'POST /v1/things/{id}', functionArn: API_ARN, authorization: 'AWS_IAM' },
      { logicalId: 'hook', key: 'POST /v1/hook', functionArn: API_ARN, authorization: 'NONE' },
      { logicalId: 'plain', key: 'GET /plain', functionArn: API_ARN, authorization: 'NONE' },
      { logicalId: 'broken', key: 'GET /broken', functionArn: API_ARN, authorization: 'NONE' },
    ],
    queues: [
      {
        logicalId: 'failures',
        name: 'failures',
        arn: FAILURES_ARN,
        url: 'https://sqs.us-east-1.amazonaws.com/000000000000/failures',
        attributes: {},
      },
    ],
    schedules: [
      { logicalId: 'tick', expression: 'rate(1 minute)', functionArn: TICKS_ARN, input: { lane: 'step' } },
    ],
    rules: [
      {
        logicalId: 'completed',
        name: 'completed',
        arn: 'arn:aws:events:us-east-1:000000000000:rule/completed',
        busName: 'default',
        pattern: { source: ['aws.s3'], 'detail-type': ['Object Restore Completed'] },
        targets: [{ functionArn: RULED_ARN }],
      },
      {
        logicalId: 'moved',
        name: 'moved',
        arn: 'arn:aws:events:us-east-1:000000000000:rule/transitions/moved',
        busName: 'transitions',
        pattern: { detail: { to: ['archived'] } },
        targets: [{ functionArn: RULED_ARN }],
      },
    ],
    buses: [{ logicalId: 'bus', name: 'transitions', arn: BUS_ARN }],
    tables: [
      {
        logicalId: 'ledger',
        name: 'ledger',
        arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/ledger',
        keys: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        attributes: [{ AttributeName: 'pk', AttributeType: 'S' }],
        indexes: [],
      },
    ],
    buckets: [
      { logicalId: 'vault', name: 'vault', arn: 'arn:aws:s3:::vault', versioned: true, events: true },
    ],
    secrets: [{ logicalId: 'secret', name: 'mux', arn: SECRET_ARN }],
  };
}

const directory = temporaryDirectory();
let data: DataDirectory;
let cloud: Cloud;

async function boot(): Promise<void> {
  data = openDataDirectory(join(directory.path, 'data'));
  cloud = await startCloud(handMadePlan(directory.path), {
    data,
    clockwork: { ...REAL_TIME, scheduleSeconds: () => 0.1 },
    thawMs: 200,
    secrets: { secret: '{"token_id":"t"}' },
  });
}

async function shutDown(): Promise<void> {
  await cloud.close();
  data.release();
}

beforeAll(boot);
afterAll(async () => {
  await shutDown();
  directory[Symbol.dispose]();
});

/** What the SDK needs to call as a function, or as the owner of the cloud. */
const as = (principal: string, endpoint: string) => ({
  region: 'us-east-1',
  endpoint,
  credentials: principal === 'owner' ? cloud.owner : data.credentialsOf(principal),
  maxAttempts: 1,
});

describe('the API', () => {
  test('hands a request over as a version 2.0 event and writes the answer back', async () => {
    const response = await fetch(`${cloud.urls.api}/v1/things/a%20b?x=1&x=2&y=`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-Mixed': 'Case', cookie: 'one=1; two=2' },
      body: '{"hello":"wörld"}',
    });

    expect(response.status).toBe(201);
    expect(response.headers.get('x-seen')).toBe('POST /v1/things/{id}');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'POST /v1/things/{id}',
      rawPath: '/v1/things/a%20b',
      rawQueryString: 'x=1&x=2&y=',
      cookies: ['one=1', 'two=2'],
      headers: { 'content-type': 'application/json', 'x-mixed': 'Case' },
      queryStringParameters: { x: '1,2', y: '' },
      pathParameters: { id: 'a b' },
      requestContext: {
        accountId: '000000000000',
        authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:user/embedded-cloud' } },
        http: { method: 'POST', path: '/v1/things/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        stage: '$default',
      },
      body: '{"hello":"wörld"}',
      isBase64Encoded: false,
    });
  });

  test('encodes a body that is not text, and names no principal where no one is asked for', async () => {
    const headers = { 'content-type': 'application/octet-stream' };
    const response = await fetch(`${cloud.urls.api}/v1/hook`, {
      method: 'POST',
      headers,
      body: Buffer.from([0, 255]),
    });

    const event = (await response.json()) as { requestContext: object };
    expect(event).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  test('answers 200 with the result itself when it has no status code', async () => {
    const response = await fetch(`${cloud.urls.api}/plain`);

    expect([response.status, await response.json()]).toEqual([200, { hello: 'world' }]);
  });

  test.each([
    {
      call: 'a path without a route',
      path: '/v1/nothing',
      method: 'POST',
      status: 404,
      message: 'Not Found',
    },
    { call: 'a method without a route', path: '/v1/hook', method: 'GET', status: 404, message: 'Not Found' },
    {
      call: 'a function that fails',
      path: '/broken',
      method: 'GET',
      status: 500,
      message: 'Internal Server Error',
    },
  ])('answers $status for $call', async ({ path, method, status, message }) => {
    const response = await fetch(`${cloud.urls.api}${path}`, { method });

    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  test('refuses a body over 10 MB', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);

    const response = await fetch(`${cloud.urls.api}/v1/hook`, { method: 'POST', body });

    expect(response.status).toBe(413);
  });
});

describe('Lambda over the wire', () => {
  test('answers a synchronous invocation', async () => {
    const lambda = new LambdaClient(as('echo', cloud.urls.services));

    const { StatusCode, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: 'the-echo', Payload: '{"a":1}' }),
    );

    expect(StatusCode).toBe(200);
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toMatchObject({ event: { a: 1 } });
  });

  test('accepts an asynchronous one and sends its failure to the queue', async () => {
    const lambda = new LambdaClient(as('owner', cloud.urls.services));
    const sqs = new SQSClient(as('owner', cloud.urls.sqs));
    const queue = { QueueUrl: `${cloud.urls.sqs}/000000000000/failures`, WaitTimeSeconds: 10 };

    const input = { FunctionName: 'the-fail', InvocationType: 'Event', Payload: '{"asset_id":"a"}' } as const;
    const { StatusCode } = await lambda.send(new InvokeCommand(input));

    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(queue));
    expect(StatusCode).toBe(202);
    expect(JSON.parse(Messages[0]?.Body ?? '{}')).toMatchObject({ requestPayload: { asset_id: 'a' } });
  });

  test('refuses a function that its role does not name, an unknown function and an unknown key', async () => {
    const echo = new LambdaClient(as('echo', cloud.urls.services));
    const fail = new InvokeCommand({ FunctionName: 'the-fail' });
    const credentials = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    const nobody = new LambdaClient({ ...as('owner', cloud.urls.services), credentials });

    await expect(echo.send(fail)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(echo.send(new InvokeCommand({ FunctionName: 'gone' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(nobody.send(fail)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });
});

describe('Secrets Manager', () => {
  test('gives the value to who may read it, by ARN and by name', async () => {
    const client = new SecretsManagerClient(as('owner', cloud.urls.services));

    const byArn = await client.send(new GetSecretValueCommand({ SecretId: SECRET_ARN }));
    const byName = await client.send(new GetSecretValueCommand({ SecretId: 'mux' }));

    expect([byArn.SecretString, byName.SecretString]).toEqual(['{"token_id":"t"}', '{"token_id":"t"}']);
  });

  test('refuses a function without the grant', async () => {
    const client = new SecretsManagerClient(as('echo', cloud.urls.services));

    const asked = client.send(new GetSecretValueCommand({ SecretId: 'mux' }));

    await expect(asked).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('events', () => {
  const entry = (to: string) => ({
    EventBusName: 'transitions',
    Source: 'icehouse',
    DetailType: 'Moved',
    Detail: JSON.stringify({ to }),
  });
  const ruled = () =>
    jsonLines(join(directory.path, 'ruled.jsonl')).map(({ event }) => event as Record<string, unknown>);

  test('keeps every event in events.jsonl and invokes the targets of the rules that match', async () => {
    const client = new EventBridgeClient(as('echo', cloud.urls.services));

    const answer = await client.send(
      new PutEventsCommand({ Entries: [entry('archiving'), entry('archived')] }),
    );

    expect(answer.FailedEntryCount).toBe(0);
    const kept = jsonLines(join(data.path, 'events.jsonl')).filter(({ bus }) => bus === 'transitions');
    expect(kept.map(({ detail }) => detail)).toEqual([{ to: 'archiving' }, { to: 'archived' }]);
    const invoked = await eventually(() => ruled().find(({ source }) => source === 'icehouse'));
    expect(invoked).toMatchObject({
      'detail-type': 'Moved',
      account: '000000000000',
      detail: { to: 'archived' },
    });
  });

  test('refuses a bus that the role does not name', async () => {
    const client = new EventBridgeClient(as('echo', cloud.urls.services));

    const put = client.send(
      new PutEventsCommand({ Entries: [{ ...entry('archived'), EventBusName: 'default' }] }),
    );

    await expect(put).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('brings the end of a thaw to the rule of the default bus', async () => {
    const s3 = new S3Client({ ...as('owner', cloud.urls.s3), forcePathStyle: true });
    const object = { Bucket: 'vault', Key: 'mux/e/a/1/master.mp4' };
    await s3.send(new PutObjectCommand({ ...object, Body: 'ice', StorageClass: 'DEEP_ARCHIVE' }));

    const tier = { Days: 1, GlacierJobParameters: { Tier: 'Bulk' } } as const;
    await s3.send(new RestoreObjectCommand({ ...object, RestoreRequest: tier }));

    const event = await eventually(() => ruled().find(({ source }) => source === 'aws.s3'));
    expect(event).toMatchObject({
      detail: { bucket: { name: 'vault' }, object: { key: 'mux/e/a/1/master.mp4' } },
    });
  });
});

test('runs a schedule again and again, never two runs at once', async () => {
  const ticks = () => jsonLines(join(directory.path, 'ticks.jsonl'));

  const lines = await eventually(() => (ticks().length >= 3 ? ticks() : undefined));

  const times = lines.map(({ at }) => Number(at));
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(lines[0]?.event).toEqual({ lane: 'step' });
  // A run takes 350 ms and the timer comes round every 100 ms.
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(345);
});

test('a function sees its own keys, the endpoints and real queue URLs, and nothing else', async () => {
  const outcome = await cloud.invoke('environment', {});

  const seen = JSON.parse(outcome.ok ? outcome.payload : '{}') as Record<string, string>;
  const { accessKeyId, secretAccessKey } = data.credentialsOf('environment');
  expect(seen).toEqual({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'the-environment',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_ENDPOINT_URL_S3: cloud.urls.s3,
    // Not the engines themselves: the door before each, which asks the function's role.
    AWS_ENDPOINT_URL_DYNAMODB: expect.stringMatching(LOOPBACK_URL),
    AWS_ENDPOINT_URL_SQS: expect.stringMatching(LOOPBACK_URL),
    AWS_ENDPOINT_URL_LAMBDA: cloud.urls.services,
    AWS_ENDPOINT_URL_EVENTBRIDGE: cloud.urls.services,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: cloud.urls.services,
    QUEUE_URL: `${seen.AWS_ENDPOINT_URL_SQS}/000000000000/failures`,
    HOME: join(data.path, 'home'),
    TZ: ':UTC',
  });
});

test('a function is refused at every service what its role does not allow, and told of what it may', async () => {
  const outcome = await cloud.invoke('environment', {});
  const seen = JSON.parse(outcome.ok ? outcome.payload : '{}') as Record<string, string>;
  const dynamodb = new DynamoDBClient(as('environment', seen.AWS_ENDPOINT_URL_DYNAMODB ?? ''));
  const sqs = new SQSClient(as('environment', seen.AWS_ENDPOINT_URL_SQS ?? ''));
  const s3 = new S3Client({ ...as('environment', cloud.urls.s3), forcePathStyle: true });
  const get = (pk: string) => new GetItemCommand({ TableName: 'ledger', Key: { pk: { S: pk } } });

  const allowed = await dynamodb.send(get('mine#1'));
  const refusals = await Promise.allSettled([
    dynamodb.send(get('other')),
    sqs.send(new SendMessageCommand({ QueueUrl: seen.QUEUE_URL, MessageBody: 'x' })),
    s3.send(new PutObjectCommand({ Bucket: 'vault', Key: 'a', Body: 'x' })),
  ]);

  expect(allowed.Item).toBeUndefined();
  const names = refusals.map((one) => one.status === 'rejected' && (one.reason as Error).name);
  expect(names).toEqual(['AccessDeniedException', 'AccessDeniedException', 'AccessDenied']);
  const giveBack = cloud.withdraw('the-environment', 'dynamodb:GetItem');
  const withdrawn = dynamodb.send(get('mine#1'));
  await expect(withdrawn).rejects.toMatchObject({ name: 'AccessDeniedException' });
  giveBack();
  await dynamodb.send(get('mine#1'));
  const report = cloud.access().find(({ functionName }) => functionName === 'the-environment');
  expect(report).toEqual({
    functionName: 'the-environment',
    denied: [
      {
        action: 'dynamodb:GetItem',
        resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/ledger',
        times: 2,
      },
      { action: 'sqs:SendMessage', resource: FAILURES_ARN, times: 1 },
      { action: 's3:PutObject', resource: 'arn:aws:s3:::vault/a', times: 1 },
    ],
    used: ['dynamodb:GetItem'],
    unused: ['dynamodb:Query'],
    untouched: [],
  });
});

test('table, queue and bucket outlive a restart', async () => {
  const item = { pk: { S: 'asset' } };
  const queue = () => `${cloud.urls.sqs}/000000000000/failures`;
  await new DynamoDBClient(as('owner', cloud.urls.dynamodb)).send(
    new PutItemCommand({ TableName: 'ledger', Item: item }),
  );
  await new SQSClient(as('owner', cloud.urls.sqs)).send(
    new SendMessageCommand({ QueueUrl: queue(), MessageBody: 'kept' }),
  );

  await shutDown();
  await boot();

  const found = await new DynamoDBClient(as('owner', cloud.urls.dynamodb)).send(
    new GetItemCommand({ TableName: 'ledger', Key: item }),
  );
  const { Messages = [] } = await new SQSClient(as('owner', cloud.urls.sqs)).send(
    new ReceiveMessageCommand({ QueueUrl: queue() }),
  );
  const s3 = new S3Client({ ...as('owner', cloud.urls.s3), forcePathStyle: true });
  const versioning = await s3.send(new GetBucketVersioningCommand({ Bucket: 'vault' }));
  expect(found.Item).toEqual(item);
  expect(Messages.map(({ Body }) => Body)).toEqual(['kept']);
  expect(versioning.Status).toBe('Enabled');
});

test('every server listens on 127.0.0.1 only', async () => {
  // On Linux the whole of 127.0.0.0/8 is this machine: who listens on every interface answers there as well.
  const elsewhere = Object.values(cloud.urls).map((url) => url.replace('127.0.0.1', '127.0.0.2'));

  const answers = await Promise.allSettled(elsewhere.map((url) => fetch(url)));

  expect(elsewhere).toHaveLength(5);
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
});

test('uses endpoints that are given, with the credentials that are given', async () => {
  using other = temporaryDirectory();
  const otherData = openDataDirectory(other.path);
  const { s3, dynamodb, sqs } = cloud.urls;
  const second = await startCloud(
    { ...handMadePlan(other.path), schedules: [] },
    {
      data: otherData,
      clockwork: REAL_TIME,
      thawMs: 200,
      external: { credentials: cloud.owner, s3, dynamodb, sqs },
    },
  );

  const outcome = await second.invoke('environment', {});

  const seen = JSON.parse(outcome.ok ? outcome.payload : '{}') as Record<string, string>;
  expect(second.urls).toMatchObject({ s3, dynamodb, sqs });
  expect(seen.AWS_ENDPOINT_URL_S3).toBe(s3);
  expect(seen.AWS_ACCESS_KEY_ID).toBe(cloud.owner.accessKeyId);
  await second.close();
  otherData.release();
});
