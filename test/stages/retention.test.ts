// The end of an archive by time (law 8): told ahead, moved, held, taken back by a restore, and never sooner than its notice.
import { describe, expect, test } from 'vitest';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { type Answer, reschedule } from '../../lambdas/stages/request.ts';
import { ARCHIVE } from '../domain/decision-records.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import type { Accident } from '../fakes/mortal.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { aRecord } from '../fakes/record.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The house's clock begins on 1 November 2026, 00:00 UTC. */
const DELETED = '2026-10-01T12:00:00.000Z';
const UNTIL = '2027-10-01T12:00:00.000Z';
/** 30 days before it. */
const WORD = '2027-09-01T12:00:00.000Z';

/** Deleted a month ago, with what the deletion left. */
async function withDeleted(given: Partial<AssetRecord> = {}, options: HouseOptions = {}): Promise<House> {
  const home = house(options);
  await save(home, { archive_until: UNTIL, wake_at: WORD, wake_lane: 'expire', ...given });
  return home;
}

async function save(home: House, given: Partial<AssetRecord>): Promise<void> {
  const fields = {
    status: 'deleted',
    deleted_at: DELETED,
    expiration_date: DELETED,
    archive: ARCHIVE,
  } as const;
  await home.ledger.save(aRecord({ ...fields, version: 0, wake_at: undefined, ...given }));
}

async function goTo(home: House, time: string, laterMs = 0): Promise<void> {
  await home.clock.advance(Date.parse(time) + laterMs - home.clock.nowMs());
  await home.round();
}

/** What the bus was told of the end, and when, by the record's own history. */
function told(home: House) {
  const said = home.bus.events
    .map(({ entry }) => entry)
    .filter(({ cause }) => /^archive ends on/.test(cause));
  return said.map(({ at, cause }) => ({ at, cause }));
}

function moveEnd(home: House, until: string | null, assetId = 'asset1'): Promise<Answer> {
  const archiveUntilMs = until === null ? null : Date.parse(until);
  const wish = { archiveUntilMs, userId: 'user-7', reason: 'asked' };
  return reschedule(home.requests, assetId, wish, { nowMs: home.clock.nowMs(), actor: 'user-7' });
}

/** What keeps it, or lets it rest. */
function state(record: AssetRecord) {
  const { status, archive_until, wake_at } = record;
  return { status, archive_until, wake_at };
}

function endedAt(home: House, assetId = 'asset1'): string | undefined {
  return home.record(assetId).history.find(({ to }) => to === 'purging')?.at;
}

