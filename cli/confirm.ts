// A yes or no from whoever sits at the terminal.
import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from './problems.ts';

/** Anything but `y` or `yes` is a no. Throws CommandError NOT_CONFIRMED where nobody can be asked. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    const problem = {
      title: 'Nothing done',
      code: 'NOT_CONFIRMED',
      detail: 'This cannot be taken back, and there is no terminal to ask at.',
      action: 'Say --yes.',
    };
    throw new CommandError(problem, EXIT.usage);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
