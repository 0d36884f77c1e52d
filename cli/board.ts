// The lines of a watch: redrawn in place on a terminal, one line per change anywhere else.
import { createLogUpdate } from 'log-update';
import { endedWell, type Followed } from './follow.ts';
import { plain } from './format.ts';
import { bar, copyFigures, note, shareOf } from './progress.ts';
import { paintStatus } from './render.ts';
import type { Screen } from './screen.ts';
import { grid } from './table.ts';

export interface Board {
  readonly draw: (videos: readonly Followed[]) => void;
  /** Leaves the last lines standing. */
  readonly done: () => void;
}

export function boardOn(screen: Screen): Board {
  if (!screen.isTerminal) return lineBoard(screen);
  const update = createLogUpdate(screen.stream);
  return { draw: (videos) => update(boardText(videos, screen)), done: () => update.done() };
}

const NAME_WIDTH = 16;
const STATUS_WIDTH = 9;
/** Of the longest: `99.9/99.9 GB  48.1 MB/s  ETA 1:02:03`. */
const FIGURES_WIDTH = 36;

/** A line per video that fits the terminal. */
export function boardText(videos: readonly Followed[], screen: Screen): string {
  const detailWidth = screen.columns - 1 - 2 - NAME_WIDTH - 2 - STATUS_WIDTH - 2 - 1;
  const rows = videos.map((video) => [
    mark(video, screen),
    nameOf(video),
    video.record ? paintStatus(screen.paint, video.record.status) : '',
    detail(video, screen, detailWidth),
  ]);
  return grid(rows, { widths: [1, NAME_WIDTH, STATUS_WIDTH, detailWidth], cut: true }).text;
}

function mark(video: Followed, { paint }: Screen): string {
  if (!video.isOver) return paint('yellow', '·');
  return endedWell(video) ? paint('green', '✓') : paint('red', '✗');
}

/** Ids are longer than a line has room for: the title, or both ends of the id. */
function nameOf({ assetId, name, record }: Followed): string {
  const given = record?.title ?? name;
  if (given) return plain(given);
  return assetId.length <= NAME_WIDTH ? assetId : `${assetId.slice(0, 9)}…${assetId.slice(-6)}`;
}

function detail(video: Followed, { paint }: Screen, width: number): string {
  const { record, problem, samples } = video;
  if (problem) return `${problem.code}: ${plain(problem.message)}`;
  if (!record) return '';
  if (record.status !== 'archiving' || !record.progress) return note(record);
  const barWidth = Math.min(40, width - FIGURES_WIDTH - 1);
  const drawn = paint('cyan', bar(shareOf(record.progress), barWidth));
  return `${drawn} ${copyFigures(record.progress, samples)}`;
}

/** For logs and pipes: whole ids, no bar, and a line only when something is worth one. */
function lineBoard(screen: Screen): Board {
  const shown = new Map<string, string>();
  const draw = (videos: readonly Followed[]) => {
    // Before the first look there is nothing to say.
    for (const video of videos.filter(({ record, problem }) => record || problem)) {
      const news = newsOf(video);
      if (shown.get(video.assetId) !== news) screen.print(lineOf(video));
      shown.set(video.assetId, news);
    }
  };
  return { draw, done: () => undefined };
}

/** A status, a tenth of a copy, or a note: what a new line is worth. */
function newsOf({ record, problem }: Followed): string {
  if (!record || problem) return problem?.code ?? '';
  // A long line moves at every look: worth a line is a place that has halved.
  if (record.position) return `in line ${Math.ceil(Math.log2(record.position))}`;
  const tenth = record.progress ? Math.floor(10 * shareOf(record.progress)) : '';
  return record.status === 'archiving' ? `archiving ${tenth}` : `${record.status} ${note(record)}`;
}

function lineOf({ assetId, record, problem, samples }: Followed): string {
  if (!record || problem) return `${assetId}  ${problem?.code ?? ''}: ${plain(problem?.message ?? '')}`;
  const status = plain(record.status).padEnd(STATUS_WIDTH);
  if (record.status !== 'archiving' || !record.progress)
    return `${assetId}  ${status}  ${note(record)}`.trimEnd();
  const percent = Math.floor(100 * shareOf(record.progress));
  return `${assetId}  ${status}  ${percent}%  ${copyFigures(record.progress, samples)}`;
}
