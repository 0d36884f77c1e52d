// S3 announces a readable object by its key: whoever waits for it is woken, also when the key is an ancestor's.
import { expect, test } from 'vitest';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { wakeByKey } from '../../lambdas/stages/readable.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { aRecord } from '../fakes/record.ts';
import { recordingDispatch } from '../fakes/recorders.ts';

const KEY = 'mux/env1/first/1/master.mp4';
const object = { key: KEY, version_id: 'v1', size_bytes: 9, crc32: 'AAAAAA==' };
const archive: AssetRecord['archive'] = {
  ...object,
  bucket: 'vault',
  storage_class: 'DEEP_ARCHIVE',
  token: 't',
  verified_at: '2026-11-01T00:00:00.000Z',
  manifest: object,
  captions: [],
};

async function ledgerOf(...records: readonly Partial<AssetRecord>[]) {
  const ledger = memoryLedger();
  for (const record of records) await ledger.save(aRecord({ archive, ...record }));
  const dispatch = recordingDispatch();
  return { ledger, waking: { ledger, dispatch, clock: manualClock(), leaseMs: 90_000 }, dispatch };
}

test('the record that waits for its own master is woken', async () => {
  const ports = await ledgerOf({ asset_id: 'first', status: 'thawing' });

  expect(await wakeByKey(KEY, ports)).toBe('first');
  expect(ports.dispatch.invocations).toMatchObject([{ stage: 'restore', message: { asset_id: 'first' } }]);
});

test('the record that waits for its ancestor’s master is woken, and not the ancestor', async () => {
  const ports = await ledgerOf(
    { asset_id: 'first', status: 'restored', current_asset_id: 'second' },
    { asset_id: 'second', status: 'thawing', restored_from: 'first' },
  );

  expect(await wakeByKey(KEY, ports)).toBe('second');
});

test.each(['mux/env1/first/2/master.mp4', 'mux/env1/other/1/master.mp4', 'notes.txt'])(
  '%s, which nobody waits for, wakes nobody',
  async (key) => {
    const ports = await ledgerOf({ asset_id: 'first', status: 'thawing' });

    expect(await wakeByKey(key, ports)).toBeUndefined();
    expect(ports.dispatch.invocations).toEqual([]);
  },
);
