// `icehouse restore --to` as a script sees it: what it prints, the code it ends with, and that a killed one goes on.
import { stat } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { target } from '../../cli/retrieve/target.ts';
import { MIB, someBytes } from './copy-place.ts';
import { type RetrievePlace, startRetrievePlace } from './retrieve-place.ts';
import { icehouse, startIcehouse } from './run-program.ts';
import { ok, stubApi } from './stub-api.ts';

let place: RetrievePlace;
beforeEach(async () => {
  place = await startRetrievePlace();
});
afterEach(() => place.close());

function served() {
  const entries = [...place.records].map(
    ([id, record]) => [`GET /v1/delete-requests/${id}`, [ok(record)]] as const,
  );
  return stubApi(Object.fromEntries(entries));
}

describe('into a directory', () => {
  test('the document of --json lists every file with its proof, and nothing but records is asked of the API', async () => {
    await place.archive('asset1', { body: Buffer.from('123456789') });
    await using stub = await served();

    const ended = await icehouse(
      ['--url', stub.url, '--json', 'restore', 'asset1', '--to', place.root],
      place.env,
    );

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { results } = JSON.parse(ended.stdout);
    expect(results[0]).toMatchObject({
      asset_id: 'asset1',
      outcome: 'retrieved',
      at: join(place.root, 'asset1'),
    });
    expect(results[0].files.at(-1)).toEqual({
      name: 'master.mp4',
      outcome: 'written',
      at: join(place.root, 'asset1', 'master.mp4'),
      size_bytes: 9,
      // The check value of CRC-32: https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
      crc32: 'y/Q5Jg==',
      checked_by: 'crc32',
    });
    expect(stub.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/delete-requests/asset1',
    ]);
  });

  test('of two, one without an archive: the other comes, and it ends with 1', async () => {
    await place.archive('asset1', { body: Buffer.from('123456789'), title: 'A film' });
    await using stub = await served();

    const ended = await icehouse(
      ['--url', stub.url, 'restore', 'nobody', 'asset1', '--to', place.root],
      place.env,
    );

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('✗ nobody');
    expect(ended.stdout).toContain('NOT_TRACKED');
    expect(ended.stdout).toContain('✓ A film');
  });

  test('denied by S3 it says which permissions are wanted', async () => {
    await place.archive('asset1', { body: Buffer.from('123456789') });
    await using stub = await served();
    const env = { ...place.env, AWS_SECRET_ACCESS_KEY: 'no' };

    const ended = await icehouse(['--url', stub.url, 'restore', 'asset1', '--to', place.root], env);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('VAULT_DENIED');
    expect(ended.stdout).toContain('s3:RestoreObject');
  });

  test('killed in the middle it goes on when run again', async () => {
    const body = someBytes(30 * MIB);
    await place.archive('asset1', { body });
    await using stub = await served();
    await using proxy = await stallingProxy(place.url, 20 * MIB);
    const command = ['--url', stub.url, 'restore', 'asset1', '--to', place.root];
    const running = startIcehouse(command, { ...place.env, AWS_ENDPOINT_URL_S3: proxy.url });
    await proxy.stalled;
    const part = await stat(join(place.root, 'asset1', 'master.mp4.part'));
    running.kill('SIGKILL');
    await running.ended;

    const ended = await icehouse(command, place.env);

    expect(part.isFile()).toBe(true);
    expect(ended.code).toBe(0);
    expect((await place.file('asset1', 'master.mp4')).equals(body)).toBe(true);
    expect(await place.filesBelow(place.root)).not.toContain('asset1/master.mp4.part');
  });

  test('stopped by Ctrl-C during a thaw it ends with 130, and a faster tier makes the thaw faster', async () => {
    await place.archive('asset1', { body: Buffer.from('123456789'), storageClass: 'GLACIER' });
    await using stub = await served();
    const command = ['--url', stub.url, 'restore', 'asset1', '--to', place.root, '--interval', '0.2'];
    // A Bulk thaw takes a minute here, and a Standard one a third of a second.
    const running = startIcehouse([...command, '--tier', 'Bulk'], place.env);
    const [, { archive }] = [...place.records][0] ?? ['', { archive: undefined }];
    const thawing = async () =>
      (await place.vault.head({ key: archive?.key ?? '', versionId: archive?.version_id ?? '' }))?.thaw
        ?.ongoing;
    await expect.poll(thawing, { timeout: 10_000 }).toBe(true);
    running.kill('SIGINT');
    const stopped = await running.ended;

    const ended = await icehouse([...command, '--tier', 'Standard'], place.env);

    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Run the same command again');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('Standard');
  });
});

test('into a bucket', async () => {
  await place.archive('asset1', { body: Buffer.from('123456789') });
  await using stub = await served();
  const to = ['--to', 's3://films/from mux', '--storage-class', 'STANDARD_IA'];

  const ended = await icehouse(['--url', stub.url, 'restore', 'asset1', ...to], place.env);

  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain('s3://films/from mux/asset1');
  expect((await place.stored('films', 'from mux/asset1/master.mp4')).toString()).toBe('123456789');
  expect((await place.films.head({ key: 'from mux/asset1/master.mp4' }))?.storageClass).toBe('STANDARD_IA');
  expect((await place.films.head({ key: 'from mux/asset1/manifest.json' }))?.storageClass).toBe('STANDARD');
});

describe('wrong usage ends with 2 before any call', () => {
  test.each([
    { why: 'no asset', args: ['--to', 'x'], says: 'which assets' },
    { why: 'a bucket without a name', args: ['asset1', '--to', 's3://'], says: 's3://bucket/prefix' },
    { why: 'another scheme', args: ['asset1', '--to', 'gs://bucket'], says: 's3://bucket/prefix' },
    { why: '--overwrite without --to', args: ['asset1', '--overwrite'], says: '--to' },
    { why: '--wait with --to', args: ['asset1', '--to', 'x', '--wait'], says: '--wait' },
  ])('$why', async ({ args, says }) => {
    const ended = await icehouse(['restore', ...args], { ...place.env, ICEHOUSE_URL: 'http://127.0.0.1:1' });

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(says);
  });
});

test.each([
  ['videos', { kind: 'directory', directory: 'videos' }],
  ['/srv/a b', { kind: 'directory', directory: '/srv/a b' }],
  ['s3://films', { kind: 'bucket', bucket: 'films', prefix: '' }],
  ['s3://films/', { kind: 'bucket', bucket: 'films', prefix: '' }],
  ['s3://films/a/b', { kind: 'bucket', bucket: 'films', prefix: 'a/b/' }],
])('--to %s', (text, expected) => {
  expect(target(text)).toEqual(expected);
});

/** Passes bytes to and fro until so many have come back in all; the rest never come. */
async function stallingProxy(to: string, afterBytes: number) {
  const { hostname, port } = new URL(to);
  const { promise: stalled, resolve } = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  let passedBytes = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream);
    upstream.on('data', (bytes: Buffer) => {
      passedBytes += bytes.length;
      if (passedBytes > afterBytes) {
        upstream.pause();
        resolve();
      } else client.write(bytes);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stalled,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
