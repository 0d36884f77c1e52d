// The runner that every stage shares: claims, answers written down, errors sorted.
import { describe, expect, test } from 'vitest';
import {
  ConflictError,
  NotYetError,
  PermanentError,
  SetUpError,
  TransientError,
} from '../../lambdas/domain/failures.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import {
  MAX_ATTEMPTS,
  MAX_TRANSIENT_ATTEMPTS,
  runStage,
  type StageFunction,
} from '../../lambdas/stages/stage.ts';
import { wake } from '../../lambdas/stages/wake.ts';
import { type House, house } from '../fakes/house.ts';
import { aRecord } from '../fakes/record.ts';

const NOW_MS = Date.UTC(2026, 10, 1);
const at = (seconds: number) => new Date(NOW_MS + seconds * 1_000).toISOString();

/** A record that has just been claimed, and the message that its stage was sent. */
async function claimed(home: House, given: Partial<AssetRecord> = {}) {
  const stored = await home.ledger.save(aRecord({ wake_at: at(0), ...given }));
  await wake(stored, home.waking);
  const invocation = home.dispatch.invocations.shift();
  if (!invocation) throw new Error('Nothing was dispatched.');
  return invocation.message;
}

async function run(home: House, step: StageFunction, given: Partial<AssetRecord> = {}): Promise<AssetRecord> {
  const message = await claimed(home, given);
  await home.during(runStage('master', step, home.deps, message, NOW_MS + 60_000));
  return home.record();
}

const throwing =
  (error: unknown): StageFunction =>
  () =>
    Promise.reject(error);

describe('a message', () => {
  test.each([
    ['of an earlier life', { life: 0 }],
    ['of an earlier version', { version: 1 }],
    ['of an unknown asset', { asset_id: 'asset9' }],
  ])('%s does nothing', async (_, stale) => {
    const home = house();
    const message = await claimed(home);
    const before = home.record();
    let ran = false;

    const step: StageFunction = async () => {
      ran = true;
      return { kind: 'rest' };
    };

    await runStage('master', step, home.deps, { ...message, ...stale }, NOW_MS);

    expect(ran).toBe(false);
    expect(home.record()).toEqual(before);
    expect(home.log.lines.at(-1)?.fields).toMatchObject({ outcome: 'stale' });
  });

  test('that comes twice works once', async () => {
    const home = house();
    const message = await claimed(home);
    let runs = 0;
    const step: StageFunction = async (work) => {
      runs += 1;
      await work.renew();
      return { kind: 'wait', untilMs: NOW_MS + 5_000, waitingFor: 'rain' };
    };

    await home.during(runStage('master', step, home.deps, message, NOW_MS));
    await home.during(runStage('master', step, home.deps, message, NOW_MS));

    expect(runs).toBe(1);
  });

  test('that runs twice at once lets one of the two go on after its first write', async () => {
    const home = house();
    const message = await claimed(home);
    await home.clock.advance(1_000);
    let effects = 0;
    const step: StageFunction = async (work) => {
      await work.renew();
      effects += 1;
      return { kind: 'wait', untilMs: NOW_MS + 5_000, waitingFor: 'rain' };
    };
    const go = () => home.during(runStage('master', step, home.deps, message, NOW_MS));

    await Promise.all([go(), go()]);

    expect(effects).toBe(1);
  });
});

