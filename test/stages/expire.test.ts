// The deletion: never early, never without proof, and what happens to those who ask in the middle of it.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import { restoreRequest } from '../../lambdas/domain/restore-request.ts';
import { readManifestAsset } from '../../lambdas/stages/evidence.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
const TICK = '2026-11-15T11:00:00.000Z';
const FOLDER = 'mux/environment1/asset1/1/';
const KEY = `${FOLDER}master.mp4`;
const CAPTION_KEY = `${FOLDER}captions/text1.vtt`;

const TEXT = { id: 'text1', type: 'text', text_type: 'subtitles', text_source: 'uploaded', status: 'ready' };
const captionUrl = (trackId: string) => `https://stream.mux.test/asset1play1/text/${trackId}.vtt`;

/** An asset with captions, archived, whose date is far away. */
async function archived(options: HouseOptions = {}): Promise<House> {
  const home = house(options);
  home.addVideo(anMp4(), { tracks: [{ id: 'video1', type: 'video' }, TEXT] });
  home.source.files.set(captionUrl('text1'), { bytes: new TextEncoder().encode('WEBVTT') });
  await home.requestDeletion({ expirationMs: DATE_MS });
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  return home;
}

const rendition = (resolution: string) => ({ id: resolution, resolution, status: 'ready', ext: 'mp4' });

function never(): never {
  throw new Error('There is none.');
}

const isKept = (home: House) => home.platform.assetIds().includes('asset1');

/** Goes to the tick and one step beyond, whatever comes of it. */
async function pastTheDate(home: House): Promise<void> {
  await home.clock.advance(Date.parse(TICK) - home.clock.nowMs());
  await home.round();
}

describe('the date', () => {
  test('is waited for to the millisecond', async () => {
    const home = await archived();
    await home.clock.advance(Date.parse(TICK) - home.clock.nowMs() - 1);

    await home.round();
    expect(home.platform.calls.deleteAsset).toBeUndefined();
    await home.clock.advance(1);
    await home.round();

    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: TICK });
  });

  test('is waited for also when something wakes the record before it', async () => {
    const home = await archived();
    await home.reschedule(DATE_MS + 86_400_000);

    await home.drain();

    expect(home.record()).toMatchObject({
      status: 'archived',
      wake_at: '2026-11-16T11:00:00.000Z',
      wake_lane: 'expire',
    });
    expect(isKept(home)).toBe(true);
  });

  test('moved to later between the claim and the write keeps the asset', async () => {
    const home = await archived();
    const reserve = home.platform.reserveDeletion;
    home.platform.reserveDeletion = async () => {
      await home.reschedule(DATE_MS + 86_400_000);
      return reserve();
    };

    await pastTheDate(home);
    expect(home.record().status).toBe('archived');
    home.platform.reserveDeletion = reserve;
    await home.live();

    expect(home.record().deleted_at).toBe('2026-11-16T11:00:00.000Z');
  });

  test('moved while the record goes back to sleep is the one it sleeps until', async () => {
    const home = await archived();
    await home.reschedule(DATE_MS + 9 * 86_400_000);
    const inspect = home.platform.inspect;
    home.platform.inspect = async (id) => {
      home.platform.inspect = inspect;
      await home.reschedule(DATE_MS + 86_400_000);
      return inspect(id);
    };

    await home.drain();

    expect(home.record().wake_at).toBe('2026-11-16T11:00:00.000Z');
  });

  test('taken back between the claim and the write keeps the asset', async () => {
    const home = await archived();
    const reserve = home.platform.reserveDeletion;
    home.platform.reserveDeletion = async () => {
      await home.cancelRequest();
      return reserve();
    };

    await pastTheDate(home);
    await home.live();

    expect(home.record()).toMatchObject({ status: 'cancelled', archive: { key: KEY } });
    expect(isKept(home)).toBe(true);
  });

  test('that passes during the copy lets the copy go on, and deletes after the notice', async () => {
    const home = house({ prepareMs: 3 * 3_600_000 });
    home.addVideo(anMp4());
    await home.requestDeletion({ expirationMs: home.clock.nowMs() + 1 });

    await home.live();

    expect(home.record().history.map(({ to }) => to)).toEqual([
      'requested',
      'preparing',
      'archiving',
      'archived',
      'deleting',
      'deleted',
    ]);
  });

  test('that lies behind still leaves an hour for the losses to be heard of', async () => {
    const home = house({ prepareMs: 0 });
    home.addVideo(anMp4());
    await home.clock.advance(60_000);
    await home.requestDeletion({ expirationMs: home.clock.nowMs() });
    const saidMs = home.clock.nowMs();

    await home.live();

    expect(Date.parse(home.record().deleted_at ?? '') - saidMs).toBeGreaterThanOrEqual(3_600_000);
  });
});

