// Boots the server on a temporary directory for a test, and signs raw requests that no SDK would send.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { S3 } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { createS3Server, type S3Server, type S3ServerOptions } from '../../../local/s3/server.ts';

export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test-secret' };

export interface LocalServer {
  readonly dataDir: string;
  readonly url: string;
  readonly s3: S3;
  /** Stops the server and starts another on the same directory. */
  restart(options?: Partial<S3ServerOptions>): Promise<void>;
  close(): Promise<void>;
}

export async function startLocalServer(options: Partial<S3ServerOptions> = {}): Promise<LocalServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 's3-'));
  let running: S3Server;
  const start = async (more: Partial<S3ServerOptions>) => {
    running = await createS3Server({
      dataDir,
      credentials: (id) => (id === CREDENTIALS.accessKeyId ? CREDENTIALS.secretAccessKey : undefined),
      thawMs: 60_000,
      ...more,
    });
    const { url } = await running.listen(0);
    server.url = url;
    server.s3 = clientFor(url);
  };
  const server = {
    dataDir,
    url: '',
    s3: clientFor('http://127.0.0.1:1'),
    restart: async (more: Partial<S3ServerOptions> = {}) => {
      await running.close();
      await start({ ...options, ...more });
    },
    close: async () => {
      await running.close();
      await rm(dataDir, { recursive: true });
    },
  };
  await start(options);
  await server.s3.createBucket({ Bucket: 'bkt' });
  return server;
}

/** The offset is that of the client's clock, in milliseconds. */
export function clientFor(url: string, systemClockOffset = 0): S3 {
  return new S3({
    systemClockOffset,
    region: 'us-east-1',
    endpoint: url,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
}

export interface RawRequest {
  readonly method: string;
  /** With query, as it goes on the wire. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** x-amz-content-sha256; the hash of the body when not given. */
  readonly payload?: string;
  readonly body?: string;
}

/** Signs exactly what is given and sends it; the answer is read to its end. */
export async function sendRaw(url: string, raw: RawRequest): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(url);
  const [path = '/', query = ''] = raw.path.split('?');
  const body = raw.body ?? '';
  const payload = raw.payload ?? createHash('sha256').update(body).digest('hex');
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    credentials: CREDENTIALS,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const signed = await signer.sign({
    method: raw.method,
    protocol: 'http:',
    hostname,
    path,
    query: Object.fromEntries(new URLSearchParams(query)),
    headers: { ...raw.headers, host, 'x-amz-content-sha256': payload },
  });
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method: raw.method, path: raw.path, headers: signed.headers },
      (answer) => {
        let text = '';
        answer.on('data', (piece: Buffer) => {
          text += piece.toString();
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
