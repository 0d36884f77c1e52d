// Where the tests of `icehouse copy` copy from and to: a web server and the embedded S3 server, both on loopback.
import { randomFillSync } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type CopyOrder, type CopyReceipt, copyUrl } from '../../cli/copy/copy-url.ts';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { systemRandom } from '../../lambdas/adapters/random.ts';
import { createSource } from '../../lambdas/adapters/source.ts';
import { type HttpOrigin, serveFile, startOrigin } from '../fakes/http-origin.ts';
import { startS3Vault } from '../fakes/s3-vault.ts';

export const MIB = 1024 ** 2;
/** The smallest part that S3 takes, so that few bytes make many parts. */
export const PART = 5 * MIB;
export const KEY = 'films/a film.bin';
export const PROBE = 'bytes=0-1023';

export function someBytes(sizeBytes: number): Buffer {
  return randomFillSync(Buffer.alloc(sizeBytes));
}

export function rangeOfPart(partNumber: number): string {
  return `bytes=${(partNumber - 1) * PART}-${partNumber * PART - 1}`;
}

/** Takes Range for granted, or does not know it. */
export function withoutRange(bytes: Uint8Array): NonNullable<HttpOrigin['instead']> {
  return (_, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
}

/** The third part never comes: the promise is kept when it has been asked for. */
export function stuckAtThirdPart(origin: HttpOrigin, bytes: Uint8Array): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  origin.instead = (request, response) => {
    if (request.headers.range === rangeOfPart(3)) resolve();
    else serveFile(bytes, '"one"')(request, response);
  };
  return promise;
}

export interface Copied {
  readonly receipt: CopyReceipt;
  readonly notes: readonly string[];
}

export async function startCopyPlace() {
  const s3 = await startS3Vault();
  const source = createSource({ hosts: [], loopback: true, typed: true });
  const origins: HttpOrigin[] = [];
  return {
    ...s3,
    /** For a process of the command. */
    env: {
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
    },
    async origin(bytes: Uint8Array): Promise<HttpOrigin> {
      const origin = await startOrigin(bytes);
      origins.push(origin);
      return origin;
    },
    /** In this process, by the smallest parts, one after the other. */
    async copy(url: string, order: Partial<CopyOrder> = {}): Promise<Copied> {
      const usual = { key: KEY, storageClass: 'STANDARD', partSizeBytes: PART, concurrency: 1 } as const;
      const { signal } = new AbortController();
      const notes: string[] = [];
      const receipt = await copyUrl(
        { vault: s3.vault, source, clock: systemClock, random: systemRandom },
        { url, ...usual, media: false, abortOthers: false, signal, ...order },
        { note: (text) => notes.push(text), progress: () => undefined },
      );
      return { receipt, notes };
    },
    async stored(bucket = 'vault', key = KEY): Promise<Buffer> {
      const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async close() {
      await Promise.all([...origins.map((origin) => origin.close()), source.close()]);
      await s3.close();
    },
  };
}

export type CopyPlace = Awaited<ReturnType<typeof startCopyPlace>>;
