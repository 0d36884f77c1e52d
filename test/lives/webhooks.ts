// A life as the customer's app is told of it: signed events of the stack that would be deployed, one of them refused at first.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyWebhook } from '../../lambdas/adapters/mux-webhook.ts';
import { eventually } from '../local/cloud/hand-made.ts';
import type { SharedHouse } from './shared-house.ts';
import { deleteAndRestore, request } from './steps.ts';

const MEDIA = join(import.meta.dirname, '../fixtures/media');

/** The first life of its house: what its receiver is told first is of this one. */
export function webhooks(shared: () => SharedHouse): void {
  test('an app is told that its video is archived, deleted and restored, with all it needs to move its rows', async () => {
    const { house, receiver, away } = shared();
    away.answers = ['silent'];
    receiver.answers = [500, 200];
    const asset = await house.simulator.addAsset({
      file: join(MEDIA, 'motion-and-tone.mp4'),
      attributes: { meta: { title: 'Lesson 1', external_id: 'row-17' }, passthrough: 'mine' },
    });

    await request(house, asset.id);
    const { asset: again } = await deleteAndRestore(house, asset.id);

    const told = (type: string) => receiver.received.filter(({ event }) => event.type === type);
    const restored = await eventually(() => told('icehouse.asset.restored')[0]);
    const archived = await eventually(() => told('icehouse.asset.archived')[0]);
    const deleted = await eventually(() => told('icehouse.asset.deleted')[0]);
    const [refused, repeated] = await eventually(() => {
      const requested = told('icehouse.asset.requested');
      return requested.length === 2 ? requested : undefined;
    });
    expect(repeated?.rawBody.equals(refused?.rawBody ?? Buffer.alloc(0))).toBe(true);
    expect(archived.event.object).toEqual({ type: 'asset', id: asset.id });
    expect(deleted.event.data).toMatchObject({ playable: false, passthrough: 'mine' });
    expect(restored.event.data).toMatchObject({
      current_asset_id: again.id,
      passthrough: 'mine',
      meta: { title: 'Lesson 1', external_id: 'row-17' },
      playback_id_map: { [asset.playback_ids?.[0]?.id ?? '']: again.playback_ids?.[0]?.id },
    });
    for (const { rawBody, headers } of receiver.received) {
      const header = String(headers['icehouse-signature']);
      const secrets = ['a-signing-secret-of-the-embedded-cloud'];
      expect(verifyWebhook({ rawBody, header, secrets, nowMs: Date.now() })).toMatchObject({ ok: true });
    }
    away.answers = [];
  });
}
