// Contract: who may call, and what a presigned URL opens.
import { GetObjectCommand, PutObjectCommand, S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openSubject, refusalOf, row, type Subject } from './subject.ts';

let subject: Subject;
beforeAll(async () => {
  subject = await openSubject();
});
afterAll(() => subject.close());

function at(name: string): { Bucket: string; Key: string } {
  return { Bucket: subject.bucket, Key: subject.prefix + name };
}

async function clientWith(options: ConstructorParameters<typeof S3>[0]): Promise<S3> {
  return new S3({
    endpoint: subject.endpoint,
    region: await subject.s3.config.region(),
    credentials: await subject.s3.config.credentials(),
    forcePathStyle: subject.endpoint !== undefined,
    maxAttempts: 1,
    ...options,
  });
}

async function fetchText(url: string, init?: RequestInit): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, init);
  return { status: answer.status, text: await answer.text() };
}

const HOUR_MS = 3_600_000;

describe('presigned URLs', () => {
  row(
    'documented',
    'API/sigv4-query-string-auth.html',
    'one opens exactly the version it names',
    async () => {
      const { VersionId } = await subject.s3.putObject({ ...at('signed file'), Body: 'first' });
      await subject.s3.putObject({ ...at('signed file'), Body: 'second' });
      const command = new GetObjectCommand({ ...at('signed file'), VersionId });

      const url = await getSignedUrl(subject.s3, command, { expiresIn: 60 });

      expect(await fetchText(url)).toEqual({ status: 200, text: 'first' });
      expect((await fetchText(url, { headers: { range: 'bytes=1-2' } })).text).toBe('ir');
    },
  );

  row('documented', 'API/sigv4-query-string-auth.html', 'one can be used to upload', async () => {
    // At its defaults the SDK signs the checksum of a body that it does not have yet.
    const client = await clientWith({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const command = new PutObjectCommand({ ...at('put'), StorageClass: 'GLACIER_IR' });

    const url = await getSignedUrl(client, command, { expiresIn: 60 });

    const sent = await fetchText(url, { method: 'PUT', body: 'uploaded' });
    expect(sent.status).toBe(200);
    const head = await subject.s3.headObject(at('put'));
    expect(head).toMatchObject({ ContentLength: 8, StorageClass: 'GLACIER_IR' });
  });

  row(
    'documented',
    'API/sigv4-query-string-auth.html',
    'a changed URL is SignatureDoesNotMatch',
    async () => {
      await subject.s3.putObject({ ...at('mine'), Body: 'mine' });
      await subject.s3.putObject({ ...at('yours'), Body: 'yours' });
      const url = await getSignedUrl(subject.s3, new GetObjectCommand(at('mine')), { expiresIn: 60 });

      const answer = await fetchText(url.replace('/mine?', '/yours?'));

      expect(answer.status).toBe(403);
      expect(answer.text).toContain('<Code>SignatureDoesNotMatch</Code>');
    },
  );

  row('documented', 'API/sigv4-query-string-auth.html', 'a lapsed URL is AccessDenied', async () => {
    await subject.s3.putObject({ ...at('lapsed'), Body: 'x' });
    const signingDate = new Date(Date.now() - HOUR_MS);

    const url = await getSignedUrl(subject.s3, new GetObjectCommand(at('lapsed')), {
      expiresIn: 60,
      signingDate,
    });

    const answer = await fetchText(url);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Request has expired');
  });

  row(
    'documented',
    'API/RESTCommonRequestHeaders.html',
    'an added x- parameter that is signed is ignored',
    async () => {
      await subject.s3.putObject({ ...at('tagged'), Body: 'tagged' });
      const command = new GetObjectCommand(at('tagged'));
      command.middlewareStack.add(
        (next) => (args) => {
          const request = args.request as { query: Record<string, string> };
          request.query['x-icehouse-token'] = 'abc';
          return next(args);
        },
        { step: 'build' },
      );

      const url = await getSignedUrl(subject.s3, command, { expiresIn: 60 });

      expect(url).toContain('x-icehouse-token=abc');
      expect(await fetchText(url)).toEqual({ status: 200, text: 'tagged' });
    },
  );
});

describe('signed requests', () => {
  row('documented', 'API/ErrorResponses.html', 'a wrong secret is SignatureDoesNotMatch', async () => {
    const { accessKeyId } = await subject.s3.config.credentials();
    const client = await clientWith({ credentials: { accessKeyId, secretAccessKey: 'wrong' } });

    expect(await refusalOf(client.listObjectsV2({ Bucket: subject.bucket }))).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  row('documented', 'API/ErrorResponses.html', 'an unknown key is InvalidAccessKeyId', async () => {
    const client = await clientWith({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } });

    expect(await refusalOf(client.listObjectsV2({ Bucket: subject.bucket }))).toEqual({
      status: 403,
      code: 'InvalidAccessKeyId',
    });
  });

  row('documented', 'API/ErrorResponses.html', 'a clock an hour off is RequestTimeTooSkewed', async () => {
    const client = await clientWith({ systemClockOffset: HOUR_MS });

    expect(await refusalOf(client.listObjectsV2({ Bucket: subject.bucket }))).toEqual({
      status: 403,
      code: 'RequestTimeTooSkewed',
    });
  });

  row('documented', 'API/ErrorResponses.html', 'no credentials at all is AccessDenied', async () => {
    const url = await getSignedUrl(subject.s3, new GetObjectCommand(at('anonymous')), { expiresIn: 60 });

    const answer = await fetchText(url.slice(0, url.indexOf('?')));

    expect(answer.status).toBe(403);
    expect(answer.text).toContain('<Code>AccessDenied</Code>');
  });
});
