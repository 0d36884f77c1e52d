// What the views of a record are made of, the receipt of a change, and what a refusal looks like.

import { ITS_TIME } from '../lambdas/domain/erasure-view.ts';
import type { Hold } from '../lambdas/domain/record.ts';
import type { PublicRecord } from './api.ts';
import { aboutDollars, bytes, clockTime, minute, plain, relative } from './format.ts';
import type { Problem } from './problems.ts';
import { inLine } from './progress.ts';
import type { Screen, Style } from './screen.ts';
import { grid } from './table.ts';

type Paint = Screen['paint'];

const STATUS_STYLES: Readonly<Record<string, Style>> = {
  archived: 'green',
  deleted: 'green',
  restored: 'green',
  cancelled: 'dim',
  failed: 'red',
  purging: 'red',
  purged: 'dim',
};

export function paintStatus(paint: Paint, status: string): string {
  return paint(STATUS_STYLES[status] ?? 'yellow', plain(status));
}

const MODE_WORDS = {
  archive_only: 'archive_only: copied, never deleted',
  delete_only: 'delete_only: deleted WITHOUT a copy',
} as const;

export const LOCATIONS: Readonly<Record<string, string>> = {
  mux: 'Mux',
  both: 'Mux and the vault',
  vault: 'the vault',
  none: 'nowhere',
};

/** What a change came to: the sentence and the few facts that may have moved. */
export function receipt(record: PublicRecord, screen: Screen, nowMs: number): string {
  const rows = [
    ...standing(record, screen.paint, nowMs),
    ...restoreRows(record, nowMs),
    ...warningRows(record, screen.paint),
  ];
  return [...heading(record, screen), factTable(rows, screen)].join('\n\n');
}

export function heading({ title, asset_id, summary }: PublicRecord, { paint, columns }: Screen): string[] {
  const name = title ? `${paint('bold', plain(title))}\n${paint('dim', asset_id)}` : paint('bold', asset_id);
  return [name, grid([[plain(summary)]], { widths: [columns] }).text];
}

export type Fact = readonly [label: string, value: string];

/** What is behind a status, apart from where it stands in time. */
export function recordFacts(record: PublicRecord, paint: Paint, nowMs: number): Fact[] {
  return [
    ...waiting(record),
    ...progressRows(record),
    ...archiveRows(record),
    ...restoreRows(record, nowMs),
    ...playbackRows(record),
    ...listed(
      'loses',
      record.losses.map((loss) => `${loss.attribute}: ${loss.detail}`),
    ),
    ...warningRows(record, paint),
    ...failureRows(record, paint),
    ...originRows(record),
  ];
}

const LABEL_WIDTH = 11;

export function factTable(rows: readonly Fact[], { paint, columns }: Screen): string {
  const painted = rows.map(([label, value]) => [paint('dim', label), value]);
  return grid(painted, { indent: 2, widths: [LABEL_WIDTH, columns - LABEL_WIDTH - 4] }).text;
}

function standing(record: PublicRecord, paint: Paint, nowMs: number): Fact[] {
  const playing = record.playable ? 'playing' : 'not playing';
  return [
    ['status', paintStatus(paint, record.status)],
    ['location', `${LOCATIONS[record.location] ?? record.location}, ${playing}`],
    ...listed('mode', record.mode ? [MODE_WORDS[record.mode]] : []),
    ...(record.status === 'cancelled' || record.mode === 'archive_only' ? [] : [expiry(record, nowMs)]),
    ...listed('deleted', record.deleted_at ? [minute(record.deleted_at)] : []),
    ...listed('next action', record.next_action_at ? [nextAction(record.next_action_at, nowMs)] : []),
    ...waiting(record),
  ];
}

function waiting(record: PublicRecord): Fact[] {
  const { waiting_for } = record;
  return [
    // The date itself is said elsewhere.
    ...listed('waits for', waiting_for && waiting_for !== ITS_TIME ? [plain(waiting_for)] : []),
    ...listed('place', record.position ? [inLine(record)] : []),
    ...listed('expected', record.expected_by ? [`by ${minute(record.expected_by)}`] : []),
    ...listed('held', record.hold ? holdLines(record.hold) : []),
  ];
}

/** A hold on one asset or on everything: why, who, since when and until when. */
export function holdLines({ reason, user_id, since, until }: Hold): string[] {
  const end = until === undefined ? 'until it is lifted' : `until ${minute(until)}`;
  return [plain(reason), `by ${plain(user_id)}, since ${minute(since)}`, end];
}