describe('the asset as it is at its date', () => {
  test('shown without its tracks keeps its captions, and waits for a whole answer', async () => {
    const home = await archived();
    const { tracks } = home.platform.raw('asset1') ?? {};
    home.platform.change('asset1', { tracks: undefined });

    await pastTheDate(home);
    const { archive, status, waiting_for } = home.record();
    const before = { captions: archive?.captions.length, status, isKept: isKept(home), waiting_for };
    home.platform.change('asset1', { tracks });
    await home.live();

    expect(before).toMatchObject({ captions: 1, status: 'deleting', isKept: true });
    expect(before.waiting_for).toContain('without its tracks');
    expect(home.record().status).toBe('deleted');
    expect(home.record().archive?.captions).toHaveLength(1);
  });

  test('with changed captions is deleted after these are in the vault', async () => {
    const home = await archived();
    home.platform.change('asset1', {
      tracks: [
        { id: 'video1', type: 'video' },
        { ...TEXT, id: 'text2' },
      ],
    });
    home.source.files.set(captionUrl('text2'), { bytes: new TextEncoder().encode('WEBVTT new') });

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.record().archive?.captions.map(({ track_id }) => track_id)).toEqual(['text2']);
    expect(home.vault.bytesOf(`${FOLDER}captions/text2.vtt`)).toEqual(new TextEncoder().encode('WEBVTT new'));
  });

  test.each<[string, object | undefined, string[]]>([
    ['added', { files: [rendition('720p'), rendition('audio-only')] }, ['720p', 'audio-only']],
    ['taken away', undefined, []],
  ])('with a static rendition %s comes back as it was then', async (_, static_renditions, expected) => {
    const home = house();
    home.addVideo(anMp4(), { static_renditions: { files: [rendition('720p')] } });
    await home.requestDeletion({ expirationMs: DATE_MS });
    await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
    home.platform.change('asset1', { static_renditions });

    await home.live();
    const { archive } = home.record();
    const manifest = await readManifestAsset(home.deps, archive ?? never());

    expect(home.record().status).toBe('deleted');
    expect(
      restoreRequest({ masterUrl: '', like: manifest ?? never(), texts: [] }).static_renditions ?? [],
    ).toEqual(expected.map((resolution) => ({ resolution })));
  });

  test('with a new loss is kept until that has been said for an hour', async () => {
    const home = await archived();
    home.platform.change('asset1', {
      tracks: [
        { id: 'video1', type: 'video' },
        { id: 'a1', type: 'audio', primary: true },
        { id: 'a2', type: 'audio' },
      ],
    });

    await pastTheDate(home);
    await home.live('archived');
    expect(isKept(home)).toBe(true);
    expect(home.bus.events.at(-1)?.record.losses.map(({ code }) => code)).toContain('ADDITIONAL_AUDIO_TRACK');
    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: '2026-11-15T12:00:00.000Z' });
  });

  test('gone already is said to be deleted elsewhere', async () => {
    const home = await archived();
    home.platform.remove('asset1');

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', archive: { key: KEY } });
    expect(home.platform.calls.deleteAsset).toBeUndefined();
  });

  test.each(['archived', 'deleting'])(
    'gone when %s for a token of another environment proves nothing',
    async (status) => {
      const home = await archived();
      home.platform.setEnvironment('another');
      const inspect = home.platform.inspect;
      home.platform.inspect = async () => undefined;
      // Woken before its date, or at it.
      if (status === 'archived') await home.reschedule(DATE_MS + 1);

      await home.live(() => home.record().waiting_for?.startsWith('WRONG_ENVIRONMENT') === true);

      expect(home.record()).toMatchObject({ status });
      expect(home.record().deleted_at).toBeUndefined();
      home.platform.setEnvironment('environment1');
      home.platform.inspect = inspect;
      await home.live();
      expect(home.record().status).toBe('deleted');
    },
  );
});

