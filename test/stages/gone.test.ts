// Somebody else deletes the asset at the platform: a person hears of it at once, and what can still be saved is saved.
// Large files have three parts: 16 MiB, 16 MiB and 1 MiB.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import { type House, type HouseOptions, house, masterUrl } from '../fakes/house.ts';
import type { Accident } from '../fakes/mortal.ts';
import { anMp4 } from '../fakes/mp4.ts';
import type { ReadFault } from '../fakes/source-memory.ts';

const MIB = 1024 ** 2;
const PART = 16 * MIB;
const SIZE = 33 * MIB;
const URL = masterUrl('asset1');
const KEY = 'mux/environment1/asset1/1/master.mp4';
const CAPTIONS = 'https://stream.mux.test/asset1play1/text/text1.vtt';
const LARGE = anMp4({ sizeBytes: SIZE });
const SMALL = anMp4();
const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
const TICK_MS = Date.UTC(2026, 10, 15, 11);

async function preparing(bytes = SMALL, options: HouseOptions = {}, raw = {}): Promise<House> {
  const home = house({ prepareMs: 0, ...options });
  home.addVideo(bytes, raw);
  await home.requestDeletion({ expirationMs: DATE_MS });
  await home.live('preparing');
  return home;
}

/** The copy has broken off at `firstByte`, its environment is warm, and now somebody deletes the asset. */
async function goneUnderTheCopy(firstByte: number, home: House): Promise<House> {
  home.source.faults.set(firstByte, Array<ReadFault>(5).fill('unavailable'));
  await home.live(() => home.record().waiting_for?.includes('SOURCE_UNAVAILABLE') === true);
  home.source.faults.clear();
  home.platform.remove('asset1');
  return home;
}

const largeGone = async (options?: HouseOptions) =>
  goneUnderTheCopy(2 * PART, await preparing(LARGE, options));

async function archived(options: HouseOptions = {}): Promise<House> {
  const home = await preparing(SMALL, options);
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  return home;
}

/** What people were told, in order. */
const alarms = (home: House) =>
  home.bus.events.flatMap(({ entry }) => (entry.alarm ? [`${entry.alarm} ${entry.from} ${entry.to}`] : []));
const bytesInVault = (home: House) => Buffer.from(home.vault.bytesOf(KEY) ?? []);
/** A notice from the platform, or anything else that wakes the record before its date. */
const wakeNow = async (home: House) => {
  await home.ledger.save({
    ...home.record(),
    wake_at: new Date(home.clock.nowMs()).toISOString(),
    wake_lane: 'step',
  });
  await home.round();
};

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

