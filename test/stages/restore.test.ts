// The way back: thaw, one new asset, everybody told where the video is now.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, SetUpError, TransientError } from '../../lambdas/domain/failures.ts';
import { OwnUnpublishedAsset } from '../../lambdas/domain/verified-archive.ts';
import { wake } from '../../lambdas/stages/wake.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const KEY = 'mux/environment1/asset1/1/master.mp4';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A video that has been deleted; nothing has been asked yet. */
async function deleted(options: HouseOptions = {}, raw: Record<string, unknown> = {}): Promise<House> {
  const home = house(options);
  home.addVideo(anMp4(), raw);
  await home.requestDeletion();
  await home.live();
  expect(home.record().status).toBe('deleted');
  return home;
}

function refused(message: string): PermanentError {
  return new PermanentError('MUX_REFUSED', message, { action: 'Ask.', retryable: true });
}

function thawsAsked(home: House): string[] {
  const asked: string[] = [];
  const thaw = home.vault.thaw.bind(home.vault);
  home.vault.thaw = (o) => {
    asked.push(o.tier);
    return thaw(o);
  };
  return asked;
}

/** Assets that were deleted, with the kind of proof that did it. */
function deletions(home: House): [string, boolean][] {
  const done: [string, boolean][] = [];
  const deleteAsset = home.platform.deleteAsset;
  home.platform.deleteAsset = (id, proof, slot) => {
    done.push([id, OwnUnpublishedAsset.is(proof)]);
    return deleteAsset(id, proof, slot);
  };
  return done;
}

describe('the thaw', () => {
  test('is asked for once per tier', async () => {
    const home = await deleted();
    const asked = thawsAsked(home);

    await home.requestRestore({ tier: 'Bulk' });
    await home.live();

    expect(asked).toEqual(['Bulk']);
    expect(home.record().status).toBe('restored');
  });

  test('passes a faster tier on', async () => {
    const home = await deleted({ thawMs: 10 * HOUR_MS });
    const asked = thawsAsked(home);
    await home.requestRestore({ tier: 'Bulk' });
    await home.round();

    await home.requestRestore({ tier: 'Standard' });
    await home.live();

    expect(asked).toEqual(['Bulk', 'Standard']);
    expect(home.record().restore).toMatchObject({ tier: 'Standard', asked_tier: 'Standard' });
  });

  test('passes a faster tier on that comes while the slower one is asked for', async () => {
    const home = await deleted({ thawMs: 10 * HOUR_MS });
    const thaw = home.vault.thaw.bind(home.vault);
    const asked: string[] = [];
    home.vault.thaw = async (o) => {
      asked.push(o.tier);
      if (o.tier === 'Bulk') await home.requestRestore({ tier: 'Standard' });
      return thaw(o);
    };

    await home.requestRestore({ tier: 'Bulk' });
    await home.live();

    expect(asked).toEqual(['Bulk', 'Standard']);
  });

  test('whose end S3 announces is not waited for any longer', async () => {
    const home = await deleted({ thawMs: 7 * HOUR_MS });
    await home.requestRestore();
    // From here on the sweep looks every hour; its next look is after the end.
    await home.live(() => home.clock.nowMs() > Date.parse(home.record().updated_at) + 6 * HOUR_MS);
    await home.clock.advance(Date.parse(home.record().updated_at) + 7 * HOUR_MS - home.clock.nowMs());

    expect(await wake(home.record(), home.waking)).toBe(true);
    await home.drain();

    expect(home.record().status).toBe('uploading');
  });

  test('that lapsed while nobody could look is asked for again', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.round();
    const environment = home.platform.environment;
    const untilMs = home.clock.nowMs() + 30 * DAY_MS;
    home.platform.environment = () =>
      Promise.reject(new SetUpError('MUX_DENIED', 'No.', { action: 'Mend it.' }));
    await home.live(() => home.clock.nowMs() > untilMs, 10_000);
    home.platform.environment = environment;

    await home.live();

    expect(home.record().status).toBe('restored');
  });

  test('asks Mux for nothing', async () => {
    const home = await deleted();
    await home.requestRestore();
    const before = { ...home.platform.calls };

    await home.live('uploading');

    expect(home.platform.calls).toEqual(before);
  });

  test('of bytes that are not those that were proved makes nothing of them', async () => {
    const home = await deleted();
    const key = home.record().archive?.key ?? '';
    const [version] = home.vault.versions.get(key) ?? [];
    if (version) home.vault.versions.set(key, [{ ...version, head: { ...version.head, crc32: 'AAAAAA==' } }]);

    await home.requestRestore();
    await home.live();

    expect(home.record().failure?.code).toBe('ARCHIVE_DIFFERS');
    expect(home.platform.calls.createAsset).toBeUndefined();
  });

  test('that lapsed before the platform had read it is done again', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.live('uploading');
    home.platform.fail('createAsset', new NotYetError(home.clock.nowMs() + 8 * DAY_MS, 'a slot'));

    await home.live();

    expect(
      home
        .record()
        .history.slice(-4)
        .map(({ to, cause }) => [to, cause]),
    ).toEqual([
      ['uploading', 'readable again'],
      ['thawing', 'the readable copy lapsed'],
      ['uploading', 'readable again'],
      ['restored', 'new asset ready'],
    ]);
  });

  test('is not needed for GLACIER_IR', async () => {
    const home = await deleted({ settings: { storageClass: 'GLACIER_IR' } });
    const asked = thawsAsked(home);

    await home.requestRestore();
    await home.live();

    expect(asked).toEqual([]);
    expect(home.record().status).toBe('restored');
  });

  test('of a master that the vault has lost fails, with the way on', async () => {
    const home = await deleted();
    home.vault.versions.delete(KEY);

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'ARCHIVE_MISSING', from: 'thawing' },
    });
  });

  test('with a token of another environment waits for the right one, and creates nothing', async () => {
    const home = await deleted();
    home.platform.setEnvironment('another');

    await home.requestRestore();
    await home.live(() => home.record().waiting_for?.startsWith('WRONG_ENVIRONMENT') === true);

    expect(home.record().status).toBe('uploading');
    expect(home.platform.calls.createAsset).toBeUndefined();
  });
});

