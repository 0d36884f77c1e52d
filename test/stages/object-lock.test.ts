// The lock on an archive: after its proof, before the DELETE, and never for anything else.
import { describe, expect, test } from 'vitest';
import { SetUpError } from '../../lambdas/domain/failures.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
const TICK_MS = Date.UTC(2026, 10, 15, 11);
const DAY_MS = 86_400_000;
const LOCK = { mode: 'compliance', forMs: 30 * DAY_MS } as const;
const LOCKED_UNTIL = '2026-12-15T11:00:00.000Z';
const TEXT = { id: 'text1', type: 'text', text_type: 'subtitles', text_source: 'uploaded', status: 'ready' };
const CAPTIONS = 'https://stream.mux.test/asset1play1/text/text1.vtt';

/** An asset with captions, archived, whose date is far away. */
async function archived({ settings, ...options }: HouseOptions = {}): Promise<House> {
  const home = house({ ...options, settings: { objectLock: LOCK, ...settings } });
  home.addVideo(anMp4(), { tracks: [{ id: 'video1', type: 'video' }, TEXT] });
  home.source.files.set(CAPTIONS, { bytes: new TextEncoder().encode('WEBVTT') });
  await home.requestDeletion({ expirationMs: DATE_MS });
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  return home;
}

async function atItsDate(home: House): Promise<void> {
  await home.clock.advance(TICK_MS - home.clock.nowMs());
  await home.round();
}

const isKept = (home: House) => home.platform.assetIds().includes('asset1');
const without = new SetUpError('VAULT_WITHOUT_LOCK', 'Bucket vault has no Object Lock.', {
  action: 'Enable it.',
});

/** Every version that the record names, by its file's name. */
function versionsOf(home: House): Record<string, string> {
  const { archive } = home.record();
  if (!archive) throw new Error('There is no archive.');
  const all = [archive, archive.manifest, ...archive.captions, ...(archive.sidecars ?? [])];
  return Object.fromEntries(all.map(({ key, version_id }) => [key.split('/').at(-1), version_id]));
}

/** What the stages asked of the vault and of the platform, in order, from now on. */
function following(home: House): string[] {
  const calls: string[] = [];
  const { lock, head } = home.vault;
  const { deleteAsset } = home.platform;
  home.vault.lock = async (o) => {
    calls.push(`lock ${o.key.split('/').at(-1)}`);
    return lock.call(home.vault, o);
  };
  home.vault.head = async (o) => {
    calls.push('proof');
    return head.call(home.vault, o);
  };
  home.platform.deleteAsset = async (...args) => {
    calls.push('DELETE');
    return deleteAsset(...args);
  };
  return calls;
}

