// A drill for people: what it is about to do and cost, each result, and the page that an auditor reads.
import { aboutDollars, bytes, clockTime, minute, plain } from '../format.ts';
import { factTable } from '../render.ts';
import type { Screen } from '../screen.ts';
import type { Check, Drilled, DrillReport } from './report.ts';

export function planView(
  { results, drawn_from, seed, estimate, tier, directory, on_mux }: DrillReport,
  screen: Screen,
): string {
  const sizeBytes = results.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const rows = [
    ['sample', `${results.length} of ${drawn_from} archives, seed ${plain(seed)}`],
    ['to read', bytes(sizeBytes)],
    ['tier', tier ?? 'Standard'],
    [
      'cost',
      `${aboutDollars(estimate.cost_usd)} by ${estimate.by}${on_mux ? '' : '; nothing is made on Mux'}`,
    ],
    ...(on_mux ? [['on Mux', ON_MUX] as const] : []),
    ['time', timeNeeded(estimate.within_seconds)],
    ['files', plain(directory)],
  ] as const;
  return factTable(rows, screen);
}

const ON_MUX =
  'every archive that plays becomes a real asset of basic quality, without playback id, and is deleted again; Mux encodes ' +
  'basic without a charge and bills its storage, a month at least (see mux.com/pricing). Webhooks tell of it.';

function timeNeeded(seconds: number): string {
  if (seconds === 0) return 'readable at once';
  const hours = seconds / 3600;
  return hours < 2
    ? `S3 thaws within ${Math.ceil(seconds / 60)} minutes`
    : `S3 thaws within ${Math.ceil(hours)} hours`;
}

export function resultView(result: Drilled, { paint }: Screen): string {
  const mark = result.outcome === 'passed' ? paint('green', '✓') : paint('red', '✗');
  const name = `${mark} ${paint('bold', plain(result.title ?? result.asset_id))}`;
  return [name, ...troubles(result).map((line) => `    ${line}`)].join('\n');
}

function troubles({ checks, problems }: Drilled): string[] {
  const failed = checks.filter(({ ok }) => !ok).map(checkLine);
  return [...problems.map(({ code, detail }) => plain(`${code}: ${detail ?? ''}`)), ...failed];
}

function checkLine({ name, expected, found }: Check): string {
  return plain(`${name}: expected ${expected}; found ${found}`);
}

export function sentence({ results, drawn_from }: DrillReport): string {
  const count = (outcome: Drilled['outcome']) => results.filter((each) => each.outcome === outcome).length;
  const left = count('pending') > 0 ? `, ${count('pending')} not tried yet` : '';
  return `${count('passed')} of ${results.length} archives play as they were archived, ${count('failed')} failed${left}; drawn from ${drawn_from}.`;
}

/** Plain text, complete: everything that was tried, when, and what came of it. */
export function reportText(report: DrillReport): string {
  const { started_at, finished_at, seed, asked_for, tier, estimate, api, directory, keep } = report;
  return [
    'Icehouse restore drill',
    '',
    sentence(report),
    '',
    `API          ${api}`,
    `Begun        ${started_at}`,
    `Ended        ${finished_at ?? 'not yet'}`,
    `Sample       ${asked_for} asked for, seed ${plain(seed)} (the same ledger, seed and number give the same sample)`,
    `Tier         ${tier ?? 'Standard'}`,
    `Estimate     ${aboutDollars(estimate.cost_usd)} by ${estimate.by}`,
    `Files        ${plain(directory)}${keep ? '' : ', removed after each check'}`,
    '',
    'Each master was read from the vault in its exact version, its CRC32 over all bytes compared with the one proved',
    'when it was archived, and every packet of every track read by a demuxer (mediabunny). Frames were not decoded.',
    ...report.results.flatMap(resultText),
    '',
  ].join('\n');
}

function resultText(result: Drilled): string[] {
  const { asset_id, title, outcome, object, version_id, size_bytes, storage_class, thaw } = result;
  const took =
    result.retrieval_seconds === undefined ? [] : [`    read in    ${clockTime(result.retrieval_seconds)}`];
  return [
    '',
    `${outcome.toUpperCase()}  ${asset_id}${title ? `  ${plain(title)}` : ''}`,
    `    object     ${object}, version ${version_id}`,
    `    archived   ${size_bytes} bytes, CRC32 ${result.crc32}, ${storage_class}`,
    ...(thaw ? [`    thaw       ${thaw.tier}, asked for ${minute(thaw.asked_at)}`] : []),
    ...(result.finished_at ? [`    tried      ${result.finished_at}`] : []),
    ...took,
    `    estimate   ${aboutDollars(result.estimated_cost_usd)}`,
    ...result.checks.map((check) => `    ${check.ok ? 'ok  ' : 'FAIL'}       ${checkLine(check)}`),
    ...result.problems.map(({ code, detail }) => `    FAIL       ${plain(`${code}: ${detail ?? ''}`)}`),
  ];
}
