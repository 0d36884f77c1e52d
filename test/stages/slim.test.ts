// `icehouse slim`: what is taken from an asset that stays, that it is written down first, and when it is refused.
import { describe, expect, test } from 'vitest';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import type { SlimWish } from '../../lambdas/domain/slim.ts';
import { slimAsset } from '../../lambdas/stages/slim.ts';
import { failedFrom, inStatus } from '../domain/decision-records.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { LIST_RATES } from '../fakes/rates.ts';

const FILES = [
  {
    id: 'r1',
    name: 'highest.mp4',
    resolution: 'highest',
    resolution_tier: '1080p',
    filesize: '500',
    status: 'ready',
  },
  { id: 'r2', name: 'audio.m4a', resolution: 'audio-only', resolution_tier: 'audio-only', status: 'ready' },
  { id: 'r3', name: '2160p.mp4', resolution: '2160p', status: 'skipped' },
];
const TRACKS = [
  { id: 'video1', type: 'video' },
  { id: 'audio1', type: 'audio', primary: true },
  { id: 'audio2', type: 'audio', name: 'Commentary', language_code: 'en' },
  { id: 'text1', type: 'text', status: 'ready', name: 'Deutsch', language_code: 'de', passthrough: 'cc?a=b' },
];
const VTT = new TextEncoder().encode('WEBVTT\n\n00:00.000 --> 00:01.000\nHallo\n');

/** An hour in 1080p, with all that can be taken. */
function home(raw: Record<string, unknown> = {}): House {
  const given = house();
  given.addVideo(anMp4(), {
    duration: 3_600,
    resolution_tier: '1080p',
    video_quality: 'plus',
    static_renditions: { files: FILES },
    tracks: TRACKS,
    playback_ids: [{ id: 'p1', policy: 'public' }],
    ...raw,
  });
  given.source.files.set('https://stream.mux.test/p1/text/text1.vtt', { bytes: VTT });
  return given;
}

function slim(given: House, wish: Partial<SlimWish> = {}, more: { deletions?: 'on' | 'dry-run' } = {}) {
  const whole: SlimWish = {
    scope: 'static_renditions',
    reason: 'too dear',
    isDryRun: false,
    acceptLoss: false,
    ...wish,
  };
  const { muxPrices } = LIST_RATES;
  const caller = { nowMs: given.clock.nowMs(), actor: 'ann', principal: 'arn:app', requestId: 'call1' };
  return slimAsset({ ...given.deps, muxPrices, deletions: 'on', ...more }, 'asset1', whole, caller);
}

async function slimmed(...given: Parameters<typeof slim>) {
  const answer = await slim(...given);
  if (answer.kind !== 'slimmed') throw new Error(answer.problem.detail);
  return answer.slimmed;
}

async function refusal(...given: Parameters<typeof slim>) {
  const answer = await slim(...given);
  return answer.kind === 'problem' ? answer.problem : undefined;
}

/** In the place of the record there is. */
async function keep({ ledger }: House, record: AssetRecord): Promise<void> {
  const before = await ledger.get(record.asset_id);
  await ledger.save({ ...record, version: before?.version ?? 0 });
}

const textOf = (given: House, key = '') => new TextDecoder().decode(given.vault.bytesOf(key));

describe('static renditions', () => {
  test('all go, with what that frees and how each is made again; the entry tells who, why and what they were', async () => {
    const given = home();

    const answer = await slimmed(given);

    expect(
      answer.removed.map(({ id, size_bytes, usd_per_month }) => [id, size_bytes, usd_per_month]),
    ).toEqual([
      // 60 minutes at $0.00075 and at $0.00006.
      ['r1', 500, 0.045],
      ['r2', undefined, 0.0036],
    ]);
    // Unwatched, the whole is not cold before: 0.18 + 0.0486, and after it 60 % less than 0.18.
    expect(answer.frees).toMatchObject({
      usd_per_month: 0.0486,
      unwatched_usd_per_month: 0.1566,
      size_bytes: 500,
    });
    expect(answer.frees.detail).toContain('cold');
    expect(answer.undo[0]).toContain(
      'POST https://api.mux.com/video/v1/assets/asset1/static-renditions {"resolution":"highest"}',
    );
    expect(given.platform.raw('asset1')?.static_renditions).toEqual({ files: [FILES[2]] });
    expect(answer.entry?.key).toMatch(/^mux\/environment1\/asset1\/slim\/\d{8}T\d{9}Z-[0-9a-f]{32}\.json$/);
    expect(JSON.parse(textOf(given, answer.entry?.key))).toMatchObject({
      asset_id: 'asset1',
      user_id: 'ann',
      principal: 'arn:app',
      reason: 'too dear',
      taken: [
        { kind: 'static_rendition', id: 'r1', was: FILES[0] },
        { kind: 'static_rendition', id: 'r2', was: FILES[1] },
      ],
      undo: answer.undo,
    });
    expect(given.ledger.records.size).toBe(0);
  });

  test('one goes by its id, twice is harmless, and the others keep it from being cold', async () => {
    const given = home();

    const first = await slimmed(given, { id: 'r2' });
    const again = await slimmed(given, { id: 'r2' });

    expect(first.removed.map(({ id }) => id)).toEqual(['r2']);
    expect(first.frees).toMatchObject({ usd_per_month: 0.0036, unwatched_usd_per_month: 0.0036 });
    expect(again).toMatchObject({ removed: [], entry: null, undo: [], frees: { usd_per_month: 0 } });
    expect(given.platform.calls.deleteStaticRendition).toBe(1);
  });
});