describe('when its date comes', () => {
  test('everything that the proof names is locked, after the proof and before the DELETE', async () => {
    const home = await archived();
    const calls = following(home);

    await atItsDate(home);

    const steps = calls.filter((call, at) => call !== calls[at - 1]);
    const files = Object.keys(versionsOf(home));
    expect(files).toEqual(expect.arrayContaining(['master.mp4', 'manifest.json', 'text1.vtt', 'poster.jpg']));
    expect(steps[0]).toBe('proof');
    expect(steps.slice(1, -1).sort()).toEqual(files.map((file) => `lock ${file}`).sort());
    expect(steps.at(-1)).toBe('DELETE');
    expect(home.record()).toMatchObject({ status: 'deleted', archive: { locked_until: LOCKED_UNTIL } });
    expect([...home.vault.locks].sort()).toEqual(
      Object.values(versionsOf(home))
        .map((versionId) => [versionId, TICK_MS + LOCK.forMs])
        .sort(),
    );
  });

  test('nothing is locked before it, nor in a dry run, nor without a copy', async () => {
    const waiting = await archived();
    const rehearsed = await archived({ settings: { deletions: 'dry-run' } });
    const unkept = house({ settings: { objectLock: LOCK } });
    unkept.addVideo(anMp4());
    await unkept.requestDeletion({ expirationMs: DATE_MS, mode: 'delete_only' });

    await waiting.cancelRequest();
    await waiting.live();
    await atItsDate(rehearsed);
    await unkept.live('deleted');

    for (const home of [waiting, rehearsed, unkept]) expect([...home.vault.locks]).toEqual([]);
    expect([waiting, rehearsed, unkept].map((home) => home.record().status)).toEqual([
      'cancelled',
      'archived',
      'deleted',
    ]);
  });

  test('an archive that is no longer proved is neither locked nor the end of its asset', async () => {
    const home = await archived();
    home.vault.versions.delete(home.record().archive?.key ?? '');

    await atItsDate(home);

    expect([...home.vault.locks]).toEqual([]);
    expect(home.record().failure?.code).toBe('ARCHIVE_MISSING');
    expect(isKept(home)).toBe(true);
  });

  test('a lock that S3 refuses keeps the asset, for as long as it takes, and then it goes on', async () => {
    const home = await archived();
    const { lock } = home.vault;
    home.vault.lock = () => Promise.reject(without);

    await atItsDate(home);
    await home.clock.advance(30 * DAY_MS);
    await home.round();
    const waiting = home.record();
    home.vault.lock = lock;
    await home.live('deleted');

    expect(waiting).toMatchObject({
      status: 'deleting',
      waiting_for: expect.stringContaining('VAULT_WITHOUT_LOCK'),
    });
    expect(waiting.archive?.locked_until).toBeUndefined();
    expect(Date.parse(home.record().archive?.locked_until ?? '')).toBeGreaterThanOrEqual(
      TICK_MS + 60 * DAY_MS,
    );
  });

  test('a file that is gone by the time of its lock is found missing by the next proof', async () => {
    const home = await archived();
    const { lock } = home.vault;
    home.vault.lock = (o) => {
      if (o.key.endsWith('.vtt')) home.vault.versions.delete(o.key);
      return lock.call(home.vault, o);
    };

    await atItsDate(home);
    await home.live('failed');

    expect(home.record().failure?.code).toBe('ARCHIVE_MISSING');
    expect(isKept(home)).toBe(true);
  });

  test('locks that take longer than a proof lasts, each time, are followed by another proof', async () => {
    const home = await archived();
    const { lock } = home.vault;
    home.vault.lock = async (o) => {
      if (o.key.endsWith('.mp4')) await home.clock.advance(61_000);
      return lock.call(home.vault, o);
    };
    const calls = following(home);

    await atItsDate(home);

    expect(home.record().status).toBe('deleted');
    expect(calls.at(-1)).toBe('DELETE');
    expect(calls.lastIndexOf('proof')).toBeGreaterThan(calls.findLastIndex((call) => /^lock/.test(call)));
  });

  test('an archive that is lost while the locks are set keeps its asset', async () => {
    const home = await archived();
    const { lock } = home.vault;
    home.vault.lock = async (o) => {
      if (o.key.endsWith('.mp4')) {
        await home.clock.advance(61_000);
        home.vault.versions.delete(home.record().archive?.manifest.key ?? '');
      }
      return lock.call(home.vault, o);
    };

    await atItsDate(home);
    await home.live('failed');

    expect(isKept(home)).toBe(true);
  });

  test('a hold on everything that comes with the locks keeps the asset', async () => {
    const home = await archived();
    const { lock } = home.vault;
    home.vault.lock = async (o) => {
      await home.brake.setHoldOnAll({ reason: 'stop', user_id: 'user-9', since: '2026-11-15T11:00:00.000Z' });
      return lock.call(home.vault, o);
    };

    await atItsDate(home);

    expect(home.record()).toMatchObject({ status: 'archived', archive: { locked_until: LOCKED_UNTIL } });
    expect(isKept(home)).toBe(true);
  });

  test('whoever was overtaken locks nothing', async () => {
    const home = await archived();
    const { get } = home.vault;
    home.vault.get = async (o) => {
      home.vault.get = get;
      const record = home.record();
      if (record.status === 'deleting') await home.ledger.save({ ...record, leased_until: undefined });
      return get.call(home.vault, o);
    };

    await atItsDate(home);

    expect([...home.vault.locks]).toEqual([]);
    expect(isKept(home)).toBe(true);
  });

  test('each crash on the way ends with the asset deleted and all of its archive locked', async () => {
    const whole = await archived();
    const before = whole.calls();
    await atItsDate(whole);
    const calls = Array.from({ length: whole.calls() - before }, (_, at) => before + at + 1);

    for (const call of calls) {
      for (const when of ['before', 'after'] as const) {
        const home = await archived({ accident: { call, kind: 'killed', when } });
        const deleteAsset = home.platform.deleteAsset;
        let unlocked: readonly string[] = [];
        home.platform.deleteAsset = (...args) => {
          unlocked = Object.values(versionsOf(home)).filter((versionId) => !home.vault.locks.has(versionId));
          return deleteAsset(...args);
        };

        await home.live();

        const told = `killed ${when} call ${call}`;
        expect([told, home.record().status, unlocked]).toEqual([told, 'deleted', []]);
      }
    }
    expect(calls.length).toBeGreaterThan(15);
  });
});

