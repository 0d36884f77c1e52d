// Manifest and sidecars by name: which archive they are of, and that no byte is answered that is not what was archived.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Archive } from '../../lambdas/domain/record.ts';
import { filesOf, findFile, readFile, type VaultFile } from '../../lambdas/stages/vault-files.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';
import { aRecord } from '../fakes/record.ts';
import { MemoryVault } from '../fakes/vault-memory.ts';

const FOLDER = 'mux/env1/asset1/1/';
const TOKEN = 't'.repeat(32);
const VTT = new TextEncoder().encode('\uFEFFWEBVTT\n');

let vault: MemoryVault;
let ledger: ReturnType<typeof memoryLedger>;
let archive: Archive;

const put = (name: string, body: Uint8Array) =>
  vault.put({ key: `${FOLDER}${name}`, contentType: 'any', token: TOKEN, body });

beforeEach(async () => {
  vault = new MemoryVault();
  ledger = memoryLedger();
  const master = await put('master.mp4', new Uint8Array(1));
  archive = {
    ...master,
    bucket: 'vault',
    storage_class: 'DEEP_ARCHIVE',
    token: TOKEN,
    verified_at: '2026-11-01T00:00:00.000Z',
    manifest: await put('manifest.json', new TextEncoder().encode('{}')),
    captions: [{ ...(await put('captions/text1.vtt', VTT)), track_id: 'text1' }],
    sidecars: [
      {
        ...(await put('sidecars/poster.jpg', new Uint8Array([255, 216]))),
        name: 'poster.jpg',
        content_type: 'image/jpeg',
      },
    ],
  };
});

async function fileOf(assetId: string, name: string): Promise<VaultFile> {
  const found = await findFile(ledger, assetId, name);
  if (found.kind === 'problem') throw new Error(found.problem.code);
  return found.file;
}

async function codeOf(assetId: string, name = 'manifest.json'): Promise<string> {
  const found = await findFile(ledger, assetId, name);
  return found.kind === 'problem' ? found.problem.code : `found ${found.file.name}`;
}

describe('a file', () => {
  test.each([
    ['manifest.json', 'application/json', `${FOLDER}manifest.json`],
    ['text1.vtt', 'text/vtt; charset=utf-8', `${FOLDER}captions/text1.vtt`],
    ['poster.jpg', 'image/jpeg', `${FOLDER}sidecars/poster.jpg`],
  ])('%s has its content type and key', async (name, contentType, key) => {
    await ledger.save(aRecord({ status: 'deleted', archive }));

    expect(await fileOf('asset1', name)).toMatchObject({ name, contentType, key });
  });

  test('is answered byte for byte', async () => {
    await ledger.save(aRecord({ status: 'archived', archive }));

    const content = await readFile(vault, await fileOf('asset1', 'text1.vtt'));

    expect(content).toEqual({ kind: 'body', body: VTT });
  });

  test('that is not there is refused with a list of those that are', async () => {
    await ledger.save(aRecord({ status: 'deleted', archive }));

    const found = await findFile(ledger, 'asset1', '../master.mp4');

    expect(found).toMatchObject({
      kind: 'problem',
      problem: {
        status: 404,
        code: 'NO_SUCH_SIDECAR',
        available: ['manifest.json', 'text1.vtt', 'poster.jpg'],
      },
    });
  });

  test('over 4 MB is read elsewhere, by exact version', async () => {
    const large = await put('captions/text2.vtt', new Uint8Array(4 * 1024 * 1024 + 1));
    await ledger.save(
      aRecord({ status: 'deleted', archive: { ...archive, captions: [{ ...large, track_id: 'text2' }] } }),
    );

    const content = await readFile(vault, await fileOf('asset1', 'text2.vtt'));

    expect(content.kind === 'elsewhere' && new URL(content.url).searchParams.get('versionId')).toBe(
      large.version_id,
    );
    expect(JSON.stringify(content)).not.toContain(TOKEN);
  });

  test('whose version is gone, or is another, is not answered', async () => {
    const [manifest] = filesOf(archive);
    if (!manifest) throw new Error('There is a manifest.');

    const gone = await readFile(vault, { ...manifest, version_id: 'other' });
    const changed = await readFile(vault, { ...manifest, crc32: 'AAAAAA==' });

    expect(gone).toMatchObject({ problem: { status: 500, code: 'ARCHIVE_MISSING' } });
    expect(changed).toMatchObject({ problem: { status: 500, code: 'ARCHIVE_DIFFERS' } });
  });
});

describe('the archive', () => {
  test('of an asset that a restore made is the one it was made from, until it has its own', async () => {
    await ledger.save(aRecord({ status: 'restored', archive, current_asset_id: 'second' }));
    await ledger.putAlias('asset', 'second', 'asset1');

    expect((await fileOf('second', 'manifest.json')).key).toBe(`${FOLDER}manifest.json`);

    const requested = await ledger.save(aRecord({ asset_id: 'second', restored_from: 'asset1' }));
    expect((await fileOf('second', 'manifest.json')).key).toBe(`${FOLDER}manifest.json`);

    const own = { ...archive, manifest: { ...archive.manifest, key: 'mux/env1/second/1/manifest.json' } };
    await ledger.save({ ...requested, status: 'archived', archive: own });
    expect((await fileOf('second', 'manifest.json')).key).toBe('mux/env1/second/1/manifest.json');
    expect((await fileOf('asset1', 'manifest.json')).key).toBe(`${FOLDER}manifest.json`);
  });

  test('of an asset that is not archived yet, or not known, is not there', async () => {
    await ledger.save(aRecord({ status: 'preparing' }));

    expect(await codeOf('asset1')).toBe('NOT_ARCHIVED');
    expect(await codeOf('other')).toBe('NOT_TRACKED');
  });
});
