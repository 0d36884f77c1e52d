// Shot detection: asked for at creation or later, its results after a while (mux.md, section 3; new in SDK 15).
import { badRequest, notFound } from './answers.ts';
import { isAudioOnly } from './asset-view.ts';
import type { Asset, StoredAsset } from './model.ts';
import { emitShots } from './webhooks.ts';
import { newId, schedule, type World } from './world.ts';

type Shots = NonNullable<Asset['shots']>;

export function findShots({ asset }: StoredAsset): Shots {
  if (!asset.shots) throw notFound();
  return asset.shots;
}

/** Of a ready asset. A second detection begins anew; that it does is assumed. */
export function beginShots(world: World, stored: StoredAsset): Shots {
  if (stored.asset.status !== 'ready') throw badRequest('Asset is not ready');
  const shots = setShots(world, stored, { status: 'pending' });
  schedule(world, { kind: 'shots', assetId: stored.asset.id }, world.behaviour.trackMs);
  return shots;
}

/** Only of pictures: an asset with sound alone is skipped (spec, generate_shots). */
export function finishShots(world: World, stored: StoredAsset): void {
  if (stored.asset.shots?.status !== 'pending') return;
  const shots_manifest_url = `${world.origin}/${newId()}/shots_manifest.json?signature=${newId()}`;
  const completed = { status: 'completed', shots_manifest_url } as const;
  setShots(world, stored, isAudioOnly(stored.asset) ? { status: 'skipped' } : completed);
}

export function deleteShots(world: World, stored: StoredAsset): void {
  findShots(stored);
  setShots(world, stored, { status: 'deleted' });
}

const EVENTS: Record<Shots['status'], string> = {
  pending: 'created',
  completed: 'ready',
  errored: 'errored',
  skipped: 'skipped',
  deleted: 'deleted',
};

function setShots(world: World, stored: StoredAsset, shots: Shots): Shots {
  stored.asset.shots = shots;
  emitShots(world, stored, EVENTS[shots.status], shots);
  return shots;
}
