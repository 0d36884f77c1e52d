// The copy of a master into the vault, with everything that can happen on the way. Files have three parts: 16 MiB,
// 16 MiB and 1 MiB.
import { describe, expect, test } from 'vitest';
import { TransientError } from '../../lambdas/domain/failures.ts';
import type { PartInfo } from '../../lambdas/stages/ports.ts';
import { type House, type HouseOptions, house, masterUrl } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import type { ReadFault } from '../fakes/source-memory.ts';

const MIB = 1024 ** 2;
const PART = 16 * MIB;
const SIZE = 33 * MIB;
const URL = masterUrl('asset1');
const KEY = 'mux/environment1/asset1/1/master.mp4';

const FIRST = anMp4({ sizeBytes: SIZE });
const OTHER = anMp4({ sizeBytes: SIZE, fill: 9 });

async function copying(options: HouseOptions = {}, bytes: Uint8Array = FIRST): Promise<House> {
  const home = house({ prepareMs: 0, ...options });
  home.addVideo(bytes);
  await home.requestDeletion();
  await home.live('preparing');
  return home;
}

/** Numbers of the parts that were read from the source, leaving out the small looks at boxes. */
const partReads = (home: House) =>
  home.source.reads.filter(({ start, end }) => end - start >= 4_096).map(({ start }) => start / PART + 1);

/** The third part fails until the copy gives up for this time; what the vault has by then is the first two. */
function breakOff(home: House, fault: ReadFault = 'unavailable'): void {
  home.source.faults.set(2 * PART, Array<ReadFault>(5).fill(fault));
}

async function brokenOff(etag: string | undefined = '"first"'): Promise<House> {
  const home = await copying();
  home.source.files.set(URL, { bytes: FIRST, etag });
  breakOff(home);
  await home.live(() => home.record().waiting_for?.includes('SOURCE_UNAVAILABLE') === true);
  home.source.reads.splice(0);
  return home;
}

const isSafe = (home: House) =>
  home.platform.assetIds().includes('asset1') && !home.platform.calls.deleteAsset;
const bytesInVault = (home: House) => Buffer.from(home.vault.bytesOf(KEY) ?? []);

