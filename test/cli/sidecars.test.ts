// What lies beside a master, at a terminal: shown, listed, downloaded and checked.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { receive, type Transport } from '../../cli/transport.ts';
import { icehouse } from './run-program.ts';
import { ASSET, ok, problem, stubApi } from './stub-api.ts';

const FOLDER = `mux/env1/${ASSET}/1`;
const VTT = 'WEBVTT\n';

/** zlib.crc32(b'WEBVTT\n') of Python is 0xbd693fed. */
const VTT_CRC32 = 'vWk/7Q==';

const manifest = (given: object = {}) => ({
  schema: 1,
  made_at: '2026-11-22T02:51:40.000Z',
  asset_id: ASSET,
  life: 1,
  environment: 'env1',
  master: {
    key: `${FOLDER}/master.mp4`,
    version_id: 'v1',
    size_bytes: 1_234_567_890,
    crc32: 'rL8sKw==',
    storage_class: 'DEEP_ARCHIVE',
  },
  captions: [{ track_id: 'text1', key: `${FOLDER}/captions/text1.vtt`, crc32: VTT_CRC32 }],
  sidecars: [],
  asset: {},
  input_info: null,
  losses: [{ code: 'OVERLAY', attribute: 'inputs[].overlay_settings', detail: 'd' }],
  ...given,
});

const MANIFEST = `GET /v1/assets/${ASSET}/manifest`;
const CAPTIONS = `GET /v1/assets/${ASSET}/sidecars/text1.vtt`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'icehouse-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('manifest', () => {
  test('shows where the master is and what would be lost', async () => {
    await using api = await stubApi({ [MANIFEST]: [ok(manifest())] });

    const { code, stdout } = await icehouse(['manifest', ASSET, '--url', api.url]);

    expect(code).toBe(0);
    expect(stdout).toContain(`${FOLDER}/master.mp4`);
    expect(stdout).toContain('1.23 GB, CRC32 rL8sKw==, DEEP_ARCHIVE');
    expect(stdout).toContain('OVERLAY inputs[].overlay_settings');
  });

  test('with --json is the file as it lies in the vault', async () => {
    const text = JSON.stringify(manifest({ unknown: { later: true } }), null, 4);
    await using api = await stubApi({ [MANIFEST]: [ok(text)] });

    const { stdout } = await icehouse(['manifest', ASSET, '--url', api.url, '--json']);

    expect(stdout.trimEnd()).toBe(text);
  });

  test('that is not there is refused in the API’s words', async () => {
    const refusal = problem(404, 'NOT_ARCHIVED', 'It is preparing.', { action: 'Ask again later.' });
    await using api = await stubApi({ [MANIFEST]: [refusal] });

    const { code, stderr } = await icehouse(['manifest', ASSET, '--url', api.url]);

    expect(code).toBe(1);
    expect(stderr).toContain('NOT_ARCHIVED');
    expect(stderr).toContain('Ask again later.');
  });
});

describe('sidecars', () => {
  test('lists the files of a manifest', async () => {
    await using api = await stubApi({ [MANIFEST]: [ok(manifest())] });

    const { stdout } = await icehouse(['sidecars', ASSET, '--url', api.url, '--json']);

    expect(JSON.parse(stdout)).toEqual({
      asset_id: ASSET,
      files: [{ name: 'text1.vtt', key: `${FOLDER}/captions/text1.vtt`, crc32: VTT_CRC32 }],
    });
  });

  test('writes manifest and files with --to', async () => {
    await using api = await stubApi({ [MANIFEST]: [ok(manifest())], [CAPTIONS]: [ok(VTT)] });

    const { code, stdout } = await icehouse(['sidecars', ASSET, '--to', directory, '--url', api.url]);

    expect(code).toBe(0);
    expect(stdout).toContain('text1.vtt');
    expect((await readdir(directory)).sort()).toEqual(['manifest.json', 'text1.vtt']);
    expect(await readFile(join(directory, 'text1.vtt'), 'utf8')).toBe(VTT);
    expect(await readFile(join(directory, 'manifest.json'), 'utf8')).toBe(JSON.stringify(manifest()));
  });

  test('does not write a file whose checksum is another', async () => {
    await using api = await stubApi({ [MANIFEST]: [ok(manifest())], [CAPTIONS]: [ok('WEBVTT \n')] });

    const { code, stderr } = await icehouse(['sidecars', ASSET, '--to', directory, '--url', api.url]);

    expect(code).toBe(1);
    expect(stderr).toContain('BYTES_DIFFER');
    expect(await readdir(directory)).toEqual(['manifest.json']);
  });

  test('writes nothing outside of the directory', async () => {
    const sidecars = [
      { name: '../evil', key: 'k', content_type: 'text/plain', crc32: VTT_CRC32, size_bytes: 7 },
    ];
    await using api = await stubApi({
      [MANIFEST]: [ok(manifest({ captions: [], sidecars }))],
      [`GET /v1/assets/${ASSET}/sidecars/..%2Fevil`]: [ok(VTT)],
    });

    const { code, stderr } = await icehouse(['sidecars', ASSET, '--to', directory, '--url', api.url]);

    expect(code).toBe(1);
    expect(stderr).toContain('UNSAFE_NAME');
    expect(await readdir(directory)).toEqual(['manifest.json']);
  });
});

test('a file too large for the API is read where the API says, without our credentials', async () => {
  const seen: { url: string; authorization: unknown }[] = [];
  const transport: Transport = {
    base: new URL('https://api.example.com'),
    authorize: async ({ headers }) => ({ ...headers, authorization: 'Bearer secret' }),
    sleep: async () => {},
    async fetch(url, { headers }) {
      seen.push({ url: url.href, authorization: new Headers(headers).get('authorization') });
      if (url.host !== 'api.example.com') return new Response('the bytes');
      return new Response(null, {
        status: 307,
        headers: { location: 'https://s3.example.com/key?signature=1' },
      });
    },
  };

  const body = await receive(transport, '/v1/assets/a/sidecars/large.vtt');

  expect(new TextDecoder().decode(body)).toBe('the bytes');
  expect(seen).toEqual([
    { url: 'https://api.example.com/v1/assets/a/sidecars/large.vtt', authorization: 'Bearer secret' },
    { url: 'https://s3.example.com/key?signature=1', authorization: null },
  ]);
});
