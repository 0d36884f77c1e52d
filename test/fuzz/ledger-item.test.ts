// Items of the ledger as other deploys and clumsy hands leave them: a record, or a refusal with a code that writes nothing.

import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { fromItem, type Item, toItem } from '../../lambdas/adapters/ledger-item.ts';
import { SetUpError } from '../../lambdas/domain/failures.ts';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { runStage } from '../../lambdas/stages/stage.ts';
import { sweep } from '../../lambdas/stages/sweep.ts';
import { type DynaliteTable, startDynaliteTable } from '../fakes/dynalite-table.ts';
import { house, STAGE_FUNCTIONS } from '../fakes/house.ts';
import { aRecord } from '../fakes/record.ts';
import { recordingLog } from '../fakes/recorders.ts';
import { anyJson, broken, runs } from './fuzz.ts';

const AT = '2026-11-01T00:00:00.000Z';
const object = { key: 'mux/env1/asset1/1/master.mp4', version_id: 'v1', size_bytes: 9, crc32: 'AAAAAA==' };

/** Every field that a record can have. */
const FULL = aRecord({
  version: 3,
  status: 'archived',
  reason: 'asked',
  group_id: 'group1',
  wake_at: AT,
  leased_until: AT,
  waiting_for: 'the expiration date',
  hold: { reason: 'court', user_id: 'user-7', since: AT },
  environment: 'env1',
  title: 'A title',
  duration: 30.5,
  playback_ids: [{ id: 'play1', policy: 'public' }],
  losses: [{ code: 'NEW_PLAYBACK_IDS', attribute: 'playback_ids[].id', detail: 'New ones.' }],
  losses_said_at: AT,
  master: { requested_at: AT, restarts: 0 },
  upload: {
    upload_id: 'upload1',
    key: object.key,
    token: 't'.repeat(32),
    part_size_bytes: 5_242_880,
    source: { size_bytes: 9, etag: '"e"', probed_at: AT },
    restarts: 0,
  },
  progress: { bytes_done: 9, bytes_total: 9 },
  archive: {
    ...object,
    bucket: 'vault',
    storage_class: 'DEEP_ARCHIVE',
    token: 't'.repeat(32),
    verified_at: AT,
    manifest: { ...object, key: 'mux/env1/asset1/1/manifest.json' },
    captions: [{ ...object, key: 'mux/env1/asset1/1/captions/t1.vtt', track_id: 't1' }],
  },
  restore: {
    tier: 'Bulk',
    requested_at: AT,
    ready_by: AT,
    estimated_cost_usd: 0.01,
    token: 'r'.repeat(32),
    create_attempts: 0,
    new_playback_ids: [],
  },
  warnings: ['Said before.'],
  history: [{ at: AT, from: null, to: 'requested', cause: 'asked', actor: 'user-7', version: 1 }],
  published_version: 1,
});

const PLAIN: Record<string, unknown> = { ...FULL };

function itemOf(fields: Record<string, unknown>): Item {
  const kept = {
    pk: 'asset#asset1',
    listed_as: `${AT}#asset1`,
    ...fields,
    wake_lane: fields.wake_lane ?? 'step#1',
  };
  return marshall(kept, {
    removeUndefinedValues: true,
    allowImpreciseNumbers: true,
    convertClassInstanceToMap: true,
  });
}

/** The record, or the code of the refusal. Any other error fails the test. */
function read(item: Item): AssetRecord | string {
  try {
    return fromItem(item);
  } catch (error) {
    if (error instanceof SetUpError) return error.code;
    throw error;
  }
}

/** Nested parts are broken too, a level deep. */
const brokenItem = fc
  .tuple(
    broken(PLAIN),
    fc.constantFrom('archive', 'restore', 'upload', 'master', 'hold', 'progress'),
    fc.boolean(),
  )
  .chain(([fields, part, isDeep]) => {
    const genuine = PLAIN[part] as Record<string, unknown>;
    return isDeep ? broken(genuine).map((inner) => ({ ...fields, [part]: inner })) : fc.constant(fields);
  });

describe('an item', () => {
  test('comes back as the record that was written, unknown fields too', () => {
    const record = { ...FULL, from_later: { kept: true } };

    expect(fromItem(toItem(record))).toEqual(record);
  });

  test('that somebody broke is a record or is refused by a code; and what is read can be shown and written', () => {
    fc.assert(
      fc.property(brokenItem, (fields) => {
        const found = read(itemOf(fields));

        if (typeof found === 'string') {
          expect(found).toMatch(/^LEDGER_(ITEM_UNREADABLE|SCHEMA_NEWER)$/);
          return;
        }
        expect(found.asset_id).toBe('asset1');
        expect(() => JSON.stringify(publicRecord(found))).not.toThrow();
        expect(fromItem(toItem(found))).toEqual(found);
      }),
      runs(500),
    );
  });

  test('of DynamoDB’s own types, right or wrong, never throws anything else', () => {
    const attribute = fc.oneof(
      fc.constantFrom(
        { NULL: true },
        { SS: ['a'] },
        { NS: ['1'] },
        { B: new Uint8Array([1]) },
        { N: '9'.repeat(38) },
      ),
      fc.constantFrom(
        { N: 'x' },
        { BOOL: true },
        {},
        { X: 1 },
        { L: [{ M: {} }] },
        { S: '' },
        { M: { a: { N: '1' } } },
      ),
    );
    const changes = fc.dictionary(fc.constantFrom(...Object.keys(FULL), 'pk'), attribute, {
      minKeys: 1,
      maxKeys: 3,
    });

    fc.assert(
      fc.property(changes, (changed) => {
        const found = read({ ...toItem(FULL), ...changed } as Item);

        if (typeof found === 'string') expect(found).toMatch(/^LEDGER_ITEM_UNREADABLE$/);
      }),
      runs(500),
    );
  });
});

