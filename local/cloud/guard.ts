// The door before DynamoDB and SQS: a function's request passes when its role allows all that it does, and is
// refused otherwise as the service would. Neither engine knows of permissions.
import { once } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type AccessControl, accessKeyOf, refusalOf } from './access.ts';
import { accessesOf, type JsonService } from './aws-requests.ts';
import { type HttpServer, listen, readBody } from './http.ts';
import type { CloudPlan } from './plan.ts';

export interface GuardOptions {
  readonly plan: CloudPlan;
  readonly access: AccessControl;
  readonly service: JsonService;
  /** Where the engine is. */
  readonly origin: string;
}

/** More than the largest request of either service (BatchWriteItem: 16 MB). */
const MAX_BODY_BYTES = 17 * 1024 * 1024;

export async function startGuard(options: GuardOptions): Promise<HttpServer> {
  const agent = new Agent({ keepAlive: true });
  const server = await listen((request, response) => {
    handle(options, agent, request, response).catch(() => response.destroy());
  });
  return {
    url: server.url,
    async close() {
      await server.close();
      agent.destroy();
    },
  };
}

async function handle(
  options: GuardOptions,
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES);
  const refusal = body ? refused(options, request, body) : { status: 413, type: 'ValidationException' };
  if (refusal) return refuse(response, refusal);
  const { method, url = '/', rawHeaders } = request;
  const sent = sendRequest(`${options.origin}${url}`, { method, headers: [...rawHeaders], agent });
  response.once('close', () => sent.destroy());
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  await pipeline(answer, response);
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message?: string;
}

function refused(
  { plan, access, service }: GuardOptions,
  request: IncomingMessage,
  body: Buffer,
): Refusal | undefined {
  const accessKeyId = accessKeyOf(request.headers.authorization);
  if (!access.knows(accessKeyId)) {
    const message = 'The security token included in the request is invalid.';
    return { status: service === 'sqs' ? 403 : 400, type: 'UnrecognizedClientException', message };
  }
  const target = String(request.headers['x-amz-target'] ?? '');
  const asked = accessesOf(plan, service, target, JSON.parse(body.toString('utf8') || '{}'));
  const denied = asked.find((one) => !access.allows(accessKeyId, one));
  if (!denied) return undefined;
  const message = refusalOf(accessKeyId, denied);
  return { status: service === 'sqs' ? 403 : 400, type: 'AccessDeniedException', message };
}

function refuse(response: ServerResponse, { status, type, message }: Refusal): void {
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${type}`, Message: message, message });
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
}
