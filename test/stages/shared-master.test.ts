// A restored asset that is deleted again copies no master byte: one master serves a whole lineage, and each life has a
// manifest and captions of its own.
import { beforeEach, describe, expect, test } from 'vitest';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { reasonOf, whereabouts } from '../../lambdas/domain/whereabouts.ts';
import { runAudit } from '../../lambdas/stages/audit.ts';
import { followPlaybackId, followTrack, lineageOf } from '../../lambdas/stages/lineage.ts';
import { findFile, readFile } from '../../lambdas/stages/vault-files.ts';
import { memoryAudits } from '../fakes/audits-memory.ts';
import { type House, house, masterUrl } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const VIDEO = anMp4();
const MASTER = 'mux/environment1/asset1/1/master.mp4';
const NOW = '2026-12-31T00:00:00.000Z';

const text = (id: string, words: string) => ({
  id,
  type: 'text',
  text_type: 'subtitles',
  text_source: 'uploaded',
  language_code: 'en',
  name: words,
  status: 'ready',
});

const vtt = (words: string) => new TextEncoder().encode(`WEBVTT\n\n00:00.000 --> 00:02.000\n${words}\n`);

function serveCaptions(home: House, playbackId: string, trackId: string, words: string): void {
  home.source.files.set(`https://stream.mux.test/${playbackId}/text/${trackId}.vtt`, { bytes: vtt(words) });
}

function homeWithVideo(): House {
  const home = house();
  home.addVideo(VIDEO, {
    tracks: [{ id: 'video1', type: 'video' }, text('text1', 'English')],
  });
  serveCaptions(home, 'asset1play1', 'text1', 'Hello');
  return home;
}

async function deleteAsset(home: House, assetId: string): Promise<AssetRecord> {
  await home.requestDeletion({ asset_id: assetId });
  await home.live();
  return home.record(assetId);
}

/** Answers the id of the new asset, whose captions can be downloaded as the old one's could. */
async function restoreAsset(home: House, assetId: string): Promise<string> {
  await home.requestRestore({}, assetId);
  await home.live();
  const newId = home.record(assetId).current_asset_id ?? '';
  serveCaptions(home, `${newId}play1`, `${newId}text1`, 'Hello');
  return newId;
}

/** asset1, restored1 and restored2 deleted one after the other, each restored but the last. */
async function threeLives(home: House): Promise<void> {
  await deleteAsset(home, 'asset1');
  await deleteAsset(home, await restoreAsset(home, 'asset1'));
  await deleteAsset(home, await restoreAsset(home, 'restored1'));
}

async function audited(home: House) {
  const audits = memoryAudits();
  const { deps, waking, clock } = home;
  await home.during(runAudit({ ...deps, audits, waking }, undefined, clock.nowMs() + 600_000));
  const audit = await audits.latest();
  const pages = Array.from({ length: audit?.finding_pages ?? 0 }, (_, page) => page);
  const findings = await Promise.all(pages.map((page) => audits.findings(audit?.id ?? '', page)));
  return { audit, findings: findings.flat() };
}

