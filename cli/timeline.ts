// A video's life as a timeline: what happened, where it stands now, what comes next and when.
import type { PublicRecord } from './api.ts';
import { bytesOf, minute, plain, relative, second } from './format.ts';
import { nextLook, nextSteps, type Step } from './next-steps.ts';
import { LOCATIONS, paintStatus } from './render.ts';
import type { Screen } from './screen.ts';
import { grid } from './table.ts';

/** Of a longer history the middle is left out: how it began, and how it came to where it is. */
const SHOWN = 14;
const OF_THE_BEGINNING = 2;

type Row = readonly [mark: string, when: string, what: string, why: string];

export function timeline(record: PublicRecord, screen: Screen, nowMs: number): string {
  const { paint, columns } = screen;
  const head: Row = ['', 'when (UTC)', 'what', 'why, and who'];
  const rows = [
    head.map((text) => paint('dim', text)),
    ...pastRows(record, screen),
    nowRow(record, screen, nowMs),
    ...nextRows(record, screen, nowMs),
  ];
  return grid(rows, { indent: 1, widths: [2, 20, 10, columns - 40] }).text;
}

function pastRows({ history }: PublicRecord, { paint }: Screen): Row[] {
  const rows = history.map((entry): Row => {
    // Something was said or done, and the status stayed.
    const what = entry.from === entry.to ? '' : paintStatus(paint, entry.to);
    const mark = entry.alarm
      ? paint('red', '!')
      : entry.to === 'failed'
        ? paint('red', '✗')
        : paint('green', '✓');
    return [mark, second(entry.at), what, `${plain(entry.cause)} (${plain(entry.actor)})`];
  });
  if (rows.length <= SHOWN) return rows;
  const end = rows.slice(OF_THE_BEGINNING - SHOWN);
  const left = rows.length - OF_THE_BEGINNING - end.length;
  return [...rows.slice(0, OF_THE_BEGINNING), ['', `… ${left} more`, '', '--json has them all'], ...end];
}

function nowRow(record: PublicRecord, { paint }: Screen, nowMs: number): Row {
  const { status, location, playable, progress, waiting_for } = record;
  const look = nextLook(record);
  const why = [
    `${LOCATIONS[location] ?? location}, ${playable ? 'playing' : 'not playing'}`,
    ...(progress && status === 'archiving' ? [bytesOf(progress.bytes_done, progress.bytes_total)] : []),
    ...(waiting_for && look ? [`waits for ${plain(waiting_for)}`] : []),
    ...(look && Date.parse(look) > nowMs ? [`goes on ${relative(look, nowMs)}`] : []),
  ];
  return [paint('cyan', '▶'), paint('bold', 'now'), paintStatus(paint, status), why.join('; ')];
}

function nextRows(record: PublicRecord, { paint }: Screen, nowMs: number): Row[] {
  const steps = nextSteps(record);
  if (steps.length === 0) return [['', '', '', paint('dim', NOTHING)]];
  return steps.map((step) => [
    paint('dim', '○'),
    whenOf(step, nowMs),
    paint('dim', step.what),
    whyOf(step, nowMs),
  ]);
}

const NOTHING = 'Nothing more happens unless somebody asks.';

/** Late, never early: a time that is over has only not been come to yet. */
function whenOf({ at }: Step, nowMs: number): string {
  if (at === undefined) return '';
  return Date.parse(at) <= nowMs ? 'as soon as can be' : minute(at).replace(/ UTC$/, '');
}

function whyOf({ at, why }: Step, nowMs: number): string {
  return at !== undefined && Date.parse(at) > nowMs ? `${relative(at, nowMs)}: ${why}` : why;
}
