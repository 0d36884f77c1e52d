// `playback: revoke`: nobody watches from the proved archive on; what that takes away comes back as well as it can.
import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { currentPlaybackId, isPlayable } from '../../lambdas/domain/public-record.ts';
import { followPlaybackId } from '../../lambdas/stages/lineage.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import type { Accident } from '../fakes/mortal.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DATE_MS = Date.UTC(2026, 11, 24, 10, 30);
const TICK = '2026-12-24T11:00:00.000Z';
const FOLDER = 'mux/environment1/asset1/1/';
const PUBLIC = { id: 'asset1play1', policy: 'public' };
const SIGNED = { id: 'asset1play2', policy: 'signed' };
const TEXT = { id: 'text1', type: 'text', text_type: 'subtitles', text_source: 'uploaded', status: 'ready' };
const CAPTIONS = { bytes: new TextEncoder().encode('WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n') };
const NO_ANSWER = new TransientError('MUX_UNREACHABLE', 'The answer was lost.');

function homeWithVideo(options: HouseOptions = {}, raw: Record<string, unknown> = {}): House {
  const home = house(options);
  const tracks = [{ id: 'video1', type: 'video' }, TEXT];
  home.addVideo(anMp4(), { playback_ids: [PUBLIC, SIGNED], tracks, ...raw });
  home.source.files.set('https://stream.mux.test/asset1play1/text/text1.vtt', CAPTIONS);
  return home;
}

const ask = (home: House) => home.requestDeletion({ playback: 'revoke', expirationMs: DATE_MS });

const isAsleep = (home: House) =>
  home.record().status === 'archived' &&
  home.record().wake_at === TICK &&
  home.record().wake_lane === 'expire';

async function revoked(options: HouseOptions = {}, raw: Record<string, unknown> = {}): Promise<House> {
  const home = homeWithVideo(options, raw);
  await ask(home);
  await home.live(() => isAsleep(home));
  return home;
}

function liveIds(home: House, assetId = 'asset1'): readonly string[] {
  const ids = home.platform.raw(assetId)?.playback_ids as readonly { readonly id: string }[];
  return ids.map(({ id }) => id);
}

function manifestIds(home: House): readonly unknown[] {
  const manifest = JSON.parse(new TextDecoder().decode(home.vault.bytesOf(`${FOLDER}manifest.json`)));
  return manifest.asset.playback_ids;
}

