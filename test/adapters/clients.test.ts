// The settings that the SDK's clients are made with.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UploadPartCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dynamodb, eventBridge, lambda, s3, secretsManager, sqs } from '../../lambdas/adapters/clients.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => vi.unstubAllEnvs());

test('makes each client once', () => {
  const makers = [dynamodb, eventBridge, lambda, s3, secretsManager, sqs];

  const twice = makers.map((make) => [make(), make()]);

  expect(twice.every(([first, second]) => first === second)).toBe(true);
  expect(new Set(twice.flat()).size).toBe(6);
});

test('sends a large part to the endpoint of the environment without asking for leave first', async () => {
  const seen: { method?: string; url?: string; expect?: string }[] = [];
  const server = createServer(async (request, response) => {
    seen.push({ method: request.method, url: request.url, expect: request.headers.expect });
    for await (const _ of request);
    response.writeHead(200, { etag: '"e"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.resetModules();
  const { s3: freshS3 } = await import('../../lambdas/adapters/clients.ts');
  const part = { Bucket: 'vault', Key: 'mux/e/a/1/master.mp4', UploadId: 'u1', PartNumber: 1 };

  await freshS3().send(new UploadPartCommand({ ...part, Body: Buffer.alloc(3 * 1024 * 1024) }));

  freshS3().destroy();
  await new Promise((resolve) => server.close(resolve));
  expect(seen).toStrictEqual([
    {
      method: 'PUT',
      url: '/vault/mux/e/a/1/master.mp4?partNumber=1&uploadId=u1&x-id=UploadPart',
      expect: undefined,
    },
  ]);
});
