// One small server for the AWS services that need no engine: Secrets Manager (GetSecretValue, PutSecretValue), EventBridge
// (PutEvents) and Lambda (Invoke). A function may do here what its role allows; signatures are not checked.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Access, type AccessControl, accessKeyOf, keyAccess, refusalOf } from './access.ts';
import type { EventBus } from './event-bus.ts';
import type { Functions } from './functions.ts';
import { readBody } from './http.ts';
import type { CloudPlan } from './plan.ts';

export interface ServicesOptions {
  readonly plan: CloudPlan;
  readonly functions: Functions;
  readonly bus: EventBus;
  /** By logical id or name; wins over the template's own value. */
  readonly secrets: Record<string, string>;
  readonly access: AccessControl;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Call {
  readonly body: Buffer;
  readonly request: IncomingMessage;
  /** Throws when the caller may not. */
  allow(action: string, resource: string, context?: Access['context']): void;
}

/** An error that the SDK turns into an exception of this name. */
class ServiceError extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(status: number, name: string, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

const MAX_SYNC_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;
const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

export function services(options: ServicesOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, headers, body } = await answer(options, request).catch(errorAnswer);
    const fixed = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
    response.writeHead(status, { ...fixed, ...headers }).end(body);
  };
}

async function answer(options: ServicesOptions, request: IncomingMessage): Promise<Answer> {
  const body = await readBody(request, MAX_SYNC_BYTES);
  if (!body) throw new ServiceError(413, 'RequestEntityTooLargeException', 'the request is larger than 6 MB');
  const call: Call = { body, request, allow: permissions(options, request) };
  const invoked = INVOKE_PATH.exec(new URL(request.url ?? '/', 'http://loopback').pathname)?.[1];
  if (invoked !== undefined) return invoke(options, call, decodeURIComponent(invoked));
  const target = String(request.headers['x-amz-target']);
  if (target === 'secretsmanager.GetSecretValue') return getSecretValue(options, call);
  if (target === 'secretsmanager.PutSecretValue') return putSecretValue(options, call);
  if (target === 'AWSEvents.PutEvents') return putEvents(options, call);
  throw new ServiceError(
    501,
    'NotImplementedException',
    `the embedded cloud has no ${target} ${request.url}`,
  );
}

function permissions({ access }: ServicesOptions, request: IncomingMessage): Call['allow'] {
  const accessKeyId = accessKeyOf(request.headers.authorization);
  if (!access.knows(accessKeyId))
    throw new ServiceError(403, 'UnrecognizedClientException', 'The security token is invalid.');
  return (action, resource, context) => {
    if (access.allows(accessKeyId, { action, resource, context })) return;
    const text = refusalOf(accessKeyId, { action, resource });
    throw new ServiceError(action.startsWith('lambda:') ? 403 : 400, 'AccessDeniedException', text);
  };
}

async function invoke({ functions }: ServicesOptions, call: Call, id: string): Promise<Answer> {
  const planned = functions.find(id);
  if (!planned) throw new ServiceError(404, 'ResourceNotFoundException', `Function not found: ${id}`);
  call.allow('lambda:InvokeFunction', planned.arn);
  const payload = call.body.length > 0 ? jsonText(call.body) : '{}';
  if (call.request.headers['x-amz-invocation-type'] === 'Event') {
    const tooLarge = 'an asynchronous payload is at most 1 MB';
    if (call.body.length > MAX_ASYNC_BYTES)
      throw new ServiceError(413, 'RequestEntityTooLargeException', tooLarge);
    void functions.invokeAsync(planned.arn, payload);
    return { status: 202, body: '' };
  }
  const outcome = await functions.invoke(planned.arn, payload);
  const executed = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  if (outcome.ok) return { status: 200, headers: executed, body: outcome.payload };
  const headers = { ...executed, 'x-amz-function-error': 'Unhandled' };
  return { status: 200, headers, body: JSON.stringify(outcome.fault) };
}