describe('a copy', () => {
  test('ends with the very bytes, proved, and without an upload', async () => {
    const home = await copying();

    await home.live('archived');

    expect(bytesInVault(home).equals(FIRST)).toBe(true);
    expect(home.record()).toMatchObject({
      archive: { key: KEY, size_bytes: SIZE, storage_class: 'DEEP_ARCHIVE' },
      progress: { bytes_done: SIZE, bytes_total: SIZE },
    });
    expect(home.record().upload).toBeUndefined();
    expect(home.vault.uploads.size).toBe(0);
  });

  test('has its upload in the ledger before its first part is read', async () => {
    const home = await copying();
    const seen: unknown[] = [];
    home.source.onRead = () =>
      void seen.push([home.record().status, home.vault.uploads.has(home.record().upload?.upload_id ?? '')]);

    await home.live('archived');

    expect(seen[0]).toEqual(['archiving', true]);
  });

  test('goes on with the missing parts only', async () => {
    const home = await brokenOff();

    await home.live('archived');

    expect(partReads(home)).toEqual([3]);
    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });

  test('goes on in the next invocation when its time is over', async () => {
    const home = await copying();
    const slow = [600_000, 20_000];
    home.source.onRead = ({ start }) => home.clock.sleep(start === 2 * PART ? (slow.shift() ?? 0) : 10_000);
    const budgets = [60_000, 600_000];
    const waits: (string | undefined)[] = [];
    while (budgets.length > 0) {
      await home.clock.advance(30_000);
      await home.sweep();
      for (const message of home.dispatch.invocations.splice(0)) await home.invoke(message, budgets.shift());
      waits.push(home.record().waiting_for);
    }

    expect(waits[0]).toBe('more time to copy');
    expect(partReads(home).toSorted()).toEqual([1, 2, 3, 3]);
    expect(home.record().status).toBe('archived');
    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });

  test('looks at the file once more, at least the settle time after the first look', async () => {
    const home = await copying({ settings: { settleMs: 60_000 } });
    const looks: number[] = [];
    const probe = home.source.probe.bind(home.source);
    home.source.probe = (url) => {
      looks.push(home.clock.nowMs());
      return probe(url);
    };

    await home.live('archived');

    expect((looks.at(-1) ?? 0) - (looks[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(partReads(home)).toHaveLength(3);
  });

  test('looks at a master that was made anew as if for the first time', async () => {
    const home = await copying({ settings: { settleMs: 60_000 } });
    home.source.faults.set(2 * PART, Array<ReadFault>(2).fill('lapsed'));
    await home.live(() => home.platform.calls.releaseMaster === 1);
    const looks: number[] = [];
    const probe = home.source.probe.bind(home.source);
    home.source.probe = (url) => {
      looks.push(home.clock.nowMs());
      return probe(url);
    };

    await home.live('archived');

    expect((looks.at(-1) ?? 0) - (looks[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
  });

  test('works from a source without Range', async () => {
    const home = await copying();
    home.source.files.set(URL, { bytes: FIRST, ranged: false });

    await home.live('archived');

    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });

  test('adopts a date that is moved meanwhile', async () => {
    const home = await copying();
    let moved = false;
    home.source.onRead = async () => {
      if (moved) return;
      moved = true;
      await home.reschedule(Date.UTC(2026, 10, 5, 12));
    };

    await home.live('archived');

    expect(home.record()).toMatchObject({ wake_at: '2026-11-05T12:00:00.000Z', wake_lane: 'expire' });
  });

  test.each([
    ['sooner', Date.UTC(2026, 10, 5, 12), '2026-11-05T12:00:00.000Z'],
    ['later', Date.UTC(2027, 10, 5, 12), '2027-11-05T12:00:00.000Z'],
  ])('adopts a date that is moved to %s while its end is being told', async (_, dateMs, tick) => {
    const home = await copying();
    const publish = home.bus.publish;
    home.bus.publish = async (events) => {
      await publish(events);
      if (events.some(({ entry }) => entry.to === 'archived' && entry.from === 'archiving'))
        await home.reschedule(dateMs);
    };

    await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);

    expect(home.record()).toMatchObject({ wake_at: tick, wake_lane: 'expire' });
  });
});

describe('a file that changes', () => {
  test('while it is read is begun anew, and succeeds', async () => {
    const home = await copying({}, anMp4({ sizeBytes: 20 * MIB }));
    home.source.onRead = ({ start }) => {
      if (start === PART) home.source.files.set(URL, { bytes: FIRST, etag: '"grown"' });
    };

    await home.live('archived');

    expect(bytesInVault(home).equals(FIRST)).toBe(true);
    expect(home.vault.uploads.size).toBe(0);
  });

  test('between the copy and the second look is begun anew, and succeeds', async () => {
    const home = await copying({}, anMp4({ sizeBytes: 20 * MIB }));
    home.vault.onPart = (partNumber) => {
      if (partNumber === 2) home.source.files.set(URL, { bytes: FIRST, etag: '"grown"' });
    };

    await home.live('archived');

    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });

  test('for the fourth time is handed to a person, and nothing is deleted', async () => {
    const home = await copying({}, anMp4({ sizeBytes: 20 * MIB }));
    let changes = 0;
    home.vault.onPart = () => {
      changes += 1;
      home.source.files.set(URL, { bytes: anMp4({ sizeBytes: 20 * MIB + changes }), etag: `"${changes}"` });
    };

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'MASTER_KEEPS_CHANGING', from: 'requested' },
    });
    expect(isSafe(home)).toBe(true);
    home.vault.onPart = () => undefined;
    await home.requestDeletion();
    await home.live('archived');
    expect(home.vault.uploads.size).toBe(0);
  });

  test('to other bytes of the same size starts over', async () => {
    const home = await brokenOff();
    home.source.files.set(URL, { bytes: OTHER, etag: '"second"' });

    await home.live('archived');

    expect(bytesInVault(home).equals(OTHER)).toBe(true);
  });

  test('to other bytes under the same weak ETag starts over', async () => {
    const home = await brokenOff('W/"weak"');
    home.source.files.set(URL, { bytes: OTHER, etag: 'W/"weak"' });

    await home.live('archived');

    expect(bytesInVault(home).equals(OTHER)).toBe(true);
  });

  test('in name only keeps its parts', async () => {
    const home = await brokenOff();
    const sentBefore = home.vault.sent.length;
    home.source.files.set(URL, { bytes: FIRST, etag: '"second"' });

    await home.live('archived');

    expect(home.vault.sent.slice(sentBefore)).toEqual([3]);
    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });
});

describe('a URL that lapses', () => {
  test('in the middle keeps the parts, and a fresh one is used', async () => {
    const home = await copying();
    home.source.faults.set(2 * PART, ['lapsed']);

    await home.live('archived');

    expect(partReads(home)).toEqual([1, 2, 3, 3]);
    expect(home.platform.calls.releaseMaster).toBeUndefined();
    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });

  test('again and again has the master asked for anew, three times, and its parts outlive the retry', async () => {
    const home = await copying();
    home.source.faults.set(2 * PART, Array<ReadFault>(8).fill('lapsed'));

    await home.live();
    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'MASTER_UNAVAILABLE', from: 'requested' },
    });
    expect(home.platform.calls.releaseMaster).toBe(3);
    expect(isSafe(home)).toBe(true);
    await home.requestDeletion();
    await home.live('archived');

    expect(partReads(home).filter((part) => part < 3)).toEqual([1, 2]);
  });
});

