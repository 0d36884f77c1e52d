// The runner: a CloudPlan becomes a running cloud on 127.0.0.1. It shows what we believe of AWS, not AWS.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { S3ServerOptions } from '../s3/server.ts';
import { AccessControl, type FunctionAccess, keyAccess } from './access.ts';
import { apiFront } from './api-front.ts';
import type { Clockwork } from './clockwork.ts';
import type { Credentials, DataDirectory } from './data-directory.ts';
import { type Engines, type External, startEngines } from './engines.ts';
import { EventBus } from './event-bus.ts';
import { startEventSources } from './event-sources.ts';
import { type Endpoints, functionEnvironment } from './function-environment.ts';
import type { Outcome } from './function-process.ts';
import { Functions } from './functions.ts';
import { startGuard } from './guard.ts';
import { type HttpServer, listen } from './http.ts';
import type { CloudPlan } from './plan.ts';
import { Principals } from './principals.ts';
import { type AwsClients, provision } from './provision.ts';
import { startSchedules } from './schedules.ts';
import { services } from './services.ts';

export interface CloudOptions {
  readonly data: DataDirectory;
  readonly clockwork: Clockwork;
  /** How long a thaw out of Glacier takes, whatever its tier. */
  readonly thawMs: number;
  /** @default any free port */
  readonly apiPort?: number;
  /** Processes of one function at once; one with an event source may have as many as that allows. @default 4 */
  readonly concurrency?: number;
  /** Secret values by logical id or name. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly external?: External;
  /** Gets every line that a function writes, and the runner's own complaints (`from` is then `cloud`). */
  readonly onLine?: (from: string, line: string) => void;
  /** Has the last word on the environment of each process, and may kill it at any time: how crashes are tried. */
  readonly onProcess?: (starting: StartingProcess) => Promise<Record<string, string>>;
}

/** A process of a function, about to start. */
export interface StartingProcess {
  readonly functionName: string;
  readonly environment: Readonly<Record<string, string>>;
  kill(): void;
}

export interface Cloud {
  readonly plan: CloudPlan;
  readonly urls: Readonly<Record<'api' | 's3' | 'dynamodb' | 'sqs' | 'services', string>>;
  /** Real URL of each queue by its ARN in the plan. */
  readonly queueUrls: ReadonlyMap<string, string>;
  /** A key pair that may do everything. */
  readonly owner: Credentials;
  /** Invokes a function, by logical id, name or ARN, and waits for its answer. */
  invoke(id: string, event: unknown): Promise<Outcome>;
  /** Process ids of a function, to look at or to kill. */
  processes(id: string): number[];
  /** The most memory a process of each function has held, in bytes by function name; 0 where the system is silent. */
  memoryPeaks(): Record<string, number>;
  /** What each function was refused, and what of its role it used. */
  access(): FunctionAccess[];
  /** Takes an action from a function's role and ends its warm processes; the answer gives it back. */
  withdraw(functionName: string, action: string): () => void;
  close(): Promise<void>;
}

/** How long running invocations may go on after `close`. */
const GRACE_MS = 2000;

/** Throws CloudError PORT_IN_USE and TEMPLATE_NOT_UNDERSTOOD (a bundle without its handler). */
export async function startCloud(plan: CloudPlan, options: CloudOptions): Promise<Cloud> {
  const { data, external } = options;
  const principals = new Principals(plan, data, external);
  const access = new AccessControl(plan, principals, (text) => options.onLine?.('cloud', text));
  const { promise: up, resolve: isUp } = Promise.withResolvers<Backends>();
  const functions = newFunctions(plan, options, principals, access, up);
  const bus = new EventBus(plan, join(data.path, 'events.jsonl'), {
    invoke: (arn, payload) => void functions.invokeAsync(arn, payload),
    send: (arn, body) => {
      sendTo(up, arn, body).catch((error: unknown) => options.onLine?.('cloud', `${arn}: ${String(error)}`));
    },
  });
  const invoke = (arn: string, payload: string) => functions.invoke(arn, payload);
  // First, since a port that is taken is the likeliest thing to fail; what comes in waits until all is up.
  const api = await listen(
    apiFront({ plan, invoke, timeScale: options.clockwork.timeScale }),
    options.apiPort,
  );
  const engines = await startEngines(data.path, s3Options(plan, options, principals, access, bus), external);
  const clients = awsClients(plan, engines, principals.owner);
  const queueUrls = await provision(plan, clients, {
    timeScale: options.clockwork.timeScale,
    ownSqsUrl: external?.sqs ? undefined : engines.sqs.url,
  });
  const stubs = await listen(services({ plan, functions, bus, secrets: { ...options.secrets }, access }));
  const { s3, dynamodb, sqs } = engines;
  const guards = await startGuards(plan, access, engines, external);
  isUp({
    clients,
    queueUrls,
    endpoints: functionEndpoints({ ...engines, ...guards }, stubs, engines, queueUrls),
  });
  const schedules = startSchedules(plan.schedules, options.clockwork, ({ functionArn, input }) =>
    functions.invokeAsync(functionArn, JSON.stringify(input)),
  );
  const eventSources = startEventSources(plan, {
    sqs: clients.sqs,
    queueUrls,
    invoke,
    onError: (text) => options.onLine?.('cloud', text),
    mayUse: (functionArn, action, queueArn) => access.usedByLambda(functionArn, action, queueArn),
  });
  return {
    plan,
    urls: { api: api.url, s3: s3.url, dynamodb: dynamodb.url, sqs: sqs.url, services: stubs.url },
    queueUrls,
    owner: principals.owner,
    invoke: (id, event) => functions.invoke(id, JSON.stringify(event)),
    processes: (id) => functions.processes(id),
    memoryPeaks: () => functions.memoryPeaks(),
    access: () => access.report(),
    withdraw(functionName, action) {
      const giveBack = access.withdraw(functionName, action);
      // What a warm process has read once, such as a secret, it would not ask for again.
      for (const pid of functions.processes(functionName)) process.kill(pid, 'SIGKILL');
      return giveBack;
    },
    async close() {
      schedules.stop();
      // What ends within the grace is still deleted from its queue; the rest is not and comes again.
      await Promise.all([eventSources.stop(), functions.close(GRACE_MS)]);
      for (const client of Object.values(clients)) client.destroy();
      const doors = [api, stubs, ...Object.values(guards)];
      await Promise.all([...doors, s3, dynamodb, sqs].map((server) => server.close()));
    },
  };
}

