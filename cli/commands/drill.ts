// `icehouse drill`: whether what lies in the vault comes back and plays, tried on a sample.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { systemRandom } from '../../lambdas/adapters/random.ts';
import type { S3Vault } from '../../lambdas/adapters/vault.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import { count } from '../arguments.ts';
import { confirm } from '../confirm.ts';
import { regionOf } from '../credentials.ts';
import type { MuxAccess } from '../drill/mux-ports.ts';
import type { DrillReport } from '../drill/report.ts';
import { CommandError, EXIT } from '../problems.ts';
import type { OpenSession, Session } from '../session.ts';
import { intervalOption } from './watch.ts';

interface Options {
  readonly sample: number;
  readonly seed?: string;
  readonly to?: string;
  readonly tier: Tier;
  readonly days: number;
  readonly report?: string;
  readonly resume?: string;
  readonly keep?: true;
  readonly onMux?: true;
  readonly yes?: true;
  readonly interval: number;
}

const MUX_POLL_MS = 5_000;
/** Five looks: a create whose answer was lost shows itself within two minutes. */
const MUX_LOST_POLL_MS = 30_000;

const MORE = `
It draws archives at random, says what reading them costs and how long the thaw
takes, and asks. Each master then comes out of the vault into a directory of the
drill's own, is compared with the CRC32 that was proved, read packet by packet by
a demuxer, and compared with its manifest in duration and tracks; captions have
to be WebVTT. Nothing is made on Mux, and no record changes. Credentials are those
of the AWS CLI, as for \`icehouse restore --to\`.

With --on-mux (token: MUX_TOKEN_ID, MUX_TOKEN_SECRET) each archive that played is
also made a real asset, which nobody can play and which carries none of your meta,
and deleted again once it was ready; a drill that is killed deletes it on --resume.

The report is JSON, with the same as text beside it (.txt). It is written after
each archive: when thawing takes longer than you want to wait, press Ctrl-C and
go on with --resume.

Example:
  $ icehouse drill --sample 5 --report drill.json
  $ icehouse drill --resume drill.json`;

export function addDrill(
  program: Command,
  open: OpenSession,
  s3: { readonly pathStyle: boolean },
  mux: MuxAccess,
): void {
  program
    .command('drill')
    .summary('try whether archives come back and play')
    .description('Restores a random sample of archives to files, checks that they play, and writes a report.')
    .addOption(new Option('--sample <n>', 'how many archives').argParser(count).default(3))
    .option('--seed <text>', 'draws the same sample again from the same ledger')
    .addOption(
      new Option('--tier <tier>', 'how fast S3 thaws, and how dear')
        .choices(['Bulk', 'Standard', 'Expedited'])
        .default('Bulk'),
    )
    .addOption(new Option('--days <n>', 'how long S3 keeps a thawed copy').argParser(count).default(3))
    .option('--to <directory>', "where the files go meanwhile (the system's own place for such)")
    .option('--keep', 'leave the files there')
    .option('--report <file>', 'where the report goes (icehouse-drill-TIME.json)')
    .addOption(
      new Option('--resume <report>', 'go on with a drill that was stopped').conflicts([
        'seed',
        'to',
        'report',
        'keep',
      ]),
    )
    .option('--on-mux', 'make a real asset of each as well, and delete it again: Mux bills it')
    .option('--yes', 'without asking')
    .addOption(intervalOption())
    .addHelpText('after', MORE)
    .action(async (options: Options, command: Command) => {
      const session = open(command);
      const reportPath = resolve(options.resume ?? options.report ?? reportName(session.nowMs()));
      const plan = await planFor(session, options);
      if (!(await agreed(session, plan, options))) return;
      const report = await run(session, plan, { reportPath, options, s3, mux });
      const { reportText, sentence } = await import('../drill/drill-screen.ts');
      const textPath = `${reportPath.replace(/\.json$/, '')}.txt`;
      await writeFile(textPath, reportText(report));
      if (session.json) session.screen.print(JSON.stringify(report, null, 2));
      else session.screen.print(`\n${sentence(report)}\nReport: ${reportPath} and ${textPath}`);
      if (report.results.some(({ outcome }) => outcome !== 'passed')) session.exitWith(EXIT.refused);
    });
}

