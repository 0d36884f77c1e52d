// What the text of a support ticket may name: ids and words, alone or within a URL. Pure; a query string is never looked at.

export const LONGEST_TICKET = 2_048;

/** Something to be looked up. */
export interface Clue {
  readonly text: string;
  /** Whether it may be an id that Mux gave. */
  readonly isMuxId: boolean;
  /** Whether it stood alone, as the name of a group would. */
  readonly isAlone: boolean;
}

/** Of a longer path the end is what names a video. */
const MOST_SEGMENTS = 10;
/** As the ledger takes it for a key. */
const LONGEST_NAME = 255;

/** A URL may carry a signed token: all behind its path is dropped before anything else happens. */
export function cluesIn(text: string): readonly Clue[] {
  const bare = text.trim().replace(/^[<"'(]+|[>"'),]+$/g, '');
  if (bare === '' || bare.length > LONGEST_TICKET) return [];
  return bare.includes('/') ? cluesOfUrl(bare) : [clue(bare, true)].filter(isName);
}

/**
 * Wherever in the path an id stands: `stream.mux.com/{id}.m3u8`, `stream.mux.com/{id}/text/{track}.vtt`,
 * `player.mux.com/{id}`, `image.mux.com/{id}/thumbnail.jpg`, or a page of one's own.
 */
function cluesOfUrl(text: string): readonly Clue[] {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = hasScheme ? text : `https://${text}`;
  // A name with a slash in it is no URL, but may be what a group is called. Where secrets may be it is not looked at as a whole.
  const whole = hasScheme || /[?#@]/.test(text) ? [] : [clue(text, true)];
  if (!URL.canParse(url)) return whole.filter(isName);
  const segments = new URL(url).pathname.split('/').filter(Boolean).slice(-MOST_SEGMENTS);
  const names = segments.flatMap((segment) => [decoded(segment), withoutEnding(segment)]);
  const inside = [...new Set(names)].map((name) => clue(name, false));
  return [...inside, ...whole].filter(isName);
}

function clue(text: string, isAlone: boolean): Clue {
  return { text, isMuxId: /^[A-Za-z0-9]{1,255}$/.test(text), isAlone };
}

function isName({ text }: Clue): boolean {
  return text.length > 0 && text.length <= LONGEST_NAME;
}

function withoutEnding(segment: string): string {
  return segment.split('.')[0] ?? segment;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
