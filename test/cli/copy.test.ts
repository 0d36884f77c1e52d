// `icehouse copy` as a script sees it: what it prints, the code it ends with, and that a killed one goes on.
import { CreateBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { s3Location, sizeBytes, sourceUrl } from '../../cli/arguments.ts';
import {
  type CopyPlace,
  KEY,
  PART,
  PROBE,
  rangeOfPart,
  someBytes,
  startCopyPlace,
  stuckAtThirdPart,
} from './copy-place.ts';
import { icehouse, startIcehouse } from './run-program.ts';

let place: CopyPlace;
beforeEach(async () => {
  place = await startCopyPlace();
});
afterEach(() => place.close());

const DESTINATION = `s3://vault/${KEY}`;
const ONE_BY_ONE = ['--part-size', '5MiB', '--concurrency', '1'];

describe('what it says', () => {
  test('with --json is one document', async () => {
    const { url } = await place.origin(Buffer.from('123456789'));

    const options = ['--storage-class', 'DEEP_ARCHIVE', '--json'];
    const ended = await icehouse(['copy', url, DESTINATION, ...options], place.env);

    const head = await place.client.send(new HeadObjectCommand({ Bucket: 'vault', Key: KEY }));
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({
      bucket: 'vault',
      key: KEY,
      version_id: head.VersionId,
      size_bytes: 9,
      // The check value of CRC-32: https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
      crc32: 'y/Q5Jg==',
      storage_class: 'DEEP_ARCHIVE',
      parts: 1,
      resumed_parts: 0,
      seconds: expect.any(Number),
    });
    expect(head.StorageClass).toBe('DEEP_ARCHIVE');
  });

  test('in a pipe are plain lines, without the query of the URL', async () => {
    const { url } = await place.origin(Buffer.from('123456789'));

    const ended = await icehouse(['copy', url, DESTINATION], place.env);

    const lines = ended.stdout.trimEnd().split('\n');
    const { port } = new URL(url);
    expect(ended.code).toBe(0);
    expect(lines[0]).toBe(`http://127.0.0.1:${port}/key/mezzanine.mp4 to ${DESTINATION}`);
    expect(lines).toContainEqual(expect.stringMatching(/^100% {2}9\/9 B/));
    expect(lines).toContain(`✓ ${DESTINATION}`);
    expect(lines).toContain('  size         9 B (9 bytes)');
    expect(lines).toContain('  class        STANDARD');
    expect(ended.stdout).not.toContain('signature');
  });

  test('of a bucket without versions is that there is none', async () => {
    await place.client.send(new CreateBucketCommand({ Bucket: 'plain' }));
    const { url } = await place.origin(Buffer.from('123456789'));

    const ended = await icehouse(['copy', url, 's3://plain/x', '--json'], place.env);

    expect(JSON.parse(ended.stdout)).toMatchObject({ bucket: 'plain', key: 'x', version_id: null });
    expect((await place.stored('plain', 'x')).toString()).toBe('123456789');
  });
});

describe('stopped while the third part is on its way', () => {
  test.each([
    { signal: 'SIGKILL', code: null, stderr: '' },
    { signal: 'SIGINT', code: 130, stderr: 'Run the same command again' },
  ] as const)('by $signal it goes on with two parts when run again', async ({ signal, code, stderr }) => {
    const bytes = someBytes(3 * PART);
    const origin = await place.origin(bytes);
    const reached = stuckAtThirdPart(origin, bytes);
    const command = ['copy', origin.url, DESTINATION, ...ONE_BY_ONE];
    const running = startIcehouse(command, place.env);
    await reached;
    running.kill(signal);
    const stopped = await running.ended;
    origin.instead = undefined;
    origin.requests.length = 0;

    const ended = await icehouse(command, place.env);

    expect(stopped.code).toBe(code);
    expect(stopped.stderr).toContain(stderr);
    expect(ended.stdout).toContain('Goes on with 2 of 3 parts of an earlier run.\n');
    expect(ended.stdout).toContain('  parts        3, 2 of them from an earlier run\n');
    expect((await place.stored()).equals(bytes)).toBe(true);
    const samples = [rangeOfPart(1), rangeOfPart(2)];
    expect(origin.requests.map(({ range }) => range)).toEqual([PROBE, ...samples, rangeOfPart(3), PROBE]);
  });
});

describe('when the source answers', () => {
  test.each([
    { status: 404, exit: 1, code: 'SOURCE_LAPSED' },
    { status: 403, exit: 1, code: 'SOURCE_LAPSED' },
    { status: 302, exit: 1, code: 'SOURCE_REFUSED' },
    { status: 503, exit: 3, code: 'SOURCE_BUSY' },
  ])('$status it ends with $exit', async ({ status, exit, code }) => {
    const origin = await place.origin(Buffer.alloc(0));
    origin.instead = (_, response) => response.writeHead(status).end();

    const ended = await icehouse(['copy', origin.url, DESTINATION], place.env);

    expect(ended.code).toBe(exit);
    expect(ended.stderr).toContain(`✗ Not copied (${code})`);
    expect(ended.stderr).toContain(`answered ${status}`);
    expect(ended.stderr).not.toContain('signature');
  });

  test('nothing, since nobody is there, it ends with 3', async () => {
    const origin = await place.origin(Buffer.alloc(0));
    await origin.close();

    const ended = await icehouse(['copy', origin.url, DESTINATION], place.env);

    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('ECONNREFUSED');
  });
});

describe('when S3 answers', () => {
  test.each([
    { what: 'no such bucket', to: 's3://nobody/x', env: {}, exit: 1, code: 'VAULT_BUCKET_MISSING' },
    { what: 'denied', to: DESTINATION, env: { AWS_SECRET_ACCESS_KEY: 'no' }, exit: 1, code: 'VAULT_DENIED' },
    {
      what: 'nothing',
      to: DESTINATION,
      env: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
      exit: 3,
      code: 'VAULT_UNAVAILABLE',
    },
    {
      what: 'nothing, since no region is set',
      to: DESTINATION,
      env: { AWS_REGION: '', HOME: '/nowhere' },
      exit: 2,
      code: 'NO_REGION',
    },
  ])('$what it ends with $exit', async ({ to, env, exit, code }) => {
    const { url } = await place.origin(Buffer.from('123456789'));
    const changed: Record<string, string> = Object.assign({ ...place.env }, env);

    const ended = await icehouse(['copy', url, to], changed);

    expect(ended.code).toBe(exit);
    expect(ended.stderr).toContain(`✗ Not copied (${code})`);
  });
});

describe('wrong usage ends with 2', () => {
  test.each([
    { why: 'no destination', args: ['https://example.com/x'], says: 'destination' },
    { why: 'plain http to another machine', args: ['http://a.example/x', 's3://b/k'], says: '--allow-http' },
    {
      why: 'an unknown class',
      args: ['https://a.example/x', 's3://b/k', '--storage-class', 'COLD'],
      says: 'GLACIER_IR',
    },
  ])('$why', async ({ args, says }) => {
    const ended = await icehouse(['copy', ...args]);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(says);
  });

  test('parts that S3 does not take', async () => {
    const { url } = await place.origin(Buffer.from('123456789'));

    const ended = await icehouse(['copy', url, DESTINATION, '--part-size', '1M'], place.env);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('5 MiB to 5 GiB');
  });
});

describe('arguments', () => {
  test.each(['bucket/key', 's3://bucket', 's3://bucket/', 's3://bucket/folder/', 's3:///key'])(
    'a destination %s is refused',
    (text) => {
      expect(() => s3Location(text)).toThrow('s3://bucket/key');
    },
  );

  test('a key may hold anything', () => {
    expect(s3Location('s3://films/2026/a b?c#d.mp4')).toEqual({ bucket: 'films', key: '2026/a b?c#d.mp4' });
  });

  test.each(['ftp://example.com/x', 'film.mp4', ''])('a source %j is refused', (text) => {
    expect(() => sourceUrl(text)).toThrow('https');
  });

  test.each([
    ['5242880', 5_242_880],
    ['64MiB', 67_108_864],
    ['64M', 67_108_864],
    ['1GiB', 1_073_741_824],
  ])('a size %s is %i bytes', (text, expected) => {
    expect(sizeBytes(text)).toBe(expected);
  });

  test.each(['64MX', '64 MiB', '-1', '1.5MiB', '0', ''])('a size %j is refused', (text) => {
    expect(() => sizeBytes(text)).toThrow('64MiB');
  });
});
