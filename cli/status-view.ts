// One record for people, whole: the sentence, the timeline, the facts, and what to do about it.
import type { LineageEntry, PublicRecord } from './api.ts';
import { minute, plain, relative } from './format.ts';
import { type Fact, factTable, heading, listed, recordFacts, wayOn } from './render.ts';
import type { Screen } from './screen.ts';
import { timeline } from './timeline.ts';

export interface Standing {
  /** The id that was asked for. */
  readonly asked: string;
  readonly record: PublicRecord;
  /** Every asset that the video was, the oldest first; empty where it was only ever one. */
  readonly lineage: readonly LineageEntry[];
}

export function statusView({ asked, record, lineage }: Standing, screen: Screen, nowMs: number): string {
  const facts = [
    ...dates(record, nowMs),
    ...recordFacts(record, screen.paint, nowMs),
    ...lineageRows(lineage),
  ];
  return [
    ...followed(asked, record, lineage, screen),
    ...heading(record, screen),
    timeline(record, screen, nowMs),
    factTable(facts, screen),
    ...wayOn(record),
    ...wayBack(record),
  ].join('\n\n');
}

/** Of one that was deleted without a copy there is none. */
function wayBack({ status, asset_id, archive }: PublicRecord): string[] {
  if (status !== 'deleted' || !archive) return [];
  return [
    `What it would cost to have it back: icehouse quote ${asset_id}\nHave it back: icehouse restore ${asset_id}`,
  ];
}

/** Whoever asked for another id of the video is told whose record this is. */
function followed(
  asked: string,
  { asset_id }: PublicRecord,
  lineage: readonly LineageEntry[],
  { paint }: Screen,
): string[] {
  if (asked === asset_id) return [];
  const isLast = lineage.at(-1)?.asset_id === asked;
  const said = isLast
    ? `${asked} is what asset ${asset_id} was restored as; this is the record of both.`
    : `${asked} became asset ${asset_id}, whose record this is.`;
  return [paint('yellow', said)];
}

/** Nothing is to be deleted at its date any more in the others. */
const HAS_DATE = ['requested', 'preparing', 'archiving', 'archived', 'scheduled', 'deleting', 'failed'];

function dates({ status, mode, expiration_date }: PublicRecord, nowMs: number): Fact[] {
  if (!HAS_DATE.includes(status) || mode === 'archive_only') return [];
  const label = Date.parse(expiration_date) > nowMs ? 'expires' : 'expired';
  return [[label, `${minute(expiration_date)} (${relative(expiration_date, nowMs)})`]];
}

function lineageRows(lineage: readonly LineageEntry[]): Fact[] {
  if (lineage.length < 2) return [];
  return listed(
    'lineage',
    lineage.map(({ asset_id, status, restored_at, deleted_at }) => {
      const times = [
        ...(restored_at ? [`made ${minute(restored_at)}`] : []),
        ...(deleted_at ? [`deleted ${minute(deleted_at)}`] : []),
      ];
      return [`${asset_id} ${plain(status)}`, ...times].join(', ');
    }),
  );
}
