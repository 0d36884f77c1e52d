// What an erasure must not leave: customers' own ids, entries, assets and records that its order did not name.
import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { iso } from '../../lambdas/domain/time.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DAY_MS = 86_400_000;
const PERSON = 'person4711';

/** A video that its owner knows by a person's name. */
function aHouse(): House {
  const h = house();
  h.addVideo(anMp4({ sizeBytes: 3_000 }), { meta: { external_id: `id-${PERSON}` } });
  return h;
}

function request(h: House, assetId = 'asset1') {
  const expirationMs = h.clock.nowMs() + 2 * DAY_MS;
  return h.requestDeletion({ asset_id: assetId, expirationMs, reason: `${PERSON} wants it` });
}

function put(h: House, key: string): Promise<unknown> {
  return h.vault.put({ key, contentType: 'application/json', token: 't', body: Buffer.from(PERSON) });
}

/** As function "trail" writes it. */
function tell(h: House, atMs: number, what: string): Promise<unknown> {
  const at = iso(atMs);
  return put(
    h,
    `trail/${at.slice(0, 10).replaceAll('-', '/')}/${at.replace(/[-:.]/g, '')}-asset1-${what}.json`,
  );
}

async function erased(h: House, assetId = 'asset1'): Promise<void> {
  await h.erase(assetId);
  await h.live(() => h.nextWakeMs() === undefined);
}

describe('an erasure drops the alias', () => {
  test('of an external id that the video had in an earlier life', async () => {
    const h = aHouse();
    await request(h);
    await h.live('archived');
    await h.cancelRequest();
    await h.live(() => h.nextWakeMs() === undefined);
    h.platform.change('asset1', { meta: { external_id: 'row 1' } });
    await request(h);
    await h.live('archived');

    await erased(h);

    expect(await h.ledger.resolveAlias('external', `id-${PERSON}`)).toBeUndefined();
    expect(await h.ledger.resolveAlias('external', 'row 1')).toBeUndefined();
  });

  test('of an external id whose record failed before it was told more', async () => {
    const h = aHouse();
    const refused = new PermanentError('MUX_REFUSED', 'No.', { action: 'Look.', retryable: true });
    h.platform.fail('requestMaster', refused);
    await request(h);
    await h.live('failed');
    expect(await h.ledger.resolveAlias('external', `id-${PERSON}`)).toBe('asset1');

    await erased(h);

    expect(await h.ledger.resolveAlias('external', `id-${PERSON}`)).toBeUndefined();
  });
});

describe('an erasure removes', () => {
  test('what was taken from an asset before its request, though the record never learned its environment', async () => {
    const h = aHouse();
    await put(h, 'mux/environment1/asset1/slim/20261001T000000000Z-t.json');
    await put(h, 'mux/environment1/asset11/slim/20261001T000000000Z-t.json');
    h.platform.remove('asset1');
    await request(h);
    await h.live('failed');
    expect(h.record().environment).toBeUndefined();

    await erased(h);

    expect([...h.vault.versions.keys()]).toEqual([
      'mux/environment1/asset11/slim/20261001T000000000Z-t.json',
    ]);
  });

  test('entries of the trail from long before the first request', async () => {
    const h = aHouse();
    await request(h);
    await h.live('archived');
    await tell(h, h.clock.nowMs() - 90 * DAY_MS, 'call-slim');

    await erased(h);

    expect([...h.vault.versions.keys()]).toEqual([]);
  });

  test('the entry of a word that let it begin, which the bus brings a moment later', async () => {
    const h = aHouse();
    await request(h);
    await h.live('archived');
    await h.hold({ reason: PERSON });
    await h.erase();
    await h.live(() => h.record().waiting_for === `a hold by user-9: ${PERSON}`);

    await h.release();
    await h.round();
    expect(h.record().purge?.begun_at).toBeDefined();
    await tell(h, h.clock.nowMs(), '9-purging');
    await h.live(() => h.nextWakeMs() === undefined);

    expect(h.record().status).toBe('purged');
    expect([...h.vault.versions.keys()]).toEqual([]);
  });

  test('what is told of a hold that is lifted while it is erased: nothing', async () => {
    const h = aHouse();
    await request(h);
    await h.live('archived');
    await h.hold({ untilMs: h.clock.nowMs() + DAY_MS });
    await h.erase();
    await h.live(() => h.record().purge?.empty_at !== undefined);
    const { history } = h.record();

    const answer = await h.release();

    expect(answer).toMatchObject({ kind: 'record', status: 200 });
    expect(h.record().hold).toBeUndefined();
    expect(h.record().history).toEqual(history);
  });

  test('an asset whose create was lost and shows itself after the next one has been finished', async () => {
    const h = aHouse();
    await request(h);
    await h.live('deleted');
    h.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    const { createdSince, inspect } = h.platform;
    h.deps.platform.createdSince = async () => [];
    const subtitles = { id: 'text1', type: 'text', status: 'preparing' } as const;
    h.deps.platform.inspect = async (id) => {
      const asset = await inspect(id);
      return asset && id === 'restored2' ? { ...asset, tracks: [...asset.tracks, subtitles] } : asset;
    };
    await h.requestRestore({ tier: 'Standard' });
    await h.live(() => h.record().restore?.finished_at !== undefined);
    expect(h.platform.assetIds()).toEqual(['restored1', 'restored2']);
    h.deps.platform.createdSince = createdSince;

    await erased(h);

    expect(h.record().status).toBe('purged');
    expect(h.platform.assetIds()).toEqual([]);
  });
});