describe('a proof that fails keeps the asset', () => {
  const rows: [string, string, (home: House) => void][] = [
    ['the master is gone', 'ARCHIVE_MISSING', (home) => void home.vault.versions.delete(KEY)],
    ['the captions are gone', 'ARCHIVE_MISSING', (home) => void home.vault.versions.delete(CAPTION_KEY)],
    [
      'the manifest is gone',
      'MANIFEST_UNREADABLE',
      (home) => void home.vault.versions.delete(`${FOLDER}manifest.json`),
    ],
    ['the size differs', 'ARCHIVE_SIZE_MISMATCH', (home) => tamper(home, { sizeBytes: 999 })],
    ['the checksum differs', 'ARCHIVE_CHECKSUM_MISMATCH', (home) => tamper(home, { crc32: 'AAAAAA==' })],
    ['there is no checksum', 'ARCHIVE_CHECKSUM_MISMATCH', (home) => tamper(home, { crc32: undefined })],
    [
      'the checksum is of parts',
      'ARCHIVE_CLASS_MISMATCH',
      (home) => tamper(home, { checksumType: 'COMPOSITE' }),
    ],
    ['the token is another', 'ARCHIVE_NOT_OURS', (home) => tamper(home, { token: 'another' })],
    ['the class is another', 'ARCHIVE_CLASS_MISMATCH', (home) => tamper(home, { storageClass: 'STANDARD' })],
    ['the version is another', 'ARCHIVE_MISSING', (home) => tamper(home, { versionId: 'another' })],
    [
      'a caption differs',
      'ARCHIVE_CHECKSUM_MISMATCH',
      (home) => tamper(home, { crc32: 'AAAAAA==' }, CAPTION_KEY),
    ],
  ];

  test.each(rows)('%s: %s, and a retry archives anew', async (_, code, harm) => {
    const home = await archived();
    const head = home.vault.head;
    harm(home);

    await home.live();
    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code, from: 'requested', retryable: true },
    });
    expect(isKept(home)).toBe(true);
    expect(home.platform.calls.deleteAsset).toBeUndefined();
    home.vault.head = head;
    await home.requestDeletion({ expirationMs: home.clock.nowMs() + 86_400_000 });
    await home.live();

    expect(home.record().status).toBe('deleted');
  });

  test('and a newer version on top of the proved one does not matter', async () => {
    const home = await archived();
    await home.vault.put({ key: KEY, contentType: 'text/plain', token: 'x', body: new Uint8Array(3) });

    await home.live();

    expect(home.record().status).toBe('deleted');
  });

  test('and a proof that took longer than a minute deletes nothing', async () => {
    const home = await archived();
    const head = home.vault.head.bind(home.vault);
    home.vault.head = async (o) => {
      await home.clock.sleep(10_500);
      return head(o);
    };

    await pastTheDate(home);

    expect(isKept(home)).toBe(true);
    expect(home.record()).toMatchObject({
      status: 'deleting',
      waiting_for: expect.stringContaining('the proof is 63000 ms old'),
    });
  });
});

function tamper(home: House, with_: object, key = KEY): void {
  const head = home.vault.head.bind(home.vault);
  home.vault.head = async (o) => {
    const found = await head(o);
    return found && o.key === key ? { ...found, ...with_ } : found;
  };
}

