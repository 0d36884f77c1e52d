// What a dead letter means for somebody who has never seen one: what failed, why, how things stand now, what to do. Pure.
import { MOST_RECEIVES } from '../../lambdas/contract/dead-letters.ts';
import { isResting, stageOf } from '../../lambdas/domain/lifecycle.ts';
import type { PublicRecord } from '../api.ts';
import { minute, plain } from '../format.ts';
import type { Letter, Work } from './letter.ts';

/**
 * `send-back`: to its queue, to be tried again. `drop`: nothing is left to do. `wait`: Icehouse tries again by itself.
 * `look`: a person has to.
 */
export type Verdict = 'send-back' | 'drop' | 'wait' | 'look';

export interface Explanation {
  readonly verdict: Verdict;
  readonly what: string;
  readonly why: string;
  /** How things stand now, and what to do. */
  readonly to_do: string;
}

export type Standing = Pick<
  PublicRecord,
  'status' | 'life' | 'updated_at' | 'next_action_at' | 'waiting_for' | 'failure'
>;

/** The record of the letter's asset: as it is now, unknown to this Icehouse, or not asked for. */
export type Known = Standing | 'untracked' | 'unasked';

export function explain(letter: Letter, known: Known, nowMs: number): Explanation {
  return { ...advise(letter, known, nowMs), what: whatFailed(letter.work), why: whyFailed(letter) };
}

function whatFailed(work: Work): string {
  switch (work.kind) {
    case 'segment':
      return `Parts ${work.first_part} to ${work.last_part} of the master of ${plain(work.asset_id)} were not copied.`;
    case 'stage':
      return `Stage ${work.stage} of ${plain(work.asset_id)} ended in an error.`;
    case 'sweep':
      return 'A sweep failed, which wakes the records that are due.';
    case 'audit':
      return 'An audit of ledger, vault and Mux failed.';
    case 'trail':
      return `An entry about ${plain(work.asset_id ?? 'a call')} did not get into the audit trail.`;
    case 'thawed':
      return `The news that the archive of ${plain(work.asset_id ?? 'an asset')} can be read was not delivered.`;
    case 'event':
      return `The event of ${minute(work.at)} (${plain(work.type)}) of ${plain(work.asset_id)} did not reach ${plain(work.to ?? 'its receiver')}.`;
    case 'unknown':
      return work.by
        ? `Function ${work.by} failed on a message that Icehouse never sends.`
        : 'This is no message of Icehouse.';
  }
}

/** Lambda's own words for functions that gave no answer. */
const LAMBDA_SAYS: Readonly<Record<string, string>> = {
  'Sandbox.Timedout': 'The function did not end within its time.',
  'Runtime.ExitError': 'The process of the function died.',
  'Runtime.OutOfMemory': 'The function ran out of memory.',
  EventAgeExceeded:
    'It waited too long for a free function: AWS throttled them (concurrency of the account).',
};

function whyFailed({ reason, work }: Letter): string {
  if (!reason) {
    return work.kind === 'segment'
      ? `Its workers died, or did not end in time, ${MOST_RECEIVES} times, and so could not say why.`
      : 'Nobody said why.';
  }
  const { code, message } = reason;
  const said =
    LAMBDA_SAYS[code] ?? (/Task timed out/.test(message) ? LAMBDA_SAYS['Sandbox.Timedout'] : undefined);
  return said ? `${said} (${code})` : `${plain(code)}: ${plain(message) || 'no message'}`;
}

type Advice = Pick<Explanation, 'verdict' | 'to_do'>;

function advise(letter: Letter, known: Known, nowMs: number): Advice {
  const { work } = letter;
  switch (work.kind) {
    case 'segment':
      return adviseSegment(work, known);
    case 'stage':
      return adviseStage(letter, work, known, nowMs);
    case 'sweep':
      return adviseSweep(letter, nowMs);
    case 'audit':
      return look(AUDIT_FAILED);
    case 'trail':
      return look(TRAIL_FAILED);
    case 'thawed':
      return drop('It was a hint only: the restore looks by itself.');
    case 'event':
      return adviseEvent(work, known);
    case 'unknown':
      return look('Read it with `icehouse dlq show`, find out who sends it, and drop it.');
  }
}

const drop = (to_do: string): Advice => ({ verdict: 'drop', to_do });
const look = (to_do: string): Advice => ({ verdict: 'look', to_do });
const wait = (to_do: string): Advice => ({ verdict: 'wait', to_do });

