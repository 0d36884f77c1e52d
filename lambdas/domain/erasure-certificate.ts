// The certificate of an erasure: who wanted it and by what right, what was removed and when, what stays, and what runs out
// by itself later, with its date. Pure.
import type { ErasureView } from './erasure-view.ts';
import { NOTHING_REMOVED } from './purge.ts';
import { DAY_MS, iso } from './time.ts';

export type ErasureCertificate = ReturnType<typeof erasureCertificate>;

/** Undefined until all is done. */
export function erasureCertificate(view: ErasureView) {
  const { erasure_id, asset_id, root_asset_id, asset_ids, done_at } = view;
  if (done_at === undefined) return undefined;
  const { requested_by, legal_basis, principal, request_id, ordered_at, executes_at, begun_at } = view;
  return {
    erasure_id,
    asset_id,
    root_asset_id,
    asset_ids,
    ordered: { by: requested_by, legal_basis, principal, request_id, at: ordered_at },
    executes_at,
    begun_at,
    done_at,
    removed: view.removed ?? NOTHING_REMOVED,
    stays: STAYS,
    runs_out_later: runsOutLater(Date.parse(done_at)),
  };
}

/** What an erasure leaves on purpose. */
const STAYS: readonly string[] = [
  'A tombstone for each asset in the ledger, and which ids of the platform (playback, upload, track) led to it: ids, times and this order; no name, title, reason or user.',
  'The last entry of each asset in the audit trail: that it is gone.',
  'Counts of deletions by day, and by day and a hash of the user: numbers, of no single video.',
  'Calls that were refused, as far as they named no asset or came later; and orders that were stopped before: who made them, and why.',
  'This order: who asked for it, by what right, when, and what was removed.',
];

interface RunsOut {
  readonly what: string;
  /** Days after the removal; absent where Icehouse cannot know. */
  readonly days?: number;
  readonly detail: string;
}

/** The days are those of the stack: test/lib/erasures.test.ts holds them against its template. */
export const RUNS_OUT: readonly RunsOut[] = [
  {
    what: 'backups of the ledger',
    days: 35,
    detail:
      'Point-in-time recovery of DynamoDB reaches back 35 days at most. Backups of your own come on top.',
  },
  {
    what: 'replicas and backups of the vault',
    detail:
      'If you set up any: S3 does not replicate the deletion of a version, and AWS Backup keeps what it has. Remove it there by hand.',
  },
  {
    what: 'logs of the functions and of the API',
    days: 90,
    detail: "90 days unless the stack's logRetention says otherwise. Logs name ids; they hold no bodies.",
  },
  {
    what: 'webhook deliveries and their dead letters',
    days: 28,
    detail: 'An event waits at most 14 days for your app, and 14 more among the dead letters.',
  },
  {
    what: 'failed invocations and segments',
    days: 14,
    detail: 'Queues keep them for 14 days.',
  },
  {
    what: "Mux's own copies, logs and viewing data",
    detail:
      'Mux deletes them by its own policy, which Icehouse does not know. Mux Data is erased by a request to Mux.',
  },
  {
    what: 'what your own consumers of events have kept',
    detail: 'Rules and archives on the event bus, and whatever your app stored of the events it was sent.',
  },
  {
    what: 'access logs of the account',
    detail:
      'S3 server access logs and CloudTrail, if you switched them on, name the keys of objects, and with them asset ids.',
  },
];

/** `fromMs`: when it was, or will be, removed. */
export function runsOutLater(fromMs: number) {
  return RUNS_OUT.map(({ what, days, detail }) => {
    return { what, until: days === undefined ? null : iso(fromMs + days * DAY_MS), detail };
  });
}