function reportName(nowMs: number): string {
  return `icehouse-drill-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-')}.json`;
}

async function planFor(session: Session, options: Options): Promise<DrillReport> {
  if (options.resume) {
    const { readReport } = await import('../drill/report.ts');
    return readReport(options.resume);
  }
  const { ownDirectory, planDrill } = await import('../drill/drill.ts');
  const { sample, seed = systemRandom.token().slice(0, 8), tier, days, keep = false, to } = options;
  const directory = ownDirectory(resolve(to ?? tmpdir()), systemRandom.token());
  const wish = {
    api: session.apiUrl.origin,
    count: sample,
    seed,
    tier,
    days,
    keep,
    directory,
    onMux: options.onMux === true,
  };
  const plan = await planDrill(session.api, wish, session.nowMs());
  if (plan.results.length > 0) return plan;
  const detail = 'The ledger has no archive that rests: nothing to try.';
  const action = '`icehouse list` shows what there is.';
  throw new CommandError({ title: 'No drill', code: 'NOTHING_ARCHIVED', detail, action }, EXIT.refused);
}

/** What was begun has been agreed to. */
async function agreed(session: Session, plan: DrillReport, { yes, resume }: Options): Promise<boolean> {
  const { planView } = await import('../drill/drill-screen.ts');
  if (!session.json) session.screen.print(`${planView(plan, session.screen)}\n`);
  return yes === true || resume !== undefined || confirm('Begin?');
}

interface RunOptions {
  readonly reportPath: string;
  readonly options: Options;
  readonly s3: { readonly pathStyle: boolean };
  readonly mux: MuxAccess;
}

async function run(session: Session, plan: DrillReport, given: RunOptions): Promise<DrillReport> {
  // The AWS libraries, Mux's and the demuxer are loaded by the commands that need them.
  const [{ untilStopped }, { openHands }, { runDrill }, { resultView }, { retrieveView, SILENT }] =
    await Promise.all([
      import('../retrieve/run.ts'),
      import('../retrieve/retrieve-ports.ts'),
      import('../drill/drill.ts'),
      import('../drill/drill-screen.ts'),
      import('../retrieve/retrieve-screen.ts'),
    ]);
  const { json, screen } = session;
  const { reportPath } = given;
  const onMux = plan.on_mux ? await muxTrials(given.mux) : undefined;
  return untilStopped(async (signal) => {
    await using hands = await openHands(session.api, { ...given.s3, region: regionOf(session.apiUrl) });
    const target = { kind: 'directory', directory: plan.directory } as const;
    const to = hands.destination(target, { overwrite: true, storageClass: 'STANDARD' });
    const each: Parameters<typeof runDrill>[0]['each'] = (result) => {
      if (!json) screen.print(resultView(result, screen));
    };
    const view = json ? SILENT : retrieveView(screen, session.nowMs);
    const { ports } = hands;
    const pollMs = given.options.interval * 1000;
    const run = { ports, to, view, signal, pollMs, reportPath, each, onMux: onMux?.(hands.vaultOf, signal) };
    return runDrill(run, plan);
  }, `Go on with: icehouse drill --resume ${reportPath}`);
}

/** Asks Mux who we are first, so that a wrong token is known before a thaw is paid for. */
async function muxTrials(access: MuxAccess) {
  const [{ openMux }, { trialsOn }, { explained }] = await Promise.all([
    import('../drill/mux-ports.ts'),
    import('../drill/on-mux.ts'),
    import('../retrieve/retrieve-problems.ts'),
  ]);
  const platform = openMux(access);
  await platform.environment().catch((error: unknown) => {
    throw explained(error);
  });
  const { token } = systemRandom;
  return (vaultOf: (bucket: string) => S3Vault, signal: AbortSignal) =>
    trialsOn(
      { platform, vaultOf, clock: systemClock, token, pollMs: MUX_POLL_MS, lostPollMs: MUX_LOST_POLL_MS },
      signal,
    );
}
