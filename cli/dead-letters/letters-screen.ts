// Dead letters for people: a list with what to do, one letter in full, what a command is about to do.
import { minute, plain, relative } from '../format.ts';
import { type Fact, factTable } from '../render.ts';
import type { Screen, Style } from '../screen.ts';
import { grid } from '../table.ts';
import type { Verdict } from './explain.ts';
import type { Explained, Gathered } from './gather.ts';

const SHORT_ID = 8;

export const shortId = (id: string) => id.slice(0, SHORT_ID);

const VERDICTS: Readonly<Record<Verdict, { readonly style: Style; readonly text: string }>> = {
  'send-back': { style: 'yellow', text: 'send back' },
  drop: { style: 'dim', text: 'drop' },
  wait: { style: 'cyan', text: 'wait' },
  look: { style: 'red', text: 'look' },
};

/** Kept by SQS for 14 days from the first sending: lib/queues.ts. */
const KEPT_MS = 14 * 86_400_000;

export function lettersView(gathered: Gathered, screen: Screen, nowMs: number): string {
  const blocks = gathered.letters.map((one) => letterBlock(one, screen, nowMs));
  return [...blocks, closing(gathered)].join('\n\n');
}

function letterBlock({ letter, explanation }: Explained, { paint, columns }: Screen, nowMs: number): string {
  const { style, text } = VERDICTS[explanation.verdict];
  const when = relative(letter.at, nowMs) + (letter.tries ? `, tried ${times(letter.tries)}` : '');
  const rows = [
    [paint('bold', shortId(letter.id)), `${plain(explanation.what)} ${paint('dim', when)}`],
    ['', explanation.why],
    [paint(style, text), explanation.to_do],
  ];
  return grid(rows, { widths: [9, columns - 14] }).text;
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

function closing({ letters, hidden, apiSilent }: Gathered): string {
  const counts = (['send-back', 'drop', 'wait', 'look'] as const)
    .map((verdict) => ({
      verdict,
      count: letters.filter((one) => one.explanation.verdict === verdict).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} to ${VERDICTS[verdict].text}`);
  const redrive = letters.some(({ explanation }) => isRedriven(explanation.verdict));
  return [
    letters.length === 0 ? 'No dead letters.' : `${letters.length}: ${counts.join(', ')}.`,
    ...(redrive ? ['`icehouse dlq redrive --all` sends back and drops those; nothing else is touched.'] : []),
    ...(apiSilent ? [`The records were not asked for: ${plain(apiSilent)}`] : []),
    ...(hidden > 0 ? [`${hidden} more in somebody's hands at the moment: look again in a minute.`] : []),
  ].join('\n');
}

export function isRedriven(verdict: Verdict): boolean {
  return verdict === 'send-back' || verdict === 'drop';
}

export function letterView({ letter, held, explanation }: Explained, screen: Screen, nowMs: number): string {
  const { style, text } = VERDICTS[explanation.verdict];
  const facts: Fact[] = [
    ['what', plain(explanation.what)],
    ['why', explanation.why],
    ['to do', `${screen.paint(style, text)}: ${explanation.to_do}`],
    ['failed', `${minute(letter.at)} (${relative(letter.at, nowMs)})`],
    ...(letter.tries ? [['tried', times(letter.tries)] as const] : []),
    ['queue', letter.queue],
    ['kept until', minute(new Date(held.sentAtMs + KEPT_MS).toISOString())],
    ['message', plain(held.body)],
  ];
  return `${screen.paint('bold', letter.id)}\n\n${factTable(facts, screen)}`;
}

/** One line for each letter: what is about to happen, or has happened, to it. */
export function deedsView(
  deeds: readonly { readonly deed: string; readonly one: Explained }[],
  { paint, columns }: Screen,
) {
  const rows = deeds.map(({ deed, one }) => [
    paint('bold', shortId(one.letter.id)),
    deed,
    `${plain(one.explanation.what)} ${one.explanation.to_do}`,
  ]);
  return grid(rows, { widths: [9, 10, columns - 26] }).text;
}

/** `--json`: the letter, and what is made of it. */
export function letterDocument({ letter, held, explanation }: Explained) {
  const { id, queue, at, work, reason, tries } = letter;
  return { id, queue, at, work, reason, tries, ...explanation, message: held.body };
}
