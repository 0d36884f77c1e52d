// Orders of erasure as people give, stop and look at them: on the root of the lineage, by any id of it.
import { describe, expect, test } from 'vitest';
import { ConflictError } from '../../lambdas/domain/failures.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import {
  type ErasureAnswer,
  findErasure,
  listErasures,
  orderErasureOf,
  stopErasureOf,
  type WholeErasure,
} from '../../lambdas/stages/erasures.ts';
import type { ErasureFile } from '../../lambdas/stages/ports.ts';
import { ARCHIVE, BULK, inStatus } from '../domain/decision-records.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const ID = 'e'.repeat(32);
const HOUR_MS = 3_600_000;

/** asset1 was deleted and restored as new1, which is archived in its turn. */
async function lineage(): Promise<House> {
  const home = house();
  const fresh = { version: 0, published_version: 0, life: 1 };
  const restore = { ...BULK, new_asset_id: 'new1' };
  await home.ledger.save(
    inStatus('restored', { ...fresh, archive: ARCHIVE, restore, current_asset_id: 'new1' }),
  );
  await home.ledger.putAlias('asset', 'new1', 'asset1');
  await home.ledger.save(
    inStatus('archived', { ...fresh, asset_id: 'new1', restored_from: 'asset1', archive: ARCHIVE }),
  );
  return home;
}

const depsOf = ({ deps, waking, log }: House) => ({
  ledger: deps.ledger,
  erasures: deps.erasures,
  waking,
  log,
});
const callerOf = ({ clock }: House, actor = 'privacy-2') => ({
  nowMs: clock.nowMs(),
  actor,
  principal: 'arn:aws:iam::123456789012:user/privacy',
});

function order(home: House, assetId = 'new1', id = ID): Promise<ErasureAnswer> {
  const executesAtMs = home.clock.nowMs() + 72 * HOUR_MS;
  const wish = { id, requestedBy: 'privacy-2', legalBasis: 'GDPR Art. 17', executesAtMs };
  return orderErasureOf(depsOf(home), assetId, wish, callerOf(home));
}

function stop(home: House, id = ID): Promise<ErasureAnswer> {
  const wish = { userId: 'privacy-3', reason: 'another account' };
  return stopErasureOf(depsOf(home), id, wish, callerOf(home, 'privacy-3'));
}

function erasureOf(answer: ErasureAnswer): WholeErasure {
  if (answer.kind === 'erasure') return answer.erasure;
  throw new Error(`Refused: ${answer.problem.code}`);
}

const codeOf = (answer: ErasureAnswer) => (answer.kind === 'problem' ? answer.problem.code : answer.kind);

