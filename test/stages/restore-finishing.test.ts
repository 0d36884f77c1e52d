// The steps that make a new asset like the old one: each once, tried for long enough, and none in the way of publishing.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, SetUpError } from '../../lambdas/domain/failures.ts';
import { DAY_MS, deletedFull, HOUR_MS, refused } from './given-restore.ts';

describe('what was', () => {
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
