// docs/prices.md, made from lambdas/domain/prices.ts: every figure that quotes, cost and advice are reckoned by.
import { type PricesByQuality, RESOLUTION_TIERS, VIDEO_QUALITIES } from '../lambdas/contract/mux-prices.ts';
import { STORAGE_CLASSES } from '../lambdas/contract/names.ts';
import { MUX_PRICES, PRICE_SOURCES, PRICES_AS_OF, S3_PRICES } from '../lambdas/domain/prices.ts';
import { retrievals } from '../lambdas/domain/thaw.ts';
import { HOUR_MS, MINUTE_MS } from '../lambdas/domain/time.ts';

export function pricesPage(): string {
  const { after30Days, after90Days } = MUX_PRICES.coldDiscounts;
  return [
    '# Prices',
    'Made from `lambdas/domain/prices.ts` by `npm run docs`; do not edit it here.',
    `All in US dollars, as of ${PRICES_AS_OF}, without volume discounts and free tier. Prices change and contracts differ: ` +
      'the prop `muxPrices` puts your own rates in the place of any of Mux’s, and what is left out is the list price.',
    '## Mux',
    'Storage of a minute for a month:',
    byQuality(MUX_PRICES.storageUsdPerMinuteMonth),
    `Nobody watched for 30 days: ${percent(after30Days)} less; for 90 days: ${percent(after90Days)} less.`,
    'Encoding of a minute, once:',
    byQuality(MUX_PRICES.encodingUsdPerMinute),
    'Storage of a minute of one static rendition for a month, by its own resolution:',
    byQuality(MUX_PRICES.staticRenditionUsdPerMinuteMonth),
    '## S3',
    s3Table(),
    `Egress to Mux is ${S3_PRICES.egressUsdPerGb} a GB, and a thawed copy is kept at STANDARD, ${S3_PRICES.storageUsdPerGbMonth.STANDARD} a GB-month. A GB is 2^30 bytes.`,
    'Reading back:',
    retrievalTable(),
    'Expedited takes longer for 250 MB and more: 300 MB a second on top.',
    '## What they stand on',
    'Documented: on a page of Mux or AWS. Reported: in somebody’s copy of one. Assumed: our own judgement.',
    table(
      ['figures', 'trust', 'source'],
      PRICE_SOURCES.map(({ figures, trust, source }) => [figures, trust, source]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function byQuality(prices: PricesByQuality): string {
  const rows = VIDEO_QUALITIES.map((quality) => [
    quality,
    ...RESOLUTION_TIERS.map((tier) => plainNumber(prices[quality][tier])),
  ]);
  return table(['', ...RESOLUTION_TIERS], rows);
}

function s3Table(): string {
  const { storageUsdPerGbMonth, putUsd, partUsd, minimumDays, minimumBytes, overheadBytes } = S3_PRICES;
  const row = (name: string, cell: (storageClass: (typeof STORAGE_CLASSES)[number]) => string | number) => [
    name,
    ...STORAGE_CLASSES.map((storageClass) => String(cell(storageClass))),
  ];
  return table(
    ['', ...STORAGE_CLASSES],
    [
      row('a GB for a month', (of) => storageUsdPerGbMonth[of]),
      row('1,000 PUT or Complete', (of) => perThousand(putUsd[of])),
      row('1,000 parts', (of) => perThousand(partUsd[of])),
      row('charged for at least', (of) => `${minimumDays[of]} days`),
      row('charged as at least', (of) => kilobytes(minimumBytes[of])),
      row('on top of each object', (of) =>
        overheadBytes[of].own > 0
          ? `${kilobytes(overheadBytes[of].own)}, and ${kilobytes(overheadBytes[of].standard)} at STANDARD`
          : '-',
      ),
    ],
  );
}

function retrievalTable(): string {
  const rows = STORAGE_CLASSES.flatMap((storageClass) =>
    retrievals(storageClass, 1).map(({ tier, price, withinMs }) => [
      storageClass,
      tier,
      plainNumber(price.usdPerGb),
      plainNumber(perThousand(price.usdPerRequest)),
      duration(withinMs),
    ]),
  );
  return table(['class', 'tier', 'a GB', '1,000 requests', 'within'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Without an exponent, which small numbers get in JavaScript. */
function plainNumber(value: number): string {
  return value.toFixed(8).replace(/\.?0+$/, '');
}

/** In millionths, so that 0.00005 × 1,000 is 0.05 and nothing more. */
function perThousand(usd: number): number {
  return Math.round(usd * 1e9) / 1e6;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function kilobytes(bytes: number): string {
  return bytes === 0 ? '-' : `${bytes / 1024} KB`;
}

function duration(ms: number): string {
  if (ms === 0) return 'at once';
  if (ms < HOUR_MS) return `${ms / MINUTE_MS} minutes`;
  return `${ms / HOUR_MS} hours`;
}
