// Every command's help is whole, whoever adds one: looked at in the tree of commands itself, which names what lacks something.
import { describe, expect, test } from 'vitest';
import { examplesIn, helpPages, spokenTo } from '../../cli/help-pages.ts';

const PAGES = helpPages();
const [PROGRAM, ...COMMANDS] = PAGES;
const GLOBAL = PROGRAM?.command.options.map(({ long }) => long) ?? [];

test('there are commands, and the help of the program names them all', () => {
  const names = PROGRAM?.command.commands.map((command) => command.name()) ?? [];

  expect(names.length).toBeGreaterThan(25);
  for (const name of names) expect(PROGRAM?.text).toContain(`\n  ${name} `);
  expect(PROGRAM?.text).toContain('0 done, 1 refused or failed, 2 wrong usage, 3 API not reachable');
});

describe.each(COMMANDS)('$name --help', ({ name, command, text }) => {
  test('says in sentences what it does', () => {
    expect(command.description()).toMatch(/^[A-Z].{15,}\.$/s);
    expect(command.options.filter(({ description }) => description === '')).toEqual([]);
  });

  test('has an example of this very command, with options that it has', () => {
    const own = examplesIn(text).filter((line) => `${line} `.startsWith(`${name} `));
    const options = [
      ...GLOBAL,
      ...[...parentsOf(command), command].flatMap((each) => each.options.map(({ long }) => long)),
    ];

    expect(own).not.toEqual([]);
    for (const line of own.filter((each) => !isOfOneBelow(each, name, command)))
      for (const [option] of withoutTexts(line).matchAll(/--[a-z-]+/g)) expect(options).toContain(option);
  });

  test('says whom it speaks to, what ends it how, and that it can print JSON', () => {
    expect(spokenTo(text)).toMatch(/\b(the API|AWS directly|Mux directly)\b/);
    expect(text).toMatch(/^Exit codes: 0 /m);
    expect(text).toMatch(/^ +--json /m);
  });
});

/** What is quoted, and what another program of the line gets, has dashes of its own. */
function withoutTexts(line: string): string {
  return line.replaceAll(/'[^']*'|"[^"]*"/g, '').replace(/[|>].*$/, '');
}

function isOfOneBelow(line: string, name: string, { commands }: (typeof PAGES)[number]['command']): boolean {
  return commands.some((each) => line.startsWith(`${name} ${each.name()}`));
}

function parentsOf(command: (typeof PAGES)[number]['command']): (typeof command)[] {
  const { parent } = command;
  return parent ? [...parentsOf(parent), parent] : [];
}
