// What the old asset was, the new one is; and whatever differs is said.
import { describe, expect, test } from 'vitest';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import { comparisonOf, deletedFull, FULL, refused } from './given-restore.ts';

describe('what was', () => {
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
});
