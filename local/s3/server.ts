// The S3 server of the embedded cloud: files below one directory, served by node:http, in the words of the S3 API.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Buckets } from './buckets.ts';
import type { Authorize, Store } from './call.ts';
import { DataDir } from './data-dir.ts';
import { S3Error } from './errors.ts';
import { requireKey } from './kms-keys.ts';
import { asShown, asTold, requirePermission } from './permissions.ts';
import { readRequest, type S3Request } from './request.ts';
import { httpTime, type S3Response } from './response.ts';
import type { RestoreEvent } from './restore-event.ts';
import { routeOf } from './routes.ts';
import { type Authenticated, authenticate } from './signature.ts';
import { Thaws, type ThawTier } from './thaws.ts';
import { Uploads } from './uploads.ts';
import { Versions } from './versions.ts';
import { xmlDocument } from './xml.ts';

export type { RestoreEvent } from './restore-event.ts';
export type { ThawTier } from './thaws.ts';

export interface S3ServerOptions {
  /** Made when it does not exist. One server at a time. */
  readonly dataDir: string;
  /** The secret of an access key, or undefined when there is no such key. */
  readonly credentials: (accessKeyId: string) => string | undefined;
  /** Whether the holder of the access key may do the action (`s3:…`, `kms:…`) on the resource. @default every one may do everything */
  readonly authorize?: (accessKeyId: string, ...asked: Parameters<Authorize>) => boolean;
  /** How long a copy out of Glacier takes, in real milliseconds: one for all, or by storage class and tier. */
  readonly thawMs: number | ((storageClass: string, tier: ThawTier) => number);
  /** Gets S3's EventBridge events, each at least once; when it fails the event is sent again. */
  readonly onEvent?: (event: RestoreEvent) => void | Promise<void>;
  readonly nowMs?: () => number;
  readonly log?: (message: string, fields: Record<string, unknown>) => void;
  /**
   * What a CompleteMultipartUpload of an upload already completed answers. AWS documents neither, and both have
   * been seen.
   * @default 'NoSuchUpload'
   */
  readonly repeatedComplete?: 'NoSuchUpload' | 'success';
}

export interface S3Server {
  /** Port 0 takes a free one. The host defaults to 127.0.0.1. */
  listen(port: number, host?: string): Promise<{ url: string }>;
  /** Stops at once; requests under way are cut. */
  close(): Promise<void>;
}

/** S3 itself gives up on a silent client after some twenty seconds; a laptop that sleeps deserves more. */
const IDLE_MS = 120_000;

/** Opens the data directory: sweeps what a kill left behind and takes up pending thaws. */
export async function createS3Server(options: S3ServerOptions): Promise<S3Server> {
  const log = options.log ?? (() => undefined);
  const store = await openStore(options, log);
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: IDLE_MS }, (incoming, outgoing) => {
    void serve(store, options, log, incoming, outgoing);
  });
  server.timeout = IDLE_MS;
  return {
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const { address, port: bound } = server.address() as AddressInfo;
          resolve({ url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}` });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        store.thaws.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function openStore(
  options: S3ServerOptions,
  log: (message: string, fields: Record<string, unknown>) => void,
): Promise<Store> {
  const { thawMs, repeatedComplete = 'NoSuchUpload' } = options;
  const nowMs = options.nowMs ?? Date.now;
  const dir = new DataDir(options.dataDir);
  await dir.prepare();
  const buckets = new Buckets(dir);
  const versions = new Versions(dir);
  const uploads = new Uploads(dir);
  const thaws = new Thaws(dir, versions, {
    thawMs: typeof thawMs === 'number' ? () => thawMs : thawMs,
    onEvent: options.onEvent ?? (() => undefined),
    nowMs,
    log,
  });
  await versions.sweep(buckets);
  await uploads.sweep(buckets);
  await thaws.resume();
  return { dir, buckets, versions, uploads, thaws, nowMs, repeatedComplete };
}

async function serve(
  store: Store,
  options: S3ServerOptions,
  log: (message: string, fields: Record<string, unknown>) => void,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  let request: S3Request | undefined;
  // SDKs set their clocks by the Date of an answer, so it must be the one that signatures are judged by.
  const standard = (id: string) => ({
    date: httpTime(store.nowMs()),
    server: 'icehouse-s3',
    'x-amz-request-id': id,
  });
  try {
    request = readRequest(incoming);
    const auth = authenticate(request, options.credentials, store.nowMs());
    const response = await answer(store, options, request, auth);
    await send(incoming, outgoing, response, standard(request.id));
  } catch (error) {
    if (outgoing.headersSent || incoming.socket.destroyed) {
      // Too late for an answer: a cut connection is the only way left to say that something is missing.
      outgoing.destroy();
      return;
    }
    if (!(error instanceof S3Error)) log('A request failed.', { path: request?.path, error });
    const response = errorResponse(error, request);
    await send(incoming, outgoing, response, standard(request?.id ?? '0')).catch(() => undefined);
  }
}

async function answer(
  store: Store,
  { authorize: allows = () => true }: S3ServerOptions,
  request: S3Request,
  auth: Authenticated,
): Promise<S3Response> {
  const authorize: Authorize = (...asked) => allows(auth.accessKeyId, ...asked);
  const { run } = routeOf(request);
  requirePermission(run, request, authorize);
  const call = { request, auth, authorize, store };
  try {
    await requireKey(run, call);
    return asShown(await run(call), request, authorize);
  } catch (error) {
    throw asTold(error, run, request, authorize);
  }
}

function errorResponse(cause: unknown, request: S3Request | undefined): S3Response {
  const error = cause instanceof S3Error ? cause : new S3Error('InternalError');
  const { code, message, fields, status, headers } = error;
  if (status === 304) return { status, headers };
  const tree = { Code: code, Message: message, ...fields, Resource: request?.path, RequestId: request?.id };
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: xmlDocument('Error', tree, ''),
  };
}

async function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: S3Response,
  standardHeaders: Readonly<Record<string, string>>,
): Promise<void> {
  // What is left of the request's body is read and dropped, so that the client gets to read the answer.
  incoming.resume();
  const { status, headers, body } = response;
  const text = typeof body === 'string' ? Buffer.from(body) : undefined;
  const length = text === undefined ? {} : { 'content-length': String(text.length) };
  outgoing.writeHead(status, { ...standardHeaders, ...headers, ...length });
  if (body === undefined || text !== undefined || incoming.method === 'HEAD') {
    outgoing.end(incoming.method === 'HEAD' ? undefined : text);
    return;
  }
  await pipeline(body as AsyncIterable<Buffer>, outgoing);
}
