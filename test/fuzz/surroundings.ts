// What a function finds around it, for tests that import the handlers themselves: a ledger on dynalite, the AWS services
// that only take, and a Mux and an S3 that are out of order and count who comes. Call `surround` before the import.
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { vi } from 'vitest';
import type { Item } from '../../lambdas/adapters/ledger-item.ts';
import { ENVIRONMENT } from '../../lambdas/contract/environment.ts';
import { type AwsRequest, startAwsServer } from '../fakes/aws-server.ts';
import { startDynaliteTable } from '../fakes/dynalite-table.ts';

export const WEBHOOK_SECRET = 'whsec_fuzz';
const MUX_SECRET = JSON.stringify({ token_id: 'id', token_secret: 'secret', webhook_secret: WEBHOOK_SECRET });

export type Surroundings = Awaited<ReturnType<typeof surround>>;

export async function surround() {
  const { client, tableName, stop } = await startDynaliteTable();
  const aws = await startAwsServer((request) => ({ status: 200, body: answerOf(request) }));
  const mux = await outOfOrder();
  const s3 = await outOfOrder();
  const { endpoint } = aws.settings;
  const stageNames = Object.values(ENVIRONMENT.functionOf).map((name) => [name, name.toLowerCase()]);
  const environment: Record<string, string> = {
    ...Object.fromEntries(stageNames),
    [ENVIRONMENT.auditFunction]: 'function_audit',
    [ENVIRONMENT.table]: tableName,
    [ENVIRONMENT.bucket]: 'vault',
    [ENVIRONMENT.bus]: 'bus',
    [ENVIRONMENT.copyQueue]: `${endpoint}/1/copies`,
    [ENVIRONMENT.copyDeadLetters]: `${endpoint}/1/letters`,
    [ENVIRONMENT.muxSecret]: 'mux',
    [ENVIRONMENT.muxBaseUrl]: mux.url,
    // High enough that no slot of the governor is waited for.
    [ENVIRONMENT.muxPostRate]: '10000',
    [ENVIRONMENT.muxOtherRate]: '10000',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: endpointOf(await client.config.endpoint?.()),
    AWS_ENDPOINT_URL_S3: s3.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

  let remembered: Item[] = [];
  const items = async (): Promise<Item[]> => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName, ConsistentRead: true }));
    return Items;
  };

  return {
    client,
    tableName,
    mux,
    s3,
    /** Stage functions that were started. */
    started: () => aws.requests.filter(({ path }) => path.includes('/invocations')).length,
    /** A sign of everything in the table but the governor's slots, which also a call that fails has spent. */
    async written(): Promise<string> {
      const lines = (await items()).map((item) => JSON.stringify(item));
      const kept = lines.filter((line) => !line.includes('"governor#'));
      return createHash('sha256').update(kept.sort().join('\n')).digest('hex');
    },
    /** Remembers the table as it is now, for `reset`. */
    async remember(): Promise<void> {
      remembered = await items();
    },
    /** The table as it was remembered, so that every run of a property begins alike. */
    async reset(): Promise<void> {
      for (const { pk } of await items()) {
        if (pk) await client.send(new DeleteItemCommand({ TableName: tableName, Key: { pk } }));
      }
      for (const Item of remembered) await client.send(new PutItemCommand({ TableName: tableName, Item }));
    },
    async stop() {
      vi.unstubAllEnvs();
      await Promise.all([mux.stop(), s3.stop(), aws.stop(), stop()]);
    },
  };
}

/** Of Secrets Manager and SQS; the others are content with an empty one. */
function answerOf({ headers, body }: AwsRequest): unknown {
  const target = String(headers['x-amz-target']);
  if (target.endsWith('.GetSecretValue')) return { SecretString: MUX_SECRET };
  if (!target.endsWith('.SendMessage')) return {};
  const { MessageBody } = body as { readonly MessageBody: string };
  return { MessageId: '1', MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
}

function endpointOf(endpoint: { hostname: string; port?: number } | undefined): string {
  return `http://${endpoint?.hostname}:${endpoint?.port}`;
}

/** A service that answers 500 to everything, and counts. */
async function outOfOrder() {
  let requests = 0;
  const server: Server = createServer((incoming, outgoing) => {
    requests += 1;
    incoming.resume().on('end', () => outgoing.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An invocation with a minute left. */
export const CONTEXT = { getRemainingTimeInMillis: () => 60_000 } as Context;
