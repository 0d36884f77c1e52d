// The one sentence a person reads about a record, status by status.
import { expect, test } from 'vitest';
import type { Archive, AssetRecord, RestoreState } from '../../lambdas/domain/record.ts';
import { summarize } from '../../lambdas/domain/summary.ts';
import { aRecord } from '../fakes/record.ts';

const date = { expiration_date: '2026-12-24T00:00:00.000Z' };
const archive = { key: 'master.mp4' } as Archive;
const restore = { tier: 'Bulk', ready_by: '2026-11-24T12:34:56.789Z' } as RestoreState;
const hold = { reason: 'court order', user_id: 'user-9', since: '2026-11-22T12:00:00.000Z' };
const p1 = { id: 'p1', policy: 'public' };
const revoked = {
  playback: 'revoke',
  playback_ids: [p1],
  revoked: [{ ...p1, revoked_at: '2026-11-22T12:00:00.000Z' }],
} as const;
const failure = {
  code: 'TEST_ASSET',
  message: 'This is a test asset.',
  action: 'Nothing to do.',
  from: 'requested',
  retryable: true,
} as const;

test.each<[string, Partial<AssetRecord>, string]>([
  [
    'requested',
    {},
    'Waiting to be archived; still playing on Mux until its date (1 Dec 2026); free to take back.',
  ],
  [
    'requested, and not to be watched once it is archived',
    { playback: 'revoke' },
    'Waiting to be archived; still playing on Mux until it is archived; free to take back.',
  ],
  [
    'archived, and watched by nobody',
    { status: 'archived', ...date, ...revoked },
    'Safe in the vault; nobody can watch it; will be deleted 24 Dec 2026; bring back until then, under new playback ids.',
  ],
  [
    'archived for good, and watched by nobody',
    { status: 'archived', mode: 'archive_only', ...revoked },
    'Safe in the vault; nobody can watch it; nothing will be deleted.',
  ],
  [
    'taken back, before it plays again',
    { status: 'cancelled', archive, ...revoked },
    'The request was taken back; Mux is asked for new playback ids to play it by; the copy stays in the vault.',
  ],
  [
    'taken back, and playing again',
    {
      status: 'cancelled',
      archive,
      playback_ids: [{ id: 'p2', policy: 'public' }],
      revoked: [{ ...p1, revoked_at: '2026-11-22T12:00:00.000Z', replaced_by: 'p2' }],
    },
    'The request was taken back; playing on Mux under new playback ids; the copy stays in the vault.',
  ],
  [
    'requested, and told why it waits',
    { status: 'requested', waiting_for: 'place 7 of 9' },
    'Waiting to be archived (place 7 of 9); still playing on Mux until its date (1 Dec 2026); free to take back.',
  ],
  [
    'preparing',
    { status: 'preparing' },
    'Mux is preparing the master file; still playing on Mux; free to take back.',
  ],
  [
    'archiving, before the first byte',
    { status: 'archiving' },
    'Being copied to the vault; still playing on Mux; free to take back.',
  ],
  [
    'archiving a file of no size',
    { status: 'archiving', progress: { bytes_done: 0, bytes_total: 0 } },
    'Being copied to the vault; still playing on Mux; free to take back.',
  ],
  [
    'archiving, never rounded up',
    { status: 'archiving', progress: { bytes_done: 999, bytes_total: 1_000 } },
    'Being copied to the vault (99 %); still playing on Mux; free to take back.',
  ],
  [
    'archived, by its date',
    { status: 'archived', ...date },
    'Safe in the vault; still playing on Mux; will be deleted 24 Dec 2026; bring back free until then.',
  ],
  [
    'archived, by the tick that follows its date',
    { status: 'archived', ...date, wake_at: '2027-01-01T00:00:00.000Z', wake_lane: 'expire' },
    'Safe in the vault; still playing on Mux; will be deleted 1 Jan 2027; bring back free until then.',
  ],
  [
    'archived, and woken early by a new date',
    { status: 'archived', ...date, wake_at: '2026-11-22T12:00:00.000Z' },
    'Safe in the vault; still playing on Mux; will be deleted 24 Dec 2026; bring back free until then.',
  ],
  [
    'archived, under a hold',
    { status: 'archived', ...date, hold },
    'Safe in the vault; still playing on Mux; kept by a hold of user-9 (court order) until it is lifted; bring back free until then.',
  ],
  [
    'archived, under a hold that ends after the date',
    { status: 'archived', ...date, hold: { ...hold, until: '2027-03-31T00:00:00.000Z' } },
    'Safe in the vault; still playing on Mux; not deleted before 31 Mar 2027 (a hold of user-9: court order); bring back free until then.',
  ],
  [
    'archived, under a hold that was over long ago, and in dry run',
    {
      status: 'archived',
      ...date,
      hold: { ...hold, until: '2026-12-31T00:00:00.000Z' },
      waiting_for: 'deletions to be switched on',
    },
    'Safe in the vault; still playing on Mux; its deletion waits for deletions to be switched on; bring back free until then.',
  ],
  [
    'archived, under a hold that is over before the date',
    { status: 'archived', ...date, hold: { ...hold, until: '2026-12-01T00:00:00.000Z' } },
    'Safe in the vault; still playing on Mux; will be deleted 24 Dec 2026; bring back free until then.',
  ],
  [
    'archived, and waiting for its date',
    { status: 'archived', ...date, waiting_for: 'the expiration date' },
    'Safe in the vault; still playing on Mux; will be deleted 24 Dec 2026; bring back free until then.',
  ],
  [
    'archived, and over a limit',
    { status: 'archived', ...date, waiting_for: 'the limit of 200 deletions an hour' },
    'Safe in the vault; still playing on Mux; its deletion waits for the limit of 200 deletions an hour; bring back free until then.',
  ],
  ['deleting', { status: 'deleting' }, 'Safe in the vault; being deleted from Mux now.'],
  [
    'deleted, since when',
    { status: 'deleted', deleted_at: '2026-12-24T23:59:59.000Z' },
    'Safe in the vault; deleted from Mux 24 Dec 2026; can be restored under new ids.',
  ],
  ['deleted', { status: 'deleted' }, 'Safe in the vault; deleted from Mux; can be restored under new ids.'],
  [
    'thawing',
    { status: 'thawing', restore },
    'Being read out of Glacier (Bulk); ready by 2026-11-24 12:34 UTC.',
  ],
  ['uploading', { status: 'uploading', restore }, 'Readable again and on its way back to Mux.'],
  [
    'restored',
    { status: 'restored', current_asset_id: 'new1' },
    'Back on Mux as asset new1; the copy stays in the vault.',
  ],
  ['cancelled', { status: 'cancelled' }, 'The request was taken back; playing on Mux.'],
  [
    'cancelled after it was archived',
    { status: 'cancelled', archive },
    'The request was taken back; playing on Mux; the copy stays in the vault.',
  ],
  [
    'cancelled when Mux no longer had it',
    { status: 'cancelled', lost_at: '2026-11-22T12:00:00.000Z' },
    'The request was taken back; Mux no longer has the asset, and the vault has no whole copy of it.',
  ],
  ['failed', { status: 'failed', failure }, 'Stopped: This is a test asset. Nothing to do.'],
])('%s', (_, record, expected) => {
  expect(summarize(aRecord(record))).toBe(expected);
});
