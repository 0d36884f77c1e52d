// A large master that the archive stage and many workers copy at the same time. Parts have 5 MiB and take a copier 4 s
// unless told, four of them at a time.
import { describe, expect, test } from 'vitest';
import { TransientError } from '../../lambdas/domain/failures.ts';
import { LOOK_MS } from '../../lambdas/stages/copy-along.ts';
import { wake } from '../../lambdas/stages/wake.ts';
import { type FanOut, fanOut, KEY, MASTER_URL, PART } from '../fakes/fan-out.ts';

const LANES = 4;
const LEASE_MS = 90_000;
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);
const segmentsAsked = ({ helpers }: FanOut) =>
  helpers.segments.map(({ first_part, last_part }) => [first_part, last_part]);
const archivings = ({ bus }: FanOut) => bus.events.filter(({ entry }) => entry.to === 'archived');

/** One object with the file's own bytes, one transition, no upload left. */
async function expectArchivedOnce(rig: FanOut): Promise<void> {
  const versions = rig.vault.versions.get(KEY) ?? [];
  expect(versions.map(({ head }) => [head.sizeBytes, head.crc32])).toEqual([
    [rig.origin.mp4.sizeBytes, await rig.origin.crc32()],
  ]);
  expect(rig.record()).toMatchObject({
    status: 'archived',
    archive: { version_id: versions[0]?.head.versionId },
  });
  expect(archivings(rig)).toHaveLength(1);
  expect(rig.vault.uploads.size).toBe(0);
}

describe('the archive stage', () => {
  test('asks nobody for a master of one segment', async () => {
    const rig = await fanOut({ parts: 8, partsPerSegment: 8 });

    await rig.together([]);

    expect(rig.helpers.segments).toEqual([]);
    await expectArchivedOnce(rig);
  });

  test('asks for the segments that lack something, and for no other', async () => {
    const rig = await fanOut({ parts: 20, partsPerSegment: 4 });
    await rig.during(rig.worker('earlier').copy(rig.message(2)));
    await rig.during(rig.worker('earlier').copy(rig.message(4, { last_part: 14 })));

    await rig.together([]);

    expect(segmentsAsked(rig)).toEqual([
      [1, 4],
      [9, 12],
      [13, 16],
      [17, 20],
    ]);
    expect(rig.helpers.segments[0]).toEqual(rig.message(1));
  });

  test('asks nobody for the last segment that lacks something', async () => {
    const rig = await fanOut({ parts: 12, partsPerSegment: 4 });
    for (const segment of [1, 3]) await rig.during(rig.worker('earlier').copy(rig.message(segment)));

    await rig.together([]);

    expect(rig.helpers.segments).toEqual([]);
    await expectArchivedOnce(rig);
  });

  test('copies all by itself, each part once, when every message is lost', async () => {
    const rig = await fanOut({ parts: 20, partsPerSegment: 4 });

    await rig.together([]);

    expect(rig.helpers.segments).toHaveLength(5);
    expect(rig.origin.reads.map(({ partNumber }) => partNumber)).toEqual(range(1, 20).reverse());
    await expectArchivedOnce(rig);
  });

  test('copies all by itself when the queue takes no message, and says so', async () => {
    const rig = await fanOut({ parts: 12, partsPerSegment: 4 });
    rig.helpers.ask = () => Promise.reject(new TransientError('COPY_QUEUE_UNAVAILABLE', 'No answer.'));

    await rig.together([]);

    await expectArchivedOnce(rig);
    expect(rig.log.lines.map(({ message }) => message)).toContain('no help for a large master');
  });

  test('asks again for what is missing when its time was over, and shows how far the copy is', async () => {
    const rig = await fanOut({ parts: 20, partsPerSegment: 4 });

    await rig.together([], 18_000);
    const { waiting_for, progress } = rig.record();
    await rig.together([]);

    expect(waiting_for).toBe('more time to copy');
    expect(progress).toEqual({ bytes_done: 12 * PART, bytes_total: 20 * PART });
    expect(segmentsAsked(rig).slice(5)).toEqual([
      [1, 4],
      [5, 8],
    ]);
    await expectArchivedOnce(rig);
  });

  test('does not wait for slow parts of its own that the workers were faster with', async () => {
    const rig = await fanOut({ parts: 16, partsPerSegment: 4 });
    rig.archivePace.partMs = 600_000;
    const begunMs = rig.clock.nowMs();

    await rig.together(rig.workers(4));

    // Four parts at a time in 4 s, the look that sees the list full, and the settle time.
    expect(rig.clock.nowMs() - begunMs).toBeLessThan(40_000);
    await expectArchivedOnce(rig);
  });
});