describe('three lives in a row', () => {
  let home: House;
  beforeEach(async () => {
    home = homeWithVideo();
    await threeLives(home);
  });

  test('read the master once, and ask for no other', () => {
    const read = home.source.reads.reduce((sum, { start, end }) => sum + end - start + 1, 0);

    // The copy, and the small reads by which its boxes are checked.
    expect(read).toBeLessThan(2 * VIDEO.length);
    expect(home.platform.calls.requestMaster).toBe(1);
    expect(home.vault.sent).toEqual([1]);
    expect([...home.vault.versions.keys()].filter((key) => key.includes('/master.'))).toEqual([MASTER]);
    expect(home.platform.assetIds()).toEqual([]);
  });

  test('name the same version of it, each with sidecars in a folder of its own', () => {
    const records = ['asset1', 'restored1', 'restored2'].map((id) => home.record(id));

    expect(records.map(({ archive }) => archive?.key)).toEqual([MASTER, MASTER, MASTER]);
    expect(new Set(records.map(({ archive }) => archive?.version_id)).size).toBe(1);
    expect(records.map(({ archive }) => archive?.manifest.key)).toEqual([
      'mux/environment1/asset1/1/manifest.json',
      'mux/environment1/restored1/1/manifest.json',
      'mux/environment1/restored2/1/manifest.json',
    ]);
    expect(records.map(({ archive }) => archive?.captions.map(({ key }) => key))).toEqual([
      ['mux/environment1/asset1/1/captions/text1.vtt'],
      ['mux/environment1/restored1/1/captions/restored1text1.vtt'],
      ['mux/environment1/restored2/1/captions/restored2text1.vtt'],
    ]);
  });

  test('leave a readable manifest and captions of each', async () => {
    for (const [id, track] of [
      ['asset1', 'text1'],
      ['restored1', 'restored1text1'],
      ['restored2', 'restored2text1'],
    ] as const) {
      expect(JSON.parse(await contentOf(home, id, 'manifest.json'))).toMatchObject({
        asset_id: id,
        asset: { id },
        master: { key: MASTER },
        captions: [{ track_id: track }],
      });
      expect(await contentOf(home, id, `${track}.vtt`)).toContain('Hello');
    }
  });

  test('are found by every id there ever was', async () => {
    for (const id of ['asset1', 'restored1', 'restored2']) {
      const chain = await lineageOf(home.ledger, id);
      expect(chain?.records.map(({ asset_id }) => asset_id)).toEqual(['asset1', 'restored1', 'restored2']);
      expect(whereabouts(chain?.records ?? [], NOW)).toMatchObject({
        asset_id: 'restored2',
        reason: 'DELETED',
        current_asset_id: null,
      });
      expect((await followPlaybackId(home.ledger, `${id}play1`))?.currentId).toBeUndefined();
    }
    for (const id of ['text1', 'restored1text1', 'restored2text1']) {
      expect(await followTrack(home.ledger, id)).toMatchObject({
        currentId: undefined,
        archivedAs: { assetId: 'restored2', trackId: 'restored2text1' },
      });
    }
  });

  test('end in a restore by the first id, and all ids lead to what it made', async () => {
    await home.requestRestore({}, 'asset1');
    await home.live();

    expect(home.platform.assetIds()).toEqual(['restored3']);
    for (const id of ['asset1', 'restored1', 'restored2', 'restored3']) {
      const chain = await lineageOf(home.ledger, id);
      expect(whereabouts(chain?.records ?? [], NOW).current_asset_id).toBe('restored3');
      expect((await followPlaybackId(home.ledger, `${id}play1`))?.currentId).toBe('restored3play1');
    }
    for (const id of ['text1', 'restored1text1', 'restored2text1', 'restored3text1'])
      expect((await followTrack(home.ledger, id))?.currentId).toBe('restored3text1');
    const lineage = whereabouts((await lineageOf(home.ledger, 'asset1'))?.records ?? [], NOW).lineage;
    expect(lineage.map(({ asset_id, status }) => [asset_id, status])).toEqual([
      ['asset1', 'restored'],
      ['restored1', 'restored'],
      ['restored2', 'restored'],
      ['restored3', 'available'],
    ]);
    expect(lineage.map(({ restored_at }) => restored_at !== undefined)).toEqual([false, true, true, true]);
    expect(lineage.map(({ deleted_at }) => deleted_at !== undefined)).toEqual([true, true, true, false]);
  });

  test('are all in order for an audit', async () => {
    const { audit, findings } = await audited(home);

    expect(audit?.finished_at).toBeDefined();
    // Master, manifest, captions and three images of each life.
    expect(audit?.counts).toMatchObject({ records: 3, objects: 18, superseded: 0 });
    expect(findings).toEqual([]);
  });
});

describe('a restored asset is copied anew', () => {
  test.each<[string, (home: House) => unknown]>([
    [
      'when it is not as long as the archived one',
      (home) => home.platform.change('restored1', { duration: 24 }),
    ],
    [
      'when nobody knows how long it is',
      (home) => home.platform.change('restored1', { duration: undefined }),
    ],
    ['when the vault has lost the version', (home) => home.vault.versions.delete(MASTER)],
    ['when the archive was sealed unchecked', (home) => setArchive(home, { is_unchecked: true })],
    [
      'when the archive is of another environment',
      (home) => setRecord(home, { environment: 'environment2' }),
    ],
  ])('%s', async (_, happens) => {
    const home = homeWithVideo();
    await deleteAsset(home, 'asset1');
    await restoreAsset(home, 'asset1');
    await happens(home);
    const seconds = home.platform.raw('restored1')?.duration === 24 ? 24 : undefined;
    home.source.files.set(masterUrl('restored1'), { bytes: anMp4({ seconds }), etag: '"second"' });

    await home.requestDeletion({ asset_id: 'restored1' });
    await home.live(() => home.record('restored1').status === 'archived');

    expect(home.record('restored1').archive?.key).toBe('mux/environment1/restored1/1/master.mp4');
  });
});

