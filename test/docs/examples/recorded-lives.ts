// Two lives of a video as both webhooks told them, recorded from the embedded cloud: uploaded as A, deleted, restored as B,
// a request for B that was taken back, another one, deleted, restored as C. And an Icehouse that answers as it was then.
import { readFileSync } from 'node:fs';
import { type PlaybackIdWhereabouts, ProblemError, type TrackWhereabouts } from '../../../client/icehouse.ts';
import type { App } from '../../../docs/examples/deleting.ts';
import type { IcehouseEvent } from '../../../docs/examples/videos.ts';
import type { onMux } from '../../../docs/examples/webhooks.ts';

interface Told {
  readonly type: string;
  readonly created_at: string;
  readonly object: { readonly id: string };
  readonly data: Readonly<Record<string, unknown>>;
}

const FILE = new URL('../../fixtures/webhooks/two-lives.jsonl', import.meta.url);

/** In the order in which they came. */
export const TOLD: readonly Told[] = readFileSync(FILE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

export const asIcehouse = (told: Told) => told as unknown as IcehouseEvent;
export const asMux = (told: Told) => told as unknown as Parameters<typeof onMux>[1];

export interface Ids {
  readonly asset_id: string;
  readonly playback_id: string;
  readonly captions_id: string;
}

/** A, B and C. */
export const ASSETS: readonly Ids[] = TOLD.filter(({ type }) => type === 'video.asset.ready').map(
  ({ data }) => {
    const track = TOLD.find(
      (each) => each.type === 'video.asset.track.ready' && each.data.asset_id === data.id,
    );
    const [playback] = data.playback_ids as { id: string }[];
    return {
      asset_id: String(data.id),
      playback_id: playback?.id ?? '',
      captions_id: String(track?.data.id),
    };
  },
);

type Question = 'asset_id' | 'playback_id' | 'captions_id';

/** What Icehouse knew after so many of the events. */
export function icehouseAfter(count: () => number): App['icehouse'] {
  const before = () => TOLD.slice(0, count()).filter(({ type }) => type.startsWith('icehouse.'));

  function look(by: Question, id: string) {
    const known = before();
    const published = known.filter(({ type }) => type === 'icehouse.asset.restored').length;
    const at = ASSETS.findIndex((each) => each[by] === id);
    const last = known.at(-1);
    if (!last || at < 0 || at > published) throw notTracked();
    const status = last.type.replace('icehouse.asset.', '').replace('updated', 'archived');
    const current = /^(deleted|thawing)$/.test(status) ? undefined : ASSETS[published];
    const { asset_id = null, playback_id = null, captions_id = null } = current ?? {};
    return {
      ...{ asset_id: last.object.id, status, as_of: last.created_at, current_asset_id: asset_id },
      ...{ current_playback_id: playback_id, current_track_id: captions_id },
    } as unknown as PlaybackIdWhereabouts & TrackWhereabouts;
  }
  const never = () => Promise.reject(new Error('Nothing is asked for here.'));
  return {
    request: never,
    restore: never,
    status: async (id) => {
      const lives = before().filter(({ type, object }) => /requested$/.test(type) && object.id === id);
      return { life: lives.length } as Awaited<ReturnType<App['icehouse']['status']>>;
    },
    whereIsPlaybackId: async (id) => look('playback_id', id),
    whereIsTrack: async (id) => look('captions_id', id),
  };
}

export function notTracked(): ProblemError {
  return new ProblemError(404, { code: 'NOT_TRACKED' });
}