describe('a request that revokes playback', () => {
  test('says what that costs, and lets the video play until it is archived', async () => {
    const home = homeWithVideo();

    const answer = await ask(home);

    expect(answer).toMatchObject({ status: 202, record: { playback: 'revoke' } });
    expect(home.record().warnings[0]).toMatch(/^PLAYBACK_REVOKED: .*new playback ids/);
    expect(isPlayable(home.record())).toBe(true);
  });

  test('has every playback id taken away a month before its date, and the captions in the vault by then', async () => {
    const home = homeWithVideo();
    const take = home.platform.deletePlaybackId;
    home.platform.deletePlaybackId = async (...ids) => {
      expect(home.vault.bytesOf(`${FOLDER}captions/text1.vtt`)).toEqual(CAPTIONS.bytes);
      expect(home.record().revoked?.map(({ id }) => id)).toEqual([PUBLIC.id, SIGNED.id]);
      return take(...ids);
    };

    await ask(home);
    await home.live(() => isAsleep(home));

    expect(liveIds(home)).toEqual([]);
    expect(isPlayable(home.record())).toBe(false);
    expect(home.record()).toMatchObject({ playback_ids: [PUBLIC, SIGNED], revoked: [PUBLIC, SIGNED] });
    expect(home.clock.nowMs()).toBeLessThan(DATE_MS - 20 * 86_400_000);
    expect(home.bus.events.map(({ entry }) => entry.cause)).toContain(
      'playback revoked: nobody can watch it any more',
    );
  });

  test('is deleted at its date by the first proof, and restored with ids that lead on from the first ones', async () => {
    const home = await revoked();
    const puts = home.vault.versions.size;

    await home.live('deleted');
    expect(home.record().deleted_at).toBe(TICK);
    expect(home.vault.versions.size).toBe(puts);
    await home.requestRestore();
    await home.live('restored');

    expect(home.record().restore?.new_playback_ids).toMatchObject([
      { policy: 'public', replaces: PUBLIC.id },
      { policy: 'signed', replaces: SIGNED.id },
    ]);
    const found = await followPlaybackId(home.ledger, SIGNED.id);
    expect(found?.currentId).toBe(home.record().restore?.new_playback_ids[1]?.id);
    expect(isPlayable(home.record())).toBe(true);
  });

  test('is deleted although it was watched until then, where that keeps others', async () => {
    const home = await revoked({ settings: { onStillWatched: 'hold' } });
    home.platform.deliver('asset1', 30, Date.parse(home.record().created_at));

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: TICK });
    expect(home.record().hold).toBeUndefined();
  });

  test('is not deleted when its captions have gone from the vault', async () => {
    const home = await revoked();
    home.vault.versions.delete(`${FOLDER}captions/text1.vtt`);

    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'ARCHIVE_MISSING' } });
    expect(home.platform.assetIds()).toEqual(['asset1']);
  });

  test('that lost its captions from the vault has them again before it is deleted', async () => {
    const home = await revoked();
    home.vault.versions.delete(`${FOLDER}captions/text1.vtt`);
    await home.live();
    expect(home.record().status).toBe('failed');
    home.source.files.set('https://stream.mux.test/asset1again1/text/text1.vtt', CAPTIONS);

    await ask(home);
    await home.live('deleted');

    expect(home.record().archive?.captions).toMatchObject([{ track_id: 'text1' }]);
    expect(home.vault.bytesOf(`${FOLDER}captions/text1.vtt`)).toEqual(CAPTIONS.bytes);
    expect(isPlayable(home.record())).toBe(false);
  });

  test('waits for captions that Mux is hours in making, since nobody could fetch them afterwards', async () => {
    const video = { id: 'video1', type: 'video' };
    const home = homeWithVideo({}, { tracks: [video, { ...TEXT, status: 'preparing' }] });
    await ask(home);
    const readyMs = home.clock.nowMs() + 3 * 3_600_000;
    await home.live(() => home.clock.nowMs() >= readyMs);
    const before = liveIds(home);
    home.platform.change('asset1', { tracks: [video, TEXT] });

    await home.live(() => isAsleep(home));

    expect(before).toEqual([PUBLIC.id, SIGNED.id]);
    expect(home.record().archive?.captions).toMatchObject([{ track_id: 'text1' }]);
    expect(liveIds(home)).toEqual([]);
  });

  test('does not wait longer than a day for captions that never come', async () => {
    const home = homeWithVideo({}, { tracks: [{ ...TEXT, status: 'preparing' }] });
    await ask(home);

    await home.live(() => isAsleep(home), 400);

    expect(liveIds(home)).toEqual([]);
    expect(home.record().losses.map(({ code }) => code)).toContain('CAPTION_UNREACHABLE');
    expect(home.clock.nowMs()).toBeLessThan(Date.parse(home.record().created_at) + 2 * 86_400_000);
  });

  test('keeps its captions and playback ids when the master has to be copied once more', async () => {
    const home = await revoked();
    home.vault.versions.delete(`${FOLDER}master.mp4`);
    await home.live();
    expect(home.record().status).toBe('failed');

    await ask(home);
    await home.live('deleted');

    expect(home.record().archive?.captions).toMatchObject([{ track_id: 'text1' }]);
    expect(home.record().losses.map(({ code }) => code)).not.toContain('CAPTION_UNREACHABLE');
    expect(home.vault.bytesOf(`${FOLDER}captions/text1.vtt`)).toEqual(CAPTIONS.bytes);
    expect(manifestIds(home)).toEqual([PUBLIC, SIGNED]);
  });

  test('that is kept for good is revoked too, and rests', async () => {
    const home = homeWithVideo();
    await home.requestDeletion({
      playback: 'revoke',
      mode: 'archive_only',
      expirationMs: Date.parse('9999-12-31T23:59:59.999Z'),
    });

    await home.live();

    expect(liveIds(home)).toEqual([]);
    expect(home.record()).toMatchObject({ status: 'archived', revoked: [PUBLIC, SIGNED] });
    expect(home.record().wake_at).toBeUndefined();
  });

  test('is another request than one that keeps it', async () => {
    const home = await revoked();

    const answer = await home.requestDeletion({ expirationMs: DATE_MS });

    expect(answer).toMatchObject({
      kind: 'problem',
      problem: { status: 409, code: 'REQUEST_DIFFERS', detail: expect.stringContaining('playback') },
    });
  });

  test('that failed, and is then asked for with playback kept, plays again', async () => {
    const home = await revoked();
    home.vault.versions.delete(`${FOLDER}captions/text1.vtt`);
    await home.live();
    expect(home.record().status).toBe('failed');
    home.source.files.set('https://stream.mux.test/asset1again1/text/text1.vtt', CAPTIONS);

    await home.requestDeletion({ expirationMs: DATE_MS + 86_400_000 });
    await home.live('archived');

    expect(liveIds(home)).toHaveLength(2);
    expect(isPlayable(home.record())).toBe(true);
    expect(home.record().archive?.captions).toHaveLength(1);
  });

  test('that failed in its second copy, and is then asked for with playback kept, plays again once it is archived', async () => {
    const home = await revoked();
    home.vault.versions.delete(`${FOLDER}master.mp4`);
    await home.live();
    const { probe } = home.source;
    const refusal = { action: 'Look at it.', retryable: true };
    home.source.probe = () => Promise.reject(new PermanentError('SOURCE_REFUSED', 'No.', refusal));
    await ask(home);
    await home.live();
    expect(home.record().failure?.from).toBe('preparing');
    home.source.probe = probe;

    await home.requestDeletion({ expirationMs: DATE_MS + 30 * 86_400_000 });
    await home.live(() => home.record().status === 'archived' && home.record().wake_lane === 'expire');

    expect(isPlayable(home.record())).toBe(true);
    expect(liveIds(home)).toHaveLength(2);
    expect(home.record().warnings.join()).not.toContain('PLAYBACK_REVOKED');
  });

  test('is not confused by what the platform says of the asset meanwhile', async () => {
    const home = await revoked();

    const { ledger, waking } = home;
    expect(await notice('asset1', 'video.asset.updated', { ledger, waking })).toBe('not awaited');
  });
});

