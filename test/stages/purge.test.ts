// The end of a video: what an order of erasure removes, what it leaves, what stops it; and archives whose time is over.
import { describe, expect, test } from 'vitest';
import { standStill } from '../../lambdas/domain/purge.ts';
import { iso } from '../../lambdas/domain/time.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DAY_MS = 86_400_000;
const PERSON = 'person4711';
const FILE = anMp4({ sizeBytes: 3_000 });

/** A video that is full of one person's name. */
function aHouse(options: HouseOptions = {}): House {
  const h = house(options);
  h.addVideo(FILE, {
    passthrough: `row of ${PERSON}`,
    meta: { title: `Film of ${PERSON}`, external_id: `id-${PERSON}`, creator_id: PERSON },
  });
  return h;
}

async function request(h: House, assetId = 'asset1'): Promise<void> {
  await h.requestDeletion({
    asset_id: assetId,
    deleted_by_user_id: PERSON,
    reason: `${PERSON} wants it`,
    group_id: `group-${PERSON}`,
    expirationMs: h.clock.nowMs() + DAY_MS,
  });
}

/** asset1 deleted, restored as restored1, that one asked for again and archived. */
async function twoLives(h: House): Promise<void> {
  await request(h);
  await h.live('deleted');
  await h.requestRestore({ tier: 'Standard' });
  await h.live('restored');
  await request(h, 'restored1');
  await h.live(() => h.record('restored1').status === 'archived');
}

async function archived(h: House): Promise<void> {
  await request(h);
  await h.live('archived');
}

/** All that anybody could read about the person in ledger and vault. */
function traces(h: House): string {
  const items = [...h.ledger.records.values()].map((record) => JSON.stringify(record));
  const objects = [...h.vault.versions].flatMap(([key, versions]) =>
    versions.map(({ bytes }) => `${key} ${Buffer.from(bytes).toString('latin1')}`),
  );
  return [...items, ...objects].filter((text) => text.includes(PERSON)).join('\n');
}

function expectNothingLeft(h: House, ...assetIds: readonly string[]): void {
  expect(traces(h)).toBe('');
  expect([...h.vault.versions.keys()].filter((key) => key.startsWith('mux/'))).toEqual([]);
  expect([...h.vault.uploads.values()]).toEqual([]);
  expect(h.platform.assetIds()).toEqual([]);
  const atRest = assetIds.map((id) => [h.record(id).status, h.record(id).wake_at]);
  expect(atRest).toEqual(assetIds.map(() => ['purged', undefined]));
}