describe('a file that is no whole video', () => {
  const html = new TextEncoder().encode(`<!DOCTYPE html><html>${'.'.repeat(2_000)}</html>`);
  const padded = Buffer.concat([anMp4(), Buffer.alloc(100)]);
  const rows: readonly [string, string, Uint8Array][] = [
    ['an HTML page', 'MASTER_IS_HTML', html],
    ['a file that was cut', 'MASTER_TRUNCATED', anMp4().subarray(0, 900)],
    ['a file that was padded', 'MASTER_PADDED', padded],
    ['a video of another length', 'MASTER_DURATION_DIFFERS', anMp4({ seconds: 20 })],
    ['an empty file', 'MASTER_EMPTY', new Uint8Array()],
  ];

  test.each(rows)('%s fails as %s, and goes on when it is mended', async (_, code, bytes) => {
    const home = await copying({}, bytes);

    await home.live();
    expect(home.record()).toMatchObject({ status: 'failed', failure: { code, retryable: true } });
    expect(isSafe(home)).toBe(true);
    expect(home.record().archive).toBeUndefined();
    home.source.files.set(URL, { bytes: anMp4({ sizeBytes: 2_000 }), etag: '"mended"' });
    await home.requestDeletion();
    await home.live('archived');

    expect(home.record().archive?.size_bytes).toBe(2_000);
  });

  test.each(rows.slice(1, 4))('%s from a source without Range fails as %s', async (_, code, bytes) => {
    const home = await copying({}, bytes);
    home.source.files.set(URL, { bytes, ranged: false });

    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code } });
    expect(isSafe(home)).toBe(true);
  });
});

describe('the end of an upload', () => {
  test('leaves no orphan after a crash between Create and the ledger', async () => {
    const home = await copying();
    const create = home.vault.createUpload.bind(home.vault);
    home.vault.createUpload = async (o) => {
      home.vault.createUpload = create;
      await create(o);
      throw new TransientError('VAULT_UNAVAILABLE', 'The answer was lost.');
    };

    await home.live('archived');

    expect(home.vault.uploads.size).toBe(0);
  });

  test('survives a lost answer of Complete: nothing is copied twice', async () => {
    const home = await copying();
    home.vault.afterComplete = () => {
      home.vault.afterComplete = () => undefined;
      throw new TransientError('VAULT_UNAVAILABLE', 'The answer was lost.');
    };

    await home.live('archived');

    expect(home.vault.sent.toSorted()).toEqual([1, 2, 3]);
    expect(home.vault.versions.get(KEY)).toHaveLength(1);
  });

  test('copies anew when the vault’s object is not what was copied', async () => {
    const home = await copying();
    const head = home.vault.head.bind(home.vault);
    home.vault.head = async (o) => {
      const found = await head(o);
      return found && o.key === KEY ? { ...found, crc32: 'AAAAAA==' } : found;
    };

    await home.live();
    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'ARCHIVE_NOT_PROVED' } });
    home.vault.head = head;
    home.vault.versions.delete(KEY);
    await home.requestDeletion();
    await home.live('archived');

    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });

  test('never takes S3’s checksum for its own', async () => {
    const home = await copying();
    const head = home.vault.head.bind(home.vault);
    home.vault.afterComplete = () => {
      home.vault.afterComplete = () => undefined;
      home.vault.head = async (o) => {
        const found = await head(o);
        return found && home.vault.versions.get(KEY)?.length === 1 ? { ...found, crc32: 'AAAAAA==' } : found;
      };
      throw new TransientError('VAULT_UNAVAILABLE', 'The answer was lost.');
    };

    await home.live('archived');

    expect(home.record().archive?.crc32).not.toBe('AAAAAA==');
    expect(home.vault.versions.get(KEY)).toHaveLength(2);
  });

  test('begins anew when somebody else aborted it', async () => {
    const home = await brokenOff();
    home.vault.uploads.clear();

    await home.live('archived');

    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });

  test('begins anew when it is aborted under the copy', async () => {
    const home = await copying();
    home.source.onRead = ({ start }) => {
      if (start !== 2 * PART) return;
      home.source.onRead = () => undefined;
      home.vault.uploads.clear();
    };

    await home.live('archived');

    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });
});

