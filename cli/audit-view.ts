// An audit for people: what was looked at, and the findings of each kind with what to do about them.
import type { Finding } from '../lambdas/domain/audit.ts';
import type { Audit } from './api.ts';
import { bytes, minute, plain } from './format.ts';
import { type Fact, factTable } from './render.ts';
import type { Screen } from './screen.ts';
import { grid } from './table.ts';

/** Where it stands, in one line. */
export function standing({ finished_at, pass, counts }: Audit): string {
  if (finished_at) return `finished ${minute(finished_at)}`;
  const looked = {
    platform: `${amount(counts.assets_at_mux)} assets at Mux so far`,
    records: `${amount(counts.records)} records so far`,
    vault: `${amount(counts.versions)} versions in the vault so far`,
    uploads: 'unfinished uploads',
  };
  return `under way: ${looked[pass]}`;
}

export function auditView(audit: Audit, screen: Screen): string {
  const { paint } = screen;
  const head = `${paint('bold', `Audit ${plain(audit.id)}`)}, ${standing(audit)}`;
  const facts = factTable([...lookedAt(audit), ...foundRows(audit, screen)], screen);
  const kinds = Map.groupBy(audit.findings, ({ code, what_to_do }) => `${code} ${what_to_do}`);
  return [`${head}\n${facts}`, ...[...kinds.values()].map((findings) => kindView(findings, screen))].join(
    '\n\n',
  );
}

function lookedAt({ started_at, waiting_for, counts }: Audit): Fact[] {
  const leftovers = `${amount(counts.superseded)} superseded, ${bytes(counts.superseded_bytes)}`;
  return [
    ['began', minute(started_at)],
    ...(waiting_for ? [['waits for', plain(waiting_for)] as const] : []),
    ['records', `${amount(counts.records)}, ${amount(counts.objects)} objects compared`],
    [
      'vault',
      `${amount(counts.versions)} versions (${leftovers}), ${amount(counts.uploads)} unfinished uploads`,
    ],
    [
      'Mux',
      `${amount(counts.assets_at_mux)} assets, ${amount(counts.assets_inspected)} looked at one by one`,
    ],
  ];
}

function foundRows({ errors, warnings, findings_left_out, finished_at }: Audit, { paint }: Screen): Fact[] {
  if (errors + warnings === 0) return [['found', finished_at ? paint('green', 'nothing') : 'nothing so far']];
  const left = findings_left_out > 0 ? `, ${amount(findings_left_out)} of them not kept` : '';
  return [
    [
      'found',
      paint(errors > 0 ? 'red' : 'yellow', `${amount(errors)} errors, ${amount(warnings)} warnings${left}`),
    ],
  ];
}

function kindView(findings: readonly Finding[], { paint, columns }: Screen): string {
  const [first] = findings;
  if (!first) return '';
  const colour = first.severity === 'error' ? 'red' : 'yellow';
  const rows = findings.map((finding) => [subjectOf(finding), factsOf(finding)]);
  const longest = Math.max(...rows.map(([name = '']) => name.length));
  const nameWidth = Math.min(longest, Math.floor(columns / 2) - 4);
  const table = grid(rows, { indent: 2, widths: [nameWidth, columns - nameWidth - 6] }).text;
  const todo = grid([['to do', plain(first.what_to_do)]], { indent: 2, widths: [5, columns - 11] }).text;
  return `${paint(colour, first.code)} (${first.severity}, ${amount(findings.length)})\n${table}\n${todo}`;
}

function subjectOf({ asset_id, life, key }: Finding): string {
  if (asset_id === undefined) return plain(key ?? '-');
  return life === undefined ? plain(asset_id) : `${plain(asset_id)} life ${life}`;
}

function factsOf({ asset_id, key, expected, found }: Finding): string {
  const wanted = expected ? ` (expected: ${plain(expected)})` : '';
  const where = asset_id !== undefined && key ? ` ${plain(key)}` : '';
  return `${plain(found ?? '-')}${wanted}${where}`;
}

function amount(count: number): string {
  return count.toLocaleString('en-US');
}
