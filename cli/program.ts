// The tree of all commands, with the options they share and whom each speaks to. It reads no environment and calls nobody.
import { Command, Option, type OutputConfiguration } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { MuxVariables } from './advise/advise-problems.ts';
import { apiUrl } from './arguments.ts';
import { addAdvise } from './commands/advise.ts';
import { addAudit } from './commands/audit.ts';
import { addAuditLog } from './commands/audit-log.ts';
import { addCancel } from './commands/cancel.ts';
import { addCertificate } from './commands/certificate.ts';
import { addCheck } from './commands/check.ts';
import { addConnect } from './commands/connect.ts';
import { addCopy } from './commands/copy.ts';
import { addCost } from './commands/cost.ts';
import { addDeleteOnly } from './commands/delete-only.ts';
import { addDlq } from './commands/dlq.ts';
import { addDrill } from './commands/drill.ts';
import { addErase } from './commands/erase.ts';
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
import { addSlim } from './commands/slim.ts';
import { addStatus } from './commands/status.ts';
import { addUpcoming } from './commands/upcoming.ts';
import { addWatch } from './commands/watch.ts';
import { OUTPUTS_FILE } from './outputs.ts';
import type { OpenScreen, OpenSession } from './session.ts';

const EXIT_CODES = `
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 API not reachable.`;

const CREDENTIALS = `
Each command says whom it speaks to. In a directory with cdk-outputs.json that is
the deployed stack: its API, vault and queues; elsewhere http://127.0.0.1:8080, as
\`npm start\` has it. --url and ICEHOUSE_URL name another API, and then nothing else
is taken from the file; --stack goes before the environment. Whatever changes
something, and whatever goes to a stack of the file, names its API on stderr.

Calls of the API to this machine carry no credentials; to any other host they are
signed with your AWS credentials (region from the host name, else AWS_REGION or your
profile), unless a bearer token is given. What speaks to AWS directly takes the
credentials of the AWS CLI, and needs no API for it.

A ticket came in: what it is, what became of it, and all of its course back again:
  $ icehouse find 'https://stream.mux.com/pQr5T00pUblic.m3u8'
  $ icehouse status 01Tq7hnCrmxvE8OrKhQ7
  $ icehouse group course-12
  $ icehouse group course-12 --restore --user u-17 --tier Bulk`;

/** What the commands take from outside. */
export interface Surroundings {
  readonly open: OpenSession;
  /** For a command that does not speak with the API. */
  readonly openScreen: OpenScreen;
  /** Where help and usage errors go. */
  readonly write: Pick<OutputConfiguration, 'writeOut' | 'writeErr'>;
  /** The bucket's name goes into the path, which any S3 but AWS's own may need. */
  readonly pathStyle: boolean;
  readonly mux: MuxVariables;
  /** JSON, as the prop muxPrices. */
  readonly muxPrices: string | undefined;
}

type Add = (program: Command) => void;

/** Every command with whom it speaks to, which is the last line of its help before the exit codes. */
export function icehouseProgram({ open, openScreen, write, ...given }: Surroundings): Command {
  const { pathStyle, mux, muxPrices } = given;
  const program = emptyProgram().configureOutput(write);
  const ofApi = (add: (program: Command, open: OpenSession) => void): Add => {
    return (to) => add(to, open);
  };

  speaking(program, 'the API', [
    ...[addRequest, addDeleteOnly, addImport, addStatus, addList, addWatch, addCancel, addReschedule].map(
      ofApi,
    ),
    ...[addGroup, addFind, addCheck, addSlim, addQuote, addUpcoming, addHold, addRelease].map(ofApi),
    ...[addErase, addAudit, addFidelity, addManifest, addSidecars].map(ofApi),
    (to) => addCost(to, open, { muxPrices }),
  ]);
  speaking(program, 'the API; with --to also AWS directly (S3: the vault, and where the files go)', [
    (to) => addRestore(to, open, { pathStyle }),
  ]);
  speaking(program, 'the API, and AWS directly (S3: the vault); with --on-mux also Mux', [
    (to) => addDrill(to, open, { pathStyle }, mux),
  ]);
  speaking(program, 'the API, and AWS directly (S3: the trail in the vault) unless --no-trail', [
    (to) => addCertificate(to, open, { pathStyle }),
  ]);
  speaking(program, 'AWS directly (S3: the trail in the vault)', [
    (to) => addAuditLog(to, openScreen, { pathStyle }),
  ]);
  speaking(program, 'AWS directly (S3: the bucket that is copied to), and whoever has the file', [
    (to) => addCopy(to, openScreen, { pathStyle }),
  ]);
  speaking(program, 'AWS directly (SQS: the queues), and the API (where the videos stand)', [
    (to) => addDlq(to, { session: open, screen: openScreen }),
  ]);
  speaking(program, 'Mux directly, and AWS directly (Secrets Manager: the secret; DynamoDB: the ledger)', [
    (to) => addConnect(to, openScreen, { mux }),
  ]);
  speaking(program, 'Mux directly', [(to) => addAdvise(to, openScreen, { mux, muxPrices })]);
  return program;
}

function emptyProgram(): Command {
  return new Command('icehouse')
    .description('Keeps Mux videos safe in S3 Glacier when somebody presses delete.')
    .version(packageJson.version)
    .addOption(
      new Option('--url <url>', 'the API, instead of the output ApiUrl (without any: this machine)')
        .argParser(apiUrl)
        .env('ICEHOUSE_URL'),
    )
    .option('--stack <name>', 'the stack to work with, where the outputs have several')
    .option('--outputs <file>', 'what `cdk deploy --outputs-file` wrote', OUTPUTS_FILE)
    .addOption(
      new Option('--bearer <token>', 'a bearer token instead of AWS credentials').env('ICEHOUSE_TOKEN'),
    )
    .option('--json', 'one JSON document, as the API gave it')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: true })
    .showHelpAfterError('(--help says more)')
    .addHelpText('afterAll', EXIT_CODES)
    .addHelpText('after', CREDENTIALS)
    .exitOverride();
}

/** Commands below a command speak to the same. */
function speaking(program: Command, whom: string, adds: readonly Add[]): void {
  const before = new Set(program.commands);
  for (const add of adds) add(program);
  for (const command of program.commands.filter((each) => !before.has(each))) say(command, whom);
}

function say(command: Command, whom: string): void {
  command.addHelpText('after', `\nSpeaks to: ${whom}.`);
  for (const below of command.commands) say(below, whom);
}