describe('fifty workers on two hundred segments', () => {
  test('spend at most 55 calls to Mux for the URL, the archive stage’s own among them', async () => {
    const rig = await fanOut({ parts: 200, partsPerSegment: 1 });
    const workers = rig.workers(50);

    await rig.together(workers);

    await expectArchivedOnce(rig);
    expect(segmentsAsked(rig)).toHaveLength(200);
    expect(workers.filter(({ outcomes }) => outcomes.length > 1).length).toBe(50);
    expect(rig.platform.calls.inspect).toBeLessThanOrEqual(55);
  });
});

describe('archive stage and workers', () => {
  test.each([
    ['equally fast', 4_000, 4_000],
    ['with slow workers', 2_000, 17_000],
    ['with a slow archive stage', 21_000, 3_000],
    ['with fast parts on both sides', 700, 500],
  ])('%s, copy few parts twice, and only where they met', async (_, archiveMs, workerMs) => {
    const rig = await fanOut({ parts: 96, partsPerSegment: 12 });
    rig.archivePace.partMs = archiveMs;

    await rig.together(rig.workers(4, workerMs));

    await expectArchivedOnce(rig);
    // The archive stage comes from the end and meets each worker once, in its last segment; what is copied twice there
    // are the parts that the two have under way and those that were done since their last looks.
    const { reads } = rig.origin;
    expect(reads.length - 96).toBeLessThanOrEqual(4 * 2 * LANES);
    for (const { partNumber, begunMs } of reads) {
      const ends = reads.flatMap((other) => (other.partNumber === partNumber ? (other.endedMs ?? []) : []));
      for (const endedMs of ends) expect(begunMs - endedMs).toBeLessThanOrEqual(LOOK_MS);
    }
  });

  test('a worker that dies in the middle costs its unfinished parts only', async () => {
    const rig = await fanOut({ parts: 48, partsPerSegment: 12 });
    const workers = rig.workers(3);
    const [dying] = workers;
    rig.vault.onPart = () => {
      if (rig.listed().filter((n) => n <= 12).length === 5) dying?.kill();
    };

    await rig.together(workers);

    const lost = rig.origin.reads.filter(({ by, endedMs }) => by === 'worker1' && endedMs === undefined);
    expect(dying?.outcomes).toEqual([expect.objectContaining({ message: 'This process is dead.' })]);
    expect(lost.length).toBeLessThanOrEqual(LANES);
    await expectArchivedOnce(rig);
  });
});

