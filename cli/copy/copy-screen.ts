// A copy as somebody sees it: a bar that is redrawn on a terminal, a line for each tenth anywhere else, and the receipt.
import { createLogUpdate } from 'log-update';
import { bytes, clockTime, plain } from '../format.ts';
import { bar, type CopyProgress, copyFigures, type Sample, sampled, shareOf } from '../progress.ts';
import { factTable } from '../render.ts';
import type { Screen } from '../screen.ts';
import type { CopyReceipt, CopyView } from './copy-url.ts';

const REDRAW_MS = 200;
const FIGURES_WIDTH = 38;

type Draw = (progress: CopyProgress, samples: readonly Sample[]) => void;

/** `done` draws the last state and leaves it standing. */
export function copyView(screen: Screen, nowMs: () => number): CopyView & { done: () => void } {
  const update = screen.isTerminal ? createLogUpdate(screen.stream) : undefined;
  const draw: Draw = update ? (...state) => update(barLine(screen, ...state)) : tenthsOn(screen);
  let progress: CopyProgress | undefined;
  let samples: readonly Sample[] = [];
  const redraw = () => {
    if (!progress) return;
    samples = sampled(samples, { atMs: nowMs(), bytesDone: progress.bytes_done });
    draw(progress, samples);
  };
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    note: (text) => screen.print(screen.paint('dim', text)),
    progress: (bytes_done, bytes_total) => {
      const isFirst = progress === undefined;
      progress = { bytes_done, bytes_total };
      if (isFirst) redraw();
    },
    done: () => {
      clearInterval(timer);
      redraw();
      update?.done();
    },
  };
}

export const SILENT: ReturnType<typeof copyView> = {
  note: () => undefined,
  progress: () => undefined,
  done: () => undefined,
};

function barLine({ paint, columns }: Screen, progress: CopyProgress, samples: readonly Sample[]): string {
  const drawn = paint('cyan', bar(shareOf(progress), Math.min(40, columns - FIGURES_WIDTH - 1)));
  return `${drawn} ${copyFigures(progress, samples)}`;
}

function tenthsOn(screen: Screen): Draw {
  let shown = -1;
  return (progress, samples) => {
    const tenth = Math.floor(10 * shareOf(progress));
    if (tenth === shown) return;
    shown = tenth;
    screen.print(`${Math.floor(100 * shareOf(progress))}%  ${copyFigures(progress, samples)}`);
  };
}

export function receiptView(receipt: CopyReceipt, screen: Screen): string {
  const { paint } = screen;
  const { size_bytes, seconds, parts, resumed_parts, version_id } = receipt;
  const again = resumed_parts > 0 ? `, ${resumed_parts} of them from an earlier run` : '';
  const rows = [
    ['size', `${bytes(size_bytes)} (${size_bytes} bytes)`],
    ['proved', `CRC32 ${receipt.crc32} of all bytes, S3 says the same`],
    ['class', receipt.storage_class],
    ...(version_id === null ? [] : [['version', version_id] as const]),
    ['parts', `${parts}${again}`],
    ['took', seconds < 60 ? `${seconds.toFixed(1)} s` : clockTime(seconds)],
  ] as const;
  const name = plain(`s3://${receipt.bucket}/${receipt.key}`);
  return `${paint('green', '✓')} ${paint('bold', name)}\n${factTable(rows, screen)}`;
}
