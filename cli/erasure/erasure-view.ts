// Orders of erasure on a screen: one with what goes and until when it can be stopped, or all in a table.
import type { Erasure, ErasureState, RunsOutLater } from '../../client/icehouse.ts';
import { ITS_TIME } from '../../lambdas/domain/erasure-view.ts';
import { bytes, day, dollars, minute, plain, relative } from '../format.ts';
import { type Fact, factTable } from '../render.ts';
import type { Screen, Style } from '../screen.ts';
import { grid } from '../table.ts';

const STYLES: Readonly<Record<ErasureState, Style>> = {
  waiting: 'yellow',
  held: 'yellow',
  erasing: 'red',
  blocked: 'red',
  done: 'green',
  stopped: 'dim',
};

export function erasureView(erasure: Erasure, screen: Screen, nowMs: number): string {
  const { erasure_id, state, summary, runs_out_later, certificate } = erasure;
  const rows = [...standing(erasure, nowMs), ...going(erasure), ...removed(erasure), ...order(erasure)];
  const later = runs_out_later ?? certificate?.runs_out_later ?? [];
  return [
    `${screen.paint('bold', `Erasure ${plain(erasure_id)}`)}  ${painted(state, screen)}`,
    grid([[plain(summary)]], { widths: [screen.columns] }).text,
    factTable(rows, screen),
    ...(later.length > 0 ? [`What runs out later:\n${factTable(later.map(runsOut), screen)}`] : []),
    ...nextCommands(erasure),
  ].join('\n\n');
}

/** What was at work on the video when it was stopped is given the time that any function may run (lambdas/stages/purge.ts). */
const AS_SOON_AS = 'begins as soon as nobody is at work on it any more (a quarter of an hour at most)';

function standing(
  { executes_at, can_be_stopped, waiting_for, blocked_until }: Erasure,
  nowMs: number,
): Fact[] {
  const isDue = Date.parse(executes_at) <= nowMs;
  const kept = waiting_for === ITS_TIME ? undefined : waiting_for;
  const begins = isDue
    ? kept
      ? 'once nothing keeps it'
      : AS_SOON_AS
    : `not before ${minute(executes_at)} (${relative(executes_at, nowMs)})`;
  return [
    ...(can_be_stopped ? [['removes', `${begins}; can be stopped until it begins`] satisfies Fact] : []),
    ...(kept ? [['waits for', plain(kept)] satisfies Fact] : []),
    ...(blocked_until ? [['blocked', `until ${minute(blocked_until)}`] satisfies Fact] : []),
  ];
}

function going({ what_goes: goes }: Erasure): Fact[] {
  if (!goes) return [];
  const early = goes.early_deletion_usd;
  const { masters, files } = goes;
  return [
    ['on Mux', goes.mux_assets.length > 0 ? `goes: ${goes.mux_assets.join(', ')}` : 'nothing left'],
    ['vault', `goes: every version; masters: ${masters}, files beside them: ${files}, ${bytes(goes.bytes)}`],
    // Of a small master the API's figure is rounded to nothing.
    ['S3 charges', masters > 0 ? `${atMost(early)} for deleting it early` : 'nothing more'],
  ];
}

/** Of one video it is a fraction of a cent. */
function atMost(usd: number): string {
  return usd < 0.01 ? 'less than $0.01' : `at most ${dollars(usd)}`;
}

function removed({ removed: gone }: Erasure): Fact[] {
  if (!gone) return [];
  const { assets, versions, uploads, trail_entries } = gone;
  return [
    ['removed', `${assets.length} assets at Mux, ${versions} object versions (${bytes(gone.bytes)}),`],
    ['', `${uploads} unfinished uploads, ${trail_entries} entries of the audit trail`],
  ];
}

function order({ requested_by, ordered_at, legal_basis, asset_ids, stopped }: Erasure): Fact[] {
  return [
    ['ordered by', `${plain(requested_by)}, ${minute(ordered_at)}`],
    ['by right of', plain(legal_basis)],
    ['assets', asset_ids.map(plain).join(', ')],
    ...(stopped ? [['stopped by', `${plain(stopped.user_id)}, ${minute(stopped.at)}`] satisfies Fact] : []),
    ...(stopped?.reason ? [['because', plain(stopped.reason)] satisfies Fact] : []),
  ];
}

function runsOut({ what, until }: RunsOutLater): Fact {
  return [until ? day(until) : 'not known', plain(what)];
}

function nextCommands({ erasure_id, can_be_stopped, state }: Erasure): string[] {
  if (can_be_stopped) return [`Stop it: icehouse erase --stop ${erasure_id} --user ID --reason TEXT`];
  return state === 'done'
    ? [`Certificate: icehouse erase --certificate ${erasure_id} --out erasure.html`]
    : [];
}

export function erasuresTable(erasures: readonly Erasure[], screen: Screen): string {
  if (erasures.length === 0) return 'No erasure was ever ordered.';
  const head = ['order', 'state', 'asset', 'ordered', 'not before'].map((text) => screen.paint('dim', text));
  const rows = erasures.map((each) => [
    plain(each.erasure_id),
    painted(each.state, screen),
    plain(each.asset_id),
    day(each.ordered_at),
    day(each.executes_at),
  ]);
  return grid([head, ...rows]).text;
}

function painted(state: ErasureState, { paint }: Screen): string {
  return paint(STYLES[state] ?? 'yellow', plain(state));
}
