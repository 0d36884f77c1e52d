// The end of the way back: everybody is told where the video is now.
import { describe, expect, test } from 'vitest';
import { SetUpError, TransientError } from '../../lambdas/domain/failures.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { deleted, refused } from './given-restore.ts';

describe('the restored asset', () => {
  const playback_ids = [
    { id: 'public1', policy: 'public' },
    { id: 'signed1', policy: 'signed' },
    { id: 'public2', policy: 'public' },
  ];

  test('has as many playback ids of each policy, paired in order', async () => {
    const home = await deleted({}, { playback_ids });

    await home.requestRestore();
    await home.live();

    const pairs = home.record().restore?.new_playback_ids.map(({ policy, replaces }) => [policy, replaces]);
    expect(pairs?.toSorted()).toEqual([
      ['public', 'public1'],
      ['public', 'public2'],
      ['signed', 'signed1'],
    ]);
  });

  test('is published with a warning when Mux refuses a finishing touch', async () => {
    const home = await deleted({}, { thumbnail_time: 29.9 });
    home.platform.fail('finishAsset', refused('thumbnail_time must be less than duration'));

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({
      status: 'restored',
      current_asset_id: 'restored1',
      warnings: ['RESTORE_INCOMPLETE: thumbnail_time must be less than duration'],
    });
  });

  test('waits, unpublished, when it is our own token that keeps it from being finished', async () => {
    const home = await deleted({}, { thumbnail_time: 4 });
    home.platform.fail('finishAsset', new SetUpError('MUX_FORBIDDEN', 'No.', { action: 'Mend it.' }));

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', warnings: [] });
    expect(home.platform.calls.finishAsset).toBe(2);
  });

  test('is known by all its ids before anybody is told of it', async () => {
    const home = await deleted();
    const known: unknown[] = [];
    const publish = home.bus.publish;
    home.bus.publish = async (events) => {
      await publish(events);
      if (!events.some(({ entry }) => entry.to === 'restored')) return;
      known.push(await home.ledger.resolveAlias('asset', 'restored1'));
      known.push(await home.ledger.resolveAlias('playback', 'restored1play1'));
    };

    await home.requestRestore();
    await home.live();

    expect(known).toEqual(['asset1', 'asset1']);
  });

  test('is not deleted as a double by an invocation that was overtaken', async () => {
    const home = await deleted({ prepareMs: 1_000, thawMs: 60_000 });
    const hidden = new Set(['restored1', 'restored2']);
    const { createdSince, reserveDeletion } = home.platform;
    // Both creates are done and their answers lost, and the list shows nothing of them for a while.
    home.platform.createdSince = async (ms) => (await createdSince(ms)).filter(({ id }) => !hidden.has(id));
    for (const _ of hidden) {
      home.platform.fail('createAsset', new TransientError('MUX_UNAVAILABLE', 'Mux answered 504.'), 'after');
    }
    await home.requestRestore({ tier: 'Bulk' });
    await home.live(() => home.record().restore?.create_attempts === 2 && !home.record().leased_until);
    await home.clock.advance(200_000);
    await home.sweep();
    const late = home.dispatch.invocations.shift();
    // Lambda held it back: it sees both and chooses the first, and while it waits for a slot another sees the second only.
    await home.clock.advance(89_000);
    hidden.clear();
    home.platform.reserveDeletion = async () => {
      home.platform.reserveDeletion = reserveDeletion;
      const slot = await reserveDeletion();
      hidden.add('restored1');
      await home.clock.advance(2_000);
      await home.live('restored');
      return slot;
    };

    if (late) await home.invoke(late);

    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored2' });
    expect(home.platform.assetIds()).toContain('restored2');
  });

  test('that is gone in its turn is restored once more', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.live();
    home.platform.remove('restored1');

    const answer = await home.requestRestore({}, 'restored1');
    await home.live();

    expect(answer).toMatchObject({ kind: 'record', status: 202, outcome: 'restoring' });
    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored2' });
  });

  test('can be deleted and restored itself', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.live();
    home.platform.change('restored1', { tracks: [{ id: 'v', type: 'video' }] });
    home.source.files.set('https://mezzanine.mux.test/restored1/mezzanine.mp4', {
      bytes: anMp4(),
      etag: '"x"',
    });

    await home.requestDeletion({ asset_id: 'restored1' });
    await home.live();
    expect(home.record('restored1')).toMatchObject({ status: 'deleted', restored_from: 'asset1' });
    await home.requestRestore({}, 'restored1');
    await home.live();

    expect(home.record('restored1')).toMatchObject({ status: 'restored' });
    expect(home.platform.assetIds()).toEqual([home.record('restored1').current_asset_id]);
  });
});
