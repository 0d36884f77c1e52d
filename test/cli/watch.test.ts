// Watching: until when, what is said meanwhile, and the code at the end.
import { describe, expect, test } from 'vitest';
import { isAtRest } from '../../cli/follow.ts';
import { icehouse } from './run-program.ts';
import { type Answer, ASSET, aRecord, hangUp, ok, stubApi } from './stub-api.ts';

const path = (asset: string) => `GET /v1/delete-requests/${asset}`;

function copying(doneBytes: number): Answer {
  const progress = { bytes_done: doneBytes, bytes_total: 1_000_000_000 };
  return ok(aRecord({ status: 'archiving', archive: undefined, progress }));
}

const failure = {
  code: 'MASTER_ERRORED',
  message: 'Mux could not make the master.',
  action: 'Ask Mux.',
  from: 'preparing',
  retryable: true,
};

describe('watch', () => {
  test('follows a copy to its rest, a line per step', async () => {
    const steps = [
      ok(aRecord({ status: 'requested', waiting_for: 'position 3' })),
      copying(0),
      copying(500_000_000),
    ];
    await using api = await stubApi({ [path(ASSET)]: [...steps, ok(aRecord())] });

    const ended = await icehouse(['watch', ASSET, '--interval', '0.05', '--url', api.url]);

    expect(ended.code).toBe(0);
    const lines = ended.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(`${ASSET}  requested  position 3`);
    expect(lines[1]).toBe(`${ASSET}  archiving  0%  0/1 GB`);
    expect(lines[2]).toMatch(/archiving {2}50% {2}0\.50\/1 GB {2}[\d.]+ GB\/s {2}ETA 0:00$/);
    expect(lines[3]).toBe(`${ASSET}  archived   1.23 GB in the vault, on Mux until 24 Dec 2090`);
  });

  test('shows the place in a line, and says no more of it until it has halved', async () => {
    const expected_by = '2090-12-24T07:30:00.000Z';
    const places = [342, 341, 300, 256].map((position) =>
      ok(aRecord({ status: 'requested', position, expected_by })),
    );
    await using api = await stubApi({ [path(ASSET)]: [...places, ok(aRecord())] });

    const ended = await icehouse(['watch', ASSET, '--interval', '0.05', '--url', api.url]);

    expect(ended.stdout.trimEnd().split('\n')).toEqual([
      `${ASSET}  requested  number 342 in line, expected by 24 Dec 2090, 07:30 UTC`,
      `${ASSET}  requested  number 256 in line, expected by 24 Dec 2090, 07:30 UTC`,
      `${ASSET}  archived   1.23 GB in the vault, on Mux until 24 Dec 2090`,
    ]);
  });

  test('ends with 1 when one of two failed, after the other came to rest, and says what to do', async () => {
    const failed = ok(aRecord({ asset_id: 'bad1', status: 'failed', failure }));
    await using api = await stubApi({ [path(ASSET)]: [copying(1), ok(aRecord())], [path('bad1')]: [failed] });

    const ended = await icehouse(['watch', ASSET, 'bad1', '--interval', '0.05', '--url', api.url]);

    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain(`${ASSET}  archived`);
    expect(ended.stdout).toContain('✗ bad1 (MASTER_ERRORED)');
    expect(ended.stdout).toContain('Ask Mux.');
  });

  test('prints with --json one document: the records, and what was refused', async () => {
    await using api = await stubApi({ [path(ASSET)]: [copying(1), ok(aRecord())] });

    const ended = await icehouse([
      'watch',
      ASSET,
      'nope',
      ASSET,
      '--json',
      '--interval',
      '0.05',
      '--url',
      api.url,
    ]);

    expect(ended.code).toBe(1);
    const document = JSON.parse(ended.stdout);
    expect(document.data.map((record: { status: string }) => record.status)).toEqual(['archived']);
    expect(document.problems).toMatchObject([{ code: 'NOT_TRACKED' }]);
  });

  test('outlives connections that break in the middle', async () => {
    const breaks = [hangUp, hangUp, hangUp, hangUp];
    await using api = await stubApi({ [path(ASSET)]: [copying(1), ...breaks, ok(aRecord())] });

    const ended = await icehouse(['watch', ASSET, '--interval', '0.05', '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('UNREACHABLE');
    expect(ended.stdout).toContain(`${ASSET}  archived`);
  });
});

describe('restore --wait', () => {
  test('waits through the deletion under way until the video is back', async () => {
    const restore = {
      tier: 'Standard',
      requested_at: '2026-11-22T03:00:00.000Z',
      ready_by: '2026-11-22T15:00:00.000Z',
      estimated_cost_usd: 0.1,
      new_playback_ids: [],
    };
    const deleting = aRecord({ status: 'deleting', restore, outcome: 'restoring' });
    const statuses = ['deleted', 'thawing', 'uploading', 'restored'];
    const steps = statuses.map((status) => ok(aRecord({ status, restore, current_asset_id: 'new1' })));
    const post = `POST /v1/delete-requests/${ASSET}/restore`;
    await using api = await stubApi({ [post]: [{ status: 202, body: deleting }], [path(ASSET)]: steps });

    const ended = await icehouse(['restore', ASSET, '--wait', '--interval', '0.05', '--url', api.url]);

    expect(ended.code).toBe(0);
    expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe(`${ASSET}  restored   now new1`);
  });
});

describe('a record is at rest', () => {
  const nowMs = Date.parse('2026-11-22T00:00:00.000Z');

  test.each([
    { status: 'requested', rests: false },
    { status: 'deleting', rests: false },
    { status: 'archived', next_action_at: '2026-11-22T00:10:01.000Z', rests: true },
    { status: 'archived', next_action_at: '2026-11-21T23:59:59.000Z', rests: false },
    { status: 'archived', expiration_date: '2026-11-22T00:10:01.000Z', rests: true },
    { status: 'archived', expiration_date: '2026-11-22T00:09:59.000Z', rests: false },
    { status: 'archived', expiration_date: '2026-11-21T23:59:59.000Z', rests: false },
    { status: 'deleted', rests: true },
    { status: 'deleted', restore: { tier: 'Bulk' }, rests: false },
    { status: 'restored', restore: { tier: 'Bulk' }, rests: true },
    { status: 'cancelled', rests: true },
    { status: 'failed', rests: true },
  ])('$status $next_action_at $expiration_date: $rests', ({ rests, ...changes }) => {
    const past = '2026-11-21T00:00:00.000Z';
    const record = aRecord({ expiration_date: past, next_action_at: undefined, ...changes });

    const result = isAtRest(record as unknown as Parameters<typeof isAtRest>[0], nowMs);

    expect(result).toBe(rests);
  });
});
