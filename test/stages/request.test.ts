// What users ask for is stored as one write and then woken. What they are answered is true even when waking fails.
import { describe, expect, test } from 'vitest';
import { ConflictError } from '../../lambdas/domain/failures.ts';
import type { Answer } from '../../lambdas/stages/request.ts';
import { type House, house, masterUrl } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

async function restored(): Promise<House> {
  const home = house();
  home.addVideo(anMp4());
  await home.requestDeletion();
  await home.live();
  await home.requestRestore();
  await home.live();
  expect(home.record().status).toBe('restored');
  return home;
}

describe('a request', () => {
  test('is answered with the record before any call to the platform', async () => {
    const home = house();

    const answer = await home.requestDeletion();

    expect(answer).toMatchObject({ kind: 'record', status: 202, record: { status: 'requested', life: 1 } });
    expect(home.platform.calls).toEqual({});
    expect(home.dispatch.invocations).toEqual([
      { stage: 'master', message: { asset_id: 'asset1', life: 1, version: 2 } },
    ]);
  });

  test('whose function cannot be started is accepted all the same, and the sweep starts it', async () => {
    const home = house();
    home.addVideo(anMp4());
    const invoke = home.dispatch.invoke;
    home.dispatch.invoke = () => Promise.reject(new Error('Too many at once.'));

    const answer = await home.requestDeletion();
    home.dispatch.invoke = invoke;
    await home.live('archived');

    expect(answer).toMatchObject({ status: 202 });
    expect(home.log.lines[0]).toMatchObject({ level: 'error', message: 'not woken; the sweep will' });
  });

  test('that meets another write is decided anew on what that one left', async () => {
    const home = house();
    home.addVideo(anMp4());
    const save = home.ledger.save;
    home.ledger.save = async (record) => {
      home.ledger.save = save;
      await home.requestDeletion({ deleted_by_user_id: 'user-9' });
      return save(record);
    };

    const answer = await home.requestDeletion();

    expect(answer).toMatchObject({ kind: 'problem', problem: { status: 409, code: 'REQUEST_DIFFERS' } });
    expect(home.record().deleted_by_user_id).toBe('user-9');
  });

  test('that meets another write each time asks the caller to come again', async () => {
    const home = house();
    let tries = 0;
    home.ledger.save = async () => {
      tries += 1;
      throw new ConflictError('Again.');
    };

    const answer = await home.requestDeletion();

    expect(answer).toMatchObject({
      kind: 'problem',
      problem: { status: 503, code: 'RECORD_BUSY', retry_after_seconds: 1 },
    });
    expect(tries).toBe(5);
  });

  test('starts at once, but the tenth that finds the others not begun waits in line for the sweep', async () => {
    const home = house();
    for (let n = 0; n < 15; n += 1) await home.requestDeletion({ asset_id: `asset${n}` });

    const started = home.dispatch.invocations.map(({ message }) => message.asset_id);

    expect(started).toEqual(Array.from({ length: 9 }, (_, n) => `asset${n}`));
    expect(home.record('asset9')).toMatchObject({
      status: 'requested',
      version: 1,
      wake_lane: 'admit',
      wake_at: '2026-11-01T00:00:00.000Z',
    });
  });

  test('that comes twice is one record, and the second answer is 200', async () => {
    const home = house();
    const expirationMs = home.clock.nowMs() + 86_400_000;
    await home.requestDeletion({ expirationMs, asked: { grace_days: 1 } });

    const again = await home.requestDeletion({
      expirationMs: expirationMs + 1_000,
      asked: { grace_days: 1 },
    });

    expect(again).toMatchObject({ kind: 'record', status: 200, record: { life: 1 } });
    expect(home.dispatch.invocations).toHaveLength(1);
  });

  test('for an asset that we restored says where it came from', async () => {
    const home = await restored();

    const answer = await home.requestDeletion({ asset_id: 'restored1' });

    expect(answer).toMatchObject({ record: { asset_id: 'restored1', restored_from: 'asset1' } });
  });
});

describe('a call about an asset that nobody asked to delete', () => {
  test.each([
    ['cancel', (home: House) => home.cancelRequest('stranger')],
    ['restore', (home: House) => home.requestRestore({}, 'stranger')],
    ['reschedule', (home: House) => home.reschedule(Date.UTC(2027, 0, 1), 'stranger')],
  ])('%s is NOT_TRACKED', async (_, call) => {
    const home = house();

    const answer = await call(home);

    expect(answer).toMatchObject({ kind: 'problem', problem: { status: 404, code: 'NOT_TRACKED' } });
    expect(home.platform.calls).toEqual({});
  });
});

describe('a restore of a restored asset', () => {
  test('that is still there answers that it is available', async () => {
    const home = await restored();

    const answer = await home.requestRestore();

    expect(answer).toMatchObject({
      status: 200,
      outcome: 'already_available',
      record: { current_asset_id: 'restored1' },
    });
    expect(home.dispatch.invocations).toEqual([]);
  });

  test('that is gone begins anew, by any id of the lineage', async () => {
    const home = await restored();
    home.platform.remove('restored1');

    const answer = await home.requestRestore({}, 'restored1');
    await home.live();

    expect(answer).toMatchObject({ status: 202, outcome: 'restoring' });
    expect(home.record().current_asset_id).toBe('restored2');
  });

  test('that only a token of another environment does not see is not made twice', async () => {
    const home = await restored();
    home.platform.setEnvironment('another');
    home.platform.inspect = async () => undefined;

    await expect(home.requestRestore()).rejects.toThrow('this stack serves environment1');

    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
  });
});