describe('a playback id that somebody adds meanwhile', () => {
  const ADDED = { id: 'added', policy: 'public' };

  test('is in the manifest before it is taken away too', async () => {
    const home = await revoked();
    home.platform.change('asset1', { playback_ids: [ADDED] });
    const kept: (readonly unknown[])[] = [];
    const take = home.platform.deletePlaybackId;
    home.platform.deletePlaybackId = async (...ids) => {
      kept.push(manifestIds(home));
      return take(...ids);
    };

    await home.live('deleted');

    expect(kept).toEqual([[PUBLIC, SIGNED, ADDED]]);
    expect(home.record()).toMatchObject({
      revoked: [PUBLIC, SIGNED, ADDED],
      playback_ids: [PUBLIC, SIGNED, ADDED],
    });
    expect(home.record().archive?.captions).toHaveLength(1);
    expect(await home.ledger.resolveAlias('playback', 'added')).toBe('asset1');
  });
});

describe('nothing is taken away', () => {
  test('in a dry run, which says that it would have been', async () => {
    const home = homeWithVideo({ settings: { deletions: 'dry-run' } });

    await ask(home);
    await home.live(() => home.record().warnings.some((text) => text.startsWith('Dry run of playback')));
    await home.drain();

    expect(liveIds(home)).toEqual([PUBLIC.id, SIGNED.id]);
    expect(home.record().revoked).toBeUndefined();
    const nextLookMs = Date.parse(home.record().wake_at ?? '') - home.clock.nowMs();
    expect(nextLookMs).toBe(86_400_000);
  });

  test('while the asset is held, and at once when the hold is lifted', async () => {
    const home = homeWithVideo();
    await ask(home);
    await home.hold();
    await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
    expect(liveIds(home)).toEqual([PUBLIC.id, SIGNED.id]);

    await home.release();
    await home.drain();

    expect(liveIds(home)).toEqual([]);
  });

  test('while everything is held', async () => {
    const home = homeWithVideo();
    await home.brake.setHoldOnAll({ reason: 'panic', user_id: 'user-9', since: '2026-11-01T00:00:00.000Z' });

    await ask(home);
    await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
    await home.round();

    expect(liveIds(home)).toEqual([PUBLIC.id, SIGNED.id]);
  });

  test('when the hold comes between the look and the write', async () => {
    const home = homeWithVideo();
    const prove = home.platform.inspect;
    home.platform.inspect = async (id) => {
      if (home.record().status === 'archived' && !home.record().hold) await home.hold();
      return prove(id);
    };

    await ask(home);
    await home.live(() => home.record().status === 'archived' && home.record().wake_lane === 'expire');

    expect(liveIds(home)).toEqual([PUBLIC.id, SIGNED.id]);
    expect(home.record().revoked).toBeUndefined();
  });
});