describe('an erasure', () => {
  test('of a deleted video leaves a tombstone, and its file says what was removed', async () => {
    const h = aHouse();
    await request(h);
    await h.live('deleted');

    await h.erase('asset1', 3 * DAY_MS);
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1');
    expect(await h.ledger.resolveAlias('external', `id-${PERSON}`)).toBeUndefined();
    expect(h.record().history).toHaveLength(1);
    const file = await h.erasures.get('orderasset1');
    expect(file).toMatchObject({
      requested_by: 'dpo',
      asset_ids: ['asset1'],
      removed: { assets: [], uploads: 0 },
    });
    expect(file?.removed?.versions).toBeGreaterThanOrEqual(2);
    expect(file?.removed?.bytes).toBeGreaterThan(FILE.length);
    expect(file?.done_at).toBeDefined();
  });

  test('of a video that is still at Mux deletes it there, by its own proof', async () => {
    const h = aHouse();
    await request(h);
    await h.live('archived');

    await h.erase();
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1');
    expect((await h.erasures.get('orderasset1'))?.removed?.assets).toEqual(['asset1']);
  });

  test('by any id takes the whole lineage, the asset too that nobody asked to delete', async () => {
    const h = aHouse();
    await twoLives(h);
    await h.requestRestore({}, 'restored1');
    await h.live(() => h.record('restored1').status === 'cancelled');

    await h.erase('restored1');
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1', 'restored1');
  });

  test('takes the current asset of a restored video that has no record of its own', async () => {
    const h = aHouse();
    await request(h);
    await h.live('deleted');
    await h.requestRestore({ tier: 'Standard' });
    await h.live('restored');

    await h.erase();
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1');
  });

  test('touches nothing of another video', async () => {
    const h = aHouse();
    h.addVideo(FILE, { meta: { external_id: 'other' } }, 'asset2');
    await request(h);
    await h.requestDeletion({ asset_id: 'asset2', expirationMs: h.clock.nowMs() + 900 * DAY_MS });
    await h.live(() => h.record('asset2').status === 'archived' && h.record().status === 'archived');
    const before = [...h.vault.versions.keys()].filter((key) => key.includes('asset2'));

    await h.erase();
    await h.live('purged');

    expect([...h.vault.versions.keys()]).toEqual(before);
    expect(h.platform.assetIds()).toEqual(['asset2']);
    expect(await h.ledger.resolveAlias('external', 'other')).toBe('asset2');
  });

  test('takes the entries of the trail that name its assets, and no others', async () => {
    const h = aHouse();
    await request(h);
    await h.live('deleted');
    const day = iso(h.clock.nowMs()).slice(0, 10).replaceAll('-', '/');
    const at = `${day.replaceAll('/', '')}T000000000Z`;
    for (const asset of ['asset1', 'asset2', '_'])
      await h.vault.put({
        key: `trail/${day}/${at}-${asset}-1-requested.json`,
        contentType: 'application/json',
        token: 't',
        body: Buffer.from('{}'),
      });

    await h.erase();
    await h.live('purged');

    const left = [...h.vault.versions.keys()];
    expect(left).toEqual([
      `trail/${day}/${at}-asset2-1-requested.json`,
      `trail/${day}/${at}-_-1-requested.json`,
    ]);
    expect((await h.erasures.get('orderasset1'))?.removed?.trail_entries).toBe(1);
  });

  const UNDER_WAY = ['requested', 'preparing', 'archiving', 'archived', 'thawing', 'uploading'] as const;
  test.each(UNDER_WAY)(
    'stops a record that is %s in its tracks, and erases what there is',
    async (status) => {
      const h = aHouse();
      await request(h);
      if (status === 'thawing' || status === 'uploading') {
        await h.live('deleted');
        await h.requestRestore({ tier: 'Standard' });
      }
      await h.live(status);
      const worker = h.dispatch.invocations.shift();

      await h.erase();
      if (worker) await h.invoke(worker).catch(() => undefined);
      await h.live(() => h.nextWakeMs() === undefined);

      expectNothingLeft(h, 'asset1');
    },
  );

  test('finds and deletes the asset of a create whose answer was lost', async () => {
    const h = aHouse();
    await request(h);
    await h.live('deleted');
    await h.requestRestore({ tier: 'Standard' });
    await h.live('uploading');
    h.platform.fail('createAsset', new Error('socket hang up'), 'after');
    await h.round();
    expect(h.platform.assetIds()).toEqual(['restored1']);

    await h.erase();
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1');
  });

  test('waits for its time, and a stop before it puts everything back as it was', async () => {
    const h = aHouse();
    await twoLives(h);
    const before = [...h.vault.versions.keys()];

    await h.erase('restored1', 3 * DAY_MS);
    await h.clock.advance(2 * DAY_MS);
    await h.round();
    expect(h.record('restored1').status).toBe('purging');
    await h.stopErasure();
    await h.live(() => h.record('restored1').status === 'deleted' && h.nextWakeMs() === undefined);

    expect([...h.vault.versions.keys()]).toEqual(before);
    expect(h.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
    expect(h.record().purge).toBeUndefined();
    expect(h.platform.calls.deleteAsset).toBe(2);
  });

  test('waits for its time too where nobody knows when the records were stopped', async () => {
    const h = aHouse();
    await request(h);
    await h.live('archived');
    await h.erase('asset1', 3 * DAY_MS);
    const { purge, ...rest } = h.record();
    if (purge) await h.ledger.save({ ...rest, purge: { ...purge, marked_at: undefined } });

    await h.clock.advance(2 * DAY_MS);
    await h.round();

    expect(h.record().purge).toMatchObject({ executes_at: purge?.executes_at });
    expect(h.record().purge?.begun_at).toBeUndefined();
    expect(h.platform.assetIds()).toEqual(['asset1']);
    expect(h.vault.versions.size).toBeGreaterThan(0);
  });

  test('of a failed record that is stopped leaves it failed, with its reason', async () => {
    const h = aHouse();
    h.platform.remove('asset1');
    await request(h);
    await h.live('failed');

    await h.erase('asset1', DAY_MS);
    await h.round();
    await h.stopErasure();
    await h.live(() => h.nextWakeMs() === undefined);

    expect(h.record()).toMatchObject({ status: 'failed', failure: { code: 'ASSET_GONE' } });
  });

  test('waits for a hold on any record of the lineage, and for one on everything', async () => {
    const h = aHouse();
    await twoLives(h);
    await h.hold({}, 'restored1');
    await h.brake.setHoldOnAll({ reason: 'court', user_id: 'user-9', since: iso(h.clock.nowMs()) });

    await h.erase();
    for (let days = 0; days < 3; days += 1) {
      await h.clock.advance(DAY_MS);
      await h.round();
    }
    expect(h.record()).toMatchObject({ status: 'purging', waiting_for: 'a hold by user-9: court order' });
    await h.release('restored1');
    await h.clock.advance(DAY_MS);
    await h.round();
    expect(h.record().waiting_for).toBe('a hold on everything by user-9: court');
    await h.brake.setHoldOnAll(undefined);
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1', 'restored1');
  });

  test('removes nothing in a dry run', async () => {
    const h = aHouse({ settings: { deletions: 'dry-run' } });
    await request(h);
    await h.live('archived');
    const before = [...h.vault.versions.keys()];

    await h.erase();
    for (let days = 0; days < 3; days += 1) {
      await h.clock.advance(DAY_MS);
      await h.round();
    }

    expect(h.record().purge?.begun_at).toBeUndefined();
    expect([...h.vault.versions.keys()]).toEqual(before);
    expect(h.platform.assetIds()).toEqual(['asset1']);
  });

  test('removes all but what an Object Lock keeps, says until when, and goes on then', async () => {
    const h = aHouse();
    await request(h);
    await h.live('deleted');
    const [master] = [...h.vault.versions].filter(([key]) => key.endsWith('master.mp4'));
    const untilMs = h.clock.nowMs() + 40 * DAY_MS;
    h.vault.locks.set(String(master?.[1][0]?.head.versionId), untilMs);

    await h.erase();
    await h.live(() => h.record().purge?.blocked_until !== undefined);
    expect([...h.vault.versions.keys()]).toEqual([master?.[0]]);
    expect(h.record().purge?.blocked_until).toBe(iso(untilMs));
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1');
    expect(h.clock.nowMs()).toBeGreaterThan(untilMs);
  });

  test('is not fooled by a 404 that is not true', async () => {
    const h = aHouse();
    await request(h);
    await h.live('archived');
    const { inspect } = h.platform;
    let denials = 1;
    h.deps.platform.inspect = async (id) => (denials-- > 0 ? undefined : inspect(id));

    await h.erase();
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1');
  });

  const LIVES = {
    'of a lineage': { begin: twoLives, kind: 'killed', ids: ['asset1', 'restored1'] },
    'of one record': { begin: archived, kind: 'failed', ids: ['asset1'] },
  } as const;
  test.each(Object.keys(LIVES))('%s ends with nothing left, whatever call it dies at', async (name) => {
    const { begin, kind, ids } = LIVES[name as keyof typeof LIVES];
    const sound = aHouse();
    await begin(sound);
    const from = sound.calls();
    await sound.erase();
    await sound.live(() => sound.nextWakeMs() === undefined);
    const to = sound.calls();
    expect(to - from).toBeGreaterThan(40);

    for (const when of ['before', 'after'] as const) {
      for (let call = from + 1; call <= to; call += 1) {
        const h = aHouse({ accident: { call, kind, when } });
        await begin(h);
        await h.erase();
        await h.live(() => h.nextWakeMs() === undefined);
        expectNothingLeft(h, ...ids);
      }
    }
  });
});

/** As stage "expire" does it when `archive_until` has passed. */
async function endArchive(h: House, assetId: string): Promise<void> {
  const why = { atMs: h.clock.nowMs(), cause: 'archive_until has passed', actor: 'icehouse' };
  await h.ledger.save(standStill(h.record(assetId), { executes_at: iso(h.clock.nowMs()) }, why));
}

describe('the end of an archive', () => {
  test('takes what the vault holds of the lineage, and leaves the records with all that they know', async () => {
    const h = aHouse();
    await twoLives(h);
    await h.live(() => h.record('restored1').status === 'deleted');

    await endArchive(h, 'restored1');
    await h.live(() => h.nextWakeMs() === undefined);

    expect([...h.vault.versions.keys()]).toEqual([]);
    expect(h.record('restored1')).toMatchObject({ status: 'purged', deleted_by_user_id: PERSON });
    expect(h.record('restored1').archive).toBeUndefined();
    expect(h.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
    expect(h.record().archive).toBeUndefined();
  });

  test('does not come while another request of the lineage counts on the archive', async () => {
    const h = aHouse();
    await twoLives(h);
    const before = [...h.vault.versions.keys()];

    await endArchive(h, 'asset1');
    for (let minutes = 0; minutes < 40; minutes += 1) {
      await h.clock.advance(60_000);
      await h.round();
    }

    expect([...h.vault.versions.keys()]).toEqual(before);
    expect(h.record().status).toBe('restored');
    expect(h.record('restored1').status).toBe('archived');
  });

  test('can be followed by an erasure, which takes the names too', async () => {
    const h = aHouse();
    await request(h);
    await h.live('deleted');
    await endArchive(h, 'asset1');
    await h.live('purged');
    expect(traces(h)).toContain(PERSON);

    await h.erase();
    await h.live(() => h.nextWakeMs() === undefined);

    expectNothingLeft(h, 'asset1');
  });
});
