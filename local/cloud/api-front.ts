// API Gateway's HTTP API: routes a request to its function as a version 2.0 event and writes the answer back.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { findRoute, type RouteMatch } from './api-routes.ts';
import { Authorizers } from './authorizers.ts';
import type { Outcome } from './function-process.ts';
import { readBody } from './http.ts';
import type { CloudPlan } from './plan.ts';

export interface ApiFrontOptions {
  readonly plan: CloudPlan;
  /** What the answers of authorizers are kept for is divided by this. @default 1 */
  readonly timeScale?: number;
  invoke(functionArn: string, payload: string): Promise<Outcome>;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const LIMIT_MS = 30_000;

interface ApiResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

const message = (statusCode: number, text: string): ApiResult => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: text }),
});

export function apiFront(options: ApiFrontOptions) {
  const authorizers = new Authorizers(options.invoke, options.timeScale);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const result = await answer(options, authorizers, request).catch(() =>
      message(500, 'Internal Server Error'),
    );
    write(response, result);
  };
}

async function answer(
  { plan, invoke }: ApiFrontOptions,
  authorizers: Authorizers,
  request: IncomingMessage,
): Promise<ApiResult> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) return message(413, 'Request Entity Too Large');
  const [path = '/'] = (request.url ?? '/').split('?');
  const match = findRoute(plan.routes, request.method ?? 'GET', path);
  if (!match) return message(404, 'Not Found');
  const event = requestEvent(plan, match, request, body);
  const { authorization } = match.route;
  if (typeof authorization === 'object') {
    const verdict = await authorizers.judge(authorization, event);
    if (verdict.kind === 'refused') return message(verdict.statusCode, verdict.text);
    Object.assign(event.requestContext, { authorizer: { lambda: verdict.context } });
  }
  const outcome = await withLimit(invoke(match.route.functionArn, JSON.stringify(event)));
  if (outcome === undefined) return message(503, 'Service Unavailable');
  if (!outcome.ok) return message(500, 'Internal Server Error');
  return asResult(JSON.parse(outcome.payload));
}

function withLimit(invocation: Promise<Outcome>): Promise<Outcome | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), LIMIT_MS);
  return Promise.race([invocation, promise]).finally(() => clearTimeout(timer));
}

function requestEvent(plan: CloudPlan, match: RouteMatch, request: IncomingMessage, body: Buffer) {
  const { headers, cookies } = requestHeaders(request);
  const [rawPath = '/', rawQueryString = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const query = queryParameters(rawQueryString);
  const isBase64Encoded = body.length > 0 && !isText(headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: requestContext(plan, match, request, rawPath),
    ...(match.pathParameters && { pathParameters: match.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function requestContext(plan: CloudPlan, { route }: RouteMatch, request: IncomingMessage, path: string) {
  const now = new Date();
  return {
    accountId: plan.accountId,
    apiId: 'embedded',
    ...(route.authorization === 'AWS_IAM' && { authorizer: { iam: principal(plan.accountId) } }),
    domainName: request.headers.host ?? '',
    domainPrefix: 'embedded',
    http: {
      method: request.method,
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress,
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: randomUUID(),
    routeKey: route.key,
    stage: '$default',
    time: now.toUTCString(),
    timeEpoch: now.getTime(),
  };
}

/** Whoever reaches loopback is the one user of this laptop: no signature is asked for. */
function principal(accountId: string) {
  return {
    accessKey: 'AKIAEMBEDDEDCLOUD000',
    accountId,
    callerId: 'AIDAEMBEDDEDCLOUD000',
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: `arn:aws:iam::${accountId}:user/embedded-cloud`,
    userId: 'AIDAEMBEDDEDCLOUD000',
  };
}

function requestHeaders(request: IncomingMessage) {
  const headers: Record<string, string> = {};
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    if (name !== 'cookie') headers[name] = values.join(',');
  }
  const cookies = request.headers.cookie?.split(/; */);
  return { headers, cookies };
}

/** Repeated parameters are joined by a comma in version 2.0. */
function queryParameters(rawQueryString: string): Record<string, string> | undefined {
  const search = new URLSearchParams(rawQueryString);
  const names = [...new Set(search.keys())];
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, search.getAll(name).join(',')]));
}

function isText(contentType: string | undefined): boolean {
  return (
    contentType === undefined ||
    /^(text\/|application\/([\w.-]+\+)?(json|xml|javascript)\b)/.test(contentType)
  );
}

/** An answer without a status code is the body itself, as JSON. */
function asResult(value: unknown): ApiResult {
  if (typeof value === 'object' && value !== null && 'statusCode' in value) return value as ApiResult;
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}

function write(
  response: ServerResponse,
  { statusCode, headers, cookies, body = '', isBase64Encoded }: ApiResult,
) {
  const entries = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  response.writeHead(Number(statusCode), {
    ...Object.fromEntries(entries),
    ...(cookies && { 'set-cookie': [...cookies] }),
  });
  response.end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
}
