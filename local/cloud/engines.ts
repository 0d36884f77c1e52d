// The engines that keep data: DynamoDB (dynalite), SQS (fauxqs) and S3 (ours), or whatever the caller's
// AWS_ENDPOINT_URL_* variables name in their place.
import { mkdirSync } from 'node:fs';
import { Server } from 'node:net';
import { join } from 'node:path';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { createS3Server, type S3ServerOptions } from '../s3/server.ts';
import type { Credentials } from './data-directory.ts';
import { type HttpServer, LOOPBACK, listening } from './http.ts';

/** Endpoints that are used instead of an engine, with the caller's own credentials. */
export interface External {
  readonly credentials: Credentials;
  readonly s3?: string;
  readonly dynamodb?: string;
  readonly sqs?: string;
}

export interface Engines {
  readonly s3: HttpServer;
  readonly dynamodb: HttpServer;
  readonly sqs: HttpServer;
}

export async function startEngines(
  directory: string,
  s3Options: Omit<S3ServerOptions, 'dataDir'>,
  external: External | undefined,
): Promise<Engines> {
  const elsewhere = (url: string): HttpServer => ({ url, close: async () => {} });
  const [s3, dynamodb, sqs] = await Promise.all([
    external?.s3 ? elsewhere(external.s3) : startS3({ ...s3Options, dataDir: join(directory, 's3') }),
    external?.dynamodb ? elsewhere(external.dynamodb) : startDynamoDb(join(directory, 'dynamodb')),
    external?.sqs ? elsewhere(external.sqs) : startSqs(join(directory, 'sqs')),
  ]);
  return { s3, dynamodb, sqs };
}

async function startS3(options: S3ServerOptions): Promise<HttpServer> {
  const server = await createS3Server(options);
  const { url } = await server.listen(0, LOOPBACK);
  return { url, close: () => server.close() };
}

function startDynamoDb(path: string): Promise<HttpServer> {
  mkdirSync(path, { recursive: true });
  return listening(dynalite({ path, createTableMs: 0 }), 0);
}

/** fauxqs binds every interface and has no option for it, so that its `listen` is bent to loopback for the start. */
async function startSqs(dataDir: string): Promise<HttpServer> {
  const original = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...given: unknown[]) {
    const [options, ...rest] = given;
    const bent = typeof options === 'object' && options !== null ? { ...options, host: LOOPBACK } : options;
    return Reflect.apply(original, this, [bent, ...rest]);
  } as typeof original;
  try {
    const server = await startFauxqs({ port: 0, logger: false, dataDir });
    return { url: `http://${LOOPBACK}:${server.port}`, close: () => server.stop() };
  } finally {
    Server.prototype.listen = original;
  }
}
