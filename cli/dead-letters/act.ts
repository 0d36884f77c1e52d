// What `redrive` and `drop` do to letters: said first, asked for, then done.
import { confirm } from '../confirm.ts';
import { EXIT } from '../problems.ts';
import { show } from '../session.ts';
import type { Explained } from './gather.ts';
import { deedsView } from './letters-screen.ts';
import { type Round, theLetter, wrongUsage } from './round.ts';

export interface Choice {
  readonly id?: readonly string[];
  readonly all?: true;
  readonly yes?: true;
}

type Deed = 'send-back' | 'drop' | 'keep';

const DEEDS: Readonly<Record<Deed, string>> = { 'send-back': 'send back', drop: 'drop', keep: 'stays' };

/** As each letter is advised. No stage is invoked: a claim that failed is stale, and the sweep makes another. */
export function redrive({ explanation: { verdict } }: Explained): Deed {
  return verdict === 'send-back' || verdict === 'drop' ? verdict : 'keep';
}

export function drop(): Deed {
  return 'drop';
}

interface Planned {
  readonly deed: Deed;
  readonly one: Explained;
}

/** Throws CommandError NOT_CONFIRMED, NO_COPY_QUEUE, and what the mailbox throws. */
export async function act(round: Round, choice: Choice, deedFor: (one: Explained) => Deed): Promise<void> {
  const { session } = round;
  const plan = chosen(round, choice).map((one) => ({ deed: deedFor(one), one }));
  const doing = plan.filter(({ deed }) => deed !== 'keep');
  for (const { deed, one } of doing) {
    if (deed === 'send-back' && !wayBack(round, one)) throw noCopyQueue();
  }
  const isAsked = doing.length > 0 && !choice.yes;
  if (plan.length > 0 && !session.json) session.screen.print(`${planView(plan, round)}\n`);
  if (isAsked && !(await confirm(`Do this to ${doing.length} of ${plan.length}?`))) {
    session.exitWith(EXIT.refused);
    return;
  }
  for (const { deed, one } of doing) {
    await carryOut(round, deed, one);
    round.done.add(one);
  }
  const idsOf = (wanted: Deed) => plan.filter(({ deed }) => deed === wanted).map(({ one }) => one.letter.id);
  const document = { sent_back: idsOf('send-back'), dropped: idsOf('drop'), kept: idsOf('keep') };
  show(session, document, () => {
    const { sent_back, dropped, kept } = document;
    return `${sent_back.length} sent back, ${dropped.length} dropped, ${kept.length} left where they are.`;
  });
}

function planView(plan: readonly Planned[], { session }: Round): string {
  return deedsView(
    plan.map(({ deed, one }) => ({ deed: DEEDS[deed], one })),
    session.screen,
  );
}

function chosen({ gathered }: Round, { id = [], all }: Choice): readonly Explained[] {
  return all ? gathered.letters : [...new Set(id.map((one) => theLetter(gathered, one)))];
}

async function carryOut(round: Round, deed: Deed, one: Explained): Promise<void> {
  const { mailbox } = round;
  if (deed === 'drop') return mailbox.drop(one.from, one.held);
  const to = wayBack(round, one);
  if (to) await mailbox.sendBack(one.from, to, one.held);
}

/** An event names its queue, which lies beside that of the dead letters: never in another account. */
function wayBack({ urls }: Round, { letter: { work }, from }: Explained): URL | undefined {
  if (work.kind !== 'event') return urls.copyQueue;
  return work.queue ? new URL(encodeURIComponent(work.queue), from) : undefined;
}

function noCopyQueue() {
  const action = 'Give --copy-queue or ICEHOUSE_COPY_QUEUE: output CopyQueue of the stack.';
  return wrongUsage('NO_COPY_QUEUE', 'Segments go back to the copy queue, which is not named.', action);
}
