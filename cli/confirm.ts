// A yes or no, or a word typed over, from whoever sits at the terminal.
import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from './problems.ts';

/** Anything but `y` or `yes` is a no. Throws CommandError NOT_CONFIRMED where nobody can be asked. */
export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await asked(`${question} [y/N] `));
}

/** For what is gone for good: the word itself has to be typed. Throws as above. */
export async function confirmByTyping(warning: string, word: string): Promise<boolean> {
  return (await asked(`${warning}\nType ${word} to go on: `)) === word;
}

async function asked(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const problem = {
      title: 'Nothing done',
      code: 'NOT_CONFIRMED',
      detail: 'Somebody has to say yes to this, and there is no terminal to ask at.',
      action: 'Say --yes.',
    };
    throw new CommandError(problem, EXIT.usage);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