describe('where somebody else deleted the asset', () => {
  test('the archive is the only copy now, and is locked', async () => {
    const home = await archived();
    home.platform.remove('asset1');

    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', archive: { locked_until: expect.any(String) } });
    expect(home.record().lock_pending).toBeUndefined();
    expect(home.record().wake_at).toBeUndefined();
    expect([...home.vault.locks.keys()].sort()).toEqual(Object.values(versionsOf(home)).sort());
  });

  test('people hear of it and a restore goes on although the lock is refused', async () => {
    const home = await archived();
    home.platform.remove('asset1');
    home.vault.lock = () => Promise.reject(without);

    await atItsDate(home);
    await home.round();
    const deleted = home.record();
    await home.requestRestore();
    await home.live('restored');

    expect(deleted).toMatchObject({
      status: 'deleted',
      waiting_for: expect.stringContaining('VAULT_WITHOUT_LOCK'),
    });
    expect(home.bus.events.map(({ entry }) => entry.alarm)).toContain('DELETED_ELSEWHERE');
    expect(home.record().status).toBe('restored');
  });

  test('what is left of its archive is locked, and an end of the archive is not forgotten', async () => {
    const home = await archived({ settings: { retentionMs: 60 * DAY_MS } });
    home.platform.remove('asset1');
    home.vault.versions.delete(home.record().archive?.captions[0]?.key ?? '');

    await atItsDate(home);
    await home.round();

    const { 'text1.vtt': lost, ...left } = versionsOf(home);
    expect([...home.vault.locks.keys()].sort()).toEqual(Object.values(left).sort());
    expect(home.record()).toMatchObject({ status: 'deleted', waiting_for: 'the end of its archive' });
    expect(home.record().archive?.locked_until).toBeUndefined();
    expect(lost).toBeDefined();
  });

  test('in a dry run nothing is locked', async () => {
    const home = await archived({ settings: { deletions: 'dry-run' } });
    home.platform.remove('asset1');

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect([...home.vault.locks]).toEqual([]);
  });
});

test('an archive whose lock lasts longer than itself can be restored until then, and ends after it', async () => {
  const home = await archived({ settings: { retentionMs: 20 * DAY_MS } });
  await atItsDate(home);
  await home.live(() => Date.parse(home.record().wake_at ?? '') > TICK_MS + 20 * DAY_MS);
  await home.clock.advance(Date.parse('2026-12-10T00:00:00Z') - home.clock.nowMs());
  await home.round();
  const during = home.record();
  await home.live('purged');

  expect(during).toMatchObject({
    status: 'deleted',
    waiting_for: `the end of its Object Lock on ${LOCKED_UNTIL}`,
    wake_at: LOCKED_UNTIL,
  });
  const begun = home.record().history.find(({ to }) => to === 'purging')?.at ?? '';
  expect(begun >= LOCKED_UNTIL).toBe(true);
});

test('a later life that uses the master again locks it again, until a later day', async () => {
  const home = await archived();
  await home.live('deleted');
  const { archive: first } = home.record();
  await home.requestRestore();
  const { current_asset_id: second = '' } = await home.live('restored');
  await home.clock.advance(DAY_MS);

  await home.requestDeletion({ asset_id: second, expirationMs: home.clock.nowMs() + DAY_MS });
  await home.live(() => home.record(second).status === 'deleted');

  const { archive } = home.record(second);
  expect(archive?.version_id).toBe(first?.version_id);
  expect(Date.parse(archive?.locked_until ?? '')).toBeGreaterThan(
    Date.parse(first?.locked_until ?? '') + DAY_MS,
  );
  expect(home.vault.locks.get(archive?.version_id ?? '')).toBe(Date.parse(archive?.locked_until ?? ''));
});
