// How each archived text track is asked for again: its settings, and a name that no other one has. Pure.
import type { Track } from './asset.ts';

export interface WantedText {
  /** Of the old track. */
  readonly trackId: string;
  readonly url: string;
  readonly language_code: string;
  readonly name?: string;
  readonly closed_captions?: boolean;
  readonly passthrough?: string;
}

/** Only where we hold the file and know the track. Mux requires a language, and takes "und" for one. */
export function wantedTexts(
  tracks: readonly Track[],
  texts: readonly { readonly url: string; readonly trackId: string }[],
): readonly WantedText[] {
  const names = uniqueNames(tracks.filter(({ type }) => type === 'text'));
  return texts.flatMap(({ url, trackId }) => {
    const track = tracks.find((each) => each.id === trackId && each.type === 'text');
    if (!track) return [];
    return [
      {
        trackId,
        url,
        language_code: track.languageCode ?? 'und',
        name: names.get(trackId),
        closed_captions: track.closedCaptions,
        passthrough: track.passthrough,
      },
    ];
  });
}

/**
 * Mux refuses a name twice among text tracks, and names one without after its language: a live transcript and its final
 * version, or two unnamed tracks of a language, would clash. Undefined: left to Mux.
 */
export function uniqueNames(texts: readonly Track[]): ReadonlyMap<string, string | undefined> {
  const taken = new Set<string>();
  const names = new Map<string, string | undefined>();
  for (const { id, name, languageCode = 'und' } of texts) {
    const wanted = name ?? languageCode;
    let free = wanted;
    for (let at = 2; taken.has(free); at++) free = `${wanted} (${at})`;
    taken.add(free);
    names.set(id, free === wanted ? name : free);
  }
  return names;
}