describe('what a stage answers', () => {
  test('a wait is stored with its reason, without lease or attempts', async () => {
    const record = await run(house(), async () => ({
      kind: 'wait',
      untilMs: NOW_MS + 5_000,
      waitingFor: 'rain',
    }));

    expect(record).toMatchObject({ status: 'requested', wake_at: at(5), waiting_for: 'rain', attempts: 0 });
    expect(record.leased_until).toBeUndefined();
  });

  test('a move is told to the bus before its wake is stored', async () => {
    const home = house();
    const seen: (string | undefined)[] = [];
    home.bus.publish = async () => void seen.push(home.record().leased_until);

    await run(home, async () => ({
      kind: 'move',
      to: 'preparing',
      cause: 'asked',
      wakeAtMs: NOW_MS + 5_000,
    }));

    expect(seen).toEqual([at(90)]);
    expect(home.record()).toMatchObject({ status: 'preparing', wake_at: at(5) });
  });

  test('transitions that an earlier step left unpublished go out first', async () => {
    const home = house();
    const history = [
      { at: at(0), from: null, to: 'requested', cause: 'delete request', actor: 'user-7', version: 1 },
    ] as const;

    await run(home, async () => ({ kind: 'move', to: 'preparing', cause: 'asked', wakeAtMs: NOW_MS }), {
      history,
    });

    expect(home.bus.events.map(({ entry }) => entry.to)).toEqual(['requested', 'preparing']);
  });

  test('a bus that refuses stops the step, and the sweep tells it later', async () => {
    const home = house();
    const message = await claimed(home);
    const publish = home.bus.publish;
    home.bus.publish = () => Promise.reject(new TransientError('BUS_REFUSED', 'No.'));
    const step: StageFunction = async () => ({ kind: 'move', to: 'cancelled', cause: 'test' });

    await expect(runStage('master', step, home.deps, message, NOW_MS)).rejects.toThrow('No.');
    home.bus.publish = publish;
    await home.live();

    expect(home.bus.events.map(({ entry }) => entry.to)).toEqual(['cancelled']);
    expect(home.record().wake_at).toBeUndefined();
  });

  test('a step that the lifecycle does not know is an error of ours, tried again and given up in the end', async () => {
    const record = await run(house(), async () => ({ kind: 'move', to: 'restored', cause: 'wrong' }), {
      attempts: MAX_ATTEMPTS - 1,
    });

    expect(record).toMatchObject({ status: 'failed', failure: { code: 'GAVE_UP', from: 'requested' } });
  });

  test('a record that is not at rest is never left without a wake', async () => {
    const record = await run(house(), async () => ({ kind: 'rest' }));

    expect(record.wake_at).toBeDefined();
  });
});

describe('an error', () => {
  test('that says when makes the record wait until then', async () => {
    const tooSoon = throwing(new NotYetError(NOW_MS + 7_000, 'a slot'));
    const record = await run(house(), tooSoon, { status: 'preparing' });

    expect(record).toMatchObject({ wake_at: at(7), expected_by: at(7), waiting_for: 'a slot', attempts: 0 });
  });

  test('that is permanent fails the record, with the way on', async () => {
    const error = new PermanentError('TEST_ASSET', 'A test asset.', { action: 'Nothing.', retryable: true });

    const record = await run(house(), throwing(error));

    expect(record).toMatchObject({
      status: 'failed',
      failure: {
        code: 'TEST_ASSET',
        message: 'A test asset.',
        action: 'Nothing.',
        from: 'requested',
        retryable: true,
      },
    });
    expect(record.wake_at).toBeUndefined();
  });

  test('that names where a retry begins is kept with it', async () => {
    const error = new PermanentError('X', 'X.', { action: 'Y.', from: 'requested' });

    const record = await run(house(), throwing(error), { status: 'archiving' });

    expect(record.failure).toMatchObject({ from: 'requested', retryable: false });
  });

  test('of any other kind is tried again with growing waits, its attempts kept', async () => {
    const first = await run(house(), throwing(new TransientError('MUX_DOWN', 'Mux is down.')));
    const third = await run(house(), throwing(new Error('What?')), { attempts: 2 });

    expect(first).toMatchObject({
      attempts: 1,
      wake_at: at(30),
      waiting_for: 'trying again after MUX_DOWN: Mux is down.',
    });
    expect(third).toMatchObject({ attempts: 3, wake_at: at(67.5) });
    expect(third.leased_until).toBeUndefined();
  });

  test('that comes 40 times in a row is handed to a person', async () => {
    const home = house();
    await home.ledger.save(aRecord({ wake_at: at(0) }));
    home.platform.environment = () => Promise.reject(new Error('What?'));

    const record = await home.live();

    expect(record).toMatchObject({
      status: 'failed',
      failure: { code: 'GAVE_UP', from: 'requested', retryable: true },
    });
    expect(record.failure?.message).toBe('Tried 40 times; last: What?');
  });

  test('of our own set-up makes no record fail, however long it lasts', async () => {
    const denied = new SetUpError('MUX_DENIED', 'Mux refuses our token.', {
      action: 'Put another into the secret.',
    });

    const record = await run(house(), throwing(denied), { attempts: MAX_ATTEMPTS - 1 });

    expect(record).toMatchObject({
      status: 'requested',
      attempts: 0,
      wake_at: at(600),
      waiting_for: 'MUX_DENIED: Mux refuses our token. Put another into the secret.',
    });
  });

  test('in a status that cannot fail makes it wait', async () => {
    const error = new PermanentError('X', 'X.', { action: 'Y.' });

    const record = await run(house(), throwing(error), { status: 'cancelled' });

    expect(record).toMatchObject({ status: 'cancelled', wake_at: at(30) });
  });
});

