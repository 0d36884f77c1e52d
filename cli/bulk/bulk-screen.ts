// Many rows as somebody sees them: a bar with pace and counts, a line for each tenth anywhere but on a terminal, the sum.
import { createLogUpdate } from 'log-update';
import { clockTime, plain } from '../format.ts';
import { bar, bytesPerSecond, type Sample, sampled } from '../progress.ts';
import type { Screen } from '../screen.ts';
import type { Screened } from '../session.ts';
import type { Entry } from './journal.ts';
import type { Progress, Summary } from './run.ts';

const REDRAW_MS = 200;
const BAR_WIDTH = 24;
/** Refusals that are shown one by one; all are in the report. */
const SHOWN = 10;

export interface BulkView {
  readonly progress: (progress: Progress) => void;
  /** Draws the last state and leaves it standing. */
  readonly done: () => void;
}

export const SILENT: BulkView = { progress: () => undefined, done: () => undefined };

/** `what` names what goes on, in front of the bar. */
export function bulkView({ screen, json, nowMs }: Screened, what: string): BulkView {
  if (json) return SILENT;
  const update = screen.isTerminal ? createLogUpdate(screen.stream) : undefined;
  const tenth = update ? undefined : tenthsOn(screen, what);
  let state: Progress | undefined;
  let samples: readonly Sample[] = [];
  const redraw = () => {
    if (!state) return;
    samples = sampled(samples, { atMs: nowMs(), bytesDone: state.done });
    if (update) update(`${what}  ${barLine(screen, state, samples)}`);
    else tenth?.(state, samples);
  };
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    progress: (next) => {
      const isFirst = state === undefined;
      state = { ...next, counts: { ...next.counts } };
      if (isFirst) redraw();
    },
    done: () => {
      clearInterval(timer);
      redraw();
      update?.done();
    },
  };
}

export function barLine({ paint }: Screen, progress: Progress, samples: readonly Sample[]): string {
  const share = progress.total === 0 ? 1 : progress.done / progress.total;
  return `${paint('cyan', bar(share, BAR_WIDTH))} ${figures(progress, samples)}`;
}

/** `412/1,000  9.8/s  ETA 1:00  restoring 400, refused 12`: samples count rows here. */
function figures({ total, done, counts }: Progress, samples: readonly Sample[]): string {
  const perSecond = bytesPerSecond(samples);
  const pace =
    perSecond && done < total
      ? [`${perSecond.toFixed(1)}/s`, `ETA ${clockTime((total - done) / perSecond)}`]
      : [];
  return [`${thousands(done)}/${thousands(total)}`, ...pace, countsText(counts)].filter(Boolean).join('  ');
}

function tenthsOn(screen: Screen, what: string): (state: Progress, samples: readonly Sample[]) => void {
  let shown = -1;
  return (state, samples) => {
    const tenth = state.total === 0 ? 10 : Math.floor((10 * state.done) / state.total);
    if (tenth === shown) return;
    shown = tenth;
    screen.print(`${what}  ${figures(state, samples)}`);
  };
}

export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([outcome, count]) => `${outcome} ${thousands(count)}`)
    .join(', ');
}

export function thousands(count: number): string {
  return count.toLocaleString('en');
}

/** What came of it all, for people. */
export function summaryText(summary: Summary, report: string | undefined, { paint }: Screen): string {
  const { counts, doneBefore, duplicates, bad, wasInterrupted } = summary;
  const sent = countsText(counts) || 'nothing left to send';
  return [
    `${bad.length > 0 ? paint('yellow', '!') : paint('green', '✓')} ${sent}`,
    ...(doneBefore > 0
      ? [`  ${thousands(doneBefore)} were done by an earlier run; to send them again, move its report away.`]
      : []),
    ...(duplicates > 0 ? [`  ${thousands(duplicates)} named an asset once more and were skipped.`] : []),
    ...bad.slice(0, SHOWN).map((entry) => `  ${paint('red', '✗')} ${badLine(entry)}`),
    ...(bad.length > SHOWN ? [`  and ${thousands(bad.length - SHOWN)} more`] : []),
    ...(report ? [`  Report: ${report}`] : []),
    ...(wasInterrupted ? ['  Interrupted: the same command goes on from here.'] : []),
    ...(bad.some(({ outcome }) => outcome === 'refused')
      ? ['  Refused rows are sent again with --retry-failed.']
      : []),
    ...(bad.some(({ outcome }) => outcome === 'failed')
      ? ['  Failed rows are sent again by the same command.']
      : []),
  ].join('\n');
}

function badLine({ line, asset_id, code, message }: Entry): string {
  return plain(`line ${line}, ${asset_id}: ${code}: ${message}`);
}