const STRANGER =
  'This Icehouse knows no such asset. Does --url name the API of the stack that these queues belong to?';

/** What stopped it stops the next one too: each attempt goes on where the last failed, and a new audit comes by there. */
const AUDIT_FAILED =
  'The sweep goes on by itself with an audit that has begun, and each night has one, a new one after more than 10 failed attempts. ' +
  'But while the cause stands, no audit may reach its end: mend it, see with `icehouse audit` that one is finished, then drop this.';

/** Nothing comes back for it by itself, and this letter is the only place that has it whole. */
const TRAIL_FAILED =
  'Mend the cause first. The event is in the message (`icehouse dlq show`: requestPayload, or the whole of it): save it as ' +
  'event.json and run `aws lambda invoke --function-name …-trail --invocation-type Event --payload fileb://event.json out.json`. ' +
  'Twice does no harm: an entry that is there stays as it is. Then drop this.';

/** Its id stays the same, so that a receiver that had it after all does nothing twice. */
function adviseEvent({ queue }: Extract<Work, { kind: 'event' }>, known: Known): Advice {
  const now = typeof known === 'object' ? ` The record is ${known.status} now.` : '';
  if (queue) {
    const to_do = `See that the receiver answers 2xx within 5 s, then send it back.${now}`;
    return { verdict: 'send-back', to_do };
  }
  // The function died of it, so often that the queue put it aside.
  return look(`Look at the log of function tell. AWS's own redrive of this queue sends it back.${now}`);
}

/** The worker leaves alone what has moved on, so that sending back too much does no harm. */
function adviseSegment(work: Extract<Work, { kind: 'segment' }>, known: Known): Advice {
  if (known === 'untracked') return look(STRANGER);
  if (known === 'unasked') {
    return {
      verdict: 'send-back',
      to_do: 'Send it back to be tried again; if it is stale, nothing happens.',
    };
  }
  if (known.life !== work.life)
    return drop(`Its copy is over: the record is in life ${known.life}, ${known.status}.`);
  if (known.status !== 'archiving') return drop(`The record is ${known.status}: nothing to do.`);
  return {
    verdict: 'send-back',
    to_do:
      'The record is still archiving and its stage copies what is missing by itself; sent back, it goes faster.',
  };
}

/** A claim that failed is never invoked again: its version is stale, and the sweep makes a new one. */
function adviseStage(
  letter: Letter,
  work: Extract<Work, { kind: 'stage' }>,
  known: Known,
  nowMs: number,
): Advice {
  if (known === 'untracked') return look(STRANGER);
  if (known === 'unasked')
    return wait('The sweep tries it again by itself. With the API in reach more can be said.');
  const { status, life, failure } = known;
  if (life !== work.life) return drop(`That life is over: the record is in life ${life}, ${status}.`);
  if (failure) {
    return drop(
      `The record is failed (${plain(failure.code)}) and says so itself. To do there: ${plain(failure.action)}`,
    );
  }
  if (isResting(status)) return drop(`The record is ${status}: nothing to do.`);
  const hasMoved = stageOf(status) !== work.stage || Date.parse(known.updated_at) > Date.parse(letter.at);
  if (hasMoved) return drop(`The record has moved on and is ${status}: nothing to do.`);
  return adviseWaiting(known, nowMs);
}

/** A record that is due is woken by the next minute's sweep. */
const OVERDUE_MS = 10 * 60_000;

function adviseWaiting({ status, next_action_at, waiting_for }: Standing, nowMs: number): Advice {
  if (!next_action_at)
    return look(`The record is ${status} and nothing wakes it: send the delete request again.`);
  const dueMs = Date.parse(next_action_at);
  const at = minute(next_action_at);
  if (dueMs < nowMs - OVERDUE_MS) {
    return look(`The record is ${status} and due since ${at}: the sweep does not come. Look at its log.`);
  }
  const why = waiting_for ? ` (${plain(waiting_for)})` : '';
  if (dueMs <= nowMs) return wait(`The record is ${status}; the sweep tries again within a minute.`);
  return wait(`The record is ${status}; the sweep tries again by itself at ${at}${why}.`);
}

const RECENT_MS = 5 * 60_000;

function adviseSweep({ at }: Letter, nowMs: number): Advice {
  return Date.parse(at) > nowMs - RECENT_MS
    ? look(
        'Each minute has its own sweep. If letters like this keep coming nothing is woken: look at its log.',
      )
    : drop('Each minute has its own sweep, so that its work was done by the next: nothing to do.');
}