describe('a slow copy', () => {
  test('keeps its claim by heartbeats, so that no sweep starts a second one', async () => {
    const home = await copying();
    const started: number[] = [];
    home.source.onRead = async ({ start, end }) => {
      if (end - start < 4_096) return;
      await home.clock.sleep(200_000 + start / MIB);
      await home.sweep();
      started.push(home.dispatch.invocations.length);
    };

    await home.live('archived');

    expect(started).toEqual([0, 0, 0]);
    expect(home.record().history.map(({ to }) => to)).toEqual([
      'requested',
      'preparing',
      'archiving',
      'archived',
    ]);
  });

  test('shows its progress', async () => {
    const home = await copying();
    const seen: (number | undefined)[] = [];
    home.source.onRead = async ({ start }) => {
      if (start !== 2 * PART) return;
      await home.clock.sleep(100_000);
      seen.push(home.record().progress?.bytes_done);
    };

    await home.live('archived');

    expect(seen[0]).toBe(32 * MIB);
  });

  test('is stopped by a cancel, and leaves nothing', async () => {
    const home = await copying();
    const aborted: (boolean | undefined)[] = [];
    home.source.onRead = async (_, signal) => {
      if (home.record().status === 'archiving') await home.cancelRequest();
      await home.clock.sleep(120_000);
      aborted.push(signal?.aborted);
    };

    await home.live();

    expect(aborted).toEqual([true, true, true]);
    expect(home.record()).toMatchObject({ status: 'cancelled' });
    expect(home.record().upload).toBeUndefined();
    expect(home.vault.uploads.size).toBe(0);
    expect(home.vault.bytesOf(KEY)).toBeUndefined();
    expect(isSafe(home)).toBe(true);
  });

  test('that is taken back and asked for again at once is taken up where it was', async () => {
    const home = await brokenOff();
    await home.cancelRequest();
    await home.requestDeletion();

    await home.live('archived');

    expect(home.record().life).toBe(2);
    expect(bytesInVault(home).equals(FIRST)).toBe(true);
  });
});

describe('a cancel in the moment of Create', () => {
  test('leaves no upload behind', async () => {
    const home = await copying();
    const create = home.vault.createUpload.bind(home.vault);
    home.vault.createUpload = async (o) => {
      await home.cancelRequest();
      return create(o);
    };

    await home.live();

    expect(home.record().status).toBe('cancelled');
    expect(home.vault.uploads.size).toBe(0);
  });
});

describe('a master that is not there', () => {
  test('after the longest wait is asked for again, three times', async () => {
    const home = house({ prepareMs: 1e12 });
    home.addVideo(FIRST);
    await home.requestDeletion();

    await home.live(undefined, 600);

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'MASTER_UNAVAILABLE', from: 'requested' },
    });
    expect(home.platform.calls.requestMaster).toBe(4);
  });

  test('because its preparation failed is released and asked for again', async () => {
    const home = house({ prepareMs: 60_000 });
    home.addVideo(anMp4());
    await home.requestDeletion();
    await home.live('preparing');
    home.platform.change('asset1', { master: { status: 'errored' } });

    await home.live('archived');

    expect(home.platform.calls).toMatchObject({ requestMaster: 2, releaseMaster: expect.any(Number) });
  });

  test('because the asset is gone is a loss that is said, never a deletion', async () => {
    const home = await copying();
    home.platform.remove('asset1');

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      lost_at: expect.any(String),
      failure: { code: 'LOST_AT_SOURCE' },
    });
    expect(home.record().deleted_at).toBeUndefined();
  });
});

test('the parts that the vault answers are the plan’s', async () => {
  const home = await brokenOff();
  const { upload } = home.record();

  const parts = await home.vault.listParts({ key: upload?.key ?? '', uploadId: upload?.upload_id ?? '' });

  expect(parts?.map(({ partNumber, sizeBytes }: PartInfo) => [partNumber, sizeBytes])).toEqual([
    [1, PART],
    [2, PART],
  ]);
});
