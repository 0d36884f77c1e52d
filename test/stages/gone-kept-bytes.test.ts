// Somebody else deletes the asset: what the vault holds of it, parts or an earlier archive, is kept and used.
import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import {
  alarms,
  bytesInVault,
  KEY,
  LARGE,
  largeGone,
  MIB,
  PART,
  preparing,
  SIZE,
  URL,
  wakeNow,
} from './given-gone.ts';

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
