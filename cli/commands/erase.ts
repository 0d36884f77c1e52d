// `icehouse erase`: ends a video everywhere, by an order that can be stopped for a while; shows orders, and their certificates.
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Erasure } from '../../client/icehouse.ts';
import { days, id } from '../arguments.ts';
import { confirmByTyping } from '../confirm.ts';
import { erasurePage } from '../erasure/erasure-page.ts';
import { erasuresTable, erasureView } from '../erasure/erasure-view.ts';
import { CommandError, EXIT } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface Options {
  readonly playbackId?: string;
  readonly uploadId?: string;
  readonly legalBasis?: string;
  readonly user?: string;
  readonly stopHours?: number;
  readonly yes?: true;
  readonly status?: string;
  readonly stop?: string;
  readonly reason?: string;
  readonly list?: true;
  readonly certificate?: string;
  readonly out?: string;
}

const MORE = `
An order erases every asset that the video ever was: at Mux, each version in the vault,
and what names a person in the records. From the order on all of it stands still; nothing is
removed for 72 hours unless the stack says otherwise (erasureDelay); on the embedded cloud
it begins at once. Until it begins the order can be stopped. docs/erasure.md says what
stays, and what runs out later. It needs a permission of its own (grantErase).

Example:
  $ icehouse erase 01Tq7hnCrmxvE8OrKhQ7 --legal-basis 'GDPR Art. 17, request 2026-114' --user privacy-2
  $ icehouse erase --list
  $ icehouse erase --stop 9f0c2b7d5a1e4c3f8b6d2e7a90c1f4d3 --user privacy-2 --reason 'another account'
  $ icehouse erase --certificate 9f0c2b7d5a1e4c3f8b6d2e7a90c1f4d3 --out erasure.html`;

export function addErase(program: Command, open: OpenSession): void {
  program
    .command('erase')
    .summary('end a video everywhere, by an order; show and stop orders')
    .description(
      'Orders the erasure of a video along its whole lineage, for good; or shows or stops an order.',
    )
    .argument('[asset]', 'any asset id that the video ever had', idOfVideo)
    .option('--playback-id <id>', 'the video that this plays, instead of its asset id', idOfVideo)
    .option('--upload-id <id>', 'the video that this upload became, instead of its asset id', id)
    .option('--legal-basis <text>', 'by what right; kept for good, and on the certificate')
    .option('--user <id>', 'who orders or stops it; kept for good')
    .option(
      '--stop-hours <n>',
      "for how long it can be stopped, if longer than the stack's erasureDelay",
      days,
    )
    .option('--yes', 'without asking for the id once more')
    .option('--status <order>', 'how far an order is', orderId)
    .option('--stop <order>', 'take an order back', orderId)
    .option('--reason <text>', 'why it is stopped')
    .option('--list', 'all orders, the newest last')
    .option('--certificate <order>', 'of an order that is done, as an HTML page', orderId)
    .addOption(new Option('--out <file>', 'write the certificate there, not to the screen'))
    .addHelpText('after', MORE)
    .action(async (asset: string | undefined, options: Options, command: Command) => {
      const names = { asset_id: asset, playback_id: options.playbackId, upload_id: options.uploadId };
      const { list, status, stop, certificate } = options;
      const wishes = [...Object.values(names), list, status, stop, certificate];
      if (wishes.filter((wish) => wish !== undefined).length !== 1) command.error(ONE_OF);
      const session = open(command);
      if (list) return showAll(session);
      if (status !== undefined) return showOne(session, await session.api.erasure(status));
      if (stop !== undefined) return stopOrder(session, stop, options, command);
      if (certificate !== undefined) return certify(session, certificate, options.out);
      await order(session, names, options, command);
    });
}

const ONE_OF =
  'error: give one of <asset>, --playback-id, --upload-id, --list, --status, --stop, --certificate';

function idOfVideo(text: string): string {
  if (text.includes('/'))
    throw new InvalidArgumentError(
      'Not a URL: `icehouse find URL` says which video it is of; --playback-id takes the id in it.',
    );
  return id(text);
}