describe('an item of an earlier deploy', () => {
  test.each([
    ['warnings', []],
    ['losses', []],
    ['history', []],
    ['asked', {}],
    ['attempts', 0],
    ['published_version', 0],
    ['schema', 1],
  ])('without %s gets its default', (name, value) => {
    const { [name]: _, ...fields } = PLAIN;

    expect(read(itemOf(fields))).toEqual({ ...FULL, [name]: value });
  });

  test.each(['hold', 'restore', 'upload', 'title', 'master', 'environment'])('may be without %s', (name) => {
    const { [name]: _, ...fields } = PLAIN;

    expect(read(itemOf(fields))).toEqual(fields);
  });

  test.each(['asset_id', 'life', 'status', 'version', 'created_at', 'expiration_date'])(
    'is nothing without %s',
    (name) => {
      const { [name]: _, ...fields } = PLAIN;

      expect(read(itemOf(fields))).toBe('LEDGER_ITEM_UNREADABLE');
    },
  );

  test('gets no captions that its archive does not name: a proof leaves nothing out', () => {
    const { captions: _, ...archive } = FULL.archive ?? {};

    expect(read(itemOf({ ...PLAIN, archive }))).toBe('LEDGER_ITEM_UNREADABLE');
  });
});

test('an item of another asset than its key is refused', () => {
  expect(read(itemOf({ ...PLAIN, pk: 'asset#asset2' }))).toBe('LEDGER_ITEM_UNREADABLE');
});

describe('on the table', () => {
  let table: DynaliteTable;
  beforeAll(async () => {
    table = await startDynaliteTable();
  });
  afterAll(() => table.stop());

  const put = (fields: Record<string, unknown>, pk: string) =>
    table.client.send(
      new PutItemCommand({
        TableName: table.tableName,
        Item: itemOf({
          ...fields,
          pk: `asset#${pk}`,
          asset_id: pk,
          wake_lane: 'step#1',
          wake_key: `${AT}#${pk}`,
          listed_as: `${AT}#${pk}`,
        }),
      }),
    );
  async function versionOf(pk: string): Promise<string | undefined> {
    const Key = { pk: { S: `asset#${pk}` } };
    const { Item } = await table.client.send(new GetItemCommand({ TableName: table.tableName, Key }));
    return Item?.version?.N;
  }
  const resting = { ...PLAIN, group_id: undefined, leased_until: undefined };

  test('a list shows the others, and the log names what it left out', async () => {
    const log = recordingLog();
    await put(resting, 'good1');
    await put({ ...resting, archive: 'gone' }, 'broken1');
    await put({ ...resting, schema: 2 }, 'later1');

    const { records } = await createLedger({ ...table, log }).list({ status: 'archived', limit: 10 });

    expect(records.map(({ asset_id }) => asset_id)).toEqual(['good1']);
    expect(log.lines.map(({ fields }) => [fields.pk, fields.code])).toEqual(
      expect.arrayContaining([
        ['asset#broken1', 'LEDGER_ITEM_UNREADABLE'],
        ['asset#later1', 'LEDGER_SCHEMA_NEWER'],
      ]),
    );
  });

  test('one is neither worked on nor written over, and the sweep goes on with the others', async () => {
    const home = house();
    const ledger = createLedger(table);
    await put({ ...resting, status: 'requested' }, 'good2');
    await put({ ...resting, schema: 2 }, 'later2');
    await put({ ...resting, wake_at: 'soon' }, 'broken2');

    await sweep('step', { ...home.waking, ledger }, home.log);
    const runs = ['later2', 'broken2'].map((asset_id) =>
      runStage(
        'expire',
        STAGE_FUNCTIONS.expire,
        { ...home.deps, ledger },
        { asset_id, life: 1, version: 3 },
        0,
      ),
    );
    const outcomes = await Promise.allSettled(runs);

    const started = home.dispatch.invocations.map(({ message }) => message.asset_id);
    expect(started).toContain('good2');
    expect(started).not.toContain('later2');
    expect(started).not.toContain('broken2');
    expect(outcomes).toMatchObject([
      { reason: { code: 'LEDGER_SCHEMA_NEWER' } },
      { reason: { code: 'LEDGER_ITEM_UNREADABLE' } },
    ]);
    expect(home.platform.calls).toEqual({});
    expect(await versionOf('later2')).toBe('3');
    expect(await versionOf('broken2')).toBe('3');
  });

  test('what nobody could read again is not written', async () => {
    const ledger = createLedger(table);
    const written = await ledger.save(aRecord({ asset_id: 'kept1' }));

    const save = ledger.save({ ...written, wake_at: 'soon' });

    await expect(save).rejects.toMatchObject({ code: 'LEDGER_ITEM_UNREADABLE' });
    expect(await ledger.get('kept1')).toEqual(written);
  });
});

test('JSON of any shape is no record', () => {
  fc.assert(
    fc.property(anyJson(), (value) => {
      const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value };
      expect(read(itemOf(fields as Record<string, unknown>))).toMatch(/^LEDGER_/);
    }),
    runs(300),
  );
});