describe('a deletion gives the archive its end', () => {
  const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
  const DELETION = '2026-11-15T11:00:00.000Z';

  async function deleted(archiveUntilMs: number | null | undefined, retentionMs?: number): Promise<House> {
    const home = house({ settings: { retentionMs } });
    home.addVideo(anMp4());
    await home.requestDeletion({ expirationMs: DATE_MS, archiveUntilMs });
    await home.live(() => home.record().status === 'deleted' && home.record().leased_until === undefined);
    return home;
  }

  test.each([
    ['of the request', Date.parse(UNTIL), undefined, UNTIL, WORD],
    ['of the request before that of the stack', Date.parse(UNTIL), 7 * DAY_MS, UNTIL, WORD],
    ['of the stack', undefined, 400 * DAY_MS, '2027-12-20T11:00:00.000Z', '2027-11-20T11:00:00.000Z'],
  ])('%s, and it sleeps until the word is due', async (_, asked, retentionMs, archive_until, wake_at) => {
    const home = await deleted(asked, retentionMs);

    expect(home.record()).toMatchObject({
      deleted_at: DELETION,
      archive_until,
      wake_at,
      wake_lane: 'expire',
    });
  });

  test.each([
    ['null, whatever the stack says', null, 7 * DAY_MS, null],
    ['nothing said anywhere', undefined, undefined, undefined],
  ])('%s: it rests for ever', async (_, asked, retentionMs, archive_until) => {
    const home = await deleted(asked, retentionMs);

    expect(state(home.record())).toEqual({ status: 'deleted', wake_at: undefined, archive_until });
  });

  test('that was moved in the very moment of the deletion', async () => {
    const home = house({ settings: { retentionMs: 7 * DAY_MS } });
    home.addVideo(anMp4());
    await home.requestDeletion({ expirationMs: DATE_MS });
    const { deleteAsset } = home.platform;
    home.platform.deleteAsset = async (...args) => {
      await moveEnd(home, UNTIL);
      return deleteAsset(...args);
    };

    await home.live('deleted');

    expect(home.record()).toMatchObject({ status: 'deleted', archive_until: UNTIL });
  });

  test('and whoever asks twice asks for the same', async () => {
    const home = house();
    home.addVideo(anMp4());
    const asked = { archive_until: '2027-10-01T12:00:00Z' };
    const first = await home.requestDeletion({ archiveUntilMs: Date.parse(UNTIL), asked });

    const again = await home.requestDeletion({ archiveUntilMs: Date.parse(UNTIL), asked });
    const other = await home.requestDeletion({ archiveUntilMs: null, asked: { archive_until: null } });

    expect(first).toMatchObject({ status: 202, record: { archive_until: UNTIL } });
    expect(again).toMatchObject({ kind: 'record', status: 200 });
    expect(other).toMatchObject({
      problem: { code: 'REQUEST_DIFFERS', detail: expect.stringContaining('archive_until') },
    });
  });

  test('but not before the asset may go, and S3’s minimum is said', async () => {
    const home = house();

    const early = await home.requestDeletion({ expirationMs: DATE_MS, archiveUntilMs: DATE_MS });
    const short = await home.requestDeletion({
      expirationMs: DATE_MS,
      archiveUntilMs: DATE_MS + 90 * DAY_MS,
    });

    expect(early).toMatchObject({
      problem: { status: 400, code: 'ARCHIVE_ENDS_TOO_SOON', field: 'archive_until' },
    });
    expect(short).toMatchObject({ record: { warnings: [expect.stringContaining('180 days at least')] } });
  });
});