/** What functions need of the rest of the cloud, once that is up. */
interface Backends {
  readonly clients: AwsClients;
  /** As the runner itself knows them. */
  readonly queueUrls: ReadonlyMap<string, string>;
  /** As functions know them. */
  readonly endpoints: Endpoints;
}

/** Before our own engines only: an endpoint elsewhere judges by its own policies. */
async function startGuards(
  plan: CloudPlan,
  access: AccessControl,
  { dynamodb, sqs }: Engines,
  external: External | undefined,
): Promise<{ dynamodb?: HttpServer; sqs?: HttpServer }> {
  const common = { plan, access };
  return {
    ...(!external?.dynamodb && {
      dynamodb: await startGuard({ ...common, service: 'dynamodb', origin: dynamodb.url }),
    }),
    ...(!external?.sqs && { sqs: await startGuard({ ...common, service: 'sqs', origin: sqs.url }) }),
  };
}

/** Clients send to the host of a queue's URL, so that the URLs too must name the guard. */
function functionEndpoints(
  { s3, dynamodb, sqs }: Engines,
  stubs: HttpServer,
  engines: Engines,
  queueUrls: ReadonlyMap<string, string>,
): Endpoints {
  const guarded = [...queueUrls].map(([arn, url]): [string, string] => [
    arn,
    url.replace(engines.sqs.url, sqs.url),
  ]);
  const urls = { s3: s3.url, dynamodb: dynamodb.url, sqs: sqs.url, services: stubs.url };
  return { ...urls, queueUrls: new Map(guarded) };
}

function newFunctions(
  plan: CloudPlan,
  options: CloudOptions,
  principals: Principals,
  access: AccessControl,
  up: Promise<Backends>,
): Functions {
  const { data, clockwork, onLine = () => {} } = options;
  const logs = join(data.path, 'logs');
  const home = join(data.path, 'home');
  for (const directory of [logs, home]) mkdirSync(directory, { recursive: true });
  return new Functions(plan.functions, {
    clockwork,
    concurrencyOf: ({ arn }) => concurrencyOf(arn, plan, options),
    environmentOf: async (planned, kill) => {
      const { endpoints } = await up;
      const environment = functionEnvironment(planned, principals.credentialsOf(planned), {
        plan,
        clockwork,
        endpoints,
        home,
      });
      const starting = { functionName: planned.name, environment, kill };
      return options.onProcess?.(starting) ?? environment;
    },
    log: (planned, line) => {
      appendFileSync(join(logs, `${planned.name}.log`), `${line}\n`);
      onLine(planned.name, line);
    },
    sendToQueue: (arn, body) => sendTo(up, arn, body),
    onFailureSent: ({ arn }, queueArn) => access.usedByLambda(arn, 'sqs:SendMessage', queueArn),
    onError: (text) => onLine('cloud', text),
  });
}

async function sendTo(up: Promise<Backends>, queueArn: string, MessageBody: string): Promise<void> {
  const { clients, queueUrls } = await up;
  const QueueUrl = queueUrls.get(queueArn);
  await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

/** The pool must not hold up messages that an event source has taken: they would wait out their hidden time. */
function concurrencyOf(
  functionArn: string,
  { eventSources }: CloudPlan,
  { concurrency = 4 }: CloudOptions,
): number {
  const own = eventSources.filter((source) => source.functionArn === functionArn);
  return Math.max(concurrency, ...own.map(({ maximumConcurrency }) => maximumConcurrency));
}

function s3Options(
  plan: CloudPlan,
  { thawMs }: CloudOptions,
  principals: Principals,
  access: AccessControl,
  bus: EventBus,
): Omit<S3ServerOptions, 'dataDir'> {
  return {
    thawMs,
    credentials: (accessKeyId) => principals.secretOf(accessKeyId),
    authorize: (accessKeyId, action, resource, isLook) =>
      access.allows(
        accessKeyId,
        action.startsWith('kms:')
          ? keyAccess(plan.region, 's3', action, resource)
          : { action, resource, isLook },
      ),
    onEvent: (event) => {
      const { name } = event.detail.bucket;
      if (plan.buckets.some((bucket) => bucket.name === name && bucket.events))
        bus.deliver('default', { ...event });
    },
  };
}

function awsClients(
  { region }: CloudPlan,
  { s3, dynamodb, sqs }: Engines,
  credentials: Credentials,
): AwsClients {
  const common = { region, credentials };
  return {
    s3: new S3Client({ ...common, endpoint: s3.url, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...common, endpoint: dynamodb.url }),
    sqs: new SQSClient({ ...common, endpoint: sqs.url }),
  };
}
