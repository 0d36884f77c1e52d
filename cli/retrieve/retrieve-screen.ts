// Retrieving as somebody sees it: notes, one line of waiting, a bar per master, and what came where.
import { createLogUpdate } from 'log-update';
import { copyView } from '../copy/copy-screen.ts';
import { bytes, clockTime, plain } from '../format.ts';
import { factTable, problemView } from '../render.ts';
import type { Screen } from '../screen.ts';
import type { Retrieved, RetrieveView } from './order.ts';

export function retrieveView(screen: Screen, nowMs: () => number): RetrieveView {
  const line = waitingLine(screen);
  return {
    note: (text) => {
      line.clear();
      screen.print(screen.paint('dim', text));
    },
    waiting: (text) => (text === undefined ? line.clear() : line.show(text)),
    copying: (name) => {
      line.clear();
      screen.print(screen.paint('dim', name));
      return copyView(screen, nowMs);
    },
  };
}

export const SILENT: RetrieveView = {
  note: () => undefined,
  waiting: () => undefined,
  copying: () => ({ progress: () => undefined, done: () => undefined }),
};

/** Redrawn on a terminal; anywhere else printed when it changes. */
function waitingLine(screen: Screen): { show: (text: string) => void; clear: () => void } {
  if (screen.isTerminal) {
    const update = createLogUpdate(screen.stream);
    return { show: (text) => update(screen.paint('dim', text)), clear: () => update.clear() };
  }
  let shown = '';
  const show = (text: string) => {
    if (text !== shown) screen.print(text);
    shown = text;
  };
  return { show, clear: () => undefined };
}

export function retrievedView(result: Retrieved, screen: Screen): string {
  const { paint } = screen;
  const mark = result.outcome === 'retrieved' ? paint('green', '✓') : paint('red', '✗');
  const name = plain(result.title ?? result.asset_id);
  const { seconds, thaw } = result;
  const rows = [
    ['at', plain(result.at)] as const,
    ...result.files.map((file, index) => [index === 0 ? 'files' : '', fileLine(file)] as const),
    ...(thaw ? [['thaw', thaw.tier] as const] : []),
    ['took', seconds < 60 ? `${seconds.toFixed(1)} s` : clockTime(seconds)] as const,
  ];
  const problems = result.problems.map((problem) => `\n${problemView(problem, screen)}`);
  return [`${mark} ${paint('bold', name)}`, factTable(rows, screen), ...problems].join('\n');
}

function fileLine({ name, size_bytes, crc32, checked_by, outcome }: Retrieved['files'][number]): string {
  const proof =
    checked_by === 'crc32' ? `CRC32 ${crc32} matches` : 'size compared; this S3 keeps no CRC32 of the whole';
  return `${plain(name)}, ${bytes(size_bytes)}, ${proof}${outcome === 'present' ? ', was there already' : ''}`;
}
