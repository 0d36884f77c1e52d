// What a restore brings back, for people: the comparison after it, the verdicts before it, in groups, the best news first.
import type { ComparisonRow, Outcome } from '../lambdas/domain/comparison.ts';
import type { AttributeVerdict } from '../lambdas/domain/fidelity.ts';
import type { FidelityVerdict } from '../lambdas/domain/fidelity-table.ts';
import type { FidelityView } from '../lambdas/stages/fidelity-view.ts';
import { minute, plain } from './format.ts';
import type { Screen, Style } from './screen.ts';
import { grid } from './table.ts';

const OUTCOMES: readonly (readonly [Outcome, string, Style])[] = [
  ['equal', 'came back as it was', 'green'],
  ['derived', 'Mux computed it again', 'dim'],
  ['lost', 'cannot come back', 'yellow'],
  ['differs', 'should have come back and did not', 'red'],
];

const VERDICTS: readonly (readonly [FidelityVerdict, string, Style])[] = [
  ['set', 'comes back with the create', 'green'],
  ['after', 'comes back by a further call', 'green'],
  ['derived', 'Mux computes it again', 'dim'],
  ['not-restored', 'left out on purpose', 'dim'],
  ['lost', 'cannot come back', 'yellow'],
];

const LONGEST_NAME = 36;
const LONGEST_VALUE = 60;

export function fidelityView(view: FidelityView, screen: Screen): string {
  return view.kind === 'comparison' ? comparisonView(view, screen) : verdictsView(view, screen);
}

function comparisonView(view: FidelityView & { kind: 'comparison' }, screen: Screen): string {
  const { asset_id, new_asset_id, compared_at, attributes } = view;
  const head = `${screen.paint('bold', plain(asset_id))}\nwas restored as ${plain(new_asset_id)}, compared ${minute(compared_at)}`;
  const groups = OUTCOMES.map(([outcome, words, style]) => {
    const rows = attributes.filter((row) => row.outcome === outcome);
    return group(
      { name: outcome, words, style },
      rows.map((row) => [row.attribute, valuesOf(row)]),
      screen,
    );
  });
  return [head, ...groups.flat()].join('\n\n');
}

function valuesOf({ was, is, outcome, note }: ComparisonRow): string {
  if (outcome === 'equal') return inWords(was);
  const because = note ? ` (${plain(note)})` : '';
  return `${inWords(was)} → ${inWords(is)}${because}`;
}

function verdictsView(view: FidelityView & { kind: 'verdicts' }, screen: Screen): string {
  const { asset_id, attributes } = view;
  const head = `${screen.paint('bold', plain(asset_id))}\nwhat a restore would bring back`;
  const groups = VERDICTS.map(([verdict, words, style]) => {
    const rows = attributes.filter((row) => row.verdict === verdict);
    return group({ name: verdict, words, style }, rows.map(answerOf), screen);
  });
  return [head, ...groups.flat()].join('\n\n');
}

function answerOf({ attribute, how, note }: AttributeVerdict): readonly [string, string] {
  return [attribute, note ? `${plain(how)} (${plain(note)})` : plain(how)];
}

/** A group without a row is not shown. */
function group(
  { name, words, style }: { readonly name: string; readonly words: string; readonly style: Style },
  rows: readonly (readonly [string, string])[],
  { paint, columns }: Screen,
): readonly string[] {
  if (rows.length === 0) return [];
  const title = `${paint(style, name)} (${rows.length}): ${words}`;
  const nameWidth = Math.min(Math.max(...rows.map(([attribute]) => attribute.length)), LONGEST_NAME);
  const cells = rows.map(([attribute, text]) => [plain(attribute), text]);
  return [`${title}\n${grid(cells, { indent: 2, widths: [nameWidth, columns - nameWidth - 6] }).text}`];
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return 'absent';
  const text = plain(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