function jsonText(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    JSON.parse(text);
  } catch {
    throw new ServiceError(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  }
  return text;
}

interface SecretRequest {
  readonly SecretId: string;
  readonly SecretString?: string;
}

/** By name, by ARN, or by an ARN without the six characters at its end. */
function secretOf({ plan }: ServicesOptions, id: string) {
  const secret = plan.secrets.find(({ name, arn }) => [name, arn, arn.replace(/-\w{6}$/, '')].includes(id));
  if (secret) return secret;
  throw new ServiceError(
    400,
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  );
}

/** Kept as long as this cloud runs. */
function putSecretValue(options: ServicesOptions, call: Call): Answer {
  const { SecretId, SecretString } = JSON.parse(jsonText(call.body)) as SecretRequest;
  const { arn, name, logicalId } = secretOf(options, SecretId);
  call.allow('secretsmanager:PutSecretValue', arn);
  if (!SecretString) throw new ServiceError(400, 'InvalidParameterException', 'SecretString is missing.');
  options.secrets[logicalId] = SecretString;
  const versions = { VersionId: randomUUID(), VersionStages: ['AWSCURRENT'] };
  return { status: 200, body: JSON.stringify({ ARN: arn, Name: name, ...versions }) };
}

function getSecretValue(options: ServicesOptions, call: Call): Answer {
  const { secrets } = options;
  const { SecretId } = JSON.parse(jsonText(call.body)) as SecretRequest;
  const secret = secretOf(options, SecretId);
  call.allow('secretsmanager:GetSecretValue', secret.arn);
  if (secret.kmsKey !== undefined) {
    const { region } = options.plan;
    const { action, resource, context } = keyAccess(region, 'secretsmanager', 'kms:Decrypt', secret.kmsKey);
    call.allow(action, resource, context);
  }
  const value = secrets[secret.logicalId] ?? secrets[secret.name] ?? secret.value;
  if (value === undefined) {
    const text = `Secrets Manager can't find the specified secret value for ${secret.name}: give it to the runner.`;
    throw new ServiceError(400, 'ResourceNotFoundException', text);
  }
  const versions = { VersionId: randomUUID(), VersionStages: ['AWSCURRENT'] };
  return {
    status: 200,
    body: JSON.stringify({ ARN: secret.arn, Name: secret.name, SecretString: value, ...versions }),
  };
}

interface PutEventsEntry {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
}

function putEvents({ plan, bus }: ServicesOptions, call: Call): Answer {
  const { Entries: entries = [] } = JSON.parse(jsonText(call.body)) as { Entries?: PutEventsEntry[] };
  if (entries.length < 1 || entries.length > 10) {
    throw new ServiceError(400, 'ValidationException', 'Entries must have 1 to 10 members');
  }
  const results = entries.map((entry) => {
    const name = bus.busName(entry.EventBusName);
    if (!name) throw new ServiceError(400, 'ResourceNotFoundException', `no event bus ${entry.EventBusName}`);
    call.allow('events:PutEvents', `arn:aws:events:${plan.region}:${plan.accountId}:event-bus/${name}`);
    return putEvent(bus, name, entry);
  });
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return { status: 200, body: JSON.stringify({ FailedEntryCount: failed, Entries: results }) };
}

function putEvent(bus: EventBus, name: string, { Source, DetailType, Detail, Resources }: PutEventsEntry) {
  if (!Source || !DetailType || !Detail) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Source, DetailType and Detail are required.' };
  }
  try {
    const detail = JSON.parse(Detail) as unknown;
    return {
      EventId: bus.put(name, {
        source: Source,
        'detail-type': DetailType,
        detail,
        resources: Resources ?? [],
      }),
    };
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
}

function errorAnswer(error: unknown): Answer {
  const { status, name, message } =
    error instanceof ServiceError ? error : new ServiceError(500, 'InternalServerException', String(error));
  return {
    status,
    headers: { 'x-amzn-errortype': name },
    body: JSON.stringify({ __type: name, message, Message: message }),
  };
}
