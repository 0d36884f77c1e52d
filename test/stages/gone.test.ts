// Somebody else deletes the asset at the platform: a person hears of it at once, whether there is a proof or none.
import { describe, expect, test } from 'vitest';
import { NotYetError, TransientError } from '../../lambdas/domain/failures.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import { house } from '../fakes/house.ts';
import {
  alarms,
  archived,
  bytesInVault,
  DATE_MS,
  KEY,
  LARGE,
  largeGone,
  preparing,
  SMALL,
  TICK_MS,
  wakeNow,
} from './given-gone.ts';

describe('without a proof, an asset that is gone', () => {
  test('while its master is prepared is lost at the source, and a person is told', async () => {
    const home = await preparing();
    home.platform.remove('asset1');

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      lost_at: expect.any(String),
      failure: { code: 'LOST_AT_SOURCE', from: 'preparing', action: expect.stringContaining('Mux support') },
    });
    expect(alarms(home)).toEqual(['LOST_AT_SOURCE preparing failed']);
    expect(home.log.lines).toContainEqual({
      level: 'error',
      message: 'alarm',
      fields: {
        code: 'LOST_AT_SOURCE',
        asset_id: 'asset1',
        cause: 'LOST_AT_SOURCE',
        metrics: { LostAtSource: 1 },
      },
    });
  });

  test('before anybody had seen it was a wrong id, which is no loss', async () => {
    const home = house();
    await home.requestDeletion();

    await home.live();

    expect(home.record().failure?.code).toBe('ASSET_GONE');
    expect(alarms(home)).toEqual([]);
  });

  test('while Mux was still preparing it had been seen', async () => {
    const home = house();
    home.addVideo(SMALL, { status: 'preparing' });
    await home.requestDeletion();
    await home.live(() => home.record().waiting_for === 'Mux is still preparing the asset');
    home.platform.remove('asset1');

    await home.live();

    expect(home.record().failure).toMatchObject({ code: 'LOST_AT_SOURCE', from: 'requested' });
  });

  test('between two lives had been seen', async () => {
    const home = await preparing();
    await home.cancelRequest();
    home.platform.remove('asset1');
    await home.requestDeletion();

    await home.live();

    expect(home.record()).toMatchObject({ life: 2, failure: { code: 'LOST_AT_SOURCE', from: 'requested' } });
  });

  test('as seen by a token of another environment is not gone', async () => {
    const home = await preparing();
    home.platform.remove('asset1');
    await home.ledger.pinEnvironment('environment1');
    home.platform.setEnvironment('environment2');

    await home.clock.advance(60_000);
    await home.round();

    expect(home.record()).toMatchObject({
      status: 'preparing',
      waiting_for: expect.stringContaining('WRONG_ENVIRONMENT'),
    });
    expect(alarms(home)).toEqual([]);
  });

  test('under a copy that no environment remembers says what the vault holds, and keeps it', async () => {
    const home = await largeGone();
    home.cool();

    await home.live();

    expect(home.record().failure).toMatchObject({
      code: 'LOST_AT_SOURCE',
      from: 'archiving',
      message: expect.stringContaining(
        `An unfinished upload of ${KEY} holds 33554432 of its 34603008 bytes, until 7 days after it was begun.`,
      ),
    });
    expect(home.vault.uploads.size).toBe(1);
  });

  test('and comes back goes on from where it was with the same request', async () => {
    const home = await largeGone();
    home.cool();
    await home.live();
    home.source.reads.splice(0);
    home.addVideo(LARGE);

    await home.requestDeletion({ expirationMs: DATE_MS });
    await home.live('archived');

    expect(home.source.reads.filter(({ start, end }) => end - start >= 4_096)).toHaveLength(1);
    expect(bytesInVault(home).equals(LARGE)).toBe(true);
    expect(home.record().lost_at).toBeUndefined();
  });

  test('cannot be restored, and its request can be taken back', async () => {
    const home = await preparing();
    home.platform.remove('asset1');
    await home.live();

    expect(await home.requestRestore()).toMatchObject({ problem: { code: 'NOTHING_TO_RESTORE' } });
    expect(await home.cancelRequest()).toMatchObject({ status: 200, outcome: 'cancelled' });
  });
});