/** Asked for while the restore was still at it; then somebody deletes it in Mux, and the restore makes another. */
async function askedForTooEarly(): Promise<House> {
  const h = house({ prepareMs: 600_000 });
  h.addVideo(anMp4({ sizeBytes: 3_000 }));
  await h.requestDeletion({ expirationMs: h.clock.nowMs() + DAY_MS });
  await h.live('deleted');
  await h.requestRestore({ tier: 'Standard' });
  await h.live(() => h.record().restore?.new_asset_id === 'restored1');
  await request(h, 'restored1');
  await h.round();
  h.platform.remove('restored1');
  await h.live('restored');
  expect(h.record().current_asset_id).toBe('restored2');
  return h;
}

describe('an asset that a restore made and gave up', () => {
  test.each(['asset1', 'restored1'])('is erased with its record by an order for %s', async (assetId) => {
    const h = await askedForTooEarly();
    expect(JSON.stringify(h.record('restored1'))).toContain(PERSON);

    await erased(h, assetId);

    expect([h.record().status, h.record('restored1').status]).toEqual(['purged', 'purged']);
    expect(JSON.stringify([...h.ledger.records.values()])).not.toContain(PERSON);
    expect(h.platform.assetIds()).toEqual([]);
  });

  test('is erased by its own id although an older ledger does not know that it was made', async () => {
    const h = await askedForTooEarly();
    const { given_up_assets: _, ...older } = h.record();
    await h.ledger.save(older);

    await erased(h, 'restored1');

    expect(h.record('restored1').status).toBe('purged');
    expect(JSON.stringify([...h.ledger.records.values()])).not.toContain(PERSON);
  });

  test('keeps the archive that it shares with its origin, whose time is over', async () => {
    const h = await askedForTooEarly();
    // Copied before it was deleted: the master that it was made from is the one that it has.
    const { archive } = h.record();
    await h.ledger.save({ ...h.record('restored1'), status: 'deleted', failure: undefined, archive });
    await h.requestDeletion({
      asset_id: 'restored2',
      expirationMs: h.clock.nowMs() + DAY_MS,
      archiveUntilMs: h.clock.nowMs() + 3 * DAY_MS,
    });

    for (let day = 0; day < 10; day += 1) {
      await h.clock.advance(DAY_MS);
      for (let round = 0; round < 5; round += 1) await h.round();
    }

    expect(h.record('restored2')).toMatchObject({
      status: 'deleted',
      waiting_for: 'the archive of asset restored1 of the same video, which is deleted',
    });
    expect(h.vault.versions.has(archive?.key ?? '')).toBe(true);
  });
});
