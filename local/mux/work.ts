// What each kind of job means; a job whose asset is gone means nothing.
import { ingest } from './ingest.ts';
import { expireMaster, finishMaster } from './masters.ts';
import type { Work } from './model.ts';
import { finishShots } from './shots.ts';
import { finishRendition } from './static-renditions.ts';
import { finishTrack } from './tracks.ts';
import { deliver } from './webhooks.ts';
import type { World } from './world.ts';

/** Answers when the job is to be done again, or undefined when it is done. */
export async function doWork(world: World, work: Work, signal: AbortSignal): Promise<number | undefined> {
  if (work.kind === 'webhook') return deliver(world, work.delivery, signal);
  const stored = world.store.state.assets[work.assetId];
  if (!stored) return undefined;
  switch (work.kind) {
    case 'ingest':
      return ingest(world, stored, signal);
    case 'track':
      await finishTrack(world, stored, work.trackId, work.url, signal);
      return undefined;
    case 'rendition':
      finishRendition(world, stored, work.renditionId);
      return undefined;
    case 'shots':
      finishShots(world, stored);
      return undefined;
    case 'master-ready':
      finishMaster(world, stored, work.key);
      return undefined;
    case 'master-expire':
      expireMaster(world, stored, work.key);
      return undefined;
  }
}
