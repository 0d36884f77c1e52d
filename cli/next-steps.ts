// What is still to come for a video, and when, as far as its record says. Pure.
import { ITS_TIME } from '../lambdas/domain/erasure-view.ts';
import type { PublicRecord } from './api.ts';
import { plain } from './format.ts';
import { inLine, staysUntil } from './progress.ts';

export interface Step {
  /** ISO time; absent where nobody knows it. */
  readonly at?: string;
  /** A status, or what stands in the place of one. */
  readonly what: string;
  readonly why: string;
}

type Steps = readonly Step[];

/** In the order in which they come; none when nothing happens any more unless somebody asks. */
export function nextSteps(record: PublicRecord): Steps {
  return [...STEPS[record.status](record), ...endOfArchive(record)];
}

const STEPS: Record<PublicRecord['status'], (record: PublicRecord) => Steps> = {
  requested: (r) => [{ at: r.expected_by, what: 'preparing', why: turnOf(r) }, ARCHIVING, ...copied(r)],
  preparing: (r) => [{ ...ARCHIVING, at: r.expected_by }, ...copied(r)],
  archiving: copied,
  archived: (r) => [deletion(r)],
  scheduled: (r) => [deletion(r)],
  deleting: (r) => [
    { at: r.expected_by, what: 'deleted', why: 'as soon as Mux has done it' },
    ...(r.restore ? [{ what: 'thawing', why: 'a restore was asked for meanwhile' }] : []),
  ],
  deleted: () => [],
  thawing: (r) => [{ at: r.restore?.ready_by, what: 'uploading', why: 'readable by then' }, RESTORED],
  uploading: (r) => [{ ...RESTORED, at: r.expected_by }],
  restored: () => [],
  cancelled: () => [],
  failed: ({ failure }) => [{ what: 'you', why: plain(failure?.action ?? 'Look at why it failed.') }],
  purging,
  purged: () => [],
};

const ARCHIVING: Step = { what: 'archiving', why: 'once Mux has prepared the master' };
const RESTORED: Step = { what: 'restored', why: 'once Mux has made the new asset' };

function turnOf(record: PublicRecord): string {
  return record.position ? `its turn: ${inLine(record)}` : 'its turn';
}

function copied(record: PublicRecord): Steps {
  if (record.mode === 'delete_only') return [deletion(record)];
  const archived: Step = { what: 'archived', why: 'once the copy is proved' };
  // Somebody else has deleted it: there is nothing to delete any more.
  return record.location === 'none' ? [archived] : [archived, deletion(record)];
}

/** As the stages say it in `waiting_for`. */
const ITS_DATE = 'the expiration date';

function deletion(record: PublicRecord): Step {
  const { mode, hold, waiting_for, archive } = record;
  if (mode === 'archive_only') return { what: 'kept', why: 'on Mux for good: archive only' };
  if (hold && !hold.until)
    return { what: 'held', why: `not deleted until the hold of ${plain(hold.user_id)} is lifted` };
  const at = [staysUntil(record), hold?.until ?? ''].sort().at(-1);
  if (mode === 'delete_only')
    return { at, what: 'deleted', why: 'from Mux WITHOUT A COPY, for good; free to take back until then' };
  if (archive && waiting_for && waiting_for !== ITS_DATE)
    return { at, what: 'deleted', why: `from Mux; waits for ${plain(waiting_for)}` };
  const condition = archive ? '' : ', if the copy is proved';
  return { at, what: 'deleted', why: `from Mux${condition}; free to take back until then` };
}

function purging({ purge, waiting_for }: PublicRecord): Steps {
  if (!purge) return [];
  const { order, begun_at, executes_at, blocked_until } = purge;
  const why = blocked_until
    ? 'the Object Lock of S3 keeps some of it until then'
    : begun_at
      ? 'as soon as all of it is removed'
      : `all of it is removed for good${keptBy(waiting_for)}`;
  const purged = { at: blocked_until ?? (begun_at ? undefined : executes_at), what: 'purged', why };
  return order && !begun_at
    ? [purged, { what: 'or not', why: `if stopped before: icehouse erase --stop ${order.id}` }]
    : [purged];
}

function keptBy(waitingFor: string | undefined): string {
  if (waitingFor === ITS_TIME) return ', once nobody is at work on it';
  return waitingFor ? `; waits for ${plain(waitingFor)}` : '';
}

function endOfArchive({ status, archive, archive_until }: PublicRecord): Steps {
  const lives = ['requested', 'preparing', 'archiving', 'archived', 'deleting', 'deleted'].includes(status);
  if (!lives) return [];
  if (archive_until)
    return [{ at: archive_until, what: 'purged', why: 'its archive ends; nothing is left then' }];
  // Before the deletion the retention of the stack is not known here.
  const isForEver = archive && (archive_until === null || status === 'deleted');
  return isForEver ? [{ what: 'for ever', why: 'the archive stays in the vault' }] : [];
}

/** When it goes on with what it is about, where that is no date of its own among the steps. */
export function nextLook({ status, next_action_at }: PublicRecord): string | undefined {
  return ['archived', 'scheduled', 'deleted', 'purging'].includes(status) ? undefined : next_action_at;
}
