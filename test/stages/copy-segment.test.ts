// What a worker does with a segment of a large master, and what it leaves to others. Parts have 5 MiB and take a copier
// 4 s, four of them at a time.
import { describe, expect, test } from 'vitest';
import { NotYetError, PermanentError, SetUpError, TransientError } from '../../lambdas/domain/failures.ts';
import { cancel } from '../../lambdas/stages/cancel.ts';
import { MasterUrls } from '../../lambdas/stages/master-urls.ts';
import { runStage } from '../../lambdas/stages/stage.ts';
import { type FanOut, fanOut, KEY, MASTER_URL } from '../fakes/fan-out.ts';

/** Four segments of eight parts. */
const setUp = () => fanOut({ parts: 32, partsPerSegment: 8 });
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);
const numbersRead = ({ origin }: FanOut) =>
  origin.reads.map(({ partNumber }) => partNumber).toSorted((a, b) => a - b);
const inspects = ({ platform }: FanOut) => platform.calls.inspect ?? 0;

function offer(rig: FanOut, url: string): void {
  rig.platform.change('asset1', { master: { status: 'ready', url } });
}

describe('a segment', () => {
  test('is copied, and nothing beside it', async () => {
    const rig = await setUp();

    const outcome = await rig.during(rig.worker('one').copy(rig.message(2)));

    expect(outcome).toBe('copied');
    expect(rig.listed()).toEqual(range(9, 16));
    expect(numbersRead(rig)).toEqual(range(9, 16));
  });

  test('whose parts are there in part gets the others only', async () => {
    const rig = await setUp();
    await rig.during(rig.worker('one').copy(rig.message(1, { first_part: 3, last_part: 5 })));
    rig.origin.reads.splice(0);

    await rig.during(rig.worker('two').copy(rig.message(1)));

    expect(numbersRead(rig)).toEqual([1, 2, 6, 7, 8]);
  });

  test('whose message comes again while it is copied is shared by the two, not copied twice', async () => {
    const rig = await fanOut({ parts: 48, partsPerSegment: 48 });
    const [one, two] = rig.workers(2);
    const second = async () => {
      await rig.clock.sleep(10_000);
      return two?.copy(rig.message(1));
    };

    const outcomes = await rig.during(Promise.all([one?.copy(rig.message(1)), second()]));

    expect(outcomes).toEqual(['copied', 'copied']);
    expect(rig.listed()).toEqual(range(1, 48));
    // They come from both ends and meet once: four parts under way on each side.
    expect(rig.origin.reads.length - 48).toBeLessThanOrEqual(8);
  });

  test('that a dead worker had under way costs its unfinished parts only', async () => {
    const rig = await setUp();
    const dying = rig.worker('one');
    const other = rig.worker('two');
    rig.vault.onPart = () => {
      if (rig.listed().filter((n) => n <= 8).length === 3) dying.kill();
    };
    const segments = [1, 2].map((segment) => rig.message(segment));

    await rig.during(rig.consume(segments, [dying, other]));
    const arrived = rig.listed();
    // Its message becomes visible once more.
    await rig.during(rig.consume(rig.failed.splice(0), [other]));

    const twice = [...rig.timesRead()].filter(([, times]) => times > 1).map(([partNumber]) => partNumber);
    expect(rig.listed()).toEqual(range(1, 16));
    expect(twice.every((partNumber) => partNumber <= 8 && !arrived.includes(partNumber))).toBe(true);
    expect(twice.length).toBeLessThanOrEqual(4);
    expect(twice.length).toBeGreaterThan(0);
  });
});

describe('a message has no effect', () => {
  test.each([
    ['of another life', { life: 2 }],
    ['of an upload that was replaced', { upload_id: 'upload-0' }],
    ['of an unknown asset', { asset_id: 'asset9' }],
  ])('%s', async (_, given) => {
    const rig = await setUp();

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1, given)));

    expect(outcome).toBe('stale');
    expect(rig.origin.reads).toEqual([]);
    expect(inspects(rig)).toBe(0);
  });

  test('after the request was taken back', async () => {
    const rig = await setUp();
    await rig.cancelRequest();

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1)));

    expect(outcome).toBe('stale');
    expect(rig.origin.reads).toEqual([]);
  });

  test('after the master was archived', async () => {
    const rig = await setUp();
    await rig.together([]);

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1)));

    expect(rig.record().status).toBe('archived');
    expect(outcome).toBe('stale');
    expect(rig.origin.reads.some(({ by }) => by === 'one')).toBe(false);
  });

  test('when it comes again after its segment was copied: no read, no call to Mux, nobody woken', async () => {
    const rig = await fanOut({ parts: 8, partsPerSegment: 8 });
    await rig.during(rig.worker('one').copy(rig.message(1)));
    rig.dispatch.invocations.splice(0);
    const [before, readsBefore, inspectsBefore] = [rig.record(), rig.origin.reads.length, inspects(rig)];

    const outcome = await rig.during(rig.worker('two').copy(rig.message(1)));

    expect(outcome).toBe('nothing missing');
    expect(rig.origin.reads).toHaveLength(readsBefore);
    expect(inspects(rig)).toBe(inspectsBefore);
    expect(rig.dispatch.invocations).toEqual([]);
    expect(rig.record()).toEqual(before);
  });
});