describe('a call by an old id, once the restored asset has a delete request of its own', () => {
  async function requestedAgain(until?: 'archived'): Promise<House> {
    const home = await restored();
    home.source.files.set(masterUrl('restored1'), { bytes: anMp4(), etag: '"second"' });
    await home.requestDeletion({ asset_id: 'restored1' });
    if (until) await home.live(() => home.record('restored1').status === until);
    return home;
  }

  test.each<[string, (home: House) => Promise<Answer>]>([
    ['restore', (home) => home.requestRestore({}, 'asset1')],
    ['cancel', (home) => home.cancelRequest('asset1')],
  ])('%s takes that request back, and the video stays', async (_, call) => {
    const home = await requestedAgain('archived');

    const answer = await call(home);
    await home.live();

    expect(answer).toMatchObject({ status: 200, outcome: 'cancelled', record: { asset_id: 'restored1' } });
    expect(home.record('restored1').status).toBe('cancelled');
    expect(home.platform.assetIds()).toEqual(['restored1']);
  });

  test('a date is moved on that request', async () => {
    const home = await requestedAgain();

    const answer = await home.reschedule(Date.UTC(2027, 0, 1), 'asset1');

    expect(answer).toMatchObject({
      status: 200,
      record: { asset_id: 'restored1', expiration_date: '2027-01-01T00:00:00.000Z' },
    });
  });

  test('both ids restored at once bring back one asset', async () => {
    const home = await requestedAgain();
    await home.live();

    const byNew = await home.requestRestore({}, 'restored1');
    const byOld = await home.requestRestore({}, 'asset1');
    await home.live();
    const later = await home.requestRestore({}, 'asset1');

    expect(byNew).toMatchObject({ status: 202, record: { asset_id: 'restored1' } });
    expect(byOld).toMatchObject({ status: 200, outcome: 'restoring', record: { asset_id: 'restored1' } });
    expect(later).toMatchObject({ status: 200, outcome: 'already_available' });
    expect(home.platform.assetIds()).toEqual(['restored2']);
  });

  test.each(['asset1', 'restored1'])(
    'a successor that was lost before it was archived comes back from the old archive, asked for as %s',
    async (id) => {
      const home = await restored();
      home.platform.remove('restored1');
      await home.requestDeletion({ asset_id: 'restored1' });
      await home.live();
      expect(home.record('restored1').failure?.code).toBe('ASSET_GONE');

      const answer = await home.requestRestore({}, id);
      await home.live();

      expect(answer).toMatchObject({ status: 202, outcome: 'restoring', record: { asset_id: 'asset1' } });
      expect(home.platform.assetIds()).toEqual(['restored2']);
    },
  );

  test('a circle of records is not followed for ever', async () => {
    const home = await requestedAgain();
    await home.ledger.save({ ...home.record('restored1'), current_asset_id: 'asset1' });

    const answer = await home.cancelRequest('asset1');

    expect(answer.kind).toMatch(/record|problem/);
  });
});

describe('a restore after the request was taken back', () => {
  async function takenBack(until: 'requested' | 'archived'): Promise<House> {
    const home = house();
    home.addVideo(anMp4());
    await home.requestDeletion();
    if (until === 'archived') await home.live('archived');
    await home.cancelRequest();
    await home.live();
    return home;
  }

  test('answers that the video is there while it is', async () => {
    const home = await takenBack('archived');

    expect(await home.requestRestore()).toMatchObject({ status: 200, outcome: 'already_available' });
  });

  test('brings the video back from its archive when somebody deleted it elsewhere', async () => {
    const home = await takenBack('archived');
    home.platform.remove('asset1');

    const answer = await home.requestRestore();
    await home.live();

    expect(answer).toMatchObject({ status: 202, outcome: 'restoring' });
    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1' });
  });

  test('says that there is nothing when it was deleted elsewhere and never archived', async () => {
    const home = await takenBack('requested');
    home.platform.remove('asset1');

    const answer = await home.requestRestore();

    expect(answer).toMatchObject({ kind: 'problem', problem: { status: 409, code: 'NOTHING_TO_RESTORE' } });
  });

  test('restores nothing on the word of a token of another environment', async () => {
    const home = await takenBack('archived');
    home.platform.setEnvironment('another');
    home.platform.inspect = async () => undefined;

    await expect(home.requestRestore()).rejects.toThrow('this stack serves environment1');

    expect(home.record().status).toBe('cancelled');
  });
});

describe('a date moved on a failed record', () => {
  test('is told to the bus even when waking fails, and the record rests again', async () => {
    const home = house();
    home.addVideo(anMp4(), { test: true });
    await home.requestDeletion();
    await home.live();
    const invoke = home.dispatch.invoke;
    home.dispatch.invoke = () => Promise.reject(new Error('Too many at once.'));

    await home.reschedule(Date.UTC(2027, 0, 1));
    home.dispatch.invoke = invoke;
    await home.live();

    expect(home.bus.events.at(-1)?.entry.cause).toContain('date moved');
    expect(home.record()).toMatchObject({ status: 'failed', expiration_date: '2027-01-01T00:00:00.000Z' });
    expect(home.record().wake_at).toBeUndefined();
  });
});
