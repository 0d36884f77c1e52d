// The way back at the platform: one new asset, however often it is asked for, and what becomes of one that fails.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { deleted, deletions, HOUR_MS, KEY, refused } from './given-restore.ts';

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
