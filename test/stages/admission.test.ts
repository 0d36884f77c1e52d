// What a request in line is told, and what an archive that waits for the rate limit is.
import { expect, test } from 'vitest';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import { placeOf } from '../../lambdas/stages/admission.ts';
import { house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

test('a request in line is told how many stand before it, and when its turn should come', async () => {
  const home = house();
  for (let n = 0; n < 20; n += 1) {
    await home.requestDeletion({ asset_id: `asset${n}` });
    await home.clock.advance(1_000);
  }

  const place = await placeOf(home.record('asset12'), { ...home, intervalMs: 800 });

  // Nine were started at once; the tenth is asset9. Four places of 4.8 s, and a minute for the sweep.
  expect(place).toMatchObject({ position: 4, expected_by: '2026-11-01T00:01:39.200Z' });
});

test('a hold or another date starts nobody past the line, costs no place, and is told when the turn comes', async () => {
  const home = house();
  for (let n = 0; n < 30; n += 1) {
    home.addVideo(anMp4(), {}, `asset${n}`);
    await home.requestDeletion({ asset_id: `asset${n}` });
    await home.clock.advance(1_000);
  }
  const startedAtOnce = home.dispatch.invocations.splice(0).length;

  await home.hold({}, 'asset20');
  await home.reschedule(Date.UTC(2027, 0, 1), 'asset21');

  expect(startedAtOnce).toBe(9);
  expect(home.dispatch.invocations).toEqual([]);
  // asset20 came 20 s after the first.
  expect(home.record('asset20')).toMatchObject({ wake_at: '2026-11-01T00:00:20.000Z', wake_lane: 'admit' });
  const places = ['asset20', 'asset21'].map((id) => placeOf(home.record(id), { ...home, intervalMs: 800 }));
  expect(await Promise.all(places)).toMatchObject([{ position: 12 }, { position: 13 }]);

  await home.live(() => home.record('asset20').status === 'preparing');

  const told = home.bus.events.filter(({ record }) => record.asset_id === 'asset20');
  expect(told.slice(0, 2).map(({ entry }) => entry.cause)).toEqual([
    'delete request',
    'held by user-9: court order',
  ]);
});

test('a hold on a request that was sent back to a short line is told at once', async () => {
  const home = house();
  home.addVideo(anMp4());
  await home.requestDeletion();
  home.platform.fail('inspect', new NotYetError(Date.UTC(2026, 10, 1, 3), 'a slot'));
  await home.drain();
  expect(home.record()).toMatchObject({ waiting_for: 'a slot', wake_lane: 'admit' });

  await home.hold();

  expect(home.dispatch.invocations).toHaveLength(1);
});

test('a request that was started has no place in line', async () => {
  const home = house();
  await home.requestDeletion();

  const place = await placeOf(home.record(), { ...home, intervalMs: 800 });

  expect(place).toBeUndefined();
});

test('work that waits for the rate limit is expected at the place it was given, until it goes on', async () => {
  const home = house();
  home.addVideo(anMp4());
  await home.requestDeletion();
  await home.live('preparing');
  home.platform.fail('inspect', new NotYetError(Date.UTC(2026, 10, 1, 3), 'a slot'));

  await home.live(() => home.record().waiting_for === 'a slot');
  const waiting = publicRecord(home.record());
  await home.live('archived');

  expect(waiting).toMatchObject({
    expected_by: '2026-11-01T03:00:00.000Z',
    next_action_at: '2026-11-01T03:00:00.000Z',
  });
  expect(publicRecord(home.record()).expected_by).toBeUndefined();
});
