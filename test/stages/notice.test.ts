// A notice from the platform is a hint: it wakes the record that waits for it, and does nothing else.
import { describe, expect, test } from 'vitest';
import type { Status } from '../../lambdas/domain/record.ts';
import { findRecord, notice } from '../../lambdas/stages/notice.ts';
import { type House, house } from '../fakes/house.ts';
import { aRecord } from '../fakes/record.ts';

const tell = (home: House, assetId: string, type: string) =>
  notice(assetId, type, { ledger: home.ledger, waking: home.waking });

describe('a notice', () => {
  test.each<[Status, string]>([
    ['requested', 'video.asset.ready'],
    ['preparing', 'video.asset.master.ready'],
    ['preparing', 'video.asset.master.errored'],
    ['archiving', 'video.asset.deleted'],
    ['archived', 'video.asset.deleted'],
    ['scheduled', 'video.asset.deleted'],
    ['uploading', 'video.asset.ready'],
    ['uploading', 'video.asset.errored'],
    ['uploading', 'video.asset.track.ready'],
  ])('to a record that is %s, of kind %s, wakes it', async (status, type) => {
    const home = house();
    await home.ledger.save(aRecord({ status }));

    expect(await tell(home, 'asset1', type)).toBe('woken');

    expect(home.dispatch.invocations).toHaveLength(1);
  });

  test.each<[Status, string]>([
    ['requested', 'video.asset.updated'],
    ['preparing', 'video.asset.ready'],
    ['archived', 'video.asset.master.ready'],
    ['archived', 'video.asset.updated'],
    ['deleted', 'video.asset.deleted'],
    ['restored', 'video.asset.ready'],
    ['cancelled', 'video.asset.deleted'],
    ['failed', 'video.asset.ready'],
    ['requested', 'xvideo.asset.ready'],
    ['requested', 'video.asset.ready.more'],
  ])('to a record that is %s, of kind %s, is not awaited', async (status, type) => {
    const home = house();
    const before = await home.ledger.save(aRecord({ status }));

    expect(await tell(home, 'asset1', type)).toBe('not awaited');

    expect(home.record()).toEqual(before);
  });

  test('about an asset that nobody asked to delete asks nobody', async () => {
    const home = house();

    expect(await tell(home, 'stranger', 'video.asset.ready')).toBe('not tracked');

    expect(home.platform.calls).toEqual({});
  });

  test('about the new asset of a restore wakes the record of the old one', async () => {
    const home = house();
    await home.ledger.save(aRecord({ status: 'uploading' }));
    await home.ledger.putAlias('asset', 'restored1', 'asset1');

    expect(await tell(home, 'restored1', 'video.asset.ready')).toBe('woken');
  });

  test('to a record in somebody’s hands is let go', async () => {
    const home = house();
    await home.ledger.save(aRecord({ status: 'preparing', leased_until: '2026-11-01T00:01:00.000Z' }));

    expect(await tell(home, 'asset1', 'video.asset.master.ready')).toBe('busy');

    expect(home.dispatch.invocations).toEqual([]);
  });

  test.each<[Status, boolean]>([
    ['archiving', true],
    ['archived', true],
    ['preparing', false],
    ['requested', false],
  ])(
    'of a deletion to a record in somebody’s hands that is %s leaves word there: %s',
    async (status, left) => {
      const home = house();
      const leased_until = '2026-11-01T00:01:00.000Z';
      await home.ledger.save(aRecord({ status, leased_until }));

      expect(await tell(home, 'asset1', 'video.asset.deleted')).toBe('busy');

      expect(home.record().leased_until).toBe(leased_until);
      expect(home.record().deletion_noticed_at).toBe(left ? '2026-11-01T00:00:00.000Z' : undefined);
    },
  );

  test('that comes a hundred times starts one function', async () => {
    const home = house();
    await home.ledger.save(aRecord({ status: 'preparing' }));

    for (let n = 0; n < 100; n += 1) await tell(home, 'asset1', 'video.asset.master.ready');

    expect(home.dispatch.invocations).toHaveLength(1);
  });
});

test('a restored asset with a request of its own has its own record', async () => {
  const home = house();
  await home.ledger.save(aRecord());
  await home.ledger.save(aRecord({ asset_id: 'restored1' }));
  await home.ledger.putAlias('asset', 'restored1', 'asset1');

  expect((await findRecord(home.ledger, 'restored1'))?.asset_id).toBe('restored1');
});
