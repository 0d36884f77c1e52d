// `icehouse advise`: which videos on Mux are worth archiving, by what Mux itself says of them. It writes nothing.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MuxPrices } from '../../lambdas/contract/mux-prices.ts';
import { STORAGE_CLASSES } from '../../lambdas/contract/names.ts';
import { ADVICE_DEFAULTS, type AdviceOptions } from '../../lambdas/domain/advice.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { adviceCsv } from '../advise/advice-csv.ts';
import { accessFrom, adviseProblem, type MuxVariables } from '../advise/advise-problems.ts';
import { adviseView } from '../advise/advise-view.ts';
import type { MuxAccess } from '../advise/mux-library.ts';
import type { ReadingOrder } from '../advise/reading.ts';
import type { AdviceReport } from '../advise/report.ts';
import { count, ids } from '../arguments.ts';
import { type Counting, counting } from '../cost/counting.ts';
import { pricesFrom } from '../cost/money.ts';
import { type OpenScreen, show } from '../session.ts';

interface Options {
  readonly all?: true;
  readonly limit: number;
  readonly csv?: true;
  readonly days: number;
  readonly storageClass: AdviceOptions['storageClass'];
  readonly restored: number;
  readonly payback: number;
  readonly minSaving: number;
  readonly minSeconds: number;
  readonly watchedSeconds: number;
  readonly mbps?: number;
}

const MORE = `
It speaks to Mux and not to the Icehouse API, reads only, and makes two calls a second:
MUX_TOKEN_ID and MUX_TOKEN_SECRET are an access token of your environment.
Without asset ids it looks at the first --limit that Mux lists.

Example:
  $ icehouse advise --all --csv > advice.csv`;

/** `mux` and `muxPrices`: the variables of these names. */
export function addAdvise(
  program: Command,
  open: OpenScreen,
  { mux, muxPrices }: { readonly mux: MuxVariables; readonly muxPrices: string | undefined },
): void {
  const defaults = ADVICE_DEFAULTS;
  program
    .command('advise')
    .summary('which videos on Mux are worth archiving')
    .description(
      'Says for each asset on Mux whether to archive it, to remove its static renditions, or to leave it there, ' +
        "measured against Mux's own cold storage.",
    )
    .argument('[assets...]', 'ids of assets on Mux', ids)
    .addOption(new Option('--limit <n>', 'at most so many').argParser(count).default(50))
    .addOption(new Option('--all', 'all there are').conflicts('limit'))
    .option('--csv', 'a table for spreadsheets, instead of --json')
    .addOption(
      new Option('--days <n>', 'watched within so many, at most 90').argParser(windowDays).default(90),
    )
    .addOption(
      new Option('--storage-class <class>', 'of the vault')
        .choices(STORAGE_CLASSES)
        .default(defaults.storageClass),
    )
    .addOption(
      new Option('--restored <percent>', 'of the archives that will be wanted back')
        .argParser(percent)
        .default(defaults.restoredShare * 100),
    )
    .addOption(
      new Option('--payback <months>', 'the longest').argParser(figure).default(defaults.maxPaybackMonths),
    )
    .addOption(new Option('--min-saving <usd>', 'a month').argParser(figure).default(defaults.minSavingUsd))
    .addOption(
      new Option('--min-seconds <n>', 'shorter ones stay').argParser(figure).default(defaults.minSeconds),
    )
    .addOption(
      new Option('--watched-seconds <n>', 'delivered, which do not count as watched')
        .argParser(figure)
        .default(defaults.watchedSeconds),
    )
    .addOption(new Option('--mbps <n>', 'bitrate of your masters, if you know it').argParser(positive))
    .addHelpText('after', MORE)
    .action(async (assetIds: readonly string[], options: Options, command: Command) => {
      const session = open(command);
      if (options.csv && session.json) command.error('error: --csv and --json: choose one');
      const { prices } = pricesFrom(muxPrices);
      const access = accessFrom(mux);
      const isSilent = session.json || options.csv === true;
      if (!isSilent)
        session.screen.print(session.screen.paint('dim', `Reading from Mux (${access.baseUrl})`));
      const order = {
        assetIds,
        most: options.all ? Number.POSITIVE_INFINITY : options.limit,
        windowDays: options.days,
      };
      const progress = counting(session, 'assets read', isSilent);
      const report = await adviceFrom(access, order, adviceOptions(options), prices, {
        nowMs: session.nowMs(),
        progress,
      });
      if (options.csv) return session.screen.print(adviceCsv(report));
      show(session, report, () => adviseView(report, session.screen));
    });
}

function adviceOptions(options: Options): AdviceOptions {
  return {
    storageClass: options.storageClass,
    mbps: options.mbps,
    watchedSeconds: options.watchedSeconds,
    minSeconds: options.minSeconds,
    minSavingUsd: options.minSaving,
    maxPaybackMonths: options.payback,
    restoredShare: options.restored / 100,
  };
}

async function adviceFrom(
  access: MuxAccess,
  order: ReadingOrder,
  options: AdviceOptions,
  prices: MuxPrices,
  { nowMs, progress }: { readonly nowMs: number; readonly progress: Counting },
): Promise<AdviceReport> {
  // Mux's library is loaded by the one command that needs it.
  const [{ openMuxLibrary }, { readLibrary }, { adviceReport, adviceRow }, { systemClock }] =
    await Promise.all([
      import('../advise/mux-library.ts'),
      import('../advise/reading.ts'),
      import('../advise/report.ts'),
      import('../../lambdas/adapters/clock.ts'),
    ]);
  const toRow = (asset: PlatformAsset, deliveredSeconds: number) =>
    adviceRow(asset, deliveredSeconds, options, prices, nowMs);
  try {
    const library = openMuxLibrary(access, systemClock);
    return adviceReport(await readLibrary(library, order, nowMs, toRow, progress.count), options);
  } catch (error) {
    throw adviseProblem(error);
  } finally {
    progress.done();
  }
}

function figure(text: string): number {
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(text)) throw new InvalidArgumentError('A number, 0 or more.');
  return Number(text);
}

function positive(text: string): number {
  const value = figure(text);
  if (value === 0) throw new InvalidArgumentError('More than 0.');
  return value;
}

function percent(text: string): number {
  const value = figure(text);
  if (value > 100) throw new InvalidArgumentError('From 0 to 100.');
  return value;
}

function windowDays(text: string): number {
  const value = count(text);
  if (value > 90) throw new InvalidArgumentError('Mux keeps what it delivered for 90 days.');
  return value;
}
