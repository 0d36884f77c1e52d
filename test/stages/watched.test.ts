// A life as CloudWatch sees it: the log lines carry the id of the call that began it, and count what became of the video.
import { expect, test } from 'vitest';
import type { MetricName } from '../../lambdas/contract/metrics.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);

async function archived(): Promise<House> {
  const home = house();
  home.addVideo(anMp4());
  await home.requestDeletion({ expirationMs: DATE_MS });
  const record = home.record();
  const history = record.history.map((entry) => ({ ...entry, request_id: 'call-1' }));
  await home.ledger.save({ ...record, history });
  await home.live(() => home.record().status === 'archived' && !home.record().leased_until);
  return home;
}

/** By stage where a line names one. */
function counted(home: House, name: MetricName): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { fields } of home.log.lines) {
    const value = (fields.metrics as Partial<Record<MetricName, number>> | undefined)?.[name];
    const of = String(fields.stage ?? 'all');
    if (value !== undefined) sums[of] = (sums[of] ?? 0) + value;
  }
  return sums;
}

test('the id of the call is on every step from the first to the deletion', async () => {
  const home = await archived();

  await home.live();

  const steps = home.log.lines.filter(
    ({ message, fields }) => message === 'step' && fields.outcome !== 'stale',
  );
  expect(home.record().status).toBe('deleted');
  expect(new Set(steps.map(({ fields }) => fields.stage))).toEqual(new Set(['master', 'archive', 'expire']));
  expect(new Set(steps.map(({ fields }) => fields.trace_id))).toEqual(new Set(['call-1']));
});

test('bytes are counted once when they are safe, and once when they are gone from Mux', async () => {
  const home = await archived();
  const sizeBytes = home.record().archive?.size_bytes;

  await home.live();

  expect(sizeBytes).toBeGreaterThan(0);
  expect(counted(home, 'Bytes')).toEqual({ archive: sizeBytes, expire: sizeBytes });
  expect(counted(home, 'Failed')).toEqual({});
  expect(counted(home, 'MastersAtRisk')).toEqual({});
});

test('a hold on everything shows as the brake once it keeps something', async () => {
  const home = await archived();
  await home.brake.setHoldOnAll({ reason: 'audit', user_id: 'user-9', since: '2026-11-15T10:00:00.000Z' });

  await home.live(() => home.record().waiting_for?.startsWith('a hold on everything') ?? false);

  expect(counted(home, 'BrakeOn').all).toBeGreaterThan(0);
});

test('an archive that is no longer what it was shows as a failed verification', async () => {
  const home = await archived();
  const { archive, ...record } = home.record();
  await home.ledger.save({ ...record, archive: archive && { ...archive, crc32: 'AAAAAA==' } });

  await home.live();

  expect(home.record().failure?.code).toBe('ARCHIVE_CHECKSUM_MISMATCH');
  expect(counted(home, 'VerificationFailed')).toEqual({ expire: 1 });
  expect(counted(home, 'Failed')).toEqual({ expire: 1 });
});
