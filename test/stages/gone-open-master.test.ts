// Somebody else deletes the asset while its master is still open, or copied: what can still be saved is saved.
import { describe, expect, test } from 'vitest';
import { TransientError } from '../../lambdas/domain/failures.ts';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import { type House, house } from '../fakes/house.ts';
import type { Accident } from '../fakes/mortal.ts';
import type { ReadFault } from '../fakes/source-memory.ts';
import {
  alarms,
  bytesInVault,
  CAPTIONS,
  DATE_MS,
  goneUnderTheCopy,
  LARGE,
  largeGone,
  PART,
  preparing,
  SMALL,
  URL,
} from './given-gone.ts';

describe('a master that is still open when its asset is gone', () => {
  test('is copied to the end, and the video comes back', async () => {
    const home = await largeGone();
    const sentBefore = home.vault.sent.length;

    await home.live();

    expect(home.vault.sent.slice(sentBefore)).toEqual([3]);
    expect(bytesInVault(home).equals(LARGE)).toBe(true);
    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: expect.any(String) });
    expect(home.record().lost_at).toBeUndefined();
    expect(alarms(home)).toEqual([
      'LOST_AT_SOURCE archiving archiving',
      'DELETED_ELSEWHERE archived deleted',
    ]);
    await home.requestRestore();
    await home.live();
    expect(home.record().status).toBe('restored');
  });

  test('does not wait for the expiration date to be called deleted', async () => {
    const home = await largeGone();

    await home.live();

    expect(Date.parse(home.record().deleted_at ?? '')).toBeLessThan(DATE_MS - 10 * 86_400_000);
    expect(home.platform.calls.deleteAsset).toBeUndefined();
  });

  test('raises its alarm before the first byte is read, and once', async () => {
    const home = await largeGone();
    const heard: number[] = [];
    home.source.onRead = () => void heard.push(alarms(home).length);
    home.source.faults.set(2 * PART, Array<ReadFault>(10).fill('unavailable'));

    await home.live();

    expect(heard[0]).toBe(1);
    expect(alarms(home).filter((text) => text.startsWith('LOST'))).toHaveLength(1);
    expect(home.record().warnings).toEqual([expect.stringContaining('Somebody deleted the asset at Mux')]);
  });

  test('until it lapses: then the loss is said, with what the vault holds', async () => {
    const home = await largeGone();
    home.source.faults.set(2 * PART, ['lapsed']);

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'LOST_AT_SOURCE', message: expect.stringContaining('holds 33554432 of its 34603008') },
    });
    expect(alarms(home)).toEqual(['LOST_AT_SOURCE archiving archiving', 'LOST_AT_SOURCE archiving failed']);
  });

  test('is lost when the file turns out to be no whole video', async () => {
    const home = await preparing(Buffer.concat([SMALL, Buffer.alloc(100)]));
    await goneUnderTheCopy(0, home);

    await home.live();

    expect(home.record().failure).toMatchObject({
      code: 'LOST_AT_SOURCE',
      message: expect.stringContaining('What was left of its master could not be copied'),
    });
    expect(home.record().archive).toBeUndefined();
  });

  test('and whose copy runs in that moment is finished, and then it is said', async () => {
    const home = await preparing(LARGE);
    const notices: unknown[] = [];
    home.vault.onPart = () => {
      home.vault.onPart = () => undefined;
      home.platform.remove('asset1');
      notices.push(notice('asset1', 'video.asset.deleted', home));
    };

    await home.live();

    expect(await Promise.all(notices)).toEqual(['busy']);
    expect(home.clock.nowMs()).toBeLessThan(DATE_MS - 10 * 86_400_000);
    expect(home.record().status).toBe('deleted');
    expect(bytesInVault(home).equals(LARGE)).toBe(true);
    expect(alarms(home)).toEqual(['DELETED_ELSEWHERE archived deleted']);
  });

  test('says what is lost of captions and overlay', async () => {
    const text = { id: 'text1', type: 'text', text_source: 'uploaded', status: 'ready' };
    const home = house({ prepareMs: 0 });
    home.addVideo(LARGE, { tracks: [{ id: 'video1', type: 'video' }, text] });
    home.source.files.set(CAPTIONS, { bytes: new TextEncoder().encode('WEBVTT') });
    const inputInfo = home.platform.inputInfo;
    home.platform.inputInfo = async (id) =>
      home.platform.assetIds().includes(id) ? [{ settings: { overlay_settings: {} } }] : inputInfo(id);
    await home.requestDeletion();
    await home.live('preparing');
    await goneUnderTheCopy(2 * PART, home);
    home.source.files.delete(CAPTIONS);

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.record().losses.map(({ code }) => code)).toEqual([
      'NEW_PLAYBACK_IDS',
      'OVERLAY',
      'CAPTION_UNREACHABLE',
    ]);
  });

  test('is not thrown away by a cancel or a restore meanwhile', async () => {
    const home = await largeGone();
    const answers: unknown[] = [];
    home.source.onRead = async () => {
      home.source.onRead = () => undefined;
      answers.push(await home.cancelRequest(), await home.requestRestore());
    };

    await home.live();

    expect(answers).toMatchObject([
      { problem: { code: 'TOO_LATE_TO_CANCEL' } },
      { problem: { code: 'NOTHING_TO_RESTORE' } },
    ]);
    expect(home.record().status).toBe('deleted');
  });

  test('shows nothing to play and says so', async () => {
    const home = await largeGone();
    home.source.faults.set(2 * PART, Array<ReadFault>(5).fill('unavailable'));

    await home.live(() => home.record().lost_at !== undefined);

    expect(publicRecord(home.record())).toMatchObject({
      location: 'none',
      playable: false,
      summary:
        'Deleted at Mux by somebody else; what is still open of its master is being copied to the vault (0 %).',
    });
  });

  test('of an asset that only seemed to be gone is archived like any other', async () => {
    const home = await largeGone();
    home.source.faults.set(2 * PART, Array<ReadFault>(5).fill('unavailable'));
    await home.live(() => home.record().lost_at !== undefined);
    home.addVideo(LARGE);
    home.source.faults.clear();

    await home.live(() => home.record().status === 'archived');

    expect(home.record().lost_at).toBeUndefined();
    await home.live();
    expect(home.platform.calls.deleteAsset).toBe(1);
  });
});

