// The `icehouse` command from its arguments to its exit code, wherever it runs. The only file of the command that reads the
// environment.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WriteStream } from 'node:tty';
import { type Command, CommanderError } from 'commander';
import { wholeFetch } from '../lambdas/adapters/whole-fetch.ts';
import { IcehouseApi } from './api.ts';
import { authorizationFor } from './credentials.ts';
import { apiLine, apiPlace } from './place.ts';
import { CommandError, EXIT, type ExitCode } from './problems.ts';
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

export interface Streams {
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}

/** Takes arguments without those of Node; answers the exit code. Throws what nobody foresaw. */
export async function main(args: readonly string[], { stdout, stderr }: Streams): Promise<ExitCode> {
  const { MUX_TOKEN_ID, MUX_TOKEN_SECRET, MUX_BASE_URL, MUX_PRICES } = process.env;
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const noted = new Set<string>();
  let exitCode: ExitCode = EXIT.ok;

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
      screen: screenOn(stdout, { colour: options.color }),
      json: options.json === true,
      nowMs: Date.now,
      sleep,
      note: (line) => {
        if (!noted.has(line)) stderr.write(`${line}\n`);
        noted.add(line);
      },
      exitWith: (code) => {
        exitCode = code;
      },
    };
  }

  const program = icehouseProgram({
    open,
    openScreen,
    write: { writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) },
    pathStyle: Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL),
    mux: { tokenId: MUX_TOKEN_ID, tokenSecret: MUX_TOKEN_SECRET, baseUrl: MUX_BASE_URL },
    muxPrices: MUX_PRICES,
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, program.opts<GlobalOptions>(), { stdout, stderr });
  }
}

/** The exit code of what a command threw, once it has been shown; what we did not foresee is thrown on. */
function explain(error: unknown, { json, color }: GlobalOptions, { stdout, stderr }: Streams): ExitCode {
  // Commander has already printed help or the usage error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof CommandError)) throw error;
  if (json) stdout.write(`${JSON.stringify(error.problem, null, 2)}\n`);
  else {
    const screen = screenOn(stderr, { colour: color });
    screen.print(problemView(error.problem, screen));
  }
  return error.exitCode;
}