describe('the end', () => {
  test('is told 30 days ahead, once, and then the record stands still to be removed', async () => {
    const home = await withDeleted();

    await goTo(home, WORD);
    const during = home.record();
    await goTo(home, UNTIL, -1);
    const before = home.record().status;
    await goTo(home, UNTIL);

    expect(told(home)).toEqual([{ at: WORD, cause: 'archive ends on 2027-10-01 12:00 UTC' }]);
    expect(during).toMatchObject({ wake_at: UNTIL, end_foretold: { archive_until: UNTIL, said_at: WORD } });
    expect(before).toBe('deleted');
    expect(endedAt(home)).toBe(UNTIL);
    expect(home.record()).toMatchObject({
      status: 'purging',
      purge: { from: 'deleted', executes_at: UNTIL },
    });
  });

  test('of a whole life comes by the stack’s retention alone, and leaves a tombstone', async () => {
    const home = house({ settings: { retentionMs: 40 * DAY_MS } });
    home.addVideo(anMp4());
    await home.requestDeletion();

    const last = await home.live();

    expect(last).toMatchObject({ status: 'purged', archive_until: '2027-01-10T00:00:00.000Z' });
    expect(last.archive).toBeUndefined();
    expect(told(home)).toEqual([
      { at: '2026-12-11T00:00:00.000Z', cause: 'archive ends on 2027-01-10 00:00 UTC' },
    ]);
  });

  test('of an archive that was to last ten days is told at once, and comes on its day', async () => {
    const home = await withDeleted({
      expiration_date: '2026-11-01T00:00:00.000Z',
      deleted_at: '2026-11-01T00:00:00.000Z',
      archive_until: '2026-11-11T00:00:00.000Z',
      wake_at: '2026-11-01T00:00:00.000Z',
    });

    await home.live('purging');

    const [word] = told(home);
    expect(told(home)).toHaveLength(1);
    expect(word?.cause).toBe('archive ends on 2026-11-11 00:00 UTC');
    expect(endedAt(home)).toBe('2026-11-11T00:00:00.000Z');
  });

  test('that lay before a deletion that was late gives the whole notice', async () => {
    const dates = { expiration_date: UNTIL, archive_until: '2026-11-02T00:00:00.000Z' };
    const home = await withDeleted({ ...dates, deleted_at: '2026-11-03T00:00:00.000Z' });
    await goTo(home, '2026-11-03T00:00:00.000Z');

    await home.live('purging');

    const saidMs = Date.parse(told(home)[0]?.at ?? '');
    expect(Date.parse(endedAt(home) ?? '') - saidMs).toBeGreaterThanOrEqual(30 * DAY_MS);
  });

  test('that the bus could not be told of waits until it was, and the notice after it', async () => {
    const home = await withDeleted();
    const { publish } = home.bus;
    home.bus.publish = async () => {
      throw new Error('The bus is down.');
    };
    await goTo(home, WORD);
    await goTo(home, UNTIL, HOUR_MS);
    const during = home.record().status;

    home.bus.publish = publish;
    const againMs = home.clock.nowMs();
    await home.live('purging');

    expect(during).toBe('deleted');
    expect(Date.parse(endedAt(home) ?? '') - againMs).toBeGreaterThanOrEqual(30 * DAY_MS);
  });

  test('does not come in a dry run, which says that it would have', async () => {
    const home = await withDeleted({}, { settings: { deletions: 'dry-run' } });
    await goTo(home, WORD);

    await goTo(home, UNTIL);

    expect(home.record()).toMatchObject({
      status: 'deleted',
      wake_at: '2027-10-02T12:00:00.000Z',
      warnings: ['Dry run: its archive would have ended on 2027-10-01.'],
    });
  });

  test('never comes for what was deleted before there were ends, unless somebody says so', async () => {
    const home = await withDeleted(
      { archive_until: undefined, wake_at: '2026-11-01T00:00:00.000Z' },
      { settings: { retentionMs: DAY_MS } },
    );

    await home.live();
    const rested = home.record();
    await moveEnd(home, UNTIL);
    await home.live('purging');

    expect(state(rested)).toEqual({ status: 'deleted', wake_at: undefined, archive_until: undefined });
    expect(endedAt(home)).toBe(UNTIL);
  });
});

describe('an end that is moved', () => {
  test('to tomorrow, years after the deletion, is told at once and comes 30 days later', async () => {
    const home = await withDeleted({ archive_until: null, wake_at: undefined });
    await home.clock.advance(700 * DAY_MS);
    const nowMs = home.clock.nowMs();

    const answer = await moveEnd(home, new Date(nowMs + DAY_MS).toISOString());
    await home.live('purging');

    expect(answer).toMatchObject({
      status: 200,
      warning: expect.stringContaining('the notice is given at once'),
    });
    expect(told(home)).toHaveLength(1);
    expect(Date.parse(endedAt(home) ?? '')).toBeGreaterThanOrEqual(nowMs + 30 * DAY_MS);
    expect(Date.parse(endedAt(home) ?? '')).toBeLessThan(nowMs + 31 * DAY_MS);
  });

  test('during its notice is told anew, and the old date passes without an end', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);

    await moveEnd(home, '2028-01-01T00:00:00.000Z');
    await home.drain();
    await goTo(home, UNTIL);
    const then = home.record().status;
    await home.live('purging');

    expect(then).toBe('deleted');
    expect(told(home).map(({ cause }) => cause)).toEqual([
      'archive ends on 2027-10-01 12:00 UTC',
      'archive ends on 2028-01-01 00:00 UTC',
    ]);
    expect(endedAt(home)).toBe('2028-01-01T00:00:00.000Z');
  });

  test('to never during its notice lets it rest', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);

    await moveEnd(home, null);
    await home.live();

    expect(state(home.record())).toEqual({ status: 'deleted', archive_until: null, wake_at: undefined });
    expect(home.bus.events.at(-1)?.entry.cause).toBe(
      `end of the archive moved from ${UNTIL} to never: asked`,
    );
  });

  test('in the very moment of the end is not overrun', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);
    const { save: write } = home.ledger;
    home.ledger.save = async (record) => {
      if (record.status === 'purging') {
        home.ledger.save = write;
        await moveEnd(home, null);
      }
      return write.call(home.ledger, record);
    };

    await goTo(home, UNTIL);
    await home.live();

    expect(state(home.record())).toEqual({ status: 'deleted', archive_until: null, wake_at: undefined });
  });

  test.each(['thawing', 'restored'] as const)(
    'of a %s record counts for nothing, and says so',
    async (status) => {
      const home = house();
      await save(home, { status, current_asset_id: status === 'restored' ? 'new1' : undefined });

      const answer = await moveEnd(home, UNTIL);

      expect(answer).toMatchObject({ status: 200, warning: expect.stringContaining('ARCHIVE_IN_USE') });
    },
  );

  test('of a request that was taken back is refused', async () => {
    const home = house();
    await save(home, { status: 'cancelled' });

    expect(await moveEnd(home, UNTIL)).toMatchObject({ problem: { code: 'TOO_LATE_TO_RESCHEDULE' } });
  });
});

