// Purges that meet one another, or somebody's word, in the middle: none waits for ever, none is heard too late.
import { describe, expect, test } from 'vitest';
import { locationOf } from '../../lambdas/domain/public-record.ts';
import { standStill } from '../../lambdas/domain/purge.ts';
import { iso } from '../../lambdas/domain/time.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DAY_MS = 86_400_000;

/** asset1 restored as restored1, and that one archived in its turn. */
async function twoLives(): Promise<House> {
  const h = house();
  h.addVideo(anMp4({ sizeBytes: 3_000 }));
  await h.requestDeletion({ expirationMs: h.clock.nowMs() + DAY_MS });
  await h.live('deleted');
  await h.requestRestore({ tier: 'Standard' });
  await h.live('restored');
  await h.requestDeletion({ asset_id: 'restored1', expirationMs: h.clock.nowMs() + DAY_MS });
  await h.live(() => h.record('restored1').status === 'archived');
  return h;
}

/** As stage "expire" does it when the time is over. */
async function stand(h: House, assetId: string): Promise<void> {
  const why = { atMs: h.clock.nowMs(), cause: 'the time of its archive is over', actor: 'icehouse' };
  await h.ledger.save(standStill(h.record(assetId), { executes_at: iso(h.clock.nowMs()) }, why));
}

async function days(h: House, count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    await h.clock.advance(DAY_MS);
    await h.round();
  }
}

describe('an archive that is about to end', () => {
  test('gives way to an erasure that was ordered in the same moment', async () => {
    const h = await twoLives();
    await h.live(() => h.record('restored1').status === 'deleted');
    await stand(h, 'restored1');

    await h.erase('asset1');
    await h.live(() => h.nextWakeMs() === undefined);

    expect([h.record().status, h.record('restored1').status]).toEqual(['purged', 'purged']);
    expect([...h.vault.versions.keys()]).toEqual([]);
  });

  test('and dies as it lets the others go does not keep an erasure of one of them waiting', async () => {
    const h = await twoLives();
    await h.live(() => h.record('restored1').status === 'deleted');
    await stand(h, 'restored1');
    const { save } = h.ledger;
    let isCut = false;
    h.deps.ledger.save = async (record) => {
      if (isCut || record.status !== 'purged') return save(record);
      isCut = true;
      throw new Error('killed');
    };
    await h.live(() => isCut);
    expect([h.record().status, h.record('restored1').status]).toEqual(['restored', 'purging']);

    await h.erase('asset1');
    await h.live(() => h.nextWakeMs() === undefined);

    expect([h.record().status, h.record('restored1').status]).toEqual(['purged', 'purged']);
    expect(h.record('restored1').purge?.led_by).toBe('asset1');
  });

  test('turns back for a hold, and can be restored under it', async () => {
    const h = house();
    h.addVideo(anMp4({ sizeBytes: 3_000 }));
    const nowMs = h.clock.nowMs();
    await h.requestDeletion({ expirationMs: nowMs + DAY_MS, archiveUntilMs: nowMs + 60 * DAY_MS });
    await h.live('purging');

    await h.hold({});
    await h.round();
    const held = h.record();
    const answer = await h.requestRestore({ tier: 'Standard' });
    await h.live('restored');

    expect(held).toMatchObject({ status: 'deleted', hold: { reason: 'court order' } });
    expect(held.purge).toBeUndefined();
    expect(answer).toMatchObject({ kind: 'record', outcome: 'restoring' });
  });

  test('comes when the hold that it turned back for is lifted', async () => {
    const h = house();
    h.addVideo(anMp4({ sizeBytes: 3_000 }));
    const nowMs = h.clock.nowMs();
    await h.requestDeletion({ expirationMs: nowMs + DAY_MS, archiveUntilMs: nowMs + 60 * DAY_MS });
    await h.live('purging');
    await h.hold({});
    await days(h, 3);
    expect(h.vault.versions.size).toBeGreaterThan(0);

    await h.release();
    await h.live(() => h.nextWakeMs() === undefined);

    expect(h.record().status).toBe('purged');
    expect([...h.vault.versions.keys()]).toEqual([]);
  });
});

describe('a begin that was cut short', () => {
  test('between two records has begun nothing: the video is known to play, and can be held', async () => {
    const h = await twoLives();
    await h.erase();
    const { save } = h.ledger;
    let isCut = false;
    h.deps.ledger.save = async (record) => {
      if (isCut || record.asset_id !== 'asset1' || !record.purge?.begun_at) return save(record);
      isCut = true;
      throw new Error('killed');
    };
    await h.live(() => isCut);

    await h.brake.setHoldOnAll({ reason: 'court', user_id: 'user-9', since: iso(h.clock.nowMs()) });
    await days(h, 1);
    const held = await h.hold({}, 'restored1');
    await h.brake.setHoldOnAll(undefined);
    await days(h, 3);

    expect(held).toMatchObject({ kind: 'record', record: { hold: { reason: 'court order' } } });
    expect(locationOf(h.record('restored1'))).toBe('both');
    expect(h.record()).toMatchObject({ status: 'purging', waiting_for: 'a hold by user-9: court order' });
    expect(h.platform.assetIds()).toEqual(['restored1']);
  });
});
