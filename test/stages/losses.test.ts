// Losses that may matter: said as soon as the asset has been read, and held for a person's word where policy says so.
import { describe, expect, test } from 'vitest';
import { TransientError } from '../../lambdas/domain/failures.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const TRACKS = [
  { id: 'video1', type: 'video' },
  { id: 'audio1', type: 'audio', primary: true },
];
const COMMENTARY = { id: 'audio2', type: 'audio', name: 'Commentary' };
const TEXT = { id: 'text1', type: 'text', name: 'English', text_source: 'uploaded', status: 'ready' };

function begun(onLoss: 'warn' | 'hold', tracks: object[]): House {
  const home = house({ settings: { onLoss } });
  home.addVideo(anMp4(), { tracks: [...TRACKS, ...tracks] });
  return home;
}

const isAtRest = (home: House) => () =>
  ['archived', 'failed', 'deleted'].includes(home.record().status) && !home.record().leased_until;

describe('with policy to warn', () => {
  test('a grave loss is said and the asset deleted', async () => {
    const home = begun('warn', [COMMENTARY]);
    await home.requestDeletion();

    await home.live();

    expect(home.record().status).toBe('deleted');
    const preparing = home.bus.events.find(({ entry }) => entry.to === 'preparing');
    expect(preparing?.record.losses.map(({ code }) => code)).toContain('ADDITIONAL_AUDIO_TRACK');
  });
});

test('a restore asked for during a deletion whose answer was lost is not taken for a request taken back', async () => {
  const home = begun('warn', [COMMENTARY]);
  await home.requestDeletion();
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  const { deleteAsset } = home.platform;
  home.platform.deleteAsset = async (...call) => {
    await deleteAsset(...call);
    home.platform.deleteAsset = deleteAsset;
    throw new TransientError('MUX_UNAVAILABLE', 'The answer was lost.');
  };
  await home.live(() => home.record().status === 'deleting' && home.record().leased_until === undefined);
  await home.requestRestore();
  // The stack was deployed with another policy in between.
  Object.assign(home.deps.settings, { onLoss: 'hold' });

  await home.live();

  expect(home.record().status).toBe('restored');
});

describe('with policy to hold', () => {
  test('a grave loss stops the request before the master is asked for, and says how to go on', async () => {
    const home = begun('hold', [COMMENTARY]);
    await home.requestDeletion({ asked: { grace_days: 30 } });

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'LOSS_REFUSED', from: 'requested', retryable: true },
      tracks: [{ id: 'audio1' }, { id: 'audio2', name: 'Commentary' }],
    });
    expect(home.record().failure?.action).toContain(
      'icehouse request asset1 --user user-7 --grace-days 30 --accept-loss ADDITIONAL_AUDIO_TRACK',
    );
    expect(home.platform.calls.requestMaster).toBeUndefined();
    const told = home.bus.events.at(-1);
    expect(told?.entry.to).toBe('failed');
    expect(told?.record.losses.map(({ code }) => code)).toContain('ADDITIONAL_AUDIO_TRACK');
  });

  test('an asset that loses nothing that matters goes its way', async () => {
    const home = begun('hold', []);
    await home.requestDeletion();

    await home.live();

    expect(home.record().status).toBe('deleted');
  });

  test.each<[string, true | string[]]>([
    ['its code', ['ADDITIONAL_AUDIO_TRACK']],
    ['all', true],
  ])('the same request that accepts %s goes on to the deletion', async (_, accept_loss) => {
    const home = begun('hold', [COMMENTARY]);
    await home.requestDeletion();
    await home.live();

    const answer = await home.requestDeletion({ accept_loss });
    await home.live();

    expect(answer).toMatchObject({ kind: 'record', status: 202 });
    expect(home.record().status).toBe('deleted');
  });

  test('a request that accepts beforehand is never stopped', async () => {
    const home = begun('hold', [COMMENTARY]);
    await home.requestDeletion({ accept_loss: ['ADDITIONAL_AUDIO_TRACK'] });

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.bus.events.map(({ entry }) => entry.to)).not.toContain('failed');
  });

  test('the same request without the word is stopped again', async () => {
    const home = begun('hold', [COMMENTARY]);
    await home.requestDeletion();
    await home.live();

    await home.requestDeletion({ accept_loss: ['OVERLAY'] });
    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'LOSS_REFUSED' } });
    expect(home.platform.assetIds()).toContain('asset1');
  });

  test('a loss that shows while archiving stops the request at once, and going on copies no byte again', async () => {
    const home = begun('hold', [TEXT]);
    await home.requestDeletion();

    // The captions have a URL, and nothing is there.
    await home.live(() => home.record().status === 'failed');
    expect(home.record()).toMatchObject({
      failure: { code: 'LOSS_REFUSED' },
      archive: { storage_class: 'DEEP_ARCHIVE' },
    });
    expect(home.clock.nowMs()).toBeLessThan(Date.parse(home.record().expiration_date) - 29 * 86_400_000);
    const reads = home.source.reads.length;
    await home.requestDeletion({ accept_loss: ['CAPTION_UNREACHABLE'] });
    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.source.reads).toHaveLength(reads);
  });

  test('a loss that shows right before the deletion keeps the asset', async () => {
    const home = begun('hold', []);
    await home.requestDeletion();
    await home.live('archived');
    home.platform.change('asset1', { tracks: [...TRACKS, COMMENTARY] });

    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'LOSS_REFUSED' } });
    expect(home.platform.assetIds()).toContain('asset1');
    expect(home.platform.calls.deleteAsset).toBeUndefined();
  });

  test('an archive made before the policy was set is kept from its deletion', async () => {
    const home = begun('warn', [COMMENTARY]);
    await home.requestDeletion();
    await home.live(isAtRest(home));
    Object.assign(home.deps.settings, { onLoss: 'hold' });

    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'LOSS_REFUSED' } });
    expect(home.platform.assetIds()).toContain('asset1');
  });

  test('an asset that is gone by then has nothing left to be held back', async () => {
    const home = begun('warn', [COMMENTARY]);
    await home.requestDeletion();
    await home.live(isAtRest(home));
    Object.assign(home.deps.settings, { onLoss: 'hold' });
    home.platform.remove('asset1');

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted' });
    expect(home.record().history.at(-1)?.alarm).toBe('DELETED_ELSEWHERE');
  });
});

test('a restore of what policy stopped restores it when somebody has deleted the asset since', async () => {
  const home = begun('hold', []);
  await home.requestDeletion();
  await home.live(isAtRest(home));
  home.platform.change('asset1', { tracks: [...TRACKS, TEXT] });
  await home.live(() => home.record().status === 'failed');
  expect(home.record()).toMatchObject({ failure: { code: 'LOSS_REFUSED' }, archive: {} });
  home.platform.remove('asset1');

  const answer = await home.requestRestore();
  await home.live();

  expect(answer).toMatchObject({ status: 202, outcome: 'restoring' });
  expect(home.record().status).toBe('restored');
  expect(home.platform.assetIds()).toHaveLength(1);
});