describe('a dry run', () => {
  test('deletes nothing, says so, and looks again tomorrow', async () => {
    const home = await archived({ settings: { deletions: 'dry-run' } });

    await pastTheDate(home);
    await home.live(() => home.clock.nowMs() >= Date.parse(TICK) + 3 * 86_400_000);

    expect(isKept(home)).toBe(true);
    expect(home.platform.calls.deleteAsset).toBeUndefined();
    expect(home.record()).toMatchObject({
      status: 'archived',
      warnings: ['Dry run: would have been deleted on 2026-11-18.'],
    });
  });

  test('finds a broken archive too', async () => {
    const home = await archived({ settings: { deletions: 'dry-run' } });
    tamper(home, { sizeBytes: 1 });

    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'ARCHIVE_SIZE_MISMATCH' } });
  });
});

describe('the DELETE', () => {
  test('whose answer is lost is found done', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_TIMEOUT', 'No answer.'), 'after');

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', archive: { key: KEY } });
    expect(home.platform.calls.deleteAsset).toBe(1);
  });

  test('that Mux refuses for now is tried again with a new proof', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new NotYetError(Date.parse(TICK) + 300_000, 'a slot'));

    await home.live();

    expect(home.record().deleted_at).toBe('2026-11-15T11:05:00.000Z');
  });

  test('that waits for its slot has changed nothing yet', async () => {
    const home = await archived();
    home.platform.fail('reserveDeletion', new NotYetError(Date.parse(TICK) + 300_000, 'a slot'));

    await pastTheDate(home);

    expect(home.record()).toMatchObject({
      status: 'archived',
      wake_at: '2026-11-15T11:05:00.000Z',
      waiting_for: 'a slot',
    });
  });

  test('that fails for good leaves a record that can be restored or retried', async () => {
    const home = await archived();
    home.platform.fail(
      'deleteAsset',
      new PermanentError('MUX_REFUSED', 'No.', { action: 'Ask.', retryable: true }),
    );

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'MUX_REFUSED', from: 'archived' },
    });
    expect(isKept(home)).toBe(true);
  });
});

describe('a restore asked for during the deletion', () => {
  test.each(['reserveDeletion', 'deleteAsset'] as const)(
    'before %s ends with the video on the platform',
    async (method) => {
      const home = await archived();
      const original = home.platform[method];
      Object.assign(home.platform, {
        [method]: async (...args: Parameters<typeof original>) => {
          home.platform[method] = original as never;
          await home.requestRestore();
          return Reflect.apply(original, home.platform, args);
        },
      });

      await home.live();

      const { status } = home.record();
      expect(method === 'deleteAsset' ? 'restored' : 'cancelled').toBe(status);
      expect(home.platform.assetIds()).toHaveLength(1);
    },
  );

  test('in the very moment when the deletion is stored starts the restore', async () => {
    const home = await archived();
    const publish = home.bus.publish;
    home.bus.publish = async (events) => {
      await publish(events);
      if (events.some(({ entry }) => entry.to === 'deleted')) await home.requestRestore();
    };

    await home.live();

    expect(home.record()).toMatchObject({ status: 'restored' });
    expect(home.platform.assetIds()).toEqual([home.record().current_asset_id]);
  });

  test('is remembered when the asset needs another notice first', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_DOWN', 'Mux is down.'));
    await pastTheDate(home);
    expect(home.record().status).toBe('deleting');

    const answer = await home.requestRestore();
    await home.live();

    expect(answer).toMatchObject({ kind: 'record', status: 202, outcome: 'restoring' });
    expect(home.record().status).toBe('restored');
  });
});

