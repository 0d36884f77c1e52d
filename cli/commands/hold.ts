// `icehouse hold` and `icehouse release`: keep one asset, or everything, from being deleted, and let it go again.
import { type Command, Option } from 'commander';
import type { BrakeAnswer } from '../api.ts';
import { id } from '../arguments.ts';
import { brakeView } from '../brake-view.ts';
import { receipt } from '../render.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface HoldOptions {
  readonly all?: true;
  readonly status?: true;
  readonly reason?: string;
  readonly user?: string;
  readonly until?: string;
}

interface ReleaseOptions {
  readonly all?: true;
  readonly reason?: string;
  readonly user?: string;
}

export function addHold(program: Command, open: OpenSession): void {
  program
    .command('hold')
    .summary('keep one asset, or everything, from being deleted')
    .description(
      'While a hold lasts nothing that it covers is deleted from Mux, whatever its date. No request fails: it waits.',
    )
    .argument('[asset]', 'asset id', id)
    .option('--all', 'everything')
    .addOption(
      new Option('--status', 'what holds everything now, and how far the limits are used up').conflicts([
        'all',
        'reason',
        'user',
        'until',
      ]),
    )
    .option('--reason <text>', 'why; everybody who asks for the record reads it')
    .option('--user <id>', 'who holds it')
    .option('--until <date>', 'when it ends by itself: 2026-12-24 (end of that UTC day) or ISO with offset')
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse hold 01Tq7hnCrmxvE8OrKhQ7 --user u-17 --reason "Court order"\n  $ icehouse hold --all --user u-17 --reason "Wrong list sent" --until 2026-12-24',
    )
    .action(async (asset: string | undefined, options: HoldOptions, command: Command) => {
      const session = open(command);
      exactlyOne(command, { '<asset>': asset, '--all': options.all, '--status': options.status });
      if (options.status) session.nameApi();
      if (options.status) return showBrake(session, await session.api.brake());
      const { reason, user, until } = options;
      if (reason === undefined || user === undefined) {
        return command.error('error: a hold needs --reason <text> and --user <id>');
      }
      const body = { reason, user_id: user, until };
      if (asset === undefined) return showBrake(session, await session.api.holdAll(body));
      const record = await session.api.hold(asset, body);
      show(session, record, () => receipt(record, session.screen, session.nowMs()));
    });
}

export function addRelease(program: Command, open: OpenSession): void {
  program
    .command('release')
    .summary('lift a hold')
    .description(
      'Lifts a hold. One asset goes on at once; after a hold on everything the archives that waited for it go on with the next tick of the expiry schedule, within a day at most.',
    )
    .argument('[asset]', 'asset id', id)
    .option('--all', 'the hold on everything')
    .option('--user <id>', 'who lifts it')
    .option('--reason <text>', 'why')
    .addHelpText('after', '\nExample:\n  $ icehouse release 01Tq7hnCrmxvE8OrKhQ7 --user u-17')
    .action(async (asset: string | undefined, options: ReleaseOptions, command: Command) => {
      const session = open(command);
      exactlyOne(command, { '<asset>': asset, '--all': options.all });
      const body = { user_id: options.user, reason: options.reason };
      if (asset === undefined) return showBrake(session, await session.api.releaseAll(body));
      const record = await session.api.release(asset, body);
      show(session, record, () => receipt(record, session.screen, session.nowMs()));
    });
}

/** Anything else is a usage error. */
function exactlyOne(command: Command, choices: Readonly<Record<string, unknown>>): void {
  const given = Object.values(choices).filter((value) => value !== undefined);
  if (given.length !== 1) command.error(`error: give one of ${Object.keys(choices).join(', ')}`);
}

function showBrake(session: Session, answer: BrakeAnswer): void {
  show(session, answer, () => brakeView(answer, session.screen));
}