describe('a restore', () => {
  test('that is asked for on the last day brings the video back', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);
    await goTo(home, UNTIL, -HOUR_MS);

    const answer = await home.requestRestore();
    await goTo(home, UNTIL);

    expect(answer).toMatchObject({ outcome: 'restoring' });
    expect(home.record().history.map(({ to }) => to)).toContain('thawing');
    expect(endedAt(home)).toBeUndefined();
  });

  test('in the very moment of the end goes before it', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);
    const { save: write } = home.ledger;
    home.ledger.save = async (record) => {
      if (record.status === 'purging') {
        home.ledger.save = write;
        await home.requestRestore();
      }
      return write.call(home.ledger, record);
    };

    await goTo(home, UNTIL);

    expect(home.record().history.map(({ to }) => to)).toContain('thawing');
    expect(endedAt(home)).toBeUndefined();
  });
});

describe('a hold', () => {
  test('keeps the archive as long as it lasts', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);
    await home.hold({ untilMs: Date.parse('2027-12-01T00:00:00Z') });
    await goTo(home, UNTIL);
    const held = home.record();

    await home.live('purging');

    expect(held).toMatchObject({ status: 'deleted', waiting_for: 'a hold by user-9: court order' });
    expect(endedAt(home)).toBe('2027-12-01T00:00:00.000Z');
  });

  test('that is lifted lets it end', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);
    await home.hold();
    await goTo(home, UNTIL, 90 * DAY_MS);
    const held = home.record().status;

    await home.release();
    await home.live('purging');

    expect(held).toBe('deleted');
    expect(endedAt(home)).toBe(new Date(Date.parse(UNTIL) + 90 * DAY_MS).toISOString());
  });

  test('in the very moment of the end goes before it', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);
    const { save: write } = home.ledger;
    home.ledger.save = async (record) => {
      if (record.status === 'purging') {
        home.ledger.save = write;
        await home.hold();
      }
      return write.call(home.ledger, record);
    };

    await goTo(home, UNTIL);

    expect(home.record()).toMatchObject({ status: 'deleted', hold: { reason: 'court order' } });
  });

  test('on everything keeps it too', async () => {
    const home = await withDeleted();
    await goTo(home, WORD);
    await home.brake.setHoldOnAll({ reason: 'wrong list', user_id: 'user-9', since: WORD });

    await goTo(home, UNTIL);

    expect(home.record()).toMatchObject({
      status: 'deleted',
      waiting_for: 'a hold on everything by user-9: wrong list',
    });
  });

  test('on an archive that never ends has nothing to keep', async () => {
    const home = await withDeleted({ archive_until: null, wake_at: undefined });

    expect(await home.hold()).toMatchObject({ problem: { code: 'NOTHING_TO_HOLD' } });
  });
});

