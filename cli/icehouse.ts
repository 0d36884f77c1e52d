#!/usr/bin/env node
// The `icehouse` command: where it starts, and its exit code. The only file of the command that reads the environment.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, CommanderError } from 'commander';
import { wholeFetch } from '../lambdas/adapters/whole-fetch.ts';
import { IcehouseApi } from './api.ts';
import { authorizationFor } from './credentials.ts';
import { apiLine, apiPlace } from './place.ts';
import { CommandError, EXIT } from './problems.ts';
import { icehouseProgram } from './program.ts';
import { awsRegion } from './region.ts';
import { problemView } from './render.ts';
import { screenOn } from './screen.ts';
import type { Screened, Session } from './session.ts';

interface GlobalOptions {
  readonly bearer?: string;
  readonly json?: true;
  readonly color: boolean;
}

const { MUX_TOKEN_ID, MUX_TOKEN_SECRET, MUX_BASE_URL, MUX_PRICES } = process.env;
const noted = new Set<string>();

const program = icehouseProgram({
  open,
  openScreen,
  pathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL),
  mux: { tokenId: MUX_TOKEN_ID, tokenSecret: MUX_TOKEN_SECRET, baseUrl: MUX_BASE_URL },
  muxPrices: MUX_PRICES,
});

function open(command: Command): Session {
  const { bearer } = command.optsWithGlobals<GlobalOptions>();
  const opened = openScreen(command);
  const place = apiPlace(command);
  const { url: base } = place;
  const authorized = authorizationFor(base, { bearer, region: () => awsRegion(process.env) });
  const nameApi = () => {
    // A program that named the API itself knows it.
    if (!opened.json || !place.isNamed) opened.note(apiLine(place));
  };
  const authorize: typeof authorized = (request) => {
    if (place.isFromFile || request.method !== 'GET') nameApi();
    return authorized(request);
  };
  const api = new IcehouseApi({ base, authorize, fetch: wholeFetch, sleep });
  return { ...opened, api, apiUrl: base, nameApi };
}

function openScreen(command: Command): Screened {
  const options = command.optsWithGlobals<GlobalOptions>();
  return {
    screen: screenOn(process.stdout, { colour: options.color }),
    json: options.json === true,
    nowMs: Date.now,
    sleep,
    note: (line) => {
      if (!noted.has(line)) process.stderr.write(`${line}\n`);
      noted.add(line);
    },
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