describe('a copy that was complete when its asset was gone', () => {
  async function complete(): Promise<House> {
    const home = await preparing(SMALL, {}, { meta: { title: 'Opening night' } });
    home.vault.afterComplete = () => {
      home.vault.afterComplete = () => undefined;
      home.platform.remove('asset1');
      throw new TransientError('VAULT_UNAVAILABLE', 'The answer was lost.');
    };
    await home.live(() => home.record().waiting_for?.includes('VAULT_UNAVAILABLE') === true);
    return home;
  }

  test('is sealed in a warm environment, also when its URL has lapsed', async () => {
    const home = await complete();
    home.source.lapsed.add(URL);

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.record().losses.map(({ code }) => code)).toEqual(['NEW_PLAYBACK_IDS']);
  });

  test('is sealed in a cold one with what the record knows, the rest being said to be lost', async () => {
    const home = await complete();
    home.cool();

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', title: 'Opening night' });
    expect(home.record().losses.map(({ code }) => code)).toEqual(['NEW_PLAYBACK_IDS', 'ASSET_UNREAD']);
    await home.requestRestore();
    await home.live();
    expect(home.record()).toMatchObject({
      status: 'restored',
      restore: { new_playback_ids: [{ policy: 'public', replaces: 'asset1play1' }] },
    });
  });
});

describe('an accident while an open master is being saved', () => {
  /** Counted from the moment when the asset is gone, in a life without an accident. */
  async function callsOf(life: () => Promise<House>): Promise<{ first: number; last: number }> {
    const home = await life();
    const first = home.calls() + 1;
    await home.live();
    return { first, last: home.calls() };
  }

  const smallGone = async (accident?: Accident) => goneUnderTheCopy(0, await preparing(SMALL, { accident }));

  test.each<Pick<Accident, 'kind' | 'when'>>([
    { kind: 'failed', when: 'before' },
    { kind: 'failed', when: 'after' },
    { kind: 'killed', when: 'before' },
    { kind: 'killed', when: 'after' },
  ])('$kind $when any call never makes an archive of other bytes', async ({ kind, when }) => {
    const { first, last } = await callsOf(() => smallGone());
    const ends: string[] = [];

    for (let call = first; call <= last; call += 1) {
      const home = await smallGone({ call, kind, when });
      await home.live();
      const { status, failure, archive } = home.record();
      const isWhole = bytesInVault(home).equals(SMALL);
      ends.push(`${failure?.code ?? status} ${archive ? isWhole : 'nothing'}`);
      expect(alarms(home).length).toBeGreaterThan(0);
    }

    // A killed process takes the URL with it; one that fails keeps it, and loses nothing.
    const allowed = kind === 'failed' ? ['deleted true'] : ['deleted true', 'LOST_AT_SOURCE nothing'];
    expect(ends.length).toBeGreaterThan(20);
    expect(ends.filter((end) => !allowed.includes(end))).toEqual([]);
  });
});
