// The options of `npm run crash`, parsed once.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Point, When } from './door.ts';
import { LIVES, type LifeName } from './life.ts';

export interface CrashOptions {
  readonly lives: readonly LifeName[];
  /** One point only: the number of an effect in the recorded order from 1, or its name with `#` and how manieth. */
  readonly point?: string;
  readonly when?: When;
  /** So many points of each life, by chance; all without it. */
  readonly points?: number;
  readonly seed: number;
  readonly sideBySide: number;
  readonly patienceMs: number;
  readonly data?: string;
  readonly json: boolean;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}

interface Given extends Omit<CrashOptions, 'lives' | 'patienceMs'> {
  readonly life?: LifeName;
  readonly patience: number;
}

/** Ends the process for `--help` and for options that are wrong. */
export function parseOptions(argv: readonly string[]): CrashOptions {
  const names = Object.keys(LIVES) as LifeName[];
  const command = new Command('npm run crash --')
    .description(
      'Kills the function at work before and after every single effect of a life, on the embedded cloud,\n' +
        'and looks whether the video comes back: delete request, archived, deleted, restored.\n' +
        'Ends with 1 if a life was lost, stuck or doubled.',
    )
    .addOption(new Option('--life <name>', 'only this one (default: all)').choices(names))
    .option('--point <effect>', 'only this: its number, or its name and how manieth: "master: Mux PUT … #1"')
    .addOption(new Option('--when <when>', 'only this side of the effects').choices(['before', 'after']))
    .option('--points <n>', 'so many points of each life, by chance (default: all)', count)
    .option('--seed <n>', 'of that chance', count, 1)
    .option('--side-by-side <n>', 'lives at a time', count, 8)
    .option('--patience <seconds>', 'a life that takes longer is stuck', count, 120)
    .option('--data <dir>', 'where everything is kept (default: a temporary directory, removed at the end)')
    .option('--json', 'all that was tried, as JSON', false)
    .showHelpAfterError();
  const { life, patience, ...options } = command.parse(argv).opts<Given>();
  if (options.point && !life) command.error('--point needs --life.');
  return { ...options, lives: life ? [life] : names, patienceMs: 1000 * patience };
}

/** Of the recorded points, those that the options ask for. Throws Error when the point is none of them. */
export function chosenPoints(points: readonly Point[], { point, when }: CrashOptions): readonly Point[] {
  const side = points.filter((one) => when === undefined || one.when === when);
  if (point === undefined) return side;
  if (/^\d+$/.test(point)) return ofEffect(points, Number(point)).filter((one) => side.includes(one));
  const [, effect = '', nth = '1'] = /^(.*?)(?: ?#(\d+))?$/.exec(point) ?? [];
  // Also one that the recorded life did not have: it may come all the same.
  const sides: readonly When[] = when ? [when] : ['before', 'after'];
  return sides.map((one) => ({ effect, nth: Number(nth), when: one }));
}

function ofEffect(points: readonly Point[], number: number): readonly Point[] {
  const found = points.slice(2 * (number - 1), 2 * number);
  if (found.length === 0) throw new Error(`There is no effect ${number}: the life has ${points.length / 2}.`);
  return found;
}
