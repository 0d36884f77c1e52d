// What every command works with, made once from the global options by the program.
import type { Command } from 'commander';
import type { IcehouseApi } from './api.ts';
import type { ExitCode } from './problems.ts';
import type { Screen } from './screen.ts';

export interface Session {
  readonly api: IcehouseApi;
  readonly apiUrl: URL;
  /** One line on stderr, once: which API this is. For what changes something, and before somebody is asked. */
  readonly nameApi: () => void;
  readonly screen: Screen;
  readonly json: boolean;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** A line on stderr, once, also with --json: what somebody reading along has to know. */
  readonly note: (line: string) => void;
  /** Ends the program with this exit code once the command is done. */
  readonly exitWith: (code: ExitCode) => void;
}

/** What a command has that does not speak with the API. */
export type Screened = Omit<Session, 'api' | 'apiUrl' | 'nameApi'>;

/** Reads the global options that a command was called with. */
export type OpenSession = (command: Command) => Session;

/** For a command that does not speak with the API. */
export type OpenScreen = (command: Command) => Screened;

/** One JSON document for machines, as the API gave it, or a text for people. */
export function show(
  { json, screen }: Pick<Session, 'json' | 'screen'>,
  document: unknown,
  text: () => string,
): void {
  screen.print(json ? JSON.stringify(document, null, 2) : text());
}
