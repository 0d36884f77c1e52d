#!/usr/bin/env node
// The `icehouse` command: its options, where they come from, and the exit code. The only file here that reads the environment.
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { IcehouseApi } from './api.ts';
import { apiUrl } from './arguments.ts';
import { addAdvise } from './commands/advise.ts';
import { addAudit } from './commands/audit.ts';
import { addAuditLog } from './commands/audit-log.ts';
import { addCancel } from './commands/cancel.ts';
import { addCertificate } from './commands/certificate.ts';
import { addCheck } from './commands/check.ts';
import { addCopy } from './commands/copy.ts';
import { addCost } from './commands/cost.ts';
import { addDlq } from './commands/dlq.ts';
import { addDrill } from './commands/drill.ts';
import { addFidelity } from './commands/fidelity.ts';
import { addFind } from './commands/find.ts';
import { addGroup } from './commands/group.ts';
import { addHold, addRelease } from './commands/hold.ts';
import { addImport } from './commands/import.ts';
import { addList } from './commands/list.ts';
import { addManifest } from './commands/manifest.ts';
import { addQuote } from './commands/quote.ts';
import { addRequest } from './commands/request.ts';
import { addReschedule } from './commands/reschedule.ts';
import { addRestore } from './commands/restore.ts';
import { addSidecars } from './commands/sidecars.ts';
import { addStatus } from './commands/status.ts';
import { addUpcoming } from './commands/upcoming.ts';
import { addWatch } from './commands/watch.ts';
import { authorizationFor } from './credentials.ts';
import { CommandError, EXIT } from './problems.ts';
import { problemView } from './render.ts';
import { screenOn } from './screen.ts';
import type { Session } from './session.ts';

const EXIT_CODES = `
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 API not reachable.`;

const CREDENTIALS = `
Calls to this machine carry no credentials; calls to any other host are signed
with your AWS credentials (region from the host name, else AWS_REGION), unless
a bearer token is given.`;

interface GlobalOptions {
  readonly url: URL;
  readonly bearer?: string;
  readonly json?: true;
  readonly color: boolean;
}

const program = new Command('icehouse')
  .description('Keeps Mux videos safe in S3 Glacier when somebody presses delete.')
  .version(packageJson.version)
  .addOption(
    new Option('--url <url>', 'the Icehouse API')
      .argParser(apiUrl)
      .default(new URL('http://127.0.0.1:8080'), 'http://127.0.0.1:8080')
      .env('ICEHOUSE_URL'),
  )
  .addOption(
    new Option('--bearer <token>', 'a bearer token instead of AWS credentials').env('ICEHOUSE_TOKEN'),
  )
  .option('--json', 'one JSON document, as the API gave it')
  .option('--no-color', 'no colours (NO_COLOR does the same)')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(--help says more)')
  .addHelpText('afterAll', EXIT_CODES)
  .addHelpText('after', `${CREDENTIALS}\n\nExample:\n  $ icehouse list --status archived`)
  .exitOverride();

const ON_RECORDS = [addRequest, addImport, addQuote, addStatus, addList, addWatch, addCancel, addReschedule];
const OF_MANY = [addGroup, addFind];
const AHEAD = [addCheck, addUpcoming];
const OTHERS = [addHold, addRelease, addAudit, addFidelity, addManifest, addSidecars];
for (const add of [...ON_RECORDS, ...OF_MANY, ...AHEAD, ...OTHERS]) add(program, open);
const s3 = { pathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL) };
addRestore(program, open, s3);
addDrill(program, open, s3, {
  tokenId: process.env.MUX_TOKEN_ID,
  tokenSecret: process.env.MUX_TOKEN_SECRET,
  baseUrl: process.env.MUX_BASE_URL,
});
addCopy(program, openScreen, s3);
addAuditLog(program, openScreen, s3);
addCertificate(program, open, s3);
const { MUX_PRICES: muxPrices, MUX_TOKEN_ID, MUX_TOKEN_SECRET, MUX_BASE_URL } = process.env;
addCost(program, open, { muxPrices });
addAdvise(program, openScreen, {
  mux: { tokenId: MUX_TOKEN_ID, tokenSecret: MUX_TOKEN_SECRET, baseUrl: MUX_BASE_URL },
  muxPrices,
});
addDlq(
  program,
  { session: open, screen: openScreen },
  { region: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION },
);

function open(command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const authorize = authorizationFor(options.url, {
    bearer: options.bearer,
    region: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION,
  });
  return { ...openScreen(command), api: new IcehouseApi({ base: options.url, authorize, fetch, sleep }) };
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
