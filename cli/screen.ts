// The terminal a command writes to: its width, whether it is one, and colours where they are wanted.
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

export interface Screen {
  readonly stream: WriteStream;
  readonly isTerminal: boolean;
  /** Characters per line. */
  readonly columns: number;
  readonly paint: (style: Style, text: string) => string;
  readonly print: (text: string) => void;
}

const DEFAULT_COLUMNS = 80;
/** Narrower than this no table makes sense: lines wrap as the terminal likes. */
const FEWEST_COLUMNS = 64;

/** NO_COLOR, FORCE_COLOR and pipes are respected by styleText itself. */
export function screenOn(stream: WriteStream, options: { colour: boolean }): Screen {
  return {
    stream,
    // A terminal without a size (some containers and CI) can show lines, but nothing can be redrawn there.
    isTerminal: stream.isTTY === true && stream.columns > 0,
    columns: Math.max(FEWEST_COLUMNS, stream.columns || DEFAULT_COLUMNS),
    paint: (style, text) => (options.colour ? styleText(style, text, { stream }) : text),
    print: (text) => void stream.write(`${text}\n`),
  };
}