describe('before the date, while the rate limit has no slot', () => {
  test('a new date is what the record waits for, and the look is made up for', async () => {
    const home = await archived({ settings: { ticks: 'quarterly' } });
    const { inspect: before = 0 } = home.platform.calls;
    const slotMs = home.clock.nowMs() + 600_000;
    home.platform.fail('inspect', new NotYetError(slotMs, 'a slot of the Mux rate limit (delete)'));
    await home.reschedule(DATE_MS + 86_400_000);

    await home.drain();
    const waiting = home.record();
    await home.clock.advance(slotMs - home.clock.nowMs());
    await home.round();

    expect(waiting).toMatchObject({ waiting_for: 'the expiration date', wake_lane: 'step' });
    expect(publicRecord(waiting).summary).toContain('will be deleted 16 Nov 2026;');
    expect(home.platform.calls.inspect).toBe(before + 2);
    expect(home.record()).toMatchObject({ wake_at: '2027-01-01T00:00:00.000Z', wake_lane: 'expire' });
  });

  test('news of a loss is looked into as soon as there is one', async () => {
    const home = await archived({ settings: { ticks: 'quarterly' } });
    const slotMs = home.clock.nowMs() + 600_000;
    home.platform.fail('inspect', new NotYetError(slotMs, 'a slot of the Mux rate limit (delete)'));
    home.platform.remove('asset1');
    await notice('asset1', 'video.asset.deleted', home);

    await home.drain();
    await home.clock.advance(slotMs - home.clock.nowMs());
    await home.round();

    expect(home.record()).toMatchObject({ status: 'deleted' });
    expect(home.record().history.map(({ alarm }) => alarm)).toContain('DELETED_ELSEWHERE');
  });
});

describe('a retry of the DELETE', () => {
  test('that was overtaken deletes nothing once the request is taken back', async () => {
    const home = await archived();
    home.platform.fail('deleteAsset', new TransientError('MUX_UNAVAILABLE', 'Mux answered 503.'));
    await pastTheDate(home);
    await home.clock.advance(60_000);
    await home.sweep();
    const late = home.dispatch.invocations.shift();
    // Lambda held it back: its lease ends while it proves, and another finds new losses.
    await home.clock.advance(89_000);
    const { head } = home.vault;
    const cancelled: unknown[] = [];
    home.vault.head = async (object) => {
      home.vault.head = head;
      await home.clock.advance(5_000);
      const audio = { type: 'audio', status: 'ready' };
      const tracks = [TEXT, { ...audio, id: 'audio1', primary: true }, { ...audio, id: 'audio2' }];
      home.platform.change('asset1', { tracks: [{ id: 'video1', type: 'video' }, ...tracks] });
      await home.round();
      cancelled.push(await home.cancelRequest());
      return head.call(home.vault, object);
    };

    if (late) await home.invoke(late);
    await home.live();

    expect(cancelled).toMatchObject([{ kind: 'record', status: 200, outcome: 'cancelled' }]);
    expect(isKept(home)).toBe(true);
    expect(home.record().status).toBe('cancelled');
  });
});

describe('at the last moment', () => {
  test('a caption under way at the date is waited for, and archived when it is ready', async () => {
    const home = await archived();
    const tracks = [{ id: 't9', type: 'text', status: 'preparing', language_code: 'en' }];
    home.platform.change('asset1', { tracks, playback_ids: [{ id: 'p1', policy: 'public' }] });

    await home.live(() => home.record().waiting_for === 'Mux to finish a caption track');

    expect(isKept(home)).toBe(true);
    expect(home.record().status).toBe('deleting');
  });

  test('woken by accident between date and tick, it waits for the tick that people were told', async () => {
    const home = await archived({ settings: { ticks: 'quarterly' } });
    await home.clock.advance(DATE_MS + 7_200_000 - home.clock.nowMs());
    const { asset_id, wake_at } = home.record();
    await home.ledger.save({
      ...home.record(),
      wake_at: new Date(home.clock.nowMs()).toISOString(),
      wake_lane: 'step',
    });

    await home.round();

    expect(isKept(home)).toBe(true);
    expect([home.record(asset_id).status, home.record().wake_at]).toEqual(['archived', wake_at]);
  });
});
