// What a search found, for people: a few videos with all that tells them apart, many as a table.
import type { Findings, Match } from '../client/icehouse.ts';
import { clockTime, plain } from './format.ts';
import { type Fact, factTable, paintStatus } from './render.ts';
import type { Screen } from './screen.ts';
import { grid } from './table.ts';

/** More than this are a table. */
const FEW = 4;

export function findingsView(findings: Findings, text: string, screen: Screen): string {
  const { matches, groups, next_cursor } = findings;
  const videos =
    matches.length > FEW ? [tableOf(matches, screen)] : matches.map((each) => matchView(each, screen));
  const more = next_cursor ? [`There are more: icehouse find ${quoted(text)} --all`] : [];
  // Of many at once a line for each group would be as long again.
  const theirs = matches.length > FEW ? [] : matches.flatMap(({ group_id }) => group_id ?? []);
  const ofGroups = [...new Set([...groups, ...theirs])].map(
    (group) => `All of the group: icehouse group ${quoted(group)}`,
  );
  const blocks = [...videos, ...more, ...ofGroups];
  return [...(blocks.length > 0 ? blocks : [NOTHING]), ...notSearched(findings)].join('\n\n');
}

const NOTHING =
  'Nothing found: nobody asked to delete it, or it goes by another id. Titles are not searched.';

function notSearched({ not_searched: fields = [] }: Findings): string[] {
  if (fields.length === 0) return [];
  return [`Not looked for by ${fields.join(' and ')}: the ledger is still being given the index for it.`];
}

/** For a shell. */
function quoted(text: string): string {
  return `'${plain(text).replaceAll("'", "'\\''")}'`;
}

function tableOf(matches: readonly Match[], { paint, columns, isTerminal }: Screen): string {
  const head = ['ASSET', 'STATUS', 'LENGTH', 'FOUND BY', 'TITLE'].map((text) => paint('dim', text));
  const rows = matches.map((match) => [
    match.asset_id,
    paintStatus(paint, match.status),
    match.duration === undefined ? '-' : clockTime(match.duration),
    match.matched_by,
    plain(match.title ?? '') || '-',
  ]);
  const whole = grid([head, ...rows]);
  // A program reads along where there is no terminal.
  if (whole.width <= columns || !isTerminal) return whole.text;
  return grid(stacked(matches, paint), { widths: [columns - 40, 10, 8, 18], cut: true }).text;
}

/** Two lines each, so that no id is cut. */
function stacked(matches: readonly Match[], paint: Screen['paint']): string[][] {
  return matches.flatMap((match) => [
    [
      plain(match.title ?? '') || '-',
      paintStatus(paint, match.status),
      match.duration === undefined ? '-' : clockTime(match.duration),
      paint('dim', match.matched_by),
    ],
    [paint('dim', match.asset_id), '', '', ''],
  ]);
}

function matchView(match: Match, screen: Screen): string {
  const { title, duration, group_id, creator_id, poster, current_asset_id, asset_id } = match;
  const length = duration === undefined ? '' : `, ${clockTime(duration)} long`;
  const heading = screen.paint('bold', plain(title ?? asset_id)) + length;
  const facts: Fact[] = [
    ['asset', asset_id],
    ['found by', `${match.matched_by} ${plain(match.matched)}`],
    ['status', paintStatus(screen.paint, match.status)],
    ['asked by', plain(match.deleted_by_user_id)],
    ...fact('made by', creator_id && plain(creator_id)),
    ...fact('group', group_id && plain(group_id)),
    ...fact('now on Mux', current_asset_id && current_asset_id !== asset_id ? current_asset_id : undefined),
    ...fact('poster', poster && `icehouse sidecars ${asset_id}`),
    ['more', `icehouse status ${asset_id}`],
  ];
  return [heading, plain(match.summary), factTable(facts, screen)].join('\n');
}

function fact(label: string, value: string | null | undefined): Fact[] {
  return value ? [[label, value]] : [];
}