describe('a record that kills its function', () => {
  test('is handed to a person in the end', async () => {
    const home = house();
    await home.ledger.save(aRecord({ wake_at: at(0) }));
    home.platform.environment = () => new Promise(() => undefined);

    for (
      let killed = 0;
      killed <= MAX_TRANSIENT_ATTEMPTS + 1 && home.record().status !== 'failed';
      killed += 1
    ) {
      // The longest lease of a claim that nobody answered.
      await home.clock.advance(16 * 90_000);
      await home.sweep();
      const invocation = home.dispatch.invocations.shift();
      if (invocation && home.record().attempts > MAX_TRANSIENT_ATTEMPTS) await home.invoke(invocation);
    }

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'GAVE_UP' } });
  });
});

describe('somebody else’s write in the middle', () => {
  test('drops the step silently when it took the record away', async () => {
    const home = house();
    home.addVideo(new Uint8Array());
    await home.requestDeletion();
    home.dispatch.invocations.splice(0);
    const message = { asset_id: 'asset1', life: 1, version: home.record().version };
    const step: StageFunction = async () => {
      await home.cancelRequest();
      return { kind: 'move', to: 'preparing', cause: 'asked', wakeAtMs: NOW_MS };
    };

    await runStage('master', step, home.deps, message, NOW_MS);

    expect(home.record().status).toBe('cancelled');
    expect(home.log.lines.at(-1)?.fields).toMatchObject({ outcome: 'overtaken' });
  });

  test('that moves the date is adopted, and told to the bus too', async () => {
    const home = house();
    const step: StageFunction = async (work) => {
      if (work.record.status !== 'requested')
        return { kind: 'wait', untilMs: NOW_MS + 1e9, waitingFor: 'rain' };
      await home.reschedule(NOW_MS + 9 * 86_400_000);
      return { kind: 'move', to: 'preparing', cause: 'asked', wakeAtMs: NOW_MS };
    };

    const record = await run(home, step);

    expect(record).toMatchObject({ status: 'preparing', expiration_date: '2026-11-10T00:00:00.000Z' });
    expect(record.wake_at).toBeDefined();
    expect(record.history.map(({ to }) => to)).toEqual(['requested', 'preparing']);
    await wake(record, home.waking);
    const [next] = home.dispatch.invocations.splice(0);
    await home.during(runStage('archive', step, home.deps, next?.message ?? fail(), NOW_MS));
    expect(home.bus.events.map(({ entry }) => entry.version)).toEqual(
      record.history.map(({ version }) => version),
    );
  });

  test('that moves the date between a failure and its rest still has its news told', async () => {
    const home = house();
    let moved = false;
    const publish = home.bus.publish;
    home.bus.publish = async (events) => {
      await publish(events);
      if (moved) return;
      moved = true;
      await home.reschedule(NOW_MS + 9 * 86_400_000);
    };

    await run(home, throwing(new PermanentError('X', 'X.', { action: 'Y.' })));
    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', expiration_date: '2026-11-10T00:00:00.000Z' });
    expect(home.bus.events.map(({ entry }) => entry.version)).toEqual(
      home.record().history.map(({ version }) => version),
    );
  });

  test('that comes twice drops the step, which the sweep does again', async () => {
    const home = house();
    const save = home.ledger.save;
    const step: StageFunction = async (work) => {
      home.ledger.save = async () => Promise.reject(new ConflictError('Again.'));
      await work.renew().finally(() => {
        home.ledger.save = save;
      });
      return { kind: 'rest' };
    };

    const record = await run(home, step);

    expect(record).toMatchObject({ status: 'requested', wake_at: at(90) });
  });
});

function fail(): never {
  throw new Error('Nothing was dispatched.');
}
