// What GET /v1/assets/{id}/fidelity answers along a life: nothing yet, the verdicts, the comparison, under any id.
import { expect, test } from 'vitest';
import { fidelityOf } from '../../lambdas/stages/fidelity-view.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const MANIFEST = 'mux/environment1/asset1/1/manifest.json';

async function archived(): Promise<House> {
  const home = house();
  home.addVideo(anMp4(), { passthrough: 'order 66' });
  await home.requestDeletion();
  await home.live('archived');
  return home;
}

async function restored(): Promise<House> {
  const home = await archived();
  await home.live();
  await home.requestRestore();
  await home.live();
  expect(home.record().status).toBe('restored');
  return home;
}

test('of an asset that nobody asked to delete there is nothing to say', async () => {
  const home = house();

  expect(await fidelityOf(home, 'asset1')).toMatchObject({
    kind: 'problem',
    problem: { status: 404, code: 'NOT_TRACKED' },
  });
});

test('before the archive there is nothing to say yet', async () => {
  const home = house();
  home.addVideo(anMp4());
  await home.requestDeletion();

  expect(await fidelityOf(home, 'asset1')).toMatchObject({
    problem: { status: 404, code: 'NOT_ARCHIVED', action: expect.stringContaining('archived') },
  });
});

test('an archive has the verdicts of its manifest', async () => {
  const home = await archived();

  const answer = await fidelityOf(home, 'asset1');

  expect(answer).toMatchObject({ view: { kind: 'verdicts', asset_id: 'asset1', life: 1 } });
  const attributes = answer.kind === 'view' ? answer.view.attributes : [];
  expect(attributes).toContainEqual(expect.objectContaining({ attribute: 'passthrough', verdict: 'set' }));
});

test('a manifest of earlier days has none, so they are made from the asset in it', async () => {
  const home = await archived();
  const body = JSON.parse(new TextDecoder().decode(home.vault.bytesOf(MANIFEST)));
  const { archive } = home.record();
  const earlier = new TextEncoder().encode(JSON.stringify({ ...body, fidelity: undefined }));
  const token = archive?.token ?? '';
  const manifest = await home.vault.put({
    key: MANIFEST,
    contentType: 'application/json',
    token,
    body: earlier,
  });
  await home.ledger.save({ ...home.record(), archive: archive && { ...archive, manifest } });

  const answer = await fidelityOf(home, 'asset1');

  expect(answer).toMatchObject({ view: { kind: 'verdicts', counts: { set: expect.any(Number) } } });
  const attributes = answer.kind === 'view' ? answer.view.attributes : [];
  expect(attributes).toContainEqual(expect.objectContaining({ attribute: 'id', verdict: 'lost' }));
});

test('after the restore the comparison is there under every id of the lineage', async () => {
  const home = await restored();

  const [byOld, byNew] = [await fidelityOf(home, 'asset1'), await fidelityOf(home, 'restored1')];

  expect(byOld).toMatchObject({
    view: { kind: 'comparison', asset_id: 'asset1', new_asset_id: 'restored1', counts: { differs: 0 } },
  });
  expect(byNew).toEqual(byOld);
});

test('a comparison that somebody wrote over is not believed', async () => {
  const home = await restored();
  const key = 'mux/environment1/asset1/1/restored/restored1.json';
  const [version] = home.vault.versions.get(key) ?? [];
  if (version) home.vault.versions.set(key, [{ ...version, bytes: Buffer.from('{"attributes":[]}') }]);

  expect(await fidelityOf(home, 'asset1')).toMatchObject({ problem: { code: 'ARCHIVE_DIFFERS' } });
});