describe('a dry run', () => {
  test.each(['asked for', 'of the whole stack'])(
    '(%s) shows all there is, and takes and writes nothing',
    async (why) => {
      const given = home();
      const isDryRun = why === 'asked for';

      const answer = await slimmed(
        given,
        { scope: 'track', isDryRun },
        { deletions: isDryRun ? 'on' : 'dry-run' },
      );

      expect(answer).toMatchObject({ dry_run: true, entry: null });
      expect(answer.removed.map(({ kind, id }) => [kind, id])).toEqual([
        ['audio_track', 'audio2'],
        ['text_track', 'text1'],
      ]);
      expect(given.vault.versions.size).toBe(0);
      expect(given.platform.calls.deleteTrack).toBeUndefined();
    },
  );
});

describe('a track', () => {
  test('of text goes once its text is in the vault', async () => {
    const given = home();

    const answer = await slimmed(given, { scope: 'track', id: 'text1' });

    const [caption] = JSON.parse(textOf(given, answer.entry?.key)).captions;
    expect(textOf(given, caption.key)).toBe(new TextDecoder().decode(VTT));
    expect(answer.undo[0]).toContain(`aws s3 presign s3://vault/${caption.key}`);
    expect(answer.undo[0]).toContain('"language_code":"de","name":"Deutsch","passthrough":"cc?a=b"');
    expect(given.platform.raw('asset1')?.tracks).toEqual(TRACKS.slice(0, 3));
  });

  test.each([
    ['text that nobody can download', 'text1', 'CAPTION_UNREACHABLE'],
    ['further audio', 'audio2', 'AUDIO_NOT_KEPT'],
  ])('of %s stays, unless the loss is accepted', async (_, id, code) => {
    const given = home({ playback_ids: [{ id: 'p1', policy: 'signed' }] });

    const refused = await refusal(given, { scope: 'track', id });
    const kept = given.vault.versions.size;
    const answer = await slimmed(given, { scope: 'track', id, acceptLoss: true });

    expect(refused).toMatchObject({ status: 409, code });
    expect(kept).toBe(0);
    expect(answer.removed.map((part) => part.id)).toEqual([id]);
  });

  test.each(['video1', 'audio1'])('that the video needs stays, whatever is accepted: %s', async (id) => {
    const given = home();

    const refused = await refusal(given, { scope: 'track', id, acceptLoss: true });

    expect(refused).toMatchObject({ status: 409, code: 'TRACK_NEEDED' });
    expect(given.platform.calls.deleteTrack).toBeUndefined();
  });
});

test('the last playback id goes with a warning, and leaves what it was', async () => {
  const given = home();

  const answer = await slimmed(given, { scope: 'playback_id', id: 'p1' });

  expect(answer.warnings.join(' ')).toContain('No playback id is left');
  expect(answer.undo[0]).toContain('/playback-ids {"policy":"public"}');
  expect(given.platform.raw('asset1')?.playback_ids).toEqual([]);
});

test('of an asset whose request was taken back, look-ups go on naming what was taken, and a warning says so', async () => {
  const given = home();
  await keep(given, inStatus('cancelled', { asset_id: 'asset1' }));

  const answer = await slimmed(given, { scope: 'playback_id', id: 'p1' });

  expect(answer.warnings.join(' ')).toContain('its look-ups go on naming');
});

