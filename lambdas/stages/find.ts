// Finds a video by whatever a support ticket names: any id it ever had, a URL with one in it, the customer's own id, a group, a person.
import { type BriefRecord, briefRecord } from '../domain/brief-record.ts';
import type { AssetRecord } from '../domain/record.ts';
import { type Clue, cluesIn } from '../domain/ticket.ts';
import { invalidCursor, type PeoplePage, type PersonField, videosOf } from './find-people.ts';
import { lineageOf } from './lineage.ts';
import type { AliasKind, Ledger } from './ports.ts';
import { sideBySide } from './side-by-side.ts';

/** The record is that of the asset which the video is now, whichever of its ids was found. */
export interface Match extends BriefRecord {
  readonly matched_by:
    | 'asset_id'
    | 'playback_id'
    | 'upload_id'
    | 'track_id'
    | 'external_id'
    | 'group_id'
    | PersonField;
  /** The very id that was found. */
  readonly matched: string;
  /** Path of the still picture in the vault; null where there is none. */
  readonly poster: string | null;
}

/** On the wire. */
export interface Findings {
  readonly matches: readonly Match[];
  /** Groups of this name: `matches` has the first of their videos only. */
  readonly groups: readonly string[];
  /** Leads to more videos of the person of this name; null where there are none. */
  readonly next_cursor: string | null;
  /** What could not be looked for, since the ledger is still being given the index for it. */
  readonly not_searched: readonly PersonField[];
}

/** Of a group, so that a person sees what it is. */
const FIRST_OF_GROUP = 10;
const SIDE_BY_SIDE = 20;

const BY_ALIAS = {
  playback: 'playback_id',
  upload: 'upload_id',
  track: 'track_id',
  external: 'external_id',
} as const satisfies Partial<Record<AliasKind, Match['matched_by']>>;

interface Found {
  readonly by: Match['matched_by'];
  readonly text: string;
  readonly records: readonly AssetRecord[];
}

/**
 * By key alone: nothing is scanned, and of a URL only its path is looked at. With a cursor, the next page of a person's
 * videos. Throws PermanentError INVALID_CURSOR.
 */
export async function find(ledger: Ledger, text: string, cursor?: string): Promise<Findings> {
  const clues = cluesIn(text);
  const name = clues.find(({ isAlone }) => isAlone)?.text;
  if (cursor !== undefined && name === undefined) throw invalidCursor();
  const lookups = cursor === undefined ? clues.flatMap((clue) => lookupsOf(ledger, clue)) : [];
  const [found, people] = await Promise.all([
    sideBySide(lookups, SIDE_BY_SIDE, (lookup) => lookup()),
    name === undefined ? NOBODY : videosOf(ledger, name, cursor),
  ]);
  const ofPeople = people.found.map(({ field, record }) => ({
    by: field,
    text: name ?? '',
    records: [record],
  }));
  const groups = found.flat().filter(({ by }) => by === 'group_id');
  return {
    matches: matchesOf([...found.flat(), ...ofPeople]),
    groups: [...new Set(groups.map((each) => each.text))],
    next_cursor: people.nextCursor,
    not_searched: people.notSearched,
  };
}

const NOBODY: PeoplePage = { found: [], nextCursor: null, notSearched: [] };

/** Each video once, as what it was found by first. */
function matchesOf(found: readonly Found[]): readonly Match[] {
  const matches = new Map<string, Match>();
  for (const each of found) {
    const match = matchOf(each);
    if (match && !matches.has(match.asset_id)) matches.set(match.asset_id, match);
  }
  return [...matches.values()];
}

type Lookup = () => Promise<readonly Found[]>;

function lookupsOf(ledger: Ledger, { text, isMuxId, isAlone }: Clue): readonly Lookup[] {
  const byAlias = Object.entries(BY_ALIAS) as [keyof typeof BY_ALIAS, Match['matched_by']][];
  return [
    ...(isMuxId ? [() => chainOf(ledger, 'asset_id', text, text)] : []),
    ...byAlias
      .filter(([kind]) => isMuxId || kind === 'external')
      .map(([kind, by]) => async () => {
        const assetId = await ledger.resolveAlias(kind, text);
        return assetId === undefined ? [] : chainOf(ledger, by, text, assetId);
      }),
    ...(isAlone ? [() => groupOf(ledger, text)] : []),
  ];
}

async function chainOf(
  ledger: Ledger,
  by: Match['matched_by'],
  text: string,
  assetId: string,
): Promise<readonly Found[]> {
  const chain = await lineageOf(ledger, assetId);
  return chain ? [{ by, text, records: chain.records }] : [];
}

async function groupOf(ledger: Ledger, groupId: string): Promise<readonly Found[]> {
  const { records } = await ledger.list({ groupId, limit: FIRST_OF_GROUP });
  return records.map((record) => ({ by: 'group_id', text: groupId, records: [record] }));
}

function matchOf({ by, text, records }: Found): Match | undefined {
  const record = records.at(-1);
  return record && { matched_by: by, matched: text, ...briefRecord(record), poster: posterOf(records) };
}

/** Of the newest asset whose archive has one. */
function posterOf(records: readonly AssetRecord[]): string | null {
  const kept = records.findLast(({ archive }) => archive?.sidecars?.some(({ name }) => name === POSTER));
  return kept ? `/v1/assets/${kept.asset_id}/sidecars/${POSTER}` : null;
}

const POSTER = 'poster.jpg';
