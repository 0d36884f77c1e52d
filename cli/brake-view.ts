// The brake for people: what holds everything, whether deletions are on, and how far the limits are used up.
import type { BrakeAnswer } from './api.ts';
import { plain } from './format.ts';
import { type Fact, factTable, holdLines } from './render.ts';
import type { Screen } from './screen.ts';

export function brakeView(answer: BrakeAnswer, screen: Screen): string {
  const { hold, deletions, limits, counted, warnings = [] } = answer;
  const { paint } = screen;
  const title = hold ? 'Everything is held: nothing is deleted.' : 'There is no hold on everything.';
  const rows: Fact[] = [
    ...(hold ? holdLines(hold) : []).map((line, n): Fact => [n === 0 ? 'held' : '', line]),
    ['deletions', deletions === 'on' ? 'on' : 'dry-run: nothing is deleted'],
    ['this hour', `${counted.hour} of ${limits.per_hour} deletions`],
    ['today', `${counted.day} of ${limits.per_day}, at most ${limits.per_user_day} for one user`],
    ...warnings.map((warning): Fact => ['warning', paint('yellow', plain(warning))]),
  ];
  return `${paint('bold', title)}\n\n${factTable(rows, screen)}`;
}
