// The options of `npm start`, parsed once.
import { Command, InvalidArgumentError } from 'commander';
import { receiverUrlProblem } from '../lambdas/contract/receiver-url.ts';

export interface StartOptions {
  readonly tour: boolean;
  readonly exit: boolean;
  readonly verbose: boolean;
  readonly port?: number;
  readonly muxBaseUrl?: string;
  readonly data?: string;
  /** Receivers of events, as prop `webhooks.urls`. */
  readonly webhookTo?: readonly string[];
  readonly sweepSeconds: number;
  readonly expireSeconds: number;
  readonly thawSeconds: number;
  readonly settleSeconds: number;
  readonly timeScale: number;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError('Give a port, 0 to 65535 (0 takes any free one).');
  }
  return value;
}

function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('Give an http or https URL.');
  return text.replace(/\/+$/, '');
}

function receivers(text: string, before: readonly string[] = []): readonly string[] {
  const problem = receiverUrlProblem(text, { loopback: true });
  if (problem) throw new InvalidArgumentError(`Expected ${problem}.`);
  return [...before, text];
}

const VIDEOS = `
The simulated Mux is at the next port if that is free; the ready line names it (mux). A video gets into it by
  $ curl -s -d '{"generated":{"sizeBytes":5000000,"durationSeconds":30}}' http://127.0.0.1:8081/_simulator/assets
and its pictures are served at /{playback id}/thumbnail.jpg. local/mux/README.md has the rest.`;

/** Ends the process for `--help` and for options that are wrong. */
export function parseOptions(argv: readonly string[]): StartOptions {
  const command = new Command('npm start --')
    .description('Icehouse on one laptop: the stack of lib/ on the embedded cloud, everything on 127.0.0.1.')
    .option('--exit', 'end after the tour, with its exit code', false)
    .option('--no-tour', 'only serve; prints one JSON line when it is up')
    .option('--port <n>', 'port of the API (default: 8080, or a free one)', port)
    .option('--mux-base-url <url>', 'a Mux (real or not) in place of the simulator; only with --no-tour', url)
    .option(
      '--webhook-to <url...>',
      'where events are sent, signed: loopback or https URLs, at most five',
      receivers,
    )
    .option(
      '--data <dir>',
      'where everything is kept (default: a new temporary directory, removed at the end)',
    )
    .option('--sweep-seconds <n>', 'time between two sweeps', positive, 2)
    .option(
      '--expire-seconds <n>',
      'time between two looks at the expiration dates (default: as the sweep)',
      positive,
    )
    .option('--thaw-seconds <n>', 'time that a thaw out of Glacier takes', positive, 3)
    .option('--settle-seconds <n>', 'time between the two probes of a master', positive, 1)
    .option('--time-scale <n>', 'divides every other duration of the stack', positive, 10)
    .option('--verbose', 'show every line the functions write', false)
    .addHelpText('after', VIDEOS)
    .showHelpAfterError();
  const options = command
    .parse(argv)
    .opts<Omit<StartOptions, 'expireSeconds'> & { expireSeconds?: number }>();
  if (options.exit && !options.tour) command.error('--exit ends after the tour, and --no-tour takes none.');
  if (options.tour && options.muxBaseUrl)
    command.error('--mux-base-url needs --no-tour: the tour deletes assets.');
  return { ...options, expireSeconds: options.expireSeconds ?? options.sweepSeconds };
}
