// Entries of the trail as lines: for people, and as CSV for spreadsheets. Each is whole in itself, so that they can stream.
import type { TrailEntry } from '../../lambdas/domain/trail.ts';
import { plain, second } from '../format.ts';
import type { Screen } from '../screen.ts';
import type { Found } from './read-trail.ts';

export function trailLine({ key, entry }: Found, { paint }: Screen): string {
  if (entry.kind === 'unreadable') return paint('red', `unreadable: ${plain(key)}`);
  const { id, principal } = entry.actor;
  const who = principal ? `${plain(id)} ${paint('dim', `(${plain(principal)})`)}` : plain(id);
  const what = whatOf(entry);
  const told = entry.kind === 'refusal' ? paint('yellow', what) : what;
  return `${second(entry.at)}  ${plain(entry.asset_id ?? '-')}  ${told}  by ${who}${why(entry)}`;
}

function whatOf(entry: TrailEntry): string {
  if (entry.kind === 'transition') {
    return entry.from === entry.to ? `noted while ${entry.to}` : `${entry.from ?? 'new'} → ${entry.to}`;
  }
  const call = plain(entry.call);
  return entry.kind === 'refusal'
    ? `refused ${call}: ${entry.status} ${plain(entry.code ?? '')}`.trim()
    : call;
}

function why(entry: TrailEntry): string {
  if (entry.kind === 'transition') return `: ${plain(entry.cause)}`;
  return entry.field ? ` (field ${plain(entry.field)})` : '';
}

type Cell = string | number | null | undefined;
type Row = Partial<Record<'life' | 'version' | 'from' | 'to' | 'cause' | 'alarm' | 'group_id', Cell>> &
  Partial<Record<'call' | 'item' | 'status' | 'code' | 'field' | 'platform_request_id', Cell>>;

const COLUMNS: readonly (readonly [string, (entry: TrailEntry, row: Row) => Cell])[] = [
  ['at', (entry) => entry.at],
  ['kind', (entry) => entry.kind],
  ['asset_id', (entry) => entry.asset_id],
  ['life', (_, row) => row.life],
  ['version', (_, row) => row.version],
  ['from', (_, row) => row.from],
  ['to', (_, row) => row.to],
  ['cause', (_, row) => row.cause],
  ['call', (_, row) => row.call],
  ['item', (_, row) => row.item],
  ['status', (_, row) => row.status],
  ['code', (_, row) => row.code],
  ['field', (_, row) => row.field],
  ['actor_kind', (entry) => entry.actor.kind],
  ['actor', (entry) => entry.actor.id],
  ['principal', (entry) => entry.actor.principal],
  ['request_id', (entry) => entry.request_id],
  ['platform_request_id', (_, row) => row.platform_request_id],
  ['group_id', (_, row) => row.group_id],
  ['alarm', (_, row) => row.alarm],
];

export const TRAIL_CSV_HEAD = `${[...COLUMNS.map(([name]) => name), 'key'].join(',')}\r`;

/** RFC 4180. */
export function trailCsvLine({ key, entry }: Found): string {
  const cells =
    entry.kind === 'unreadable'
      ? COLUMNS.map(([name]) => (name === 'kind' ? entry.kind : ''))
      : COLUMNS.map(([, read]) => read(entry, entry));
  return `${[...cells, key].map(csvCell).join(',')}\r`;
}

/** Texts of others stand in it, and a spreadsheet takes one that begins like a formula for one. */
function csvCell(value: Cell): string {
  const text = typeof value === 'string' ? plain(value) : String(value ?? '');
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