function orderId(text: string): string {
  if (!/^[a-z0-9]{16,64}$/.test(text))
    throw new InvalidArgumentError('The id of an order; `icehouse erase --list` shows them.');
  return text;
}

type Names = Readonly<Record<'asset_id' | 'playback_id' | 'upload_id', string | undefined>>;

async function order(session: Session, names: Names, options: Options, command: Command): Promise<void> {
  const { legalBasis: legal_basis, user: requested_by, stopHours: stop_hours } = options;
  if (legal_basis === undefined || requested_by === undefined)
    return command.error('error: an order needs --legal-basis <text> and --user <id>');
  const named = Object.values(names).find((name) => name !== undefined) ?? '';
  session.nameApi();
  if (!options.yes && !(await confirmByTyping(warningOf(named, stop_hours), named))) throw notTyped();
  const wish = { ...names, legal_basis, requested_by, stop_hours };
  const erasure = await session.api.erase(wish).catch((error: unknown) => {
    throw names.asset_id === undefined ? error : orAnotherId(error, names.asset_id);
  });
  showOne(session, erasure);
}

function warningOf(named: string, stopHours: number | undefined): string {
  const time =
    stopHours === undefined ? '72 hours unless the stack says otherwise' : `${stopHours} hours at least`;
  return (
    `This erases the video of ${named} for good: every asset at Mux, every version in the vault.\n` +
    `The order can be stopped until it begins (${time}), not after.`
  );
}

/** An id that no asset has may be a playback id: both look the same. */
function orAnotherId(error: unknown, named: string): unknown {
  if (!(error instanceof CommandError) || error.code !== 'NOT_TRACKED') return error;
  const action =
    `If it is a playback id: icehouse erase --playback-id ${named} … ` +
    `By any other id or URL \`icehouse find ${named}\` says which asset it is.`;
  return new CommandError({ ...error.problem, code: error.code, action }, error.exitCode, { cause: error });
}

async function stopOrder(session: Session, order: string, options: Options, command: Command): Promise<void> {
  const { user: user_id, reason } = options;
  if (user_id === undefined || reason === undefined)
    return command.error('error: --stop needs --user <id> and --reason <text>');
  showOne(session, await session.api.stopErasure(order, { user_id, reason }));
}

function showOne(session: Session, erasure: Erasure): void {
  show(session, erasure, () => erasureView(erasure, session.screen, session.nowMs()));
}

/** Orders are few: all pages. */
async function showAll(session: Session): Promise<void> {
  const data: Erasure[] = [];
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const page = await session.api.erasures({ limit: 100, cursor });
    data.push(...page.data);
    cursor = page.next_cursor;
  }
  show(session, { data, next_cursor: null }, () => erasuresTable(data, session.screen));
}

async function certify(session: Session, order: string, out: string | undefined): Promise<void> {
  const erasure = await session.api.erasure(order);
  const { certificate } = erasure;
  if (!certificate) throw notDone(erasure);
  const page = erasurePage(certificate);
  if (out === undefined) return show(session, certificate, () => page.trimEnd());
  await writeFile(out, session.json ? `${JSON.stringify(certificate, null, 2)}\n` : page).catch(notWritten);
  if (!session.json) session.screen.print(`Written to ${out}.`);
}

function notTyped(): CommandError {
  const problem = {
    title: 'Nothing done',
    code: 'NOT_CONFIRMED',
    detail: 'What was typed is not the id of the video.',
    action: 'Type it letter by letter, or say --yes.',
  };
  return new CommandError(problem, EXIT.refused);
}

function notDone({ erasure_id, state, summary }: Erasure): CommandError {
  const problem = {
    title: 'No certificate',
    code: 'NOT_ERASED_YET',
    detail: `Order ${erasure_id} is ${state}: ${summary}`,
    action: 'There is a certificate once all is removed.',
  };
  return new CommandError(problem, EXIT.refused);
}

function notWritten(cause: unknown): never {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const action = 'Name another file by --out.';
  throw new CommandError({ title: 'Not written', code: 'NOT_WRITTEN', detail, action }, EXIT.refused, {
    cause,
  });
}
