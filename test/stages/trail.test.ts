// From a record's life to its trail: every transition once, who asked and Mux's id of the DELETE, and audits that leave it alone.
import { expect, test } from 'vitest';
import type { CallEvent, ToldTransition } from '../../lambdas/domain/trail.ts';
import { keepInTrail } from '../../lambdas/stages/trail.ts';
import { auditedWorld } from '../fakes/audited.ts';
import { house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

/** A trail in memory that keeps what is there. */
function memoryTrail() {
  const objects = new Map<string, string>();
  const put = async (key: string, body: string) => {
    if (objects.has(key)) return 'there' as const;
    objects.set(key, body);
    return 'written' as const;
  };
  return { objects, put };
}

async function deletedLife() {
  const home = house();
  home.addVideo(anMp4());
  const { deleteAsset } = home.platform;
  home.platform.deleteAsset = async (assetId, proof, slot, hear) => {
    const outcome = await deleteAsset(assetId, proof, slot);
    hear?.('mux-request-1');
    return outcome;
  };
  await home.requestDeletion();
  await home.live('deleted');
  return home;
}

/** As the bus carries it. */
const toldBy = (home: Awaited<ReturnType<typeof deletedLife>>): ToldTransition[] =>
  home.bus.events.map(({ entry, record: { asset_id, life, ...record } }) => ({
    ...entry,
    asset_id,
    life,
    record,
  }));

test('a life leaves one object for each transition, however often it is told', async () => {
  const home = await deletedLife();
  const trail = memoryTrail();

  const told = toldBy(home);
  for (const detail of [...told, ...told]) await keepInTrail(trail, { kind: 'transition', detail });

  const entries = [...trail.objects.values()].map((body) => JSON.parse(body));
  expect(entries.map(({ to }) => to)).toEqual(home.record().history.map(({ to }) => to));
  expect([...trail.objects.keys()].sort()).toEqual([...trail.objects.keys()]);
  expect(entries.at(-1)).toMatchObject({
    to: 'deleted',
    actor: { kind: 'system', id: 'icehouse' },
    platform_request_id: 'mux-request-1',
  });
});

test("the record keeps Mux's id of the DELETE", async () => {
  const home = await deletedLife();

  const { deletion, deleted_at } = home.record();

  expect(deletion).toEqual({ at: deleted_at, request_id: 'mux-request-1' });
});

test('a refusal is kept beside them', async () => {
  const trail = memoryTrail();
  const detail: CallEvent = {
    at: '2026-12-24T08:05:09.001Z',
    call: 'PATCH /v1/delete-requests/{asset_id}',
    status: 409,
    code: 'TOO_LATE_TO_RESCHEDULE',
    asset_id: 'asset1',
    request_id: 'request-1',
    user_id: 'teacher-7',
  };

  const { outcome } = await keepInTrail(trail, { kind: 'call', detail });

  expect(outcome).toBe('written');
  expect([...trail.objects.keys()]).toEqual([
    'trail/2026/12/24/20261224T080509001Z-asset1-call-request-1.json',
  ]);
});

test('an audit of the vault does not look at the trail', async () => {
  const world = auditedWorld();
  await world.add('kept');
  const body = new TextEncoder().encode('{}');
  const key = 'trail/2026/12/24/20261224T080509001Z-kept-7-archived.json';
  await world.vault.put({ key, contentType: 'application/json', token: 'x', body });

  const { audit, findings } = await world.audit();

  expect(findings).toEqual([]);
  expect(audit.counts.versions).toBe(2);
});
