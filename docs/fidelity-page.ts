// docs/fidelity.md, made from lambdas/domain/fidelity-table.ts: what a restore makes of every attribute of an asset.
import {
  BEYOND_THE_ASSET,
  FIDELITY,
  type Fidelity,
  type FidelityVerdict,
} from '../lambdas/domain/fidelity-table.ts';

const VERDICTS: Readonly<Record<FidelityVerdict, string>> = {
  set: 'set at the create',
  after: 'set afterwards',
  derived: 'derived again',
  lost: 'lost',
  'not-restored': 'left out on purpose',
};

export function fidelityPage(): string {
  return [
    '# What a restore brings back',
    'Made from `lambdas/domain/fidelity-table.ts` by `npm run docs`; do not edit it here.',
    'A restore makes a new asset of the archived master. This page has the answer for every attribute of a Mux asset, nested ones ' +
      'and closed lists of values included; a test fails when the types of Mux’s SDK gain one that has none.',
    table(
      ['verdict', 'means'],
      [
        [
          VERDICTS.set,
          'A parameter of `POST /video/v1/assets`: there from the first moment on, for webhooks too',
        ],
        [VERDICTS.after, 'A further call once the asset is ready, before it is published'],
        [VERDICTS.derived, 'Mux computes it from the master, and may come to something else'],
        [VERDICTS.lost, 'Cannot be put back; the manifest in the vault keeps it'],
        [VERDICTS['not-restored'], 'Transient, or would cost money twice'],
      ],
    ),
    'Before a deletion, `icehouse fidelity ID` (`GET /v1/assets/{id}/fidelity`) shows the verdicts for one asset, from its manifest. ' +
      'After a restore it shows the comparison of the new asset with the old one, which lies in the vault as ' +
      '`{platform}/{environment}/{asset}/{life}/restored/{new asset}.json`. Of each attribute it says `equal`, `derived`, `lost`, or ' +
      '`differs`: an unexplained difference, which is also a warning `RESTORE_DIFFERS` of the record.',
    'The order is: create, wait until Mux is ready, change, add what create could not take, wait for tracks (a day at most) and ' +
      'static renditions (an hour at most), compare, publish. What Mux refuses becomes a warning and holds back nothing else.',
    '## The asset',
    table(['attribute', 'verdict', 'how', 'notes'], Object.entries(FIDELITY).map(rowOf)),
    '## Values',
    'Of attributes with a closed list of values; where nothing else is said, a value comes back as its attribute does.',
    table(['attribute', 'values'], Object.entries(FIDELITY).flatMap(valuesOf)),
    '## Beside the asset',
    table(
      ['what', 'verdict', 'how', 'notes'],
      BEYOND_THE_ASSET.map((answer) => [answer.what, ...cellsOf(answer)]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function rowOf([attribute, answer]: [string, Fidelity]): readonly string[] {
  return [`\`${attribute}\``, ...cellsOf(answer)];
}

function cellsOf({ verdict, how, note = '' }: Fidelity): readonly string[] {
  return [VERDICTS[verdict], how, note];
}

function valuesOf([attribute, { values }]: [string, Fidelity]): readonly (readonly string[])[] {
  if (!values) return [];
  const said = Object.entries(values).map(([value, words]) =>
    words === '' ? `\`${value}\`` : `\`${value}\` ${words}`,
  );
  return [[`\`${attribute}\``, said.join('; ')]];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
