// Dollars, and Mux's prices as the program's environment names them.
import type { MuxPrices } from '../../lambdas/contract/mux-prices.ts';
import { MUX_PRICES, withOverrides } from '../../lambdas/domain/prices.ts';
import { CommandError, EXIT } from '../problems.ts';

/** `$1,234.50`; below a cent as many digits as say something: `$0.0036`. */
export function usd(amount: number): string {
  return dollars(amount, 2);
}

/** For the few cents of one asset: `$0.0687`. */
export function usdFine(amount: number): string {
  return dollars(amount, Math.abs(amount) < 0.99995 && amount !== 0 ? 4 : 2);
}

function dollars(amount: number, digits: number): string {
  const size = Math.abs(amount);
  const isTiny = size > 0 && size < 0.995 * 10 ** -digits;
  const shown = isTiny ? Math.min(8, 1 - Math.floor(Math.log10(size))) : digits;
  const figure = size.toLocaleString('en-US', {
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  });
  return `${amount < 0 && /[1-9]/.test(figure) ? '-' : ''}$${figure}`;
}

/** Dollars for machines: to a millionth, so that no sum ends in ...0000000001. */
export function millionths(amount: number): number {
  // -0 is none of JSON's numbers that people know.
  return Math.round(amount * 1e6) / 1e6 || 0;
}

export interface OwnPrices {
  readonly prices: MuxPrices;
  /** Not Mux's list prices but those of somebody's contract. */
  readonly isOwn: boolean;
}

/** `text` is the variable MUX_PRICES, as the stack's functions have it. Throws CommandError BAD_PRICES. */
export function pricesFrom(text: string | undefined): OwnPrices {
  if (!text) return { prices: MUX_PRICES, isOwn: false };
  try {
    return { prices: withOverrides(JSON.parse(text)), isOwn: true };
  } catch (error) {
    const problem = {
      title: 'Cannot read the prices',
      code: 'BAD_PRICES',
      detail: `MUX_PRICES: ${error instanceof Error ? error.message : String(error)}`,
      action: 'Correct the variable (JSON as in the prop muxPrices), or unset it for list prices.',
    };
    throw new CommandError(problem, EXIT.usage, { cause: error });
  }
}