describe('what is left of its playback ids', () => {
  const all = { reason: 'panic', user_id: 'user-9', since: '2026-11-01T00:00:00.000Z' };

  test.each([
    ['the asset', (home: House) => home.hold()],
    ['everything', (home: House) => home.brake.setHoldOnAll(all)],
  ])('plays on when a hold on %s comes between two DELETEs', async (_, hold) => {
    const home = homeWithVideo();
    const take = home.platform.deletePlaybackId;
    home.platform.deletePlaybackId = async (...ids) => {
      const answer = await take(...ids);
      await hold(home);
      return answer;
    };

    await ask(home);
    await home.live(() => home.record().status === 'archived' && home.record().wake_lane === 'expire');

    expect(liveIds(home)).toEqual([SIGNED.id]);
    expect(home.record().revoked).toMatchObject([PUBLIC]);
    expect(currentPlaybackId(home.record(), SIGNED.id)).toBe(SIGNED.id);
    expect(isPlayable(home.record())).toBe(true);
  });

  test('is taken away once the hold is lifted', async () => {
    const home = homeWithVideo();
    const take = home.platform.deletePlaybackId;
    home.platform.deletePlaybackId = async (...ids) => {
      home.platform.deletePlaybackId = take;
      const answer = await take(...ids);
      await home.hold();
      return answer;
    };
    await ask(home);
    await home.live(() => home.record().status === 'archived' && home.record().wake_lane === 'expire');

    await home.release();
    await home.live('deleted');

    expect(home.record().revoked).toMatchObject([PUBLIC, SIGNED]);
    expect(manifestIds(home)).toEqual([PUBLIC, SIGNED]);
  });
});

