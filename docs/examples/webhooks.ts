// One door for both webhooks, Mux's and Icehouse's: checked over the raw body, stored, answered, and then looked into.
import type { IncomingHttpHeaders } from 'node:http';
import Mux from '@mux/mux-node';
import { SIGNATURE_HEADER, verifyIcehouseSignature } from 'icehouse/client';
import { type App, resync } from './deleting.ts';
import { follow, type IcehouseEvent, moveRows } from './videos.ts';

export interface Secrets {
  readonly mux: string;
  readonly icehouse: string;
}

type MuxEvent = Awaited<ReturnType<Mux['webhooks']['unwrap']>>;

/** Answers the asset that should be looked for, after the sender has its 200; throws for an event of somebody else. */
export async function takeWebhook(
  app: App,
  secrets: Secrets,
  body: Buffer,
  headers: IncomingHttpHeaders,
): Promise<string | undefined> {
  if (SIGNATURE_HEADER in headers) {
    const header = String(headers[SIGNATURE_HEADER]);
    if (!verifyIcehouseSignature(body, header, secrets.icehouse, Date.now()))
      throw new Error('Not from Icehouse.');
    return onIcehouse(app, JSON.parse(body.toString('utf8')));
  }
  const mux = new Mux({ webhookSecret: secrets.mux });
  return onMux(app, await mux.webhooks.unwrap(body.toString('utf8'), headers));
}

export function onIcehouse(app: App, event: IcehouseEvent): string | undefined {
  // An event about all assets, or of tomorrow.
  if (typeof event.data?.version !== 'number') return undefined;
  follow(app.db, event);
  // A restored asset whose rows have not moved yet: the event that moves them is late or lost.
  const { restored_from } = event.data;
  return restored_from !== undefined && hasRows(app, restored_from) ? restored_from : undefined;
}

export function onMux(app: App, event: MuxEvent): string | undefined {
  if (event.type === 'video.asset.ready') {
    // Only a row that waits for its upload: a restored asset has the same passthrough, and is moved to by Icehouse's event.
    const { id, passthrough, playback_ids, tracks } = event.data;
    const captions = tracks?.find(({ type, status }) => type === 'text' && status === 'ready');
    app.db
      .prepare(
        'UPDATE videos SET asset_id = ?, playback_id = ?, captions_id = ? WHERE id = ? AND asset_id IS NULL',
      )
      .run(id, playback_ids?.[0]?.id ?? null, captions?.id ?? null, passthrough ?? '');
    moveRows(app.db);
  }
  // Mostly by Icehouse, which has said so or will. Never a reason to delete a row.
  if (event.type === 'video.asset.deleted' && hasRows(app, event.data.id)) return event.data.id;
  return undefined;
}

function hasRows({ db }: App, assetId: string): boolean {
  return db.prepare('SELECT 1 FROM videos WHERE asset_id = ?').get(assetId) !== undefined;
}

export async function lookInto(app: App, assetId: string): Promise<void> {
  await resync(app, assetId).catch((error) => console.error(`${assetId} is looked for tonight: ${error}`));
}
