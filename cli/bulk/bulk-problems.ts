// What can be wrong with a file of many rows, before any call is made.
import { CommandError, EXIT } from '../problems.ts';

/** Something about one row, or one of its columns. */
export interface RowProblem {
  readonly line: number;
  readonly column?: string;
  readonly message: string;
}

/** So many are shown; the rest are counted. */
const SHOWN = 20;

export function usageError(code: string, detail: string, action: string): CommandError {
  return new CommandError({ title: 'Nothing was sent', code, detail, action }, EXIT.usage);
}

export function rowsInvalid(problems: readonly RowProblem[]): CommandError {
  const shown = problems.slice(0, SHOWN).map(sentenceOf);
  const rest = problems.length - shown.length;
  const problem = {
    title: 'Nothing was sent',
    code: 'ROWS_INVALID',
    detail: [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'),
    action: 'Correct the file and run the same command again.',
    problems,
  };
  return new CommandError(problem, EXIT.usage);
}

export function sentenceOf({ line, column, message }: RowProblem): string {
  return `line ${line}${column ? `, ${column}` : ''}: ${message}`;
}