describe('is refused, and nothing is written', () => {
  test('while the asset is given its playback ids again; afterwards they stay taken', async () => {
    const given = home({
      duration: 30,
      playback_ids: [
        { id: 'p1', policy: 'public' },
        { id: 'p2', policy: 'public' },
      ],
    });
    const take = given.platform.deletePlaybackId;
    given.platform.deletePlaybackId = async (...ids) => {
      given.platform.deletePlaybackId = take;
      const answer = await take(...ids);
      await given.cancelRequest();
      return answer;
    };
    await given.requestDeletion({ playback: 'revoke' });
    await given.live('cancelled');
    await given.drain();

    const early = await refusal(given, { scope: 'playback_id', id: 'p2' });
    await given.live();
    await slimmed(given, { scope: 'playback_id', id: 'p2' });

    expect(early?.code).toBe('REQUEST_UNDER_WAY');
    expect(given.platform.raw('asset1')?.playback_ids).toHaveLength(1);
  });

  test.each([
    ['requested', 409, 'REQUEST_UNDER_WAY'],
    ['archived', 409, 'REQUEST_UNDER_WAY'],
    ['deleting', 409, 'REQUEST_UNDER_WAY'],
    ['failed', 409, 'REQUEST_UNDER_WAY'],
    ['purging', 409, 'REQUEST_UNDER_WAY'],
    ['deleted', 404, 'ASSET_GONE'],
    ['restored', 409, 'ALREADY_RESTORED'],
  ] as const)('with a record that is %s', async (standing, status, code) => {
    const given = home();
    const asset_id = 'asset1';
    const record =
      standing === 'failed' ? failedFrom('archived', { asset_id }) : inStatus(standing, { asset_id });
    await keep(given, record);

    const refused = await refusal(given);

    expect(refused).toMatchObject({ status, code });
    expect([given.vault.versions.size, given.platform.calls.inspect]).toEqual([0, undefined]);
  });

  test('while its restore is not over; a restored asset may be slimmed', async () => {
    const given = home();
    await given.ledger.putAlias('asset', 'asset1', 'old1');
    await keep(given, inStatus('uploading', { asset_id: 'old1' }));

    const early = await refusal(given);
    await keep(given, inStatus('restored', { asset_id: 'old1', current_asset_id: 'asset1' }));
    const later = await slimmed(given, { scope: 'playback_id', id: 'p1' });

    expect(early).toMatchObject({ code: 'REQUEST_UNDER_WAY' });
    expect(later.warnings.join(' ')).toContain('its look-ups go on naming');
  });

  test('under a hold on everything, or on the asset of a request that was taken back', async () => {
    const given = home();
    const hold = { reason: 'court', user_id: 'bob', since: '2026-11-01T00:00:00.000Z' };
    await keep(given, inStatus('cancelled', { asset_id: 'asset1', hold }));

    const one = await refusal(given);
    await keep(given, inStatus('cancelled', { asset_id: 'asset1' }));
    await given.brake.setHoldOnAll(hold);
    const all = await refusal(given);
    await given.brake.setHoldOnAll(undefined);

    expect([one?.code, all?.code]).toEqual(['HELD', 'HELD']);
    expect((await slimmed(given)).removed).toHaveLength(2);
  });

  test('for an asset that Mux does not have, or that is not ready', async () => {
    const given = home({ status: 'preparing' });

    const early = await refusal(given);
    given.platform.remove('asset1');
    const gone = await refusal(given);

    expect([early?.code, gone?.code]).toEqual(['ASSET_NOT_READY', 'ASSET_GONE']);
    expect(given.vault.versions.size).toBe(0);
  });
});

describe('when something goes wrong', () => {
  test('nothing is deleted before the entry is in the vault', async () => {
    const given = home();
    const vault = { bucket: 'vault', put: () => Promise.reject(new Error('S3 is away')) };
    const broken = { ...given, deps: { ...given.deps, vault } } as unknown as House;

    await expect(slim(broken)).rejects.toThrow('S3 is away');

    expect(given.platform.calls.deleteStaticRendition).toBeUndefined();
  });

  test('a request that came in while the entry was written keeps all there', async () => {
    const given = home();
    const put: typeof given.vault.put = async (object) => {
      await keep(given, inStatus('requested', { asset_id: 'asset1' }));
      return given.vault.put(object);
    };
    const late = { ...given, deps: { ...given.deps, vault: { bucket: 'vault', put } } } as unknown as House;

    const refused = await refusal(late);

    expect(refused?.code).toBe('REQUEST_UNDER_WAY');
    expect(given.platform.calls.deleteStaticRendition).toBeUndefined();
  });

  test('a call that died between two deletes is made again, and takes what is left', async () => {
    const given = home();
    given.platform.fail('deleteStaticRendition', new Error('answer lost'), 'after');

    await expect(slim(given)).rejects.toThrow('answer lost');
    const again = await slimmed(given);

    expect(again.removed.map(({ id }) => id)).toEqual(['r2']);
    expect(given.platform.raw('asset1')?.static_renditions).toEqual({ files: [FILES[2]] });
  });
});
