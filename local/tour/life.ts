// One video's life, driven as an app backend would drive it: through the HTTP API, by polling.
import { setTimeout } from 'node:timers/promises';
import type { IcehouseApi, PublicRecord } from '../../cli/api.ts';
import type { Followed } from '../../cli/follow.ts';
import { sampled } from '../../cli/progress.ts';
import type { Quote } from '../../lambdas/domain/quote.ts';
import type { Running } from '../boot.ts';
import type { TourVideo } from './videos.ts';

export interface Life {
  readonly video: TourVideo;
  readonly assetId: string;
  /** Of the master as it was before anything happened. */
  readonly sha256: string;
  /** What a watcher sees now. */
  seen: Followed;
  /** What the API says while the asset is deleted: its price, and what it was like. */
  whileDeleted?: { readonly quote: Quote; readonly manifest: Uint8Array };
  /** Processes that were killed for it: the archive function's, and one worker's. */
  kills: number;
}

const POLL_MS = 250;

/** From the request to the deletion; the copy may take longer, and then the deletion waits for it. */
const GRACE_MS = 8_000;

/** A life that takes longer than this is stuck, and the tour says so. */
const LONGEST_LIFE_MS = 150_000;

export async function beginLife({
  simulator,
  video,
}: {
  simulator: NonNullable<Running['simulator']>;
  video: TourVideo;
}) {
  const attributes = {
    meta: { title: video.title, external_id: `tour-${video.title}` },
    passthrough: 'tour',
    ...video.add.attributes,
  };
  const asset = await simulator.addAsset({ ...video.add, attributes });
  const sha256 = await simulator.sha256(asset.id);
  const seen: Followed = { assetId: asset.id, name: video.title, samples: [], misses: 0, isOver: false };
  const life: Life = { video, assetId: asset.id, sha256, seen, kills: 0 };
  return life;
}

/** Requests, waits, cancels or restores; throws when the record does not get where it should. */
export async function live(life: Life, api: IcehouseApi, killCopiers: () => number): Promise<void> {
  const until = lookUntil(life, api);
  await api.request({
    asset_id: life.assetId,
    deleted_by_user_id: 'tour',
    reason: 'the tour',
    expiration_date: new Date(Date.now() + GRACE_MS).toISOString(),
  });
  if (life.video.end === 'cancelled') {
    await until((record) => record.status === 'archived');
    await api.cancel(life.assetId, { user_id: 'tour' });
    await until((record) => record.status === 'cancelled' && record.next_action_at === undefined);
  } else {
    await until((record) => {
      if (life.video.killed && life.kills === 0 && isInTheMiddle(record)) life.kills = killCopiers();
      return record.status === 'deleted' && record.next_action_at === undefined;
    });
    life.whileDeleted = { quote: await api.quote(life.assetId), manifest: await api.manifest(life.assetId) };
    await api.restore(life.assetId, {});
    await until((record) => record.status === 'restored');
  }
  life.seen = { ...life.seen, isOver: true };
}

function isInTheMiddle({ status, progress }: PublicRecord): boolean {
  return status === 'archiving' && progress !== undefined && progress.bytes_done > progress.bytes_total / 10;
}

function lookUntil(life: Life, api: IcehouseApi) {
  const deadlineMs = Date.now() + LONGEST_LIFE_MS;
  return async (isReached: (record: PublicRecord) => boolean): Promise<void> => {
    for (;;) {
      const record = await api.status(life.assetId);
      life.seen = { ...life.seen, record, samples: samplesOf(life.seen, record) };
      if (isReached(record)) return;
      if (record.status === 'failed') throw new Error(`${life.video.title}: ${record.summary}`);
      if (Date.now() > deadlineMs) throw new Error(`${life.video.title} is stuck: ${record.summary}`);
      await setTimeout(POLL_MS);
    }
  };
}

function samplesOf({ samples }: Followed, { progress }: PublicRecord): Followed['samples'] {
  return progress ? sampled(samples, { atMs: Date.now(), bytesDone: progress.bytes_done }) : [];
}
