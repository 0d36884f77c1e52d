// What restores are quoted by where a test has no rates of its own: list prices and the defaults of the props.
import type { QuoteRates } from '../../lambdas/domain/offers.ts';
import { MUX_PRICES } from '../../lambdas/domain/prices.ts';

export const LIST_RATES: QuoteRates = { muxPrices: MUX_PRICES, standardWorthUsd: 10, thawDays: 7 };