describe('an order', () => {
  test('whose first write was stored and its answer lost is accepted, not refused by itself', async () => {
    const home = await lineage();
    const { save } = home.ledger;
    home.deps.ledger.save = async (record) => {
      home.deps.ledger.save = save;
      await save(record);
      throw new ConflictError('The SDK sent it again, and the second met the first.');
    };

    const erasure = erasureOf(await order(home));

    expect(erasure).toMatchObject({ erasure_id: ID, state: 'waiting' });
    expect(await home.erasures.get(ID)).toMatchObject({ asset_ids: ['asset1', 'new1'] });
  });

  test('by any id stands on the root, says what goes and until when it can be stopped', async () => {
    const home = await lineage();

    const erasure = erasureOf(await order(home));

    expect(erasure).toMatchObject({
      erasure_id: ID,
      state: 'waiting',
      asset_id: 'new1',
      root_asset_id: 'asset1',
      asset_ids: ['asset1', 'new1'],
      can_be_stopped: true,
      what_goes: { mux_assets: ['new1'], masters: 1 },
    });
    expect(Date.parse(erasure.executes_at)).toBe(home.clock.nowMs() + 72 * HOUR_MS);
    expect(erasure.runs_out_later?.[0]?.what).toBe('backups of the ledger');
    expect(home.record('asset1')).toMatchObject({ status: 'purging', purge: { order: { id: ID } } });
    expect(home.dispatch.invocations).toMatchObject([{ stage: 'purge', message: { asset_id: 'asset1' } }]);
    expect(erasureOf(await findErasure(home.deps, ID, home.clock.nowMs()))).toEqual(erasure);
  });

  test('of a video that nobody asked to delete names the way to delete it', async () => {
    const answer = await order(house(), 'stranger1');

    expect(answer).toMatchObject({ problem: { status: 404, code: 'NOT_TRACKED' } });
    expect(answer).toMatchObject({
      problem: { action: expect.stringContaining('/v1/delete-requests/delete-only') },
    });
  });

  test('a second one is refused, and names the first', async () => {
    const home = await lineage();
    await order(home);

    const answer = await order(home, 'asset1', 'f'.repeat(32));

    expect(answer).toMatchObject({ problem: { status: 409, code: 'BEING_PURGED' } });
    expect(JSON.stringify(answer)).toContain(ID);
    expect(await home.deps.erasures.get('f'.repeat(32))).toBeUndefined();
  });

  test('decides anew when somebody writes in between', async () => {
    const home = await lineage();
    let rivals = 1;
    const save = async (record: AssetRecord) => {
      if (rivals-- > 0) await home.ledger.save({ ...home.record('asset1'), title: 'Moved' });
      return home.ledger.save(record);
    };

    const given = { ...depsOf(home), ledger: { ...home.ledger, save } };
    const wish = { id: ID, requestedBy: 'p', legalBasis: 'l', executesAtMs: home.clock.nowMs() };
    const answer = await orderErasureOf(given, 'asset1', wish, callerOf(home));

    expect(codeOf(answer)).toBe('erasure');
    expect(home.record('asset1')).toMatchObject({ status: 'purging', title: 'Moved' });
  });

  test('whose file cannot be written stands all the same: the record is the truth', async () => {
    const home = await lineage();
    const put = () => Promise.reject(new Error('no table'));
    const given = { ...depsOf(home), erasures: { ...home.deps.erasures, put } };
    const wish = { id: ID, requestedBy: 'p', legalBasis: 'l', executesAtMs: home.clock.nowMs() };

    const answer = await orderErasureOf(given, 'asset1', wish, callerOf(home));

    expect(codeOf(answer)).toBe('erasure');
    expect(home.record('asset1').purge?.order?.id).toBe(ID);
    expect(home.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

describe('a stop', () => {
  test('lets the video go on as it was, and says who stopped it and why', async () => {
    const home = await lineage();
    await order(home);

    const erasure = erasureOf(await stop(home));

    expect(erasure).toMatchObject({
      state: 'stopped',
      can_be_stopped: false,
      stopped: { user_id: 'privacy-3', reason: 'another account' },
    });
    expect(erasure.what_goes).toBeUndefined();
    expect(home.record('asset1').status).toBe('restored');
    expect(home.record('asset1').purge).toBeUndefined();
  });

  test('again changes nothing, and leaves a later order of the same video alone', async () => {
    const home = await lineage();
    await order(home);
    const first = erasureOf(await stop(home));
    await order(home, 'new1', 'f'.repeat(32));

    const again = erasureOf(await stop(home));

    expect(again.stopped).toEqual(first.stopped);
    expect(home.record('asset1').purge?.order?.id).toBe('f'.repeat(32));
  });

  test('of an order that has begun comes too late', async () => {
    const home = await lineage();
    await order(home);
    const leader = home.record('asset1');
    if (!leader.purge) throw new Error('No purge.');
    await home.ledger.save({ ...leader, purge: { ...leader.purge, begun_at: '2026-11-25T12:00:00.000Z' } });

    expect(codeOf(await stop(home))).toBe('TOO_LATE_TO_STOP');
    expect(codeOf(await stop(home, 'nosuchorder12345'))).toBe('NO_SUCH_ERASURE');
  });
});

describe('a call that died', () => {
  test('behind its order is carried on by the stage, which writes the file', async () => {
    const home = await lineage();
    const died = () => Promise.reject(new Error('died'));
    const dispatch = { invoke: died };
    const given = { ...depsOf(home), waking: { ...home.waking, dispatch } };
    const wish = { id: ID, requestedBy: 'p', legalBasis: 'l', executesAtMs: home.clock.nowMs() };
    const without = { ...given, erasures: { ...home.deps.erasures, put: died } };
    await orderErasureOf(without, 'asset1', wish, callerOf(home));
    expect(codeOf(await findErasure(home.deps, ID, home.clock.nowMs()))).toBe('NO_SUCH_ERASURE');

    await home.live(() => home.record('asset1').waiting_for !== undefined);

    const { asset_ids, state } = erasureOf(await findErasure(home.deps, ID, home.clock.nowMs()));
    expect([asset_ids, state]).toEqual([['asset1', 'new1'], 'waiting']);
  });

  test('behind its stop has stopped it all the same', async () => {
    const home = await lineage();
    await order(home);
    const put = () => Promise.reject(new Error('died'));
    const wish = { userId: 'privacy-3', reason: 'another account' };
    const given = { ...depsOf(home), erasures: { ...home.deps.erasures, put } };
    await stopErasureOf(given, ID, wish, callerOf(home));

    const erasure = erasureOf(await findErasure(home.deps, ID, home.clock.nowMs()));

    expect([erasure.state, erasure.stopped]).toEqual(['stopped', undefined]);
    expect(home.record('asset1').status).toBe('restored');
    expect(home.record('asset1').history.at(-1)?.cause).toContain('another account');
  });
});

test('the list shows every order as its record has it now', async () => {
  const home = await lineage();
  await order(home);
  await stop(home);
  await home.clock.advance(HOUR_MS);
  await order(home, 'asset1', 'f'.repeat(32));

  const { data } = await listErasures(home.deps, { limit: 50 }, home.clock.nowMs());

  expect(data.map(({ erasure_id, state }) => [erasure_id[0], state])).toEqual([
    ['e', 'stopped'],
    ['f', 'waiting'],
  ]);
});

test('an order that is done has its certificate, whoever wrote the file last', async () => {
  const home = await lineage();
  const erasure = erasureOf(await order(home));
  const file = await home.deps.erasures.get(ID);
  const leader = home.record('asset1');
  if (!leader.purge) throw new Error('No purge.');
  const removed = { assets: ['new1'], versions: 3, bytes: 9, uploads: 0, trail_entries: 2 };
  const done_at = '2026-11-26T00:00:00.000Z';
  await home.ledger.save({ ...leader, status: 'purged', purge: { ...leader.purge, removed, done_at } });
  // The file as the API wrote it, later than the stage.
  await home.deps.erasures.put(file as ErasureFile);

  const { certificate, state } = erasureOf(await findErasure(home.deps, ID, home.clock.nowMs()));

  expect(state).toBe('done');
  expect(certificate).toMatchObject({ done_at, removed, asset_ids: erasure.asset_ids });
  expect(codeOf(await order(home, 'new1', 'f'.repeat(32)))).toBe('ALREADY_ERASED');
});

test('from the order to the certificate', async () => {
  const home = house();
  home.addVideo(anMp4());
  await home.requestDeletion({ deleted_by_user_id: 'teacher-7', reason: 'Mrs Smith left' });
  await home.live();
  await order(home, 'asset1');
  const shown = async () => erasureOf(await findErasure(home.deps, ID, home.clock.nowMs()));
  await home.live(
    () => home.record().purge?.marked_at !== undefined && home.record().waiting_for !== undefined,
  );
  expect(await shown()).toMatchObject({ state: 'waiting', waiting_for: 'its time' });

  await home.live();

  const { state, certificate } = await shown();
  expect(state).toBe('done');
  expect(certificate?.removed.versions).toBeGreaterThanOrEqual(2);
  expect(certificate?.begun_at).toBeDefined();
  expect(JSON.stringify(home.record())).not.toMatch(/teacher-7|Smith/);
  // What is counted from is when it was done.
  const backups = certificate?.runs_out_later.find(({ what }) => what === 'backups of the ledger');
  expect(Date.parse(backups?.until ?? '')).toBe(Date.parse(certificate?.done_at ?? '') + 35 * 24 * HOUR_MS);
});
