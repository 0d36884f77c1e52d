// Columns without borders, aligned by what a terminal shows and wrapped to its width.
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

const GAP = 2;

export interface Grid {
  readonly text: string;
  /** Columns on the screen. */
  readonly width: number;
}

/**
 * Lays out rows. `widths` are of the texts, without the gap after them; null is as wide as it needs to be.
 * A fixed column wraps its text, or with `cut` ends it in `…`.
 */
export function grid(
  rows: readonly (readonly string[])[],
  options: { widths?: readonly (number | null)[]; indent?: number; cut?: boolean } = {},
): Grid {
  const { widths = [], indent = 0, cut = false } = options;
  const table = new Table({
    chars: { ...NO_BORDERS, left: ' '.repeat(indent) },
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [] },
    colWidths: widths.map((width) => (width === null ? null : width + GAP)),
    wordWrap: !cut,
  });
  const fit = (text: string, column: number) => breakable(text, cut ? null : (widths[column] ?? null));
  table.push(...rows.map((row) => row.map(fit)));
  const lines = table.toString().split('\n');
  // Every line is padded to the same width; the first, a head or a label, is plain letters.
  const width = stripVTControlCharacters(lines[0] ?? '').length - GAP;
  return { text: lines.map((line) => line.trimEnd()).join('\n'), width };
}

/** The table library cuts a word that is longer than its column: an id or a URL is broken in two instead. */
function breakable(text: string, width: number | null): string {
  if (width === null) return text;
  return text.replace(/\S+/g, (word) => {
    if (stripVTControlCharacters(word) !== word) return word;
    // Other scripts may take two columns a letter, and often have no spaces to break at.
    const letters = /^[!-~]*$/.test(word) ? width : Math.floor(width / 2);
    return (word.match(new RegExp(`.{1,${letters}}`, 'gu')) ?? []).join(' ');
  });
}
