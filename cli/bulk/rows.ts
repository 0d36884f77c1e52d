// Rows out of a table: columns by name, defaults where a row is empty, each row judged before any call is made.
import { createHash } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import { type RowProblem, rowsInvalid, usageError } from './bulk-problems.ts';
import type { Line } from './csv.ts';

export type Values = Readonly<Record<string, string>>;

/** What the rows of a command are made of. Whatever refuses a text throws commander's InvalidArgumentError. */
export interface Sheet<Order> {
  /** By the column's name: what judges a text of it. */
  readonly columns: Readonly<Record<string, (text: string) => unknown>>;
  /** Of these a row has one at most: a row that names one takes no default for the others. */
  readonly exclusive: readonly string[];
  /** The body of the call, from texts that were judged one by one. Throws InvalidArgumentError for the row as a whole. */
  readonly order: (values: Values) => Order;
}

export interface Row<Order> {
  /** Of the file, or the how many-eth of a query. */
  readonly line: number;
  readonly assetId: string;
  readonly order: Order;
  /** Of what is asked for, so that a row that was changed after it was sent is noticed. */
  readonly digest: string;
}

export interface Rows<Order> {
  readonly rows: readonly Row<Order>[];
  /** Rows that name an asset once more, with the line that named it first. */
  readonly duplicates: readonly { readonly line: number; readonly assetId: string; readonly first: number }[];
}

/** Throws CommandError for a header that does not fit, and ROWS_INVALID with everything that is wrong in the rows. */
export async function readRows<Order>(
  lines: AsyncIterable<Line>,
  sheet: Sheet<Order>,
  defaults: Readonly<Record<string, string | undefined>>,
): Promise<Rows<Order>> {
  judgeDefaults(sheet, defaults);
  const problems: RowProblem[] = [];
  const firstLines = new Map<string, number>();
  const duplicates: Rows<Order>['duplicates'][number][] = [];
  const rows: Row<Order>[] = [];
  let header: readonly string[] | undefined;
  for await (const line of lines) {
    if (!header) {
      header = headerOf(line, sheet);
      continue;
    }
    const row = judge(line, header, sheet, defaults, problems);
    const first = row && firstLines.get(row.assetId);
    if (row && first !== undefined) duplicates.push({ line: row.line, assetId: row.assetId, first });
    else if (row) {
      firstLines.set(row.assetId, row.line);
      rows.push(row);
    }
  }
  if (!header) throw usageError('CSV_EMPTY', 'There is no line in it.', needsHeader(sheet));
  if (problems.length > 0) throw rowsInvalid(problems);
  return { rows, duplicates };
}

function judgeDefaults<Order>(
  { columns }: Sheet<Order>,
  defaults: Readonly<Record<string, string | undefined>>,
): void {
  for (const [name, text] of Object.entries(defaults)) {
    if (text === undefined) continue;
    judged(
      () => columns[name]?.(text),
      (message) => {
        throw usageError('OPTION_INVALID', `The option for ${name}: ${message}`, 'Correct the option.');
      },
    );
  }
}

function headerOf<Order>({ fields }: Line, sheet: Sheet<Order>): readonly string[] {
  const unknown = fields.filter((name) => !Object.hasOwn(sheet.columns, name));
  if (!fields.includes('asset_id'))
    throw usageError('CSV_HEADER', 'The first line has no column asset_id.', needsHeader(sheet));
  if (unknown.length > 0) {
    const named = unknown.map((name) => (name ? `"${name}"` : 'a column without a name')).join(', ');
    throw usageError('CSV_HEADER', `Unknown columns: ${named}.`, needsHeader(sheet));
  }
  const twice = fields.filter((name, at) => fields.indexOf(name) !== at);
  if (twice.length > 0)
    throw usageError('CSV_HEADER', `More than once: ${twice.join(', ')}.`, needsHeader(sheet));
  return fields;
}

function needsHeader<Order>({ columns }: Sheet<Order>): string {
  return `The first line names the columns, of: ${Object.keys(columns).join(', ')}.`;
}

function judge<Order>(
  { number: line, fields }: Line,
  header: readonly string[],
  sheet: Sheet<Order>,
  defaults: Readonly<Record<string, string | undefined>>,
  problems: RowProblem[],
): Row<Order> | undefined {
  const before = problems.length;
  const wrong = (message: string, column?: string) => void problems.push({ line, column, message });
  if (fields.length !== header.length)
    wrong(`It has ${fields.length} fields, and the header ${header.length}.`);
  const own = header.flatMap((name, at) => (fields[at] ? [[name, fields[at]] as const] : []));
  for (const [name, text] of own) judged(() => sheet.columns[name]?.(legible(text)), wrong, name);
  const values = withDefaults(Object.fromEntries(own), sheet, defaults);
  if (!values.asset_id) wrong('It is empty.', 'asset_id');
  if (problems.length > before) return undefined;
  const order = judged(() => sheet.order(values), wrong);
  return order && values.asset_id
    ? { line, assetId: values.asset_id, order, digest: digestOf(order) }
    : undefined;
}

function judged<T>(
  check: () => T,
  wrong: (message: string, column?: string) => void,
  column?: string,
): T | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    wrong(error.message, column);
    return undefined;
  }
}

/** What the decoder puts in the place of bytes that are no UTF-8. */
function legible(text: string): string {
  if (text.includes('\uFFFD')) throw new InvalidArgumentError('It is not UTF-8: save the file as CSV UTF-8.');
  return text;
}

function withDefaults<Order>(
  own: Values,
  { columns, exclusive }: Sheet<Order>,
  defaults: Readonly<Record<string, string | undefined>>,
): Values {
  const isChosen = exclusive.some((name) => own[name]);
  const taken = Object.keys(columns).flatMap((name) => {
    const text = defaults[name];
    return text && !(isChosen && exclusive.includes(name)) ? [[name, text] as const] : [];
  });
  return { ...Object.fromEntries(taken), ...own };
}

export function digestOf(order: unknown): string {
  return createHash('sha256').update(JSON.stringify(order)).digest('hex').slice(0, 12);
}
