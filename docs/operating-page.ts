// The part of docs/operating.md that is reckoned: what an idle stack costs, between its two marks. The rest is written by hand.
import { type CostLine, idleCostTable } from './idle-cost.ts';

const [BEGIN, END] = ['<!-- idle cost: npm run docs -->', '<!-- end of idle cost -->'];

/** The page with the block made anew. Throws an Error where the marks are not. */
export function operatingPage(written: string, lines: readonly CostLine[]): string {
  const [before, rest, ...more] = written.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`docs/operating.md: expected one ${BEGIN} and one ${END} behind it.`);
  return `${before}${BEGIN}\n\n${idleCostTable(lines)}\n\n${END}${after}`;
}
