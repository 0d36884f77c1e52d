// The page around the player: any playback id that a link, an embed or a bookmark ever had leads to what plays now.
import { setTimeout } from 'node:timers/promises';
import { type IcehouseClient, type PlaybackIdWhereabouts, ProblemError } from 'icehouse/client';

export type Shown =
  | { readonly kind: 'video'; readonly playbackId: string; readonly isSigned: boolean }
  | { readonly kind: 'notice'; readonly text: string };

type Icehouse = Pick<IcehouseClient, 'whereIsPlaybackId'>;

export interface Patience {
  /** How long an answer is kept: a page that is reloaded asks once. */
  readonly keepMs?: number;
  /** How long a viewer waits for Icehouse. */
  readonly waitMs?: number;
}

/** What a page shows for a playback id. */
export function createResolver(icehouse: Icehouse, { keepMs = 30_000, waitMs = 1_500 }: Patience = {}) {
  const kept = new Map<string, { readonly shown: Promise<Shown>; readonly untilMs: number }>();
  return (playbackId: string): Promise<Shown> => {
    const known = kept.get(playbackId);
    if (known && known.untilMs > Date.now()) return known.shown;
    const asItIs: Shown = { kind: 'video', playbackId, isSigned: false };
    const shown = Promise.race([lookUp(icehouse, playbackId, asItIs), setTimeout(waitMs, asItIs)]);
    // The map must not grow with every id that somebody makes up.
    if (kept.size > 10_000) kept.clear();
    kept.set(playbackId, { shown, untilMs: Date.now() + keepMs });
    return shown;
  };
}

async function lookUp(icehouse: Icehouse, playbackId: string, asItIs: Shown): Promise<Shown> {
  try {
    return whatToShow(await icehouse.whereIsPlaybackId(playbackId));
  } catch (error) {
    // Most videos: nobody ever asked to delete them. And an Icehouse that is away stops no player.
    const isUnknown = error instanceof ProblemError && error.code === 'NOT_TRACKED';
    if (!isUnknown) console.error(`Played as it is: ${error}`);
    return asItIs;
  }
}

export function whatToShow({
  current_playback_id,
  ready_by,
  playback_ids,
  ...at
}: PlaybackIdWhereabouts): Shown {
  const reason: string = at.reason;
  if (current_playback_id !== null) {
    const policies = playback_ids.filter((each) => each.current_id === current_playback_id);
    const isSigned = policies.some(({ policy }) => policy === 'signed');
    return { kind: 'video', playbackId: current_playback_id, isSigned };
  }
  switch (reason) {
    case 'RESTORING':
      return { kind: 'notice', text: `This video is on its way back, until ${ready_by ?? 'soon'}.` };
    case 'DELETED':
    case 'DELETING':
      return { kind: 'notice', text: 'This video was deleted. Its owner can bring it back.' };
    case 'REVOKED':
    case 'NO_SUCCESSOR':
      return { kind: 'notice', text: 'This link does not lead to the video any more.' };
    case 'RESTORE_FAILED':
      return { kind: 'notice', text: 'This video could not be brought back yet. We are looking into it.' };
    default:
      return { kind: 'notice', text: 'This video is gone.' };
  }
}

/** `token`: for a signed playback id, made anew for each page by `mux.jwt.signPlaybackId(playbackId)`. */
export function playerPage(shown: Shown, token?: string): string {
  const attributes = token === undefined ? '' : ` playback-token="${token}"`;
  const inside =
    shown.kind === 'video'
      ? `<mux-player playback-id="${encodeURIComponent(shown.playbackId)}"${attributes}></mux-player>`
      : `<p>${shown.text}</p>`;
  return `<!doctype html><script src="https://cdn.jsdelivr.net/npm/@mux/mux-player"></script>${inside}`;
}