describe('taken back, the video', () => {
  test('plays under as many new ids of the same policies, found by the old ones', async () => {
    const home = await revoked();

    const answer = await home.cancelRequest();
    await home.live();

    expect(answer).toMatchObject({ status: 200, outcome: 'cancelled' });
    expect(home.record().warnings.at(-1)).toMatch(/^PLAYBACK_ID_CHANGED: /);
    const [first = '', second = ''] = liveIds(home);
    expect(home.record()).toMatchObject({
      status: 'cancelled',
      revoked: [
        { ...PUBLIC, replaced_by: first },
        { ...SIGNED, replaced_by: second },
      ],
      playback_ids: [
        { id: first, policy: 'public' },
        { id: second, policy: 'signed' },
      ],
    });
    expect(isPlayable(home.record())).toBe(true);
    const found = await Promise.all(
      [PUBLIC.id, SIGNED.id, first].map((id) => followPlaybackId(home.ledger, id)),
    );
    expect(found.map((each) => each?.currentId)).toEqual([first, second, first]);
    expect(home.record().wake_at).toBeUndefined();
  });

  test('by a restore, plays again too', async () => {
    const home = await revoked();

    const answer = await home.requestRestore();
    await home.live();

    expect(answer).toMatchObject({ outcome: 'cancelled' });
    expect(liveIds(home)).toHaveLength(2);
    expect(isPlayable(home.record())).toBe(true);
  });

  test('by a restore in the middle of a deletion that is given up, plays again too', async () => {
    const home = await revoked();
    home.platform.fail('deleteAsset', NO_ANSWER, 'before');
    await home.live(() => home.record().status === 'deleting' && home.record().leased_until === undefined);
    await home.requestRestore();
    await home.brake.setHoldOnAll({ reason: 'panic', user_id: 'user-9', since: TICK });

    await home.live('cancelled');
    await home.live();

    expect(liveIds(home)).toHaveLength(2);
    expect(isPlayable(home.record())).toBe(true);
  });

  test('has one id for each, also when the answer to a create is lost', async () => {
    const home = await revoked();
    home.platform.fail('createPlaybackId', NO_ANSWER, 'after');

    await home.cancelRequest();
    await home.live();

    expect(liveIds(home)).toHaveLength(2);
    expect(home.record().playback_ids?.map(({ id }) => id)).toEqual(liveIds(home));
  });

  test('keeps an id that was about to be taken away and never was', async () => {
    const home = homeWithVideo();
    home.platform.fail('deletePlaybackId', NO_ANSWER, 'before');
    await ask(home);
    await home.live(() => home.record().revoked !== undefined && home.record().leased_until === undefined);

    await home.cancelRequest();
    await home.live();

    expect(home.record().revoked).toBeUndefined();
    expect(home.record().warnings.join()).not.toContain('PLAYBACK_ID_CHANGED');
    expect(liveIds(home)).toEqual([PUBLIC.id, SIGNED.id]);
    expect(isPlayable(home.record())).toBe(true);
  });

  test('in the middle of it, is left no id that a straggler takes away', async () => {
    const home = homeWithVideo();
    const take = home.platform.deletePlaybackId;
    const late: (() => Promise<unknown>)[] = [];
    home.platform.deletePlaybackId = async (...ids) => {
      await home.cancelRequest();
      // The DELETE arrives when the cancel stage has looked already.
      late.push(() => take(...ids));
      return 'deleted';
    };
    await ask(home);
    await home.live(() => late.length > 0 && home.record().wake_lane === 'step');
    await home.round();

    for (const arrive of late) await arrive();
    await home.live();

    expect(home.record().revoked).toMatchObject([{ ...PUBLIC, replaced_by: 'asset1again1' }]);
    expect(liveIds(home)).toEqual([SIGNED.id, 'asset1again1']);
    expect(home.record().playback_ids?.map(({ id }) => id)).toEqual(['asset1again1', SIGNED.id]);
  });

  test('has its DRM configuration again, and says so when that is gone', async () => {
    const drm = { id: 'drm1', policy: 'drm', drm_configuration_id: 'configuration1' };
    const home = await revoked({}, { playback_ids: [PUBLIC, drm] });
    const other = await revoked({}, { playback_ids: [PUBLIC, drm] });
    const create = other.platform.createPlaybackId;
    const refusal = { action: 'Ask Mux.', retryable: false };
    other.platform.createPlaybackId = async (asset, policy, configuration) => {
      if (policy === 'drm') throw new PermanentError('MUX_REFUSED', 'No such configuration.', refusal);
      return create(asset, policy, configuration);
    };

    for (const each of [home, other]) {
      await each.cancelRequest();
      await each.live();
    }

    expect(home.platform.raw('asset1')?.playback_ids).toMatchObject([
      { policy: 'public' },
      { policy: 'drm', drm_configuration_id: 'configuration1' },
    ]);
    expect(other.record().warnings.at(-1)).toMatch(/^PLAYBACK_NOT_REPLACED: drm1 .*by hand/);
    expect(isPlayable(other.record())).toBe(true);
    expect(currentPlaybackId(other.record(), 'drm1')).toBeUndefined();
  });

  test('that somebody deleted meanwhile has nothing made for it', async () => {
    const home = await revoked();
    home.platform.remove('asset1');

    await home.cancelRequest();
    await home.live();

    expect(home.platform.calls.createPlaybackId).toBeUndefined();
    expect(home.record().status).toBe('cancelled');
  });

  test('waits, where the token is of another environment', async () => {
    const home = await revoked();
    home.platform.remove('asset1');
    home.platform.setEnvironment('environment2');

    await home.cancelRequest();
    await home.drain();

    expect(home.record().waiting_for).toContain('WRONG_ENVIRONMENT');
  });
});

