// All letters in the hand while a command runs; what is still there at its end is shown to others again.
import { CommandError, EXIT } from '../problems.ts';
import type { Screened } from '../session.ts';
import { type Explained, type Gathered, gather, type Sources } from './gather.ts';
import type { QueueName } from './letter.ts';
import { type Mailbox, openMailbox } from './mailbox.ts';

export interface QueueUrls {
  /** Where segments go back to. */
  readonly copyQueue?: URL;
  readonly copyDeadLetters?: URL;
  readonly failedInvocations?: URL;
  readonly webhookDeadLetters?: URL;
}

export interface RoundOptions {
  readonly urls: QueueUrls;
  /** Only the letters of this queue. */
  readonly only?: QueueName;
  readonly session: Screened;
  readonly api: Sources['api'];
}

export interface Round extends AsyncDisposable {
  readonly session: Screened;
  readonly gathered: Gathered;
  readonly mailbox: Mailbox;
  readonly urls: QueueUrls;
  /** Letters that are gone. */
  readonly done: Set<Explained>;
}

/** Throws CommandError NO_QUEUES, and what the mailbox throws. */
export async function startRound({ urls, only, session, api }: RoundOptions): Promise<Round> {
  const all: readonly (readonly [QueueName, URL | undefined])[] = [
    ['copy', urls.copyDeadLetters],
    ['invocations', urls.failedInvocations],
    ['webhooks', urls.webhookDeadLetters],
  ];
  const queues = all.flatMap(([name, url]) =>
    url && (!only || only === name) ? [[name, url] as const] : [],
  );
  if (queues.length === 0) throw noQueues();
  const mailbox = openMailbox();
  const gathered = await gather({ mailbox, queues, api, nowMs: session.nowMs });
  const done = new Set<Explained>();
  const dispose = async () => {
    const left = gathered.letters.filter((one) => !done.has(one));
    for (const [, url] of queues) {
      const held = left.filter(({ from }) => from === url).map((one) => one.held);
      await mailbox.release(url, held);
    }
    mailbox[Symbol.dispose]();
  };
  return { session, gathered, mailbox, urls, done, [Symbol.asyncDispose]: dispose };
}

/** The one letter whose id begins so. Throws CommandError NO_SUCH_LETTER and ID_AMBIGUOUS. */
export function theLetter({ letters }: Gathered, id: string): Explained {
  const [one, another] = letters.filter(({ letter }) => letter.id.startsWith(id));
  if (one && !another) return one;
  const detail = one ? `Several letters begin with ${id}.` : `There is no letter ${id}.`;
  const problem = { title: 'Nothing done', code: one ? 'ID_AMBIGUOUS' : 'NO_SUCH_LETTER', detail };
  throw new CommandError({ ...problem, action: '`icehouse dlq` lists them.' }, EXIT.refused);
}

function noQueues(): CommandError {
  const action =
    'Run it where cdk-outputs.json of the stack is (where --url or ICEHOUSE_URL names another API than the file: with --stack), ' +
    'or give --failed-invocations and --copy-dead-letters: outputs FailedInvocationsQueue and CopyDeadLettersQueue. ' +
    'With webhooks, --webhook-dead-letters too.';
  return wrongUsage('NO_QUEUES', 'No queue of dead letters is named.', action);
}

export function wrongUsage(code: string, detail: string, action: string): CommandError {
  return new CommandError({ title: 'Nothing done', code, detail, action }, EXIT.usage);
}