describe('the create', () => {
  test('leaves out a caption that the vault has lost, and says so', async () => {
    const home = house();
    const texts = ['kept1', 'lost1'];
    home.addVideo(anMp4(), {
      tracks: texts.map((id) => ({ id, type: 'text', text_source: 'uploaded', status: 'ready' })),
    });
    for (const id of texts) {
      const url = `https://stream.mux.test/asset1play1/text/${id}.vtt`;
      home.source.files.set(url, { bytes: Buffer.from('WEBVTT') });
    }
    await home.requestDeletion();
    await home.live();
    const lost = home.record().archive?.captions.find(({ track_id }) => track_id === 'lost1')?.key ?? '';
    home.vault.versions.delete(lost);

    await home.requestRestore();
    await home.live();

    expect(home.record().status).toBe('restored');
    expect(home.record().warnings).toContain(
      `RESTORE_INCOMPLETE: the vault no longer has the caption ${lost}.`,
    );
    const inputs = await home.platform.inputInfo(home.record().current_asset_id ?? '');
    expect(inputs).toHaveLength(2);
  });

  test('whose answer is lost is looked for after the doubt time, and not made twice', async () => {
    const home = await deleted();
    home.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    await home.requestRestore();
    await home.live('uploading');
    const beganMs = home.clock.nowMs();
    const looks: number[] = [];
    const createdSince = home.platform.createdSince;
    home.platform.createdSince = (sinceMs) => {
      looks.push(home.clock.nowMs() - beganMs);
      return createdSince(sinceMs);
    };

    await home.live();

    expect(home.platform.calls.createAsset).toBe(1);
    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
    expect(looks[0]).toBeGreaterThanOrEqual(120_000);
    expect(home.platform.assetIds()).toEqual(['restored1']);
  });

  test('that made nothing is made again after the doubt time', async () => {
    const home = await deleted();
    home.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'before');

    await home.requestRestore();
    await home.live();

    expect(home.platform.calls.createAsset).toBe(2);
    expect(home.platform.assetIds()).toEqual([home.record().current_asset_id]);
  });

  test('that showed itself late is deleted as ours, and one asset is published', async () => {
    const home = await deleted();
    const done = deletions(home);
    home.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    const createdSince = home.platform.createdSince;
    home.platform.createdSince = async () => {
      home.platform.createdSince = createdSince;
      return [];
    };

    await home.requestRestore();
    await home.live();

    expect(home.platform.calls.createAsset).toBe(2);
    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored2' });
    expect(done).toEqual([['restored1', true]]);
    expect(home.platform.assetIds()).toEqual(['restored2']);
  });

  test('never touches an asset of somebody else made in the meantime', async () => {
    const home = await deleted();
    const done = deletions(home);
    home.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    await home.requestRestore();
    home.platform.add({ id: 'stranger' });

    await home.live();

    expect(done).toEqual([]);
    expect(home.platform.assetIds()).toContain('stranger');
  });

  test('that is remembered nowhere because the alias cannot be written is found again', async () => {
    const home = await deleted();
    const putAlias = home.ledger.putAlias;
    home.ledger.putAlias = async (...args) => {
      home.ledger.putAlias = putAlias;
      throw new PermanentError('LEDGER_DENIED', `No ${args[0]}.`, { action: 'Grant it.', retryable: true });
    };

    await home.requestRestore();
    await home.live();
    await home.requestRestore();
    await home.live();

    expect(home.record().status).toBe('restored');
    expect(home.platform.calls.createAsset).toBe(1);
    expect(home.platform.assetIds()).toEqual(['restored1']);
  });

  test('is found among many assets of others, which are not looked into', async () => {
    const home = await deleted({}, { passthrough: 'ours' });
    home.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    await home.requestRestore();
    await home.live('uploading');
    for (let at = 0; at < 150; at++) home.platform.add({ id: `other${at}`, passthrough: `theirs${at}` });
    const before = home.platform.calls.inputInfo ?? 0;

    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
    expect((home.platform.calls.inputInfo ?? 0) - before).toBeLessThanOrEqual(2);
  });

  test('is found among many assets like it, though the rate limit lets one invocation see but a part', async () => {
    const home = await deleted();
    home.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    await home.requestRestore();
    await home.live('uploading');
    await home.live(() => home.record().restore?.create_attempted_at !== undefined);
    const others = Array.from({ length: 150 }, (_, at) => `other${at}`);
    for (const id of others) home.platform.add({ id });
    const looks: string[] = [];
    const { inputInfo } = home.platform;
    let nextSlotMs = 0;
    home.platform.inputInfo = async (id) => {
      const nowMs = home.clock.nowMs();
      if (nowMs < nextSlotMs) throw new NotYetError(nextSlotMs, 'a slot');
      nextSlotMs = nowMs + 8_000;
      looks.push(id);
      return (await inputInfo(id)) ?? [];
    };

    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
    expect(home.platform.calls.createAsset).toBe(1);
    expect(looks.filter((id) => id.startsWith('other')).toSorted()).toEqual(others.toSorted());
    expect(home.record().restore?.searched).toBeUndefined();
    expect(home.log.lines.filter(({ fields }) => fields.outcome === 'overtaken')).toEqual([]);
  });

  test('is not made anew while the list of assets cannot be read to its end', async () => {
    const home = await deleted();
    home.platform.fail('createAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');
    home.platform.fail('createdSince', new TransientError('MUX_LIST_UNFINISHED', 'Too long.'));

    await home.requestRestore();
    await home.live();

    expect(home.platform.calls.createAsset).toBe(1);
    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
  });

  test('that is refused as it was is made without what may be refused, and the record says so', async () => {
    const home = await deleted({}, { passthrough: 'ours', video_quality: 'premium' });
    home.platform.fail('createAsset', refused('video_quality is not available'));

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
    expect(home.record().warnings).toEqual([
      'RESTORE_PLAIN: asked for without video_quality, because video_quality is not available',
    ]);
    const made = await home.platform.inspect('restored1');
    expect(made).toMatchObject({ passthrough: 'ours', playbackIds: [{ policy: 'public' }] });
    expect(made?.raw.video_quality).toBeUndefined();
  });

  test('that is refused for good fails the record and may be retried at once', async () => {
    const home = await deleted();
    home.platform.fail('createAsset', refused('No.'));
    home.platform.fail('createAsset', refused('No.'));

    await home.requestRestore();
    await home.live();
    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'MUX_REFUSED', from: 'uploading' },
    });
    await home.requestRestore();
    await home.live();

    expect(home.record().status).toBe('restored');
    expect(home.platform.calls.createdSince).toBeUndefined();
  });

  test('without a readable manifest fails, with the way on', async () => {
    const home = await deleted();
    home.vault.versions.delete('mux/environment1/asset1/1/manifest.json');

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'MANIFEST_UNREADABLE' } });
    expect(home.platform.calls.createAsset).toBeUndefined();
  });
});