describe('in the middle of a segment', () => {
  test('a request that is taken back stops the worker at its next part', async () => {
    const rig = await setUp();
    let done = 0;
    rig.vault.onPart = () => {
      done += 1;
      if (done === 2) void takeBack(rig);
    };

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1)));

    expect(outcome).toBe('stale');
    expect(rig.origin.reads.length).toBeLessThanOrEqual(8);
    expect(rig.vault.uploads.size).toBe(0);
    expect(rig.vault.versions.get(KEY)).toBeUndefined();
  });

  test('a URL that lapses is replaced once, and the parts already there are kept', async () => {
    const rig = await setUp();
    const worker = rig.worker('one');
    rig.vault.onPart = (partNumber) => {
      if (rig.listed().length === 3) {
        rig.origin.lapsed.add(MASTER_URL);
        offer(rig, `${MASTER_URL}-fresh`);
      }
      expect(partNumber).toBeLessThanOrEqual(8);
    };

    const outcome = await rig.during(worker.copy(rig.message(1)));

    expect(outcome).toBe('copied');
    expect(numbersRead(rig)).toEqual(range(1, 8));
    expect(inspects(rig)).toBe(2);
  });

  test('a URL that lapses, and its successor too, is left to the archive stage', async () => {
    const rig = await setUp();
    rig.origin.lapsed.add(MASTER_URL);
    rig.origin.lapsed.add(`${MASTER_URL}-fresh`);
    const worker = rig.worker('one');
    const fresh = rig.during(worker.copy(rig.message(1)));
    offer(rig, `${MASTER_URL}-fresh`);

    expect(await fresh).toBe('no master');
    expect(inspects(rig)).toBeLessThanOrEqual(2);
  });

  test('a master that the platform has closed is left to the archive stage', async () => {
    const rig = await setUp();
    rig.platform.change('asset1', { master_access: 'none', master: undefined });

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1)));

    expect(outcome).toBe('no master');
    expect(rig.origin.reads).toEqual([]);
  });

  test('a master that has changed is never mixed in: the worker stops', async () => {
    const rig = await setUp();
    rig.vault.onPart = () => {
      if (rig.listed().length === 3) rig.origin.change();
    };

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1)));

    expect(outcome).toBe('no master');
    expect(rig.listed().length).toBeLessThanOrEqual(4);
  });
});

describe('time', () => {
  test('that is over leaves the rest to others, with what is there kept', async () => {
    const rig = await fanOut({ parts: 64, partsPerSegment: 64 });
    const deadlineMs = rig.clock.nowMs() + 30_000;

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1), { deadlineMs }));

    expect(outcome).toBe('out of time');
    // Four at a time, 4 s each: none is begun with less than 8 s to go.
    expect(rig.listed()).toHaveLength(24);
    expect(rig.clock.nowMs()).toBeLessThanOrEqual(deadlineMs + 1_000);
  });

  test('that ends in the middle of very slow parts cuts them', async () => {
    const rig = await setUp();
    const end = new AbortController();
    rig.origin.onRead = () =>
      void rig.clock.sleep(60_000).then(() => end.abort(new Error('The time is up.')));

    const outcome = await rig.during(
      rig.worker('one', 3_600_000).copy(rig.message(1), { signal: end.signal }),
    );

    expect(outcome).toBe('out of time');
    expect(rig.listed()).toEqual([]);
  });
});

