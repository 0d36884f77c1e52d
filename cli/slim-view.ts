// What was taken from a video, or could be, for people: each part with its price, the way back, and the warnings.
import type { Slimmed, SlimmedPart } from '../client/icehouse.ts';
import { bytes, plain } from './format.ts';
import { type Fact, factTable } from './render.ts';
import type { Screen } from './screen.ts';

export function slimView(slimmed: Slimmed, screen: Screen): string {
  const { asset_id, removed, dry_run, entry, warnings, frees, undo } = slimmed;
  const { paint } = screen;
  const done = dry_run ? 'would go' : 'gone';
  const title = removed.length === 0 ? 'nothing to take' : `${removed.length} ${done}`;
  const rows: Fact[] = [
    ...removed.map((part): Fact => [WORDS[part.kind], nameOf(part)]),
    ...(removed.length > 0 ? freesRows(frees) : []),
    ...warnings.map((text, at): Fact => [at === 0 ? 'warning' : '', plain(text)]),
  ];
  // To be copied, so never broken into lines.
  const kept = entry ? [`Kept in s3://${plain(entry.bucket)}/${plain(entry.key)}`] : [];
  const back = undo.length > 0 ? [['To have it again:', ...undo.map(plain)].join('\n')] : [];
  const last = dry_run ? [paint('dim', 'Nothing was changed.')] : [];
  const heading = `${paint('bold', asset_id)}  ${paint(dry_run ? 'yellow' : 'green', title)}`;
  return [heading, factTable(rows, screen), ...kept, ...back, ...last].join('\n\n');
}

function freesRows(frees: Slimmed['frees']): Fact[] {
  const detail = plain(frees.detail);
  return frees.usd_per_month === 0
    ? [['frees', detail]]
    : [
        ['frees', freesOf(frees)],
        ['', detail],
      ];
}

/** Everything that could be taken, scope by scope. */
export function choicesView(assetId: string, scopes: readonly Slimmed[], screen: Screen): string {
  const { paint } = screen;
  const rows = scopes.flatMap(({ scope, removed, frees }): Fact[] => [
    ...(removed.length === 0 ? [[SHORT[scope], 'none'] satisfies Fact] : []),
    ...removed.map((part, at): Fact => [at === 0 ? SHORT[scope] : '', nameOf(part)]),
    ...(removed.length > 0 && scope === 'static_renditions' ? freesRows(frees) : []),
  ]);
  const how = `Take one with: icehouse slim ${assetId} --scope <scope> --id <id> --user <id> --reason <text>`;
  return [
    `${paint('bold', assetId)}  what can be taken`,
    factTable(rows, screen),
    how,
    paint('dim', 'Nothing was changed.'),
  ].join('\n\n');
}

const SHORT: Readonly<Record<Slimmed['scope'], string>> = {
  static_renditions: 'renditions',
  track: 'tracks',
  playback_id: 'playback',
};

const WORDS: Readonly<Record<SlimmedPart['kind'], string>> = {
  static_rendition: 'rendition',
  text_track: 'text',
  audio_track: 'audio',
  playback_id: 'playback',
};

function nameOf({ kind, id, name, language_code, policy, size_bytes, usd_per_month }: SlimmedPart): string {
  const what = [name, language_code, policy].flatMap((word) => (word ? [plain(word)] : []));
  const size = size_bytes === undefined ? [] : [bytes(size_bytes)];
  const price =
    kind === 'static_rendition' && usd_per_month !== null ? [`${dollars(usd_per_month)} a month`] : [];
  return [`${plain(id)}`, ...(kind.endsWith('_track') ? [WORDS[kind]] : []), ...what, ...size, ...price].join(
    ', ',
  );
}

function freesOf({ usd_per_month, unwatched_usd_per_month, size_bytes }: Slimmed['frees']): string {
  const size = size_bytes === null ? '' : `${bytes(size_bytes)}, `;
  if (usd_per_month === null || unwatched_usd_per_month === null) return `${size}price not known`;
  return `${size}${dollars(usd_per_month)} a month; unwatched for 90 days ${dollars(unwatched_usd_per_month)}`;
}

/** Small sums matter here: a month of one file is a fraction of a cent. */
function dollars(usd: number): string {
  return usd > 0 && usd < 0.00005 ? 'less than $0.0001' : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
