// The restored asset compared with the archived one, attribute by attribute: what is equal, what Mux computed anew, what is
// lost, and what differs without an answer for it. Pure.
import { fidelityAt, type Leaf, leavesOf, UNKNOWN } from './fidelity.ts';
import type { Fidelity, FidelityVerdict } from './fidelity-table.ts';
import { isUnnamed } from './restore-request.ts';

/** `differs`: it should have come back and did not, and nothing known explains it. */
export type Outcome = 'equal' | 'derived' | 'lost' | 'differs';

export interface ComparisonRow {
  /** Where it stands in the archived asset's JSON: `tracks[2].name`; positions beyond it are what is new. */
  readonly attribute: string;
  readonly verdict: FidelityVerdict;
  /** Null where the asset does not have it. */
  readonly was: unknown;
  readonly is: unknown;
  readonly outcome: Outcome;
  readonly note?: string;
}

type Json = Readonly<Record<string, unknown>>;

export interface ComparedAssets {
  /** Both as a manifest would keep them: without secrets. */
  readonly was: Json;
  readonly is: Json;
  /** Which new playback id or track stands for which old one. */
  readonly successors: readonly { readonly id: string; readonly replaces?: string }[];
  /** Text tracks that were archived: the others could not come back. */
  readonly archivedTexts: readonly string[];
  /** Attributes that Mux refused to set; a warning of the restore says so of each. */
  readonly refused: readonly string[];
}

/** A restored asset may differ from the archived one by this much of its duration, seconds. */
export const DURATION_TOLERANCE_SECONDS = 1;

/** A row for every attribute that either asset has, in the order of the old asset's JSON. */
export function compareAssets(compared: ComparedAssets): readonly ComparisonRow[] {
  const was = new Map(leavesOf(compared.was).map(asEntry));
  const is = new Map(leavesOf(aligned(compared)).map(asEntry));
  const paths = [...was.keys(), ...[...is.keys()].filter((path) => !was.has(path))];
  const unlike = whyNotBack(compared);
  return paths.flatMap((path) => {
    const known = fidelityAt(path) ?? UNKNOWN;
    const pair = { path, was: was.get(path), is: is.get(path) };
    if (isAbsent(pair.was) && isAbsent(pair.is)) return [];
    const { outcome, note } = judge(pair, known, unlike(path), compared.refused);
    const { verdict } = known;
    return [{ attribute: path, verdict, was: pair.was ?? null, is: pair.is ?? null, outcome, note }];
  });
}

interface Pair {
  readonly path: string;
  readonly was: unknown;
  readonly is: unknown;
}

type Judged = Pick<ComparisonRow, 'outcome' | 'note'>;

function judge(pair: Pair, known: Fidelity, why: string | undefined, refused: readonly string[]): Judged {
  const { note } = known;
  if (isSame(pair.was, pair.is)) return { outcome: 'equal' };
  if (why !== undefined) return { outcome: isAbsent(pair.was) ? 'derived' : 'lost', note: why };
  if (known.verdict === 'not-restored') return { outcome: 'lost', note: note ?? known.how };
  if (known === UNKNOWN) return judgeUnknown(pair);
  if (known.verdict === 'lost') return { outcome: 'lost', note: note ?? known.how };
  if (known.verdict === 'derived') return judgeDerived(pair);
  if (known.isDeprecated) return { outcome: 'derived', note };
  if (known.isFilledIn && isLeftToMux(pair)) return { outcome: 'derived', note: 'Mux fills it in.' };
  if (refused.some((attribute) => isPartOf(pair.path, attribute)))
    return { outcome: 'lost', note: 'Mux refused it: the warnings say why.' };
  return { outcome: 'differs', note };
}

/** What nobody has an answer for is no matter while only the new asset has it. */
function judgeUnknown(pair: Pair): Judged {
  return { outcome: isAbsent(pair.was) ? 'derived' : 'differs', note: UNKNOWN.note };
}

function judgeDerived({ path, was, is }: Pair): Judged {
  if (path === 'duration' && typeof was === 'number' && typeof is === 'number') {
    const isNear = Math.abs(was - is) <= DURATION_TOLERANCE_SECONDS;
    return { outcome: isNear ? 'derived' : 'differs' };
  }
  if (isAbsent(is) && path.startsWith('static_renditions.files['))
    return { outcome: 'lost', note: 'This rendition did not come back.' };
  if (!path.endsWith('].status') || was !== 'ready' || isAbsent(is)) return { outcome: 'derived' };
  if (is === 'preparing')
    return { outcome: 'derived', note: 'Mux was still at it when the asset was published.' };
  return { outcome: 'differs', note: 'It was ready, and is not.' };
}

/** Nobody had chosen it, or only Mux had. */
function isLeftToMux({ path, was }: Pair): boolean {
  return isAbsent(was) || (path.startsWith('tracks[') && typeof was === 'string' && isUnnamed(was));
}