describe('asked for again after it was taken back,', () => {
  test('a request that keeps playback lets the first ids lead on through the restore', async () => {
    const home = await revoked();
    await home.cancelRequest();
    await home.live();

    await home.requestDeletion({ expirationMs: DATE_MS });
    await home.live('deleted');
    await home.requestRestore();
    await home.live('restored');

    const [first] = home.record().restore?.new_playback_ids ?? [];
    expect((await followPlaybackId(home.ledger, PUBLIC.id))?.currentId).toBe(first?.id);
    expect(first?.id).toBe(liveIds(home, home.record().current_asset_id)[0]);
  });

  test('before the ids were made again, a request that keeps playback makes them', async () => {
    const home = await revoked();
    await home.cancelRequest();
    await home.requestDeletion({ expirationMs: DATE_MS });

    await home.live('archived');

    expect(home.record().warnings).toEqual([expect.stringMatching(/^PLAYBACK_ID_CHANGED: /)]);
    expect(liveIds(home)).toHaveLength(2);
    expect(isPlayable(home.record())).toBe(true);
    expect(home.record().revoked?.every(({ replaced_by }) => replaced_by !== undefined)).toBe(true);
  });

  test('a request that revokes takes the new ones away too', async () => {
    const home = await revoked();
    await home.cancelRequest();
    await home.live();

    await ask(home);
    await home.live(() => isAsleep(home));

    expect(liveIds(home)).toEqual([]);
    expect(home.record().revoked).toHaveLength(4);
    expect(isPlayable(home.record())).toBe(false);
    expect(home.record().archive?.captions).toHaveLength(1);
    await home.live('deleted');
  });

  test('a request that revokes before the old ones were made again has its captions', async () => {
    const home = await revoked();
    await home.cancelRequest();
    await ask(home);

    await home.live('deleted');

    expect(home.record().archive?.captions).toHaveLength(1);
    expect(manifestIds(home)).toEqual([PUBLIC, SIGNED]);
  });
});

const KINDS = [
  { kind: 'killed', when: 'before' },
  { kind: 'killed', when: 'after' },
  { kind: 'failed', when: 'after' },
] as const satisfies Omit<Accident, 'call'>[];

describe.each(KINDS)('a process $kind $when any call', (how) => {
  test('between the archive and the deletion takes every id away and deletes with proof', async () => {
    const calm = homeWithVideo();
    await ask(calm);
    await calm.live('archived');
    const first = calm.calls();
    await calm.live(() => isAsleep(calm));

    for (let call = first; call <= calm.calls(); call += 1) {
      const home = homeWithVideo({ accident: { call, ...how } });
      await ask(home);
      await home.live(() => isAsleep(home));

      expect([call, liveIds(home), home.record().revoked]).toMatchObject([call, [], [PUBLIC, SIGNED]]);
      await home.live('deleted');
      expect(manifestIds(home)).toEqual([PUBLIC, SIGNED]);
    }
  });

  test('after the request was taken back leaves one id in the place of each', async () => {
    const calm = await revoked();
    const first = calm.calls() + 1;
    await calm.cancelRequest();
    await calm.live();

    for (let call = first; call <= calm.calls(); call += 1) {
      const home = await revoked({ accident: { call, ...how } });
      await home.cancelRequest();
      await home.live();

      const ids = home.record().playback_ids?.map(({ id }) => id);
      expect([call, liveIds(home)]).toEqual([call, ids]);
      expect(home.record().revoked?.map(({ replaced_by }) => replaced_by)).toEqual(ids);
      for (const id of ids ?? []) expect(await home.ledger.resolveAlias('playback', id)).toBe('asset1');
    }
  });
});