describe('the list is full', () => {
  test('and two workers and the archive stage all see it: one object, one transition', async () => {
    const rig = await fanOut({ parts: 8, partsPerSegment: 4 });
    await rig.during(rig.runArchive(0));
    expect(rig.record().waiting_for).toBe('more time to copy');

    await rig.during(rig.consume([rig.message(1), rig.message(2)], rig.workers(2)));
    expect(rig.dispatch.invocations).toHaveLength(1);
    await rig.during(rig.runDispatched());

    expect(rig.vault.completes).toBe(1);
    await expectArchivedOnce(rig);
  });

  test('and Complete takes longer than a lease: the claim is kept, and nobody completes beside it', async () => {
    const rig = await fanOut({ parts: 8, partsPerSegment: 4 });
    const complete = rig.vault.completeUpload.bind(rig.vault);
    rig.vault.completeUpload = async (upload) => {
      if (rig.vault.completes === 0) {
        rig.vault.completes += 1;
        await rig.clock.sleep(2 * LEASE_MS);
      }
      return complete(upload);
    };
    const sweepLater = async () => {
      await rig.clock.sleep(LEASE_MS + 45_000);
      await rig.sweep();
    };

    await rig.during(Promise.all([rig.runArchive(), sweepLater()]));

    expect(rig.vault.completes).toBe(2);
    await expectArchivedOnce(rig);
  });

  test('and two archive stages complete, the first having been frozen: the same version is proved', async () => {
    const rig = await fanOut({ parts: 8, partsPerSegment: 4 });
    const { ledger, vault, clock } = rig;
    let frozen: Promise<void> | undefined;
    const complete = vault.completeUpload.bind(vault);
    vault.completeUpload = async (upload) => {
      if (!frozen) {
        frozen = clock.sleep(3 * LEASE_MS);
        await frozen;
      }
      return complete(upload);
    };
    const save: typeof ledger.save = async (record) => {
      await frozen;
      return ledger.save(record);
    };
    const second = async () => {
      await clock.sleep(2 * LEASE_MS);
      await rig.sweep();
      return rig.runDispatched();
    };

    await rig.during(Promise.all([rig.runArchive(undefined, { ledger: { ...ledger, save } }), second()]));

    expect(vault.completes).toBe(2);
    await expectArchivedOnce(rig);
  });

  test('and a slow worker leaves the part that others were faster with', async () => {
    const rig = await fanOut({ parts: 16, partsPerSegment: 4 });
    const slow = rig.worker('slow', 120_000);
    const begunMs = rig.clock.nowMs();

    await rig.together([slow, ...rig.workers(2, 1_000)]);

    expect(slow.outcomes).toEqual(['copied']);
    expect(rig.clock.nowMs() - begunMs).toBeLessThan(60_000);
    await expectArchivedOnce(rig);
  });

  test('and completed before a worker has looked: its part finds no upload and does no harm', async () => {
    const rig = await fanOut({ parts: 16, partsPerSegment: 4, settings: { settleMs: 0 } });
    const slow = rig.worker('slow', 120_000);

    await rig.together([slow, ...rig.workers(2, 1_000)]);

    expect(slow.outcomes).toEqual(['stale']);
    await expectArchivedOnce(rig);
  });

  test('and nobody holds the record longer than the lease, though the archive stage has died', async () => {
    const rig = await fanOut({ parts: 8, partsPerSegment: 4 });
    await wake(rig.record(), rig.waking);
    rig.dispatch.invocations.splice(0);
    const claimedMs = rig.clock.nowMs();
    await rig.during(rig.consume([rig.message(1), rig.message(2)], rig.workers(2)));
    expect(rig.dispatch.invocations).toEqual([]);

    await rig.clock.advance(claimedMs + LEASE_MS - rig.clock.nowMs());
    await rig.sweep();
    await rig.during(rig.runDispatched());

    expect(rig.origin.reads.every(({ by }) => by !== 'archive')).toBe(true);
    await expectArchivedOnce(rig);
  });
});

describe('in the middle', () => {
  test('a URL that lapses for all is replaced, and no part is copied again', async () => {
    const rig = await fanOut({ parts: 32, partsPerSegment: 8 });
    const workers = rig.workers(2);
    let atLapse: readonly number[] = [];
    rig.vault.onPart = () => {
      if (rig.listed().length !== 10) return;
      atLapse = rig.listed();
      rig.origin.lapsed.add(MASTER_URL);
      rig.platform.change('asset1', { master: { status: 'ready', url: `${MASTER_URL}-fresh` } });
    };

    await rig.together(workers);
    if (rig.record().status !== 'archived') {
      await rig.clock.advance(30_000);
      await rig.together(workers);
    }

    await expectArchivedOnce(rig);
    const times = rig.timesRead();
    expect(atLapse).toHaveLength(10);
    expect(atLapse.every((partNumber) => times.get(partNumber) === 1)).toBe(true);
    // Two workers and two runs of the archive stage, and each worker once more.
    expect(rig.platform.calls.inspect).toBeLessThanOrEqual(6);
  });

  test('a master that changes stops the workers, and the archive stage starts over once', async () => {
    const rig = await fanOut({ parts: 32, partsPerSegment: 8 });
    const workers = rig.workers(2);
    rig.vault.onPart = () => {
      if (rig.listed().length === 10) {
        rig.vault.onPart = () => undefined;
        rig.origin.change();
      }
    };

    await rig.together(workers);
    const begunAgain = rig.record();
    expect(workers.flatMap(({ outcomes }) => outcomes)).toEqual(expect.arrayContaining(['no master']));
    expect(begunAgain).toMatchObject({ status: 'archiving', upload: { restarts: 1 } });
    await rig.together(workers);

    await expectArchivedOnce(rig);
  });
});
