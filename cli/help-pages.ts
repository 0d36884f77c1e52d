// The help of every command, as text: for the page in docs/ and for the test that none lacks anything.
import type { Command } from 'commander';
import { icehouseProgram } from './program.ts';

export interface HelpPage {
  /** `icehouse dlq show`. */
  readonly name: string;
  readonly command: Command;
  /** All that --help prints. */
  readonly text: string;
}

/** Of the program itself and of all commands, those below others behind them. */
export function helpPages(): readonly HelpPage[] {
  const program = icehouseProgram({
    open: refuse,
    openScreen: refuse,
    write: {},
    pathStyle: false,
    mux: { tokenId: undefined, tokenSecret: undefined, baseUrl: undefined },
    muxPrices: undefined,
  });
  return pagesBelow(program, '');
}

function refuse(): never {
  throw new Error('Help opens nothing.');
}

function pagesBelow(command: Command, parents: string): readonly HelpPage[] {
  const name = `${parents} ${command.name()}`.trim();
  const below = command.commands.filter((each) => each.name() !== 'help');
  const children = below.toSorted((a, b) => (a.name() < b.name() ? -1 : 1));
  return [{ name, command, text: textOf(command) }, ...children.flatMap((each) => pagesBelow(each, name))];
}

function textOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

/** The command lines of a help text, each whole, without `$`. */
export function examplesIn(text: string): readonly string[] {
  const joined = text.replaceAll(/\\\n\s*/g, '');
  return joined.match(/^ {2}\$ .+$/gm)?.map((line) => line.slice(4)) ?? [];
}

/** Whom it speaks to, as its help says. */
export function spokenTo(text: string): string | undefined {
  return /^Speaks to: (.+)\.$/m.exec(text)?.[1];
}