describe('the governor', () => {
  test('lets fifty that begin at once have their URLs within a minute, and no message comes back', async () => {
    const rig = await fanOut({ parts: 50, partsPerSegment: 1 });
    const inspect = governed(rig, 800, 5);
    const workers = range(1, 50).map((n) =>
      rig.worker(`worker${n}`, 4_000, { urls: new MasterUrls({ inspect }) }),
    );
    const begunMs = rig.clock.nowMs();

    await rig.during(Promise.all(workers.map((worker, at) => worker.copy(rig.message(at + 1)))));

    expect(rig.listed()).toEqual(range(1, 50));
    expect(Math.max(...rig.origin.reads.map((read) => read.begunMs)) - begunMs).toBeLessThanOrEqual(60_000);
    expect(inspects(rig)).toBe(50);
  });

  test('gives the workers their turns, and they wait for them', async () => {
    const rig = await setUp();
    rig.platform.fail('inspect', new NotYetError(rig.clock.nowMs() + 40_000, 'a slot'));
    rig.platform.fail('inspect', new NotYetError(rig.clock.nowMs() + 60_000, 'a slot'));
    const begunMs = rig.clock.nowMs();

    const outcome = await rig.during(rig.worker('one').copy(rig.message(1)));

    expect(outcome).toBe('copied');
    expect((rig.origin.reads[0]?.begunMs ?? 0) - begunMs).toBeGreaterThanOrEqual(60_000);
  });

  test('that has no slot in half of the time gives the message back, and nothing has happened', async () => {
    const rig = await setUp();
    const before = rig.record();
    rig.platform.fail('inspect', new NotYetError(rig.clock.nowMs() + 140_000, 'a slot'));

    const copying = rig.worker('one').copy(rig.message(1));

    await expect(rig.during(copying)).rejects.toThrow(NotYetError);
    expect(rig.record()).toEqual(before);
    expect(rig.origin.reads).toEqual([]);
  });
});

describe('an error', () => {
  const failing = (error: Error) => async () => {
    const rig = await setUp();
    rig.origin.onRead = () => {
      throw error;
    };
    const outcome = await rig.during(
      rig
        .worker('one')
        .copy(rig.message(1))
        .catch((thrown: unknown) => thrown),
    );
    return { rig, outcome };
  };

  test('that passes is tried again, then gives the message back; what arrived stays', async () => {
    const rig = await setUp();
    rig.origin.onRead = ({ partNumber }) => {
      if (partNumber === 5) throw new TransientError('SOURCE_UNAVAILABLE', 'The source answered 502.');
    };

    const copying = rig.worker('one').copy(rig.message(1));

    await expect(rig.during(copying)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(rig.origin.reads.filter(({ partNumber }) => partNumber === 5)).toHaveLength(5);
    expect(rig.listed().length).toBeGreaterThan(0);
  });

  test.each(['SOURCE_REFUSED', 'MASTER_TOO_LARGE'])(
    'of the master, %s, is the archive stage’s to record: the message is done, the log says why',
    async (code) => {
      const { rig, outcome } = await failing(new PermanentError(code, 'No.', { action: 'Look.' }))();

      expect(outcome).toBe('refused');
      expect(rig.log.lines).toContainEqual({
        level: 'error',
        message: 'segment refused',
        fields: { asset_id: 'asset1', code, error: 'No.' },
      });
      expect(rig.record().status).toBe('archiving');
    },
  );

  test('of our own set-up goes to people, since nobody but this function may meet it', async () => {
    const denied = new SetUpError('VAULT_DENIED', 'No.', { action: 'Grant it.' });

    const { outcome } = await failing(denied)();

    expect(outcome).toBe(denied);
  });
});

describe('whoever makes the list full', () => {
  test('wakes the archive stage', async () => {
    const rig = await fanOut({ parts: 16, partsPerSegment: 8 });
    await rig.during(rig.worker('one').copy(rig.message(1)));
    expect(rig.dispatch.invocations).toEqual([]);

    await rig.during(rig.worker('two').copy(rig.message(2)));

    expect(rig.dispatch.invocations).toMatchObject([{ stage: 'archive', message: { asset_id: 'asset1' } }]);
  });

  test('leaves an archive stage that is at work alone', async () => {
    const rig = await fanOut({ parts: 8, partsPerSegment: 8 });
    const leased_until = new Date(rig.clock.nowMs() + 60_000).toISOString();
    const held = await rig.ledger.save({ ...rig.record(), leased_until });

    await rig.during(rig.worker('one').copy(rig.message(1)));

    expect(rig.dispatch.invocations).toEqual([]);
    expect(rig.record()).toEqual(held);
  });
});

async function takeBack(rig: FanOut): Promise<void> {
  await rig.cancelRequest();
  const invocation = rig.dispatch.invocations.shift();
  if (!invocation) throw new Error('The cancel stage was not dispatched.');
  await runStage('cancel', cancel, rig.deps, invocation.message, rig.clock.nowMs() + 60_000);
}

/** The platform behind a governor that gives one slot per interval, and refuses those more than 2 s away. */
function governed({ clock, platform }: FanOut, intervalMs: number, burst: number) {
  let slotMs = 0;
  return async (assetId: string) => {
    const nextMs = Math.max(slotMs, clock.nowMs() - (burst - 1) * intervalMs);
    if (nextMs > clock.nowMs() + 2_000) throw new NotYetError(nextMs, 'a slot');
    slotMs = nextMs + intervalMs;
    if (nextMs > clock.nowMs()) await clock.sleep(nextMs - clock.nowMs());
    return platform.inspect(assetId);
  };
}
