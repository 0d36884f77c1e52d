// The map of ids of a group: read from end to end, and shown as lines for people or as CSV for whatever keeps the old ids.
import type { GroupMap, GroupMapRow } from '../../client/icehouse.ts';
import type { IcehouseApi } from '../api.ts';
import { counted, plain } from '../format.ts';
import type { Screen } from '../screen.ts';
import { grid } from '../table.ts';

/** All stretches as one answer, each id once: of one that was met again the later row holds. */
export async function wholeMap(
  api: IcehouseApi,
  groupId: string,
  onRead: (ids: number) => void = () => undefined,
): Promise<GroupMap> {
  const rows = new Map<string, GroupMapRow>();
  let cursor: string | undefined;
  for (;;) {
    const page = await api.groupMap(groupId, { cursor });
    for (const row of page.data) rows.set(row.playback_id, row);
    onRead(rows.size);
    // A cursor that does not move would never end.
    if (page.next_cursor === null || page.next_cursor === cursor) break;
    cursor = page.next_cursor;
  }
  return { data: [...rows.values()], next_cursor: null };
}

const COLUMNS = [
  'external_id',
  'title',
  'asset_id',
  'current_asset_id',
  'playback_id',
  'current_playback_id',
  'reason',
  'playable',
] as const satisfies readonly (keyof GroupMapRow)[];

/** An id without a successor is empty there. */
export function mapCsv({ data }: GroupMap): string {
  const lines = data.map((row) => COLUMNS.map((column) => cell(String(row[column] ?? ''), column)));
  return [[...COLUMNS], ...lines].map((cells) => `${cells.join(',')}\r`).join('\n');
}

/** A title is anybody's text, and a spreadsheet takes some of that for a formula. Ids stay as they are, letter by letter. */
function cell(text: string, column: (typeof COLUMNS)[number]): string {
  const safe = column === 'title' && /^[=+\-@]/.test(text) ? `'${plain(text)}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function mapView({ data }: GroupMap, { paint }: Screen): string {
  const unchanged = data.filter((row) => row.current_playback_id === row.playback_id);
  const nothing = data.filter((row) => row.current_playback_id === null);
  const changed = data.length - unchanged.length - nothing.length;
  const head = ['PLAYBACK ID', 'NOW', 'TITLE'].map((text) => paint('dim', text));
  const rows = data.map((row) => [row.playback_id, nowOf(row, paint), plain(row.title ?? '') || '-']);
  const sum = `${counted(data.length, 'playback id')}: ${unchanged.length} unchanged, ${changed} changed, ${nothing.length} that nothing plays in place of now. With --csv or --json also by asset and external_id.`;
  return data.length === 0 ? 'No playback id is known yet.' : `${grid([head, ...rows]).text}\n\n${sum}`;
}

function nowOf({ playback_id, current_playback_id, reason }: GroupMapRow, paint: Screen['paint']): string {
  if (current_playback_id === null) return paint('red', plain(reason));
  return current_playback_id === playback_id ? paint('dim', 'unchanged') : current_playback_id;
}