describe('bytes in the vault that nobody else has any more', () => {
  const bytesInParts = (home: House) =>
    [...home.vault.uploads.values()].map(({ parts }) =>
      [...parts.values()].reduce((sum, { info }) => sum + info.sizeBytes, 0),
    );

  /** S3 has every part and refuses to put them together. */
  async function refusedByS3(): Promise<House> {
    const home = await largeGone();
    home.vault.completeUpload = async () => {
      throw new PermanentError('ARCHIVE_REFUSED_BY_S3', 'S3 refused.', { action: 'Ask.', retryable: true });
    };
    await home.live();
    return home;
  }

  test('stay when the URL serves another file since the deletion', async () => {
    const home = await largeGone();
    home.source.files.set(URL, { bytes: LARGE.subarray(0, 20 * MIB), etag: '"second"' });

    await home.live();

    expect(bytesInParts(home)).toEqual([2 * PART]);
    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: {
        code: 'LOST_AT_SOURCE',
        message: expect.stringContaining(`${2 * PART} of its ${SIZE} bytes`),
      },
    });
  });

  test('stay when the whole is refused for good', async () => {
    const home = await refusedByS3();

    expect(bytesInParts(home)).toEqual([SIZE]);
    expect(home.record()).toMatchObject({
      status: 'failed',
      upload: { upload_id: 'upload-1' },
      failure: { code: 'LOST_AT_SOURCE' },
    });
  });

  test('stay when somebody wants to take the failed request back', async () => {
    const home = await refusedByS3();

    const answer = await home.cancelRequest();
    await home.live();

    expect(answer).toMatchObject({ kind: 'problem', problem: { status: 409, code: 'TOO_LATE_TO_CANCEL' } });
    expect(bytesInParts(home)).toEqual([SIZE]);
    expect(home.record().status).toBe('failed');
  });

  test('are sealed unchecked, and never deleted for when the asset turns out to be there', async () => {
    const home = await preparing(LARGE);
    let isHidden = false;
    const { inspect } = home.platform;
    home.platform.inspect = async (id) => (isHidden ? undefined : inspect(id));
    home.vault.onPart = () => {
      isHidden ||= [...home.vault.uploads.values()].some(({ parts }) => parts.size === 2);
    };
    const { probe } = home.source;
    home.source.probe = async (url) => {
      if (isHidden) home.source.lapsed.add(URL);
      return probe.call(home.source, url);
    };
    await home.live('archived');
    isHidden = false;

    await home.live();

    expect(home.platform.assetIds()).toContain('asset1');
    expect(home.platform.calls.deleteAsset).toBeUndefined();
    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'ARCHIVE_UNCHECKED' } });
    home.source.lapsed.clear();
    home.vault.onPart = () => undefined;
    await home.requestDeletion();
    await home.live();
    expect(home.record().archive?.is_unchecked).toBeUndefined();
    expect(bytesInVault(home).equals(LARGE)).toBe(true);
  });

  test('are sealed although the URL closed between the last part and the last look', async () => {
    const home = await preparing(LARGE);
    home.vault.onPart = () => {
      if ([...home.vault.uploads.values()].some(({ parts }) => parts.size === 2))
        home.platform.remove('asset1');
    };
    const { probe } = home.source;
    home.source.probe = async (url) => {
      if (!home.platform.assetIds().includes('asset1')) home.source.lapsed.add(URL);
      return probe.call(home.source, url);
    };

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', archive: { size_bytes: SIZE } });
    expect(home.record().losses.map(({ code }) => code)).toContain('MASTER_UNCHECKED');
    expect(bytesInVault(home).equals(LARGE)).toBe(true);
    expect(alarms(home)).toContainEqual(expect.stringMatching(/LOST_AT_SOURCE|DELETED_ELSEWHERE/));
  });

  test('are sealed when the request was made anew and has not begun to copy', async () => {
    const home = await preparing(LARGE);
    home.vault.onPart = () => {
      if ([...home.vault.uploads.values()].some(({ parts }) => parts.size === 2))
        home.source.probe = () =>
          Promise.reject(new TransientError('SOURCE_UNAVAILABLE', 'It answered 503.'));
    };
    await home.live(() => home.record().waiting_for?.includes('SOURCE_UNAVAILABLE') === true);
    home.cool();
    home.platform.remove('asset1');
    await home.ledger.save({ ...home.record(), status: 'preparing' });
    await wakeNow(home);

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', archive: { is_unchecked: true } });
    expect(bytesInVault(home).equals(LARGE)).toBe(true);
  });
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

test.each(['moved to a class that is not reused', 'sealed unchecked'])(
  'an archive that was %s is what is left when the asset goes during its next copy',
  async (why) => {
    const home = house({ prepareMs: 600_000 });
    home.addVideo(anMp4());
    await home.requestDeletion();
    await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
    await home.cancelRequest();
    await home.live();
    const { archive } = home.record();
    const head = home.vault.head.bind(home.vault);
    if (why === 'sealed unchecked' && archive)
      await home.ledger.save({ ...home.record(), archive: { ...archive, is_unchecked: true } });
    else
      home.vault.head = async (object) => {
        const found = await head(object);
        return found && object.key === archive?.key ? { ...found, storageClass: 'STANDARD' } : found;
      };
    // The master of the first life is closed again.
    await home.clock.advance(30 * 3_600_000);
    home.platform.change('asset1', { master: undefined, master_access: 'none' });
    home.cool();
    await home.requestDeletion();
    await home.live('preparing');
    home.platform.remove('asset1');
    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', archive: { version_id: archive?.version_id } });
    home.vault.head = head;
    await home.requestRestore();
    await home.live();
    expect(home.record().status).toBe('restored');
  },
);

test('an archive that the vault has lost is nothing to go back to: the parts of the next copy are kept', async () => {
  const home = await largeGone();
  const archive = { key: KEY, version_id: 'gone', size_bytes: SIZE, crc32: 'AAAAAA==' };
  const manifest = { ...archive, key: KEY.replace('master.mp4', 'manifest.json') };
  const whole = {
    bucket: 'vault',
    storage_class: 'DEEP_ARCHIVE',
    token: 'token',
    verified_at: '2026-11-01T00:00:00.000Z',
  } as const;
  await home.ledger.save({ ...home.record(), archive: { ...archive, ...whole, manifest, captions: [] } });
  home.cool();

  await home.live();

  expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'LOST_AT_SOURCE' } });
  expect([...home.vault.uploads.values()].map(({ parts }) => parts.size)).toEqual([2]);
});