describe('a new asset that comes to nothing', () => {
  test('is deleted as ours and made again, five times at most', async () => {
    const home = await deleted();
    const done = deletions(home);
    home.vault.get = async ({ key }) => {
      if (key === KEY) throw new Error('S3 is away.');
      return home.vault.bytesOf(key);
    };

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'RESTORE_KEEPS_FAILING', from: 'thawing' },
    });
    expect(done).toEqual(
      ['restored1', 'restored2', 'restored3', 'restored4', 'restored5'].map((id) => [id, true]),
    );
    expect(home.platform.assetIds()).toEqual([]);
  });

  test('because somebody deleted it is made again', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.live(() => home.record().restore?.new_asset_id !== undefined);
    home.platform.remove('restored1');

    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored2' });
  });

  test('of another length is published with a warning, for the vault keeps the proved master', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.live(() => home.record().restore?.new_asset_id !== undefined);
    home.platform.change('restored1', { duration: 20 });

    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
    expect(home.record().warnings).toEqual(['RESTORE_DIFFERS: duration was 30 and is 20 now.']);
  });

  test('yet, because a track is still in preparation, is waited for', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.live(() => home.record().restore?.new_asset_id !== undefined);
    home.platform.change('restored1', { tracks: [{ id: 't', type: 'text', status: 'preparing' }] });
    const untilMs = home.clock.nowMs() + HOUR_MS;

    await home.live(() => home.clock.nowMs() > untilMs);
    expect(home.record().status).toBe('uploading');
    home.platform.change('restored1', { tracks: [{ id: 't', type: 'text', status: 'ready' }] });
    await home.live();

    expect(home.record().status).toBe('restored');
  });
});

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

