#!/usr/bin/env node
// The `icehouse` command: where it starts, and its exit code. The only file of the command that reads the environment.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, CommanderError } from 'commander';
import { wholeFetch } from '../lambdas/adapters/whole-fetch.ts';
import { IcehouseApi } from './api.ts';
import { authorizationFor } from './credentials.ts';
import { CommandError, EXIT } from './problems.ts';
import { icehouseProgram } from './program.ts';
import { problemView } from './render.ts';
import { screenOn } from './screen.ts';
import type { Session } from './session.ts';

interface GlobalOptions {
  readonly url: URL;
  readonly bearer?: string;
  readonly json?: true;
  readonly color: boolean;
}

const { MUX_TOKEN_ID, MUX_TOKEN_SECRET, MUX_BASE_URL, MUX_PRICES } = process.env;
const region = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;

const program = icehouseProgram({
  open,
  openScreen,
  pathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL),
  region,
  mux: { tokenId: MUX_TOKEN_ID, tokenSecret: MUX_TOKEN_SECRET, baseUrl: MUX_BASE_URL },
  muxPrices: MUX_PRICES,
});

function open(command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const authorize = authorizationFor(options.url, { bearer: options.bearer, region });
  return {
    ...openScreen(command),
    api: new IcehouseApi({ base: options.url, authorize, fetch: wholeFetch, sleep }),
  };
}

function openScreen(command: Command): Omit<Session, 'api'> {
  const options = command.optsWithGlobals<GlobalOptions>();
  return {
    screen: screenOn(process.stdout, { colour: options.color }),
    json: options.json === true,
    nowMs: Date.now,
    sleep,
    exitWith: (code) => {
      process.exitCode = code;
    },
  };
}

/** The exit code of what a command threw, once it has been shown; what we did not foresee is thrown on. */
function explain(error: unknown): number {
  // Commander has already printed help or the usage error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof CommandError)) throw error;
  const { json, color } = program.opts<GlobalOptions>();
  if (json) process.stdout.write(`${JSON.stringify(error.problem, null, 2)}\n`);
  else {
    const screen = screenOn(process.stderr, { colour: color });
    screen.print(problemView(error.problem, screen));
  }
  return error.exitCode;
}

// `icehouse list | head` closes the pipe before we are done, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

await program.parseAsync().catch((error: unknown) => {
  process.exitCode = explain(error);
});