/** Mux shows a flag that nobody set as false, as null, or not at all. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === '';
}

function isSame(was: unknown, is: unknown): boolean {
  return was === is || (isAbsent(was) && isAbsent(is));
}

function isPartOf(path: string, attribute: string): boolean {
  return path === attribute || path.startsWith(`${attribute}.`) || path.startsWith(`${attribute}[`);
}

function asEntry({ path, value }: Leaf): readonly [string, unknown] {
  return [path, value];
}

/** The new asset with its lists in the order of the old one's: partners at the same places, what is new behind them. */
function aligned({ was, is, successors }: ComparedAssets): Json {
  const replaced = new Map(successors.map(({ id, replaces }) => [id, replaces]));
  const byId = (old: Json, now: Json) => replaced.get(String(now.id)) === old.id;
  const isOnly = ({ type, primary }: Json) => type === 'video' || (type === 'audio' && primary === true);
  const tracks = (old: Json, now: Json) =>
    byId(old, now) || (isOnly(old) && isOnly(now) && old.type === now.type);
  const files = (old: Json, now: Json) => isText(old.resolution) && old.resolution === now.resolution;
  return {
    ...is,
    playback_ids: paired(listOf(was.playback_ids), listOf(is.playback_ids), byId),
    tracks: paired(listOf(was.tracks), listOf(is.tracks), tracks),
    static_renditions: {
      ...fieldsOf(is.static_renditions),
      files: paired(filesOf(was), filesOf(is), files),
    },
  };
}

function paired(
  old: readonly Json[],
  now: readonly Json[],
  isPair: (old: Json, now: Json) => boolean,
): readonly (Json | undefined)[] {
  const unpaired = [...now];
  const partners = old.map((each) => {
    const at = unpaired.findIndex((other) => isPair(each, other));
    return at < 0 ? undefined : unpaired.splice(at, 1)[0];
  });
  return [...partners, ...unpaired];
}

/** For the path of a track or a rendition that could not come back, or that Mux adds by itself: why. */
function whyNotBack({ was, archivedTexts }: ComparedAssets): (path: string) => string | undefined {
  const tracks = listOf(was.tracks);
  const files = filesOf(was);
  const audio = tracks.filter(({ type }) => type === 'audio');
  const primary = audio.find((track) => track.primary === true) ?? audio[0];
  const archived = new Set(archivedTexts);
  const ofTrack = (track: Json) => {
    if (track.type === 'audio' && track !== primary) return 'The master holds the primary audio only.';
    const isLost = track.type === 'text' && !archived.has(String(track.id));
    return isLost ? 'This text track was not in the archive.' : undefined;
  };
  const ofFile = ({ resolution, status }: Json) => {
    if (!isText(resolution)) return 'Made by mp4_support: a static rendition stands in its place.';
    const isUnmade = status === 'skipped' || status === 'errored';
    return isUnmade ? 'Mux had not made it, so it is not asked for again.' : undefined;
  };
  const isOfMp4Support = files.some(({ resolution }) => !isText(resolution));
  return (path) => {
    const [, list, at] = /^(tracks|static_renditions\.files)\[(\d+)\]/.exec(path) ?? [];
    const old = (list === 'tracks' ? tracks : files)[Number(at)];
    if (list === undefined) return undefined;
    if (old) return list === 'tracks' ? ofTrack(old) : ofFile(old);
    return list !== 'tracks' && isOfMp4Support ? 'Stands in the place of mp4_support.' : undefined;
  };
}

/** On the record there is room for so many; the comparison in the vault has all. */
const MOST_WARNINGS = 10;
const LONGEST_VALUE = 100;

/** What a person should know: one sentence for each attribute that differs without an answer. */
export function differencesOf(rows: readonly ComparisonRow[]): readonly string[] {
  const differing = rows.filter(({ outcome }) => outcome === 'differs').filter(isFirstOfUnknown);
  const said = differing.slice(0, MOST_WARNINGS).map(({ attribute, was, is }) => {
    return `RESTORE_DIFFERS: ${attribute} was ${inWords(was)} and is ${inWords(is)} now.`;
  });
  const left = differing.length - said.length;
  return left > 0 ? [...said, `RESTORE_DIFFERS: ${left} attributes more; the comparison shows them.`] : said;
}

/** What nobody knows is said once, however much is in it. */
function isFirstOfUnknown(row: ComparisonRow, at: number, rows: readonly ComparisonRow[]): boolean {
  const top = ({ attribute }: ComparisonRow) => /^\w+/.exec(attribute)?.[0];
  if (fidelityAt(row.attribute)) return true;
  return rows.findIndex((other) => !fidelityAt(other.attribute) && top(other) === top(row)) === at;
}

function inWords(value: unknown): string {
  if (value === null) return 'absent';
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

function filesOf(asset: Json): readonly Json[] {
  return listOf(fieldsOf(asset.static_renditions).files);
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}

function fieldsOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