describe('what was', () => {
  const FULL = {
    passthrough: 'order 66',
    meta: { title: 'Köln', creator_id: 'user1', external_id: 'video1' },
    max_resolution_tier: '2160p',
    video_quality: 'plus',
    normalize_audio: true,
    generate_shots: true,
    thumbnail_time: 4,
    upload_id: 'upload1',
    hologram: 'of tomorrow',
    playback_ids: [
      { id: 'public1', policy: 'public' },
      { id: 'signed1', policy: 'signed' },
      { id: 'public2', policy: 'public' },
    ],
    static_renditions: {
      files: [
        { id: 'r1', resolution: 'highest', status: 'ready', passthrough: 'big' },
        { id: 'r2', resolution: '720p', status: 'ready' },
      ],
    },
    tracks: [
      { id: 'v1', type: 'video', max_width: 3840 },
      { id: 'a1', type: 'audio', name: 'Deutsch', language_code: 'de', primary: true },
      textTrack('text1', { name: 'English (SDH)', closed_captions: true, passthrough: 'cc' }),
      textTrack('text2', { name: 'English' }),
    ],
  };

  function textTrack(id: string, more: object) {
    const kind = { type: 'text', text_type: 'subtitles', text_source: 'uploaded', status: 'ready' };
    return { id, ...kind, language_code: 'en', ...more };
  }

  async function deletedFull(raw: Record<string, unknown> = {}): Promise<House> {
    const home = house();
    home.addVideo(anMp4(), { ...FULL, ...raw });
    for (const id of ['text1', 'text2']) {
      home.source.files.set(`https://stream.mux.test/public1/text/${id}.vtt`, {
        bytes: Buffer.from('WEBVTT'),
      });
    }
    await home.requestDeletion();
    await home.live();
    expect(home.record().status).toBe('deleted');
    return home;
  }

  function comparisonOf(home: House, newAssetId = 'restored1') {
    const bytes = home.vault.bytesOf(`mux/environment1/asset1/1/restored/${newAssetId}.json`);
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  }

  test('comes back, and the comparison in the vault says so of each attribute', async () => {
    const home = await deletedFull({ hologram: undefined });
    const done: string[] = [];
    const { finishAsset } = home.platform;
    home.platform.finishAsset = (id, step) => {
      done.push(step.kind);
      return finishAsset(id, step);
    };

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', warnings: [] });
    expect(done).toEqual(['thumbnail', 'playback-id', 'rendition']);
    const { attributes, ...about } = comparisonOf(home);
    expect(about).toMatchObject({ schema: 1, asset_id: 'asset1', life: 1, new_asset_id: 'restored1' });
    const ofKind = (outcome: string) =>
      attributes.flatMap((row: { attribute: string; outcome: string }) =>
        row.outcome === outcome ? row.attribute.replace(/\[\d+\]/g, '[]') : [],
      );
    expect(ofKind('differs')).toEqual([]);
    expect(new Set(ofKind('lost'))).toEqual(
      new Set([
        'id',
        'created_at',
        'upload_id',
        'playback_ids[].id',
        'tracks[].id',
        'static_renditions.files[].id',
      ]),
    );
    expect(ofKind('equal')).toEqual(
      expect.arrayContaining([
        'passthrough',
        'meta.external_id',
        'thumbnail_time',
        'tracks[].passthrough',
        'static_renditions.files[].passthrough',
      ]),
    );
    const { comparison, finished_at } = home.record().restore ?? {};
    expect(comparison?.key).toBe('mux/environment1/asset1/1/restored/restored1.json');
    expect(finished_at).toBeDefined();
  });

  test('and differs without an answer is said', async () => {
    const home = await deletedFull();

    await home.requestRestore();
    await home.live();

    expect(home.record().warnings).toEqual([
      'RESTORE_DIFFERS: hologram was "of tomorrow" and is absent now.',
    ]);
  });

  test('is in the manifest with its verdict before anything is deleted', async () => {
    const home = await deletedFull();

    const manifest = JSON.parse(
      new TextDecoder().decode(home.vault.bytesOf('mux/environment1/asset1/1/manifest.json')),
    );

    expect(manifest.schema).toBe(1);
    expect(manifest.fidelity).toContainEqual(
      expect.objectContaining({ attribute: 'playback_ids[].id', verdict: 'lost' }),
    );
    expect(manifest.fidelity).toContainEqual(
      expect.objectContaining({ attribute: 'hologram', verdict: 'lost' }),
    );
    expect(manifest.fidelity).toContainEqual({
      attribute: 'normalize_audio',
      verdict: 'set',
      how: 'normalize_audio',
      note: expect.any(String),
    });
  });

  test('the customer wrote on the asset is on the new one from its first moment, and nothing of ours is', async () => {
    const home = await deletedFull();
    const seen: unknown[] = [];
    const { createAsset } = home.platform;
    home.platform.createAsset = async (order) => {
      const made = await createAsset(order);
      seen.push(structuredClone(made.raw));
      return made;
    };

    await home.requestRestore();
    await home.live();

    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ passthrough: 'order 66', meta: FULL.meta });
    const token = home.record().restore?.token ?? 'none';
    const { asset_id } = home.record();
    for (const ours of [token, 'icehouse', asset_id]) expect(JSON.stringify(seen[0])).not.toContain(ours);
  });

  test('that Mux refuses, each piece by itself, is named and holds back nothing else', async () => {
    const home = await deletedFull({ hologram: undefined });
    home.platform.fail('finishAsset', refused('thumbnail_time is beyond the end'));

    await home.requestRestore();
    await home.live();

    expect(home.record().warnings).toEqual(['RESTORE_INCOMPLETE: thumbnail_time is beyond the end']);
    const made = home.platform.raw('restored1');
    expect(made?.playback_ids).toHaveLength(3);
    expect(made?.thumbnail_time).toBeUndefined();
    expect(
      comparisonOf(home).attributes.find(
        ({ attribute }: { attribute: string }) => attribute === 'thumbnail_time',
      ),
    ).toMatchObject({ was: 4, is: null, outcome: 'lost' });
  });

  test('that Mux refuses is refused once, and stands in no other step’s way to a slot', async () => {
    const home = await deletedFull({ hologram: undefined });
    const { finishAsset } = home.platform;
    const asked: string[] = [];
    let slots = 1;
    home.platform.finishAsset = async (id, step) => {
      // Others take what comes after the one slot that was waited for.
      if (slots === 0) {
        slots = 1;
        throw new NotYetError(home.clock.nowMs() + 60_000, 'a slot of the Mux rate limit (restore)');
      }
      slots -= 1;
      asked.push(step.kind);
      if (step.kind === 'thumbnail') throw refused('thumbnail_time is beyond the end');
      return finishAsset(id, step);
    };

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({
      status: 'restored',
      warnings: ['RESTORE_INCOMPLETE: thumbnail_time is beyond the end'],
    });
    expect(asked).toEqual(['thumbnail', 'playback-id', 'rendition']);
  });

  test('text and the names of tracks come after the create that had to do without them', async () => {
    const home = await deletedFull({ hologram: undefined });
    home.platform.fail('createAsset', refused('inputs[1].language_code is not valid'));

    await home.requestRestore();
    await home.live();

    expect(home.record().status).toBe('restored');
    const tracks = home.platform.raw('restored1')?.tracks as Record<string, unknown>[];
    expect(tracks.map(({ type, name, passthrough }) => [type, name, passthrough])).toEqual([
      ['video', undefined, undefined],
      ['audio', 'Deutsch', undefined],
      ['text', 'English (SDH)', 'cc'],
      ['text', 'English', undefined],
    ]);
    // What create alone can set is lost, and said once: in the warning of the plain create.
    expect(home.record().warnings).toEqual([
      expect.stringMatching(/^RESTORE_PLAIN: asked for without tracks, /),
    ]);
  });

  test('a step that fails without being refused is tried for a day, and then gone without', async () => {
    const home = await deletedFull({ hologram: undefined });
    const { finishAsset } = home.platform;
    home.platform.finishAsset = (id, step) =>
      step.kind === 'rendition'
        ? Promise.reject(new SetUpError('MUX_FORBIDDEN', 'No.', { action: 'Mend it.' }))
        : finishAsset(id, step);
    await home.requestRestore();
    await home.live('uploading');
    const beganMs = home.clock.nowMs();

    await home.live(undefined, 5_000);

    expect(home.record()).toMatchObject({ status: 'restored', warnings: ['RESTORE_INCOMPLETE: No.'] });
    expect(home.clock.nowMs() - beganMs).toBeGreaterThan(DAY_MS);
    expect(home.clock.nowMs() - beganMs).toBeLessThan(DAY_MS + 2 * HOUR_MS);
  });

  test('is published although the vault refuses its comparison for good', async () => {
    const home = await deletedFull({ hologram: undefined });
    const put = home.vault.put.bind(home.vault);
    home.vault.put = async (order) => {
      if (order.key.includes('/restored/'))
        throw new PermanentError('VAULT_REFUSED', 'No.', { action: 'Look.' });
      return put(order);
    };

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({
      status: 'restored',
      warnings: ['RESTORE_UNCOMPARED: the comparison could not be written: No.'],
    });
  });

  test('is not asked of an asset that somebody deleted meanwhile: another is made', async () => {
    const home = await deletedFull({ hologram: undefined });
    const { finishAsset } = home.platform;
    home.platform.finishAsset = async (id) => {
      home.platform.finishAsset = finishAsset;
      home.platform.remove(id);
      throw new PermanentError('MUX_NOT_FOUND', 'Mux answered 404.', { action: 'Check the id.' });
    };

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({
      status: 'restored',
      current_asset_id: 'restored2',
      warnings: [],
    });
  });

  test('is done under one lease however long each step waits for its slot', async () => {
    const home = await deletedFull({ hologram: undefined });
    const { finishAsset } = home.platform;
    const done: string[] = [];
    home.platform.finishAsset = async (id, step) => {
      await home.clock.sleep(40_000);
      // The sweep looks for records whose lease is over.
      await home.sweep();
      done.push(step.kind);
      return finishAsset(id, step);
    };

    await home.requestRestore();
    await home.live();

    expect(done).toEqual(['thumbnail', 'playback-id', 'rendition']);
    expect(home.log.lines.filter(({ fields }) => fields.outcome === 'overtaken')).toEqual([]);
  });

  test('a rendition that takes too long is said, and the video is published without it', async () => {
    const home = await deletedFull({ hologram: undefined });
    await home.requestRestore();
    await home.live(() => home.record().restore?.new_asset_id !== undefined);
    const files = [
      { id: 'r9', resolution: 'highest', status: 'preparing', passthrough: 'big' },
      { id: 'r8', resolution: '720p', status: 'ready' },
    ];
    home.platform.change('restored1', { static_renditions: { files } });
    const beganMs = home.clock.nowMs();

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'restored',
      warnings: ['RESTORE_INCOMPLETE: Mux was still at the static rendition highest at the publication.'],
    });
    expect(home.clock.nowMs() - beganMs).toBeGreaterThan(HOUR_MS);
    expect(home.clock.nowMs() - beganMs).toBeLessThan(2 * HOUR_MS);
  });

  test('a comparison that cannot be written is tried again, and holds nothing back for long', async () => {
    const home = await deletedFull({ hologram: undefined });
    const { put } = home.vault;
    let tries = 0;
    home.vault.put = (o) => {
      if (!o.key.includes('/restored/')) return put.call(home.vault, o);
      tries += 1;
      return Promise.reject(new SetUpError('S3_DENIED', 'No.', { action: 'Grant it.' }));
    };

    await home.requestRestore();
    await home.live();

    expect(tries).toBeGreaterThan(2);
    expect(home.record()).toMatchObject({
      status: 'restored',
      warnings: ['RESTORE_UNCOMPARED: the comparison could not be written: No.'],
    });
    expect(home.record().restore?.comparison).toBeUndefined();
  });

  test('is done once, whatever is asked again because of a slot that was too far away', async () => {
    const home = await deletedFull({ hologram: undefined });
    const { finishAsset } = home.platform;
    const done: string[] = [];
    let calls = 0;
    home.platform.finishAsset = async (id, step) => {
      calls += 1;
      if (calls % 2 === 0) throw new NotYetError(home.clock.nowMs() + 60_000, 'a slot');
      done.push(step.kind);
      return finishAsset(id, step);
    };

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored', warnings: [] });
    expect(done).toEqual(['thumbnail', 'playback-id', 'rendition']);
  });
});
