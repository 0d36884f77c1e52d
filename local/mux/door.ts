// The one HTTP door of all of Mux's hosts: faults, credentials and rate limits, then the call, then the answer.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Answer,
  apiRefusal,
  badRequest,
  json,
  playbackRefusal,
  Refusal,
  tooManyRequests,
} from './answers.ts';
import { answerApi, assetIdIn } from './api.ts';
import { answerControl, CONTROL_PREFIX } from './control.ts';
import { type Effect, effectOf } from './faults.ts';
import { HOSTED, hostedFile } from './hosted-files.ts';
import { deliverMaster } from './master-delivery.ts';
import type { Environment } from './model.ts';
import { PICTURE, picture } from './pictures.ts';
import { textTrack } from './playback.ts';
import { sendAnswer } from './send.ts';
import type { Simulator } from './simulator.ts';
import { assetOfMasterKey, assetOfPlaybackId, remember, type World } from './world.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const API = /^\/(video|system|data)\/v1(\/|$)/;
const MASTER = /^\/([^/]+)\/mezzanine\.(?:mp4|m4a)$/;
const TEXT = /^\/([^/]+)\/text\/([^/]+)\.vtt$/;

export async function handle(
  world: World,
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const url = new URL(request.url ?? '/', 'http://simulator');
  response.setHeader('x-request-id', randomUUID());
  if (url.pathname.startsWith(CONTROL_PREFIX)) {
    const answer = await answered(async () =>
      answerControl(simulator, request.method ?? '', url, await readJson(request)),
    );
    return sendAnswer(response, answer, []);
  }
  const method = request.method ?? '';
  const effects = world.faults.strike({
    method,
    path: url.pathname,
    assetId: assetIdOf(world, url.pathname),
  });
  await new Promise((done) => setTimeout(done, effectOf(effects, 'delay')?.ms ?? 0));
  const answer = await answered(() => answerMux(world, request, url, effects));
  if (method !== 'GET' && method !== 'HEAD') await world.store.flush();
  record(world, request, url, isNeverAnswered(effects) ? 0 : answer.status);
  const lost = effectOf(effects, 'lose-answer');
  if (lost?.how === 'reset') response.destroy();
  else await sendAnswer(response, lost ? gatewayTimeout() : answer, effects);
}

function isNeverAnswered(effects: readonly Effect[]): boolean {
  const broken = effectOf(effects, 'cut') ?? effectOf(effects, 'stall');
  return broken?.afterBytes === 0 || effectOf(effects, 'lose-answer')?.how === 'reset';
}

function gatewayTimeout(): Answer {
  return {
    status: 504,
    headers: { 'content-type': 'text/html' },
    body: { kind: 'bytes', bytes: Buffer.from('504\n') },
  };
}

function assetIdOf(world: World, path: string): string | undefined {
  const [, key = ''] = MASTER.exec(path) ?? [];
  if (key) return assetOfMasterKey(world, key)?.asset.id;
  const [, playbackId = ''] = TEXT.exec(path) ?? PICTURE.exec(path) ?? [];
  return playbackId ? assetOfPlaybackId(world, playbackId)?.asset.id : assetIdIn(path);
}

function record(world: World, { method = '', headers }: IncomingMessage, url: URL, status: number): void {
  const { range } = headers;
  const at = new Date().toISOString();
  remember(world.requests, {
    method,
    path: url.pathname,
    query: url.search,
    ...(range && { range }),
    status,
    at,
  });
}

/** Refusals thrown on the way are answers too. */
async function answered(make: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    console.error('The simulator failed:', error);
    return json(500, { error: { type: 'internal_error', messages: [String(error)] } });
  }
}

async function answerMux(
  world: World,
  request: IncomingMessage,
  url: URL,
  effects: readonly Effect[],
): Promise<Answer> {
  const fault = effectOf(effects, 'status');
  if (fault) return faultAnswer(fault);
  if (API.test(url.pathname)) return answerAuthorized(world, request, url);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw playbackRefusal(404);
  const [, key] = MASTER.exec(url.pathname) ?? [];
  if (key) {
    const download = { query: url.searchParams, headers: request.headers, effects };
    return deliverMaster(world, assetOfMasterKey(world, key), download);
  }
  const [, textOf, trackId] = TEXT.exec(url.pathname) ?? [];
  if (textOf && trackId) return textTrack(world, textOf, trackId, url.searchParams);
  const [, pictureOf, file] = PICTURE.exec(url.pathname) ?? [];
  if (pictureOf && file) return picture(world, pictureOf, file, url.searchParams);
  const [, hosted] = HOSTED.exec(url.pathname) ?? [];
  if (hosted) return hostedFile(world, hosted);
  throw playbackRefusal(404);
}

/** No Retry-After unless asked for: a real 429 of 2024 had none (muxinc/next-video#309). */
function faultAnswer({ status, retryAfterSeconds }: Extract<Effect, { kind: 'status' }>): Answer {
  const plain =
    status === 429 ? tooManyRequests() : apiRefusal(status, 'server_error', 'Something went wrong').answer;
  return retryAfterSeconds === undefined
    ? plain
    : { ...plain, headers: { 'retry-after': String(retryAfterSeconds) } };
}

async function answerAuthorized(world: World, request: IncomingMessage, url: URL): Promise<Answer> {
  const environment = environmentOfToken(world, request.headers.authorization);
  if (!environment) throw apiRefusal(401, 'unauthorized', 'Unauthorized request');
  const method = request.method ?? '';
  const isWrite = method !== 'GET' && url.pathname.startsWith('/video/');
  // What Mux answers to a write with a token that may only read is assumed.
  if (isWrite && environment.permissions?.includes('video:write') === false)
    throw apiRefusal(403, 'forbidden', 'The token lacks video:write');
  const { granted, headers } = world.limiter.take(
    environment.id,
    method,
    world.behaviour.rateLimit,
    Date.now(),
  );
  if (!granted) return { ...tooManyRequests(), headers };
  const call = { world, environment, query: url.searchParams, body: await readJson(request) };
  const answer = await answered(() => answerApi(call, method, url.pathname));
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** With the permissions of the token. */
function environmentOfToken(world: World, authorization: string | undefined): Environment | undefined {
  for (const environment of world.environments) {
    const { tokenId, tokenSecret, readToken } = environment;
    if (authorization === basic(tokenId, tokenSecret)) return environment;
    if (readToken && authorization === basic(readToken.id, readToken.secret))
      return { ...environment, permissions: ['video:read'] };
  }
  return undefined;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Undefined without a body. Throws a 400. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw badRequest('The body is too large');
    chunks.push(chunk);
  }
  if (sizeBytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw badRequest('The body is not JSON');
  }
}