describe('an asset with its ancestor’s master', () => {
  test('keeps the archive when the request is taken back, and uses it in its next life', async () => {
    const home = homeWithVideo();
    await deleteAsset(home, 'asset1');
    await restoreAsset(home, 'asset1');
    await home.requestDeletion({ asset_id: 'restored1' });
    await home.live(() => home.record('restored1').status === 'archived');

    await home.cancelRequest('restored1');
    await home.live();
    const again = await deleteAsset(home, 'restored1');

    expect(again).toMatchObject({ status: 'deleted', life: 2, archive: { key: MASTER } });
    expect(again.archive?.manifest.key).toBe('mux/environment1/restored1/2/manifest.json');
    expect(home.vault.bytesOf('mux/environment1/asset1/1/manifest.json')).toBeDefined();
    expect((await audited(home)).findings).toEqual([]);
  });

  test('leaves the ancestor’s manifest as it was', async () => {
    const home = homeWithVideo();
    await deleteAsset(home, 'asset1');
    const before = await contentOf(home, 'asset1', 'manifest.json');

    await deleteAsset(home, await restoreAsset(home, 'asset1'));

    expect(await contentOf(home, 'asset1', 'manifest.json')).toBe(before);
    expect(home.vault.versions.get('mux/environment1/asset1/1/manifest.json')?.length).toBe(1);
  });

  test('is not deleted once the ancestor’s master is gone from the vault', async () => {
    const home = homeWithVideo();
    await deleteAsset(home, 'asset1');
    await restoreAsset(home, 'asset1');
    await home.requestDeletion({ asset_id: 'restored1' });
    await home.live(() => home.record('restored1').status === 'archived');
    home.vault.versions.delete(MASTER);

    await home.live();

    expect(home.record('restored1')).toMatchObject({
      status: 'failed',
      failure: { code: 'ARCHIVE_MISSING' },
    });
    expect(home.platform.assetIds()).toEqual(['restored1']);
  });
});

describe('a restored asset that somebody deletes elsewhere', () => {
  test('still leads on to the next restore of its ancestor, by all its ids', async () => {
    const home = homeWithVideo();
    await deleteAsset(home, 'asset1');
    await restoreAsset(home, 'asset1');
    home.platform.remove('restored1');

    await restoreAsset(home, 'asset1');

    const chain = await lineageOf(home.ledger, 'restored1');
    expect(
      whereabouts(chain?.records ?? [], NOW).lineage.map((each) => [each.asset_id, each.status]),
    ).toEqual([
      ['asset1', 'restored'],
      ['restored1', 'gone'],
      ['restored2', 'available'],
    ]);
    expect((await followPlaybackId(home.ledger, 'restored1play1'))?.currentId).toBe('restored2play1');
    expect((await followTrack(home.ledger, 'restored1text1'))?.currentId).toBe('restored2text1');
  });

  test('and that has a record with nothing in it leads on, too', async () => {
    const home = homeWithVideo();
    await deleteAsset(home, 'asset1');
    await restoreAsset(home, 'asset1');
    home.platform.remove('restored1');
    await home.requestDeletion({ asset_id: 'restored1' });
    await home.live();
    const lost = await lineageOf(home.ledger, 'restored1');

    await home.requestRestore({}, 'restored1');
    await home.live();

    // The vault has what it was made from: its own record says so, and nobody is alarmed.
    expect(home.record('restored1')).toMatchObject({
      status: 'failed',
      failure: { code: 'ASSET_GONE', message: expect.stringContaining('restored from asset1') },
    });
    expect(home.record('restored1').history.some(({ alarm }) => alarm)).toBe(false);
    expect(reasonOf(lost?.records ?? [])).toBe('DELETED');
    const chain = await lineageOf(home.ledger, 'restored1');
    expect(whereabouts(chain?.records ?? [], NOW)).toMatchObject({
      reason: 'PLAYING',
      current_asset_id: 'restored2',
    });
  });
});

async function contentOf(home: House, assetId: string, name: string): Promise<string> {
  const found = await findFile(home.ledger, assetId, name);
  if (found.kind !== 'file') throw new Error(found.problem.detail);
  const content = await readFile(home.vault, found.file);
  if (content.kind !== 'body') throw new Error(`Not a body: ${content.kind}`);
  return new TextDecoder().decode(content.body);
}

async function setArchive(home: House, given: object): Promise<void> {
  const { archive } = home.record();
  if (archive) await setRecord(home, { archive: { ...archive, ...given } });
}

async function setRecord(home: House, given: Partial<AssetRecord>): Promise<void> {
  await home.ledger.save({ ...home.record(), ...given });
}