function expiry({ expiration_date }: PublicRecord, nowMs: number): Fact {
  const label = Date.parse(expiration_date) > nowMs ? 'expires' : 'expired';
  return [label, `${minute(expiration_date)} (${relative(expiration_date, nowMs)})`];
}

function nextAction(at: string, nowMs: number): string {
  return Date.parse(at) <= nowMs ? 'now' : `${minute(at)} (${relative(at, nowMs)})`;
}

export function listed(label: string, values: readonly string[]): Fact[] {
  return values.map((value, index) => [index === 0 ? label : '', value]);
}

function progressRows({ progress, status }: PublicRecord): Fact[] {
  if (!progress || status !== 'archiving') return [];
  return [['copied', `${bytes(progress.bytes_done)} of ${bytes(progress.bytes_total)}`]];
}

function archiveRows({ archive, duration }: PublicRecord): Fact[] {
  if (!archive) return [];
  const length = duration === undefined ? '' : `, ${clockTime(duration)} long`;
  return [
    ['archive', `${bytes(archive.size_bytes)}${length}, ${archive.storage_class}`],
    ['proved', `${minute(archive.verified_at)}, CRC32 ${archive.crc32}`],
    ...(archive.locked_until ? [['locked', `until ${minute(archive.locked_until)}`] as const] : []),
  ];
}

function restoreRows({ restore, current_asset_id, status }: PublicRecord, nowMs: number): Fact[] {
  if (!restore) return [];
  const cost = aboutDollars(restore.estimated_cost_usd);
  const ready =
    status === 'thawing'
      ? [`readable by ${minute(restore.ready_by)} (${relative(restore.ready_by, nowMs)})`]
      : [];
  const need = restore.need_by ? [`needed by ${minute(restore.need_by)}`] : [];
  const now = current_asset_id ? [`now asset ${current_asset_id}`] : [];
  const playback = restore.new_playback_ids.map(
    (next) => `playback ${next.id}${next.replaces ? `, was ${next.replaces}` : ''}`,
  );
  return listed('restore', [`${restore.tier}, ${cost}`, ...ready, ...need, ...now, ...playback]);
}

function playbackRows({ mode, playback, revoked = [] }: PublicRecord): Fact[] {
  const lines = revoked.map(
    ({ id, revoked_at, replaced_by }) =>
      `${id} taken away ${minute(revoked_at)}${replaced_by ? `, now ${replaced_by}` : ''}`,
  );
  const ahead = playback === 'revoke' && lines.length === 0 ? ['taken away once archived'] : [];
  return [
    ...listed('mode', mode ? [mode.replaceAll('_', ' ')] : []),
    ...listed('playback', [...lines, ...ahead]),
  ];
}

function warningRows({ warnings }: PublicRecord, paint: Paint): Fact[] {
  return listed(
    'warning',
    warnings.map((warning) => paint('yellow', plain(warning))),
  );
}

function failureRows({ failure }: PublicRecord, paint: Paint): Fact[] {
  if (!failure) return [];
  return [
    ['failed', `${paint('red', failure.code)} while ${failure.from}`],
    ['why', plain(failure.message)],
    ['to do', plain(failure.action)],
  ];
}

/** The command that goes on after a refused loss, on a line of its own: to be copied, it must not be wrapped. */
export function wayOn({ failure }: PublicRecord): string[] {
  const [, command] = /\bor run: (icehouse .+)$/.exec(failure?.action ?? '') ?? [];
  return command ? [`Go on all the same:\n${plain(command)}`] : [];
}

function originRows(record: PublicRecord): Fact[] {
  // An erasure leaves ids and times; the word in the place of the name is nobody's.
  const by = record.status === 'purged' ? '(names erased)' : plain(record.deleted_by_user_id);
  const asked = `${by}, ${minute(record.created_at)}`;
  return [
    ['asked by', asked],
    ...listed('reason', record.reason ? [plain(record.reason)] : []),
    ...listed('group', record.group_id ? [plain(record.group_id)] : []),
    ...listed('was', record.restored_from ? [`asset ${record.restored_from}`] : []),
  ];
}

/** What was refused, why, and what to do about it. */
export function problemView(problem: Problem, screen: Screen): string {
  const { paint } = screen;
  const code = problem.code ?? 'UNKNOWN';
  const field = problem.field ? [['field', plain(problem.field)] as const] : [];
  const rows: Fact[] = [
    ...listed('why', problem.detail ? [plain(problem.detail)] : []),
    ...field,
    ...listed('to do', problem.action ? [plain(problem.action)] : []),
  ];
  const title = problem.title ? `${plain(problem.title)} (${plain(code)})` : plain(code);
  return `${paint('red', '✗')} ${paint('bold', title)}\n${factTable(rows, screen)}`;
}
