// A quote for people: a column for each tier, a row for each item, and what is assumed.
import type { Quote, QuoteOffer } from '../lambdas/domain/quote.ts';
import { bytes, dollars, minute, plain, relative } from './format.ts';
import type { Screen } from './screen.ts';
import { grid } from './table.ts';

const ITEMS: Readonly<Record<QuoteOffer['items'][number]['item'], string>> = {
  retrieval: 'retrieval',
  requests: 'requests',
  temporary_copy: 'temporary copy',
  egress: 'egress to Mux',
  encoding: 'encoding at Mux',
};

export function quoteView(quote: Quote, screen: Screen, nowMs: number): string {
  const { paint, columns } = screen;
  const notes = [
    ...quote.warnings.map((warning) => [paint('yellow', '!'), plain(warning)]),
    ...quote.assumptions.map((assumption) => [paint('dim', '-'), paint('dim', plain(assumption))]),
  ];
  const parts = [
    `${paint('bold', plain(quote.asset_id))}  ${bytes(quote.size_bytes)}, ${quote.storage_class}`,
    grid([[plain(quote.reason)]], { widths: [columns] }).text,
    ...(quote.offers.length > 0 ? [offerTable(quote, screen, nowMs), noteTable(quote, screen)] : []),
    grid(notes, { indent: 2, widths: [1, columns - 6] }).text,
    paint(
      'dim',
      `Prices as of ${quote.prices_as_of}, in US dollars. A restore now: ${quote.chosen ? dollars(quote.estimated_cost_usd) : 'free'}.`,
    ),
  ];
  return parts.join('\n\n');
}

/** The dates of three tiers are too much for a narrow terminal: it gets `in 12 hours` alone. */
function offerTable(quote: Quote, screen: Screen, nowMs: number): string {
  const { paint, columns, isTerminal } = screen;
  const [tiers = [], ...prices] = priceRows(quote, screen);
  const readable = [paint('dim', 'readable'), ...quote.offers.map((offer) => `  ${whenReady(offer, nowMs)}`)];
  const dates = ['', ...quote.offers.map(({ ready_by }) => paint('dim', `  ${minute(ready_by)}`))];
  const table = (...more: string[][]) =>
    grid([tiers, ...prices, readable, ...more, ...inTimeRow(quote.offers, paint)], { indent: 2 });
  const wide = table(dates);
  return wide.width <= columns || !isTerminal ? wide.text : table().text;
}

function priceRows({ offers, chosen }: Quote, { paint }: Screen): string[][] {
  const mark = ({ tier }: QuoteOffer) => (tier === chosen ? paint('green', `* ${tier}`) : `  ${tier}`);
  const usd = (value: number) => `  ${dollars(value)}`;
  const items = itemsOf(offers).map((name) => [
    paint('dim', ITEMS[name] ?? plain(name)),
    ...offers.map(({ items }) => usd(items.find(({ item }) => item === name)?.usd ?? 0)),
  ]);
  const totals = offers.map(({ total_usd }) => paint('bold', usd(total_usd)));
  return [['', ...offers.map(mark)], ...items, [paint('bold', 'total'), ...totals]];
}

function itemsOf(offers: readonly QuoteOffer[]): readonly QuoteOffer['items'][number]['item'][] {
  return [...new Set(offers.flatMap(({ items }) => items.map(({ item }) => item)))];
}

function whenReady({ within_seconds, ready_by }: QuoteOffer, nowMs: number): string {
  return within_seconds === 0 ? 'at once' : relative(ready_by, nowMs);
}

function inTimeRow(offers: readonly QuoteOffer[], paint: Screen['paint']): string[][] {
  if (offers.every(({ meets_need_by }) => meets_need_by === null)) return [];
  const word = (isInTime: boolean | null) => (isInTime ? paint('green', '  yes') : paint('red', '  no'));
  return [[paint('dim', 'in time'), ...offers.map(({ meets_need_by }) => word(meets_need_by))]];
}

/** How each figure of the chosen tier comes about; of the cheapest, where none is chosen. */
function noteTable({ offers, chosen }: Quote, { paint, columns }: Screen): string {
  const offer = offers.find(({ tier }) => tier === chosen) ?? offers[0];
  const rows = (offer?.items ?? []).map(({ item, note }) => [
    paint('dim', ITEMS[item] ?? plain(item)),
    plain(note),
  ]);
  return grid([[paint('dim', `of ${offer?.tier}`), ''], ...rows], { indent: 2, widths: [15, columns - 21] })
    .text;
}
