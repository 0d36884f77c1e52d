// `icehouse dlq`: the dead letters, for people: what failed, why, and what to do about it.
import { type Command, Option } from 'commander';
import { messageId, messageIds, queueUrl } from '../arguments.ts';
import type { Choice } from '../dead-letters/act.ts';
import type { QueueName } from '../dead-letters/letter.ts';
import type { Round } from '../dead-letters/round.ts';
import { type OpenScreen, type OpenSession, show } from '../session.ts';

const DESCRIPTION =
  'What was given up lies in queues for 14 days: segments of large masters that failed five times, invocations that ' +
  'failed, and events that your app did not take for a day. No record is held up by that: the sweep goes on by itself. ' +
  'The letters say what was in the way.';

const MORE = `
The queues are those of the deployed stack (cdk-outputs.json), unless some are named:
then only those. \`npm start -- --no-tour\` prints those of the
embedded cloud. Credentials are those of the AWS CLI; you need sqs:ReceiveMessage,
DeleteMessage, ChangeMessageVisibility and GetQueueAttributes, and SendMessage on
the queue that letters go back to. Looking at letters leaves them where they are.

redrive sends segments and events back to their queues and drops letters that nothing is left
to do for. It invokes no stage: a failed claim is stale, and the sweep makes another.

Example:
  $ icehouse dlq list
  $ icehouse dlq show 3f1c9a2e
  $ icehouse dlq redrive --all`;

interface Options extends Choice {
  readonly copyQueue?: URL;
  readonly copyDeadLetters?: URL;
  readonly failedInvocations?: URL;
  readonly webhookDeadLetters?: URL;
  readonly queue?: QueueName;
}

interface Openers {
  readonly session: OpenSession;
  readonly screen: OpenScreen;
}

export function addDlq(program: Command, open: Openers): void {
  const dlq = program
    .command('dlq')
    .summary('what was given up: why, and what to do')
    .description(DESCRIPTION)
    .addOption(queue('--failed-invocations <url>', 'FailedInvocationsQueue', 'ICEHOUSE_FAILED_INVOCATIONS'))
    .addOption(queue('--copy-dead-letters <url>', 'CopyDeadLettersQueue', 'ICEHOUSE_COPY_DEAD_LETTERS'))
    .addOption(
      queue('--webhook-dead-letters <url>', 'WebhookDeadLettersQueue', 'ICEHOUSE_WEBHOOK_DEAD_LETTERS'),
    )
    .addOption(queue('--copy-queue <url>', 'CopyQueue (for redrive)', 'ICEHOUSE_COPY_QUEUE'))
    .addHelpText('after', MORE);
  const start = async (command: Command): Promise<Round> => {
    // The AWS libraries are loaded by the commands that need them.
    const { startRound } = await import('../dead-letters/round.ts');
    const { queueUrls } = await import('../dead-letters/which-queues.ts');
    const options = command.optsWithGlobals<Options>();
    const session = open.screen(command);
    const urls = queueUrls(command, options, session);
    const api = () => {
      const { nameApi, api: asked } = open.session(command);
      // An API that knows none of the videos makes every letter look like one to drop.
      nameApi();
      return asked;
    };
    return startRound({ urls, only: options.queue, session, api });
  };
  addList(dlq, start);
  addShow(dlq, start);
  addActing(
    dlq,
    start,
    'redrive',
    'Sends segments and events back; drops letters that nothing is left to do for.',
  );
  addActing(dlq, start, 'drop', 'Drops letters, whatever is said of them.');
}

type Start = (command: Command) => Promise<Round>;

function addList(dlq: Command, start: Start): void {
  dlq
    .command('list', { isDefault: true })
    .description('Lists all dead letters, each explained.')
    .addOption(onlyQueue())
    .addHelpText('after', '\nExample:\n  $ icehouse dlq list --queue webhooks')
    .action(async (_options: object, command: Command) => {
      await using round = await start(command);
      const { lettersView, letterDocument } = await import('../dead-letters/letters-screen.ts');
      const { gathered, session } = round;
      const document = { ...gathered, letters: gathered.letters.map(letterDocument) };
      show(session, document, () => lettersView(gathered, session.screen, session.nowMs()));
    });
}

function addShow(dlq: Command, start: Start): void {
  dlq
    .command('show')
    .description('Shows one letter in full.')
    .argument('<id>', 'its id, or how it begins', messageId)
    .addHelpText('after', '\nExample:\n  $ icehouse dlq show 3f1c9a2e')
    .action(async (id: string, _options: object, command: Command) => {
      await using round = await start(command);
      const { letterView, letterDocument } = await import('../dead-letters/letters-screen.ts');
      const { theLetter } = await import('../dead-letters/round.ts');
      const { session } = round;
      const one = theLetter(round.gathered, id);
      show(session, letterDocument(one), () => letterView(one, session.screen, session.nowMs()));
    });
}

function addActing(dlq: Command, start: Start, name: 'redrive' | 'drop', description: string): void {
  dlq
    .command(name)
    .description(description)
    .addOption(onlyQueue())
    .addOption(new Option('--id <id...>', 'these letters, or how they begin').argParser(messageIds))
    .addOption(new Option('--all', 'all letters').conflicts('id'))
    .option('--yes', 'without asking')
    .addHelpText('after', `\nExample:\n  $ icehouse dlq ${name} --id 3f1c9a2e`)
    .action(async (choice: Choice, command: Command) => {
      if (!choice.all && !choice.id) command.error("error: say which letters: '--id <id...>' or '--all'");
      await using round = await start(command);
      const deeds = await import('../dead-letters/act.ts');
      await deeds.act(round, choice, deeds[name]);
    });
}

function queue(flags: string, output: string, variable: string): Option {
  return new Option(flags, `instead of the output ${output}`).argParser(queueUrl).env(variable);
}

function onlyQueue(): Option {
  return new Option('--queue <queue>', 'only this one').choices(['copy', 'invocations', 'webhooks']);
}