describe('of a lineage', () => {
  /** asset1 was restored as asset2, which was deleted again. */
  async function lineage(more: Partial<AssetRecord> = {}): Promise<House> {
    const home = house();
    await save(home, { status: 'restored', current_asset_id: 'asset2', archive_until: DELETED, ...more });
    await home.ledger.putAlias('asset', 'asset2', 'asset1');
    await save(home, {
      asset_id: 'asset2',
      restored_from: 'asset1',
      archive_until: UNTIL,
      wake_at: WORD,
      wake_lane: 'expire',
    });
    return home;
  }

  async function atItsEnd(home: House): Promise<AssetRecord> {
    await goTo(home, WORD);
    await goTo(home, UNTIL);
    return home.record('asset2');
  }

  test('the last one’s word counts for all', async () => {
    const home = await lineage();

    const last = await atItsEnd(home);

    expect(last).toMatchObject({ status: 'purging', purge: { from: 'deleted' } });
    expect(endedAt(home, 'asset2')).toBe(UNTIL);
  });

  test.each<[string, Partial<AssetRecord>, string]>([
    ['an ancestor that is being restored anew', { status: 'thawing' }, 'which is thawing'],
    ['an ancestor that failed', { status: 'failed' }, 'the archive of asset asset1'],
    [
      'a hold on an ancestor',
      { hold: { reason: 'court', user_id: 'u', since: DELETED } },
      'a hold by u on asset asset1',
    ],
    ['another asset that the video is now', { current_asset_id: 'asset3' }, 'asset1, which the video is now'],
  ])('%s keeps all, and it looks again each day', async (_, ancestor, why) => {
    const home = await lineage({ wake_at: '2040-01-01T00:00:00.000Z', ...ancestor });

    const last = await atItsEnd(home);

    expect(last).toMatchObject({ status: 'deleted', wake_at: '2027-10-02T12:00:00.000Z' });
    expect(last.waiting_for).toContain(why);
  });

  test('a hold on an ancestor is lifted by the id it was put on', async () => {
    const home = await lineage({ hold: { reason: 'court', user_id: 'u', since: DELETED } });
    const held = await atItsEnd(home);

    await home.release('asset1');
    await home.live(() => home.record('asset2').status === 'purging');

    expect(held.status).toBe('deleted');
    expect(endedAt(home, 'asset2')).toBe('2027-10-02T12:00:00.000Z');
  });

  test('a dead branch with an archive of its own keeps all', async () => {
    const made = { new_asset_id: 'asset3', new_playback_ids: [] };
    const home = await lineage({ earlier_restores: [made] });
    await save(home, { asset_id: 'asset3', status: 'failed', restored_from: 'asset1' });

    const last = await atItsEnd(home);

    expect(last).toMatchObject({ status: 'deleted' });
    expect(last.waiting_for).toContain('the archive of asset asset3');
  });
});

describe('whatever happens at any call', () => {
  const runs = ['killed', 'failed'].flatMap((kind) => ['before', 'after'].map((when) => [kind, when])) as [
    Accident['kind'],
    Accident['when'],
  ][];

  test.each(runs)('%s %s it: told, and not ended before the notice is over', async (kind, when) => {
    const unharmed = await withDeleted();
    await unharmed.live('purging');
    const calls = unharmed.calls();

    for (let call = 1; call <= calls; call += 1) {
      const home = await withDeleted({}, { accident: { call, kind, when } });
      await home.live('purging');

      const saidAt = home.record().end_foretold?.said_at ?? '';
      const heard = told(home).map(({ at }) => Date.parse(at));
      expect(heard.length, `call ${call}`).toBeGreaterThanOrEqual(1);
      expect(Date.parse(saidAt), `call ${call}`).toBeGreaterThanOrEqual(Math.min(...heard));
      const end = endedAt(home) ?? '';
      expect(end >= UNTIL, `call ${call}`).toBe(true);
      expect(Date.parse(end) - Date.parse(saidAt), `call ${call}`).toBeGreaterThanOrEqual(30 * DAY_MS);
    }
    expect(calls).toBeGreaterThan(10);
  });
});