describe('with a proof, an asset that somebody else deleted', () => {
  test('is deleted as soon as that is noticed, and a person is told', async () => {
    const home = await archived();
    home.platform.remove('asset1');

    await wakeNow(home);

    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: expect.any(String) });
    expect(home.bus.events.at(-1)?.entry.cause).toBe('deleted elsewhere');
    expect(alarms(home)).toEqual(['DELETED_ELSEWHERE archived deleted']);
  });

  test('is found in a dry run too', async () => {
    const home = await archived({ settings: { deletions: 'dry-run' } });
    home.platform.remove('asset1');

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(alarms(home)).toEqual(['DELETED_ELSEWHERE archived deleted']);
  });

  test('is found at its date, before a DELETE of ours', async () => {
    const home = await archived();
    home.platform.remove('asset1');

    await home.live();

    expect(home.platform.calls.deleteAsset).toBeUndefined();
    expect(home.record().status).toBe('deleted');
    expect(alarms(home)).toEqual(['DELETED_ELSEWHERE deleting deleted']);
  });

  test('or we, whose answer was lost: nobody can tell, and nobody is told', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(alarms(home)).toEqual([]);
  });

  test('in the moment between proof and DELETE is gone, without an alarm', async () => {
    const home = await archived();
    const deleteAsset = home.platform.deleteAsset;
    home.platform.deleteAsset = (...args) => {
      home.platform.remove('asset1');
      return deleteAsset(...args);
    };

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(alarms(home)).toEqual([]);
  });

  test('while a deletion of ours waited for its slot was deleted by somebody else', async () => {
    const home = await archived();
    home.platform.fail('reserveDeletion', new NotYetError(TICK_MS + 300_000, 'a slot'));
    home.platform.remove('asset1');

    await home.live();

    expect(alarms(home)).toEqual(['DELETED_ELSEWHERE deleting deleted']);
  });

  test('after its request was taken back, and asked for anew, is the archive’s', async () => {
    const home = await archived();
    await home.cancelRequest();
    home.platform.remove('asset1');
    await home.requestDeletion();

    await home.live();

    expect(home.record()).toMatchObject({ life: 2, status: 'deleted' });
    expect(alarms(home)).toEqual(['DELETED_ELSEWHERE requested deleted']);
  });

  test.each(['before its date', 'at its date', 'in the next life'])(
    'whose archive is gone too, noticed %s, is not called safe',
    async (when) => {
      const home = await archived();
      const versions = home.vault.versions.get(KEY) ?? [];
      home.vault.versions.delete(KEY);
      home.platform.remove('asset1');
      if (when === 'in the next life') {
        await home.cancelRequest();
        await home.requestDeletion({ expirationMs: DATE_MS });
      }

      if (when === 'before its date') await wakeNow(home);
      await home.live();

      expect(home.record()).toMatchObject({
        status: 'failed',
        failure: {
          code: 'LOST_AT_SOURCE',
          message: expect.stringContaining(
            `S3 does not have version ${versions[0]?.head.versionId} of ${KEY}`,
          ),
        },
      });
      expect(alarms(home)).toEqual([expect.stringMatching(/^LOST_AT_SOURCE .* failed$/)]);
      expect(await home.requestRestore()).toMatchObject({ problem: { code: 'NOTHING_TO_RESTORE' } });
      // The bucket was a wrong one, say: the same request again finds the archive.
      home.vault.versions.set(KEY, versions);
      await home.requestDeletion({ expirationMs: DATE_MS });
      await home.live();
      expect(home.record().status).toBe('deleted');
    },
  );
});

describe('word of the deletion', () => {
  test('that comes while a held archive is being looked at is looked into at once', async () => {
    const home = await archived();
    await home.hold();
    const { inspect } = home.platform;
    home.platform.inspect = async (id) => {
      home.platform.inspect = inspect;
      const asset = await inspect(id);
      home.platform.remove('asset1');
      await notice('asset1', 'video.asset.deleted', home);
      return asset;
    };

    await home.drain();
    await home.round();

    expect(home.clock.nowMs()).toBeLessThan(DATE_MS);
    expect(home.record().status).toBe('deleted');
    expect(alarms(home)).toEqual(['DELETED_ELSEWHERE archived deleted']);
  });
});
