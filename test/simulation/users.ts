// The app backend and its users: they ask for deletions, change their minds at every moment, and send a call again when
// no answer came. What an answer promises them is noted with the oracle.
import type { DeleteRequest } from '../../lambdas/domain/decisions-request.ts';
import { NEVER } from '../../lambdas/domain/modes.ts';
import type { AssetRecord, Status, Tier } from '../../lambdas/domain/record.ts';
import { DAY_MS, HOUR_MS, iso, MINUTE_MS, SECOND_MS } from '../../lambdas/domain/time.ts';
import {
  type ErasureAnswer,
  type ErasureDeps,
  orderErasureOf,
  stopErasureOf,
} from '../../lambdas/stages/erasures.ts';
import {
  type Answer,
  cancelRequest,
  holdAsset,
  type RequestDeps,
  releaseAsset,
  requestDeletion,
  requestRestore,
  reschedule,
} from '../../lambdas/stages/request.ts';
import type { EventKind } from './cells.ts';
import type { Ending, Invocation, Surroundings } from './invocation.ts';
import type { Oracle } from './oracle.ts';
import type { Plan } from './plan.ts';

/** What calls of the API are made with. */
export type CallDeps = RequestDeps & ErasureDeps;

export interface UsersOptions extends Surroundings {
  readonly plan: Plan;
  readonly oracle: Oracle;
  readonly records: ReadonlyMap<string, AssetRecord>;
  readonly isChaos: () => boolean;
  readonly chaosEndsMs: number;
  readonly callApi: <T>(
    event: EventKind,
    assetId: string,
    body: (deps: CallDeps, who: Invocation) => Promise<T>,
    ended: (ending: Ending<T>) => void,
  ) => void;
  readonly forge: (assetId: string) => void;
}

type Call = Exclude<EventKind, 'step' | 'late message' | 'webhook' | 'forged webhook'>;

const CALLS: readonly [Call, ...Call[]] = [
  'same request',
  'other request',
  'cancel',
  'restore',
  'reschedule',
  'hold',
  'release',
];

/** Nobody orders it twice as often as anything else: what is erased lives no more. */
const RARELY = 0.03;

type Given = Pick<DeleteRequest, 'expirationMs' | 'asked' | 'archiveUntilMs' | 'mode' | 'playback'>;

/** How many act, about, just as a record has come to this status: those that pass soon are the rare chances. */
const EAGERNESS: Partial<Record<Status, number>> = {
  requested: 0.4,
  archiving: 0.5,
  deleting: 2,
  deleted: 1,
  thawing: 2,
  uploading: 2.2,
  restored: 3,
  failed: 4,
  scheduled: 3,
  purging: 6,
  purged: 5,
};

/** How often an order of erasure meets what is at work at that very moment. */
const ORDERED_AT: Partial<Record<Status, number>> = {
  preparing: 0.02,
  archiving: 0.02,
  deleting: 0.05,
  thawing: 0.05,
  uploading: 0.03,
  restored: 0.05,
};

/** What users put up with when they are told of it. */
const LOSSES = ['ADDITIONAL_AUDIO_TRACK'];

/** Per seed, beside the first requests. */
const MOST_CALLS = 150;

export function createUsers(options: UsersOptions) {
  const { timeline, chance, oracle, plan, records, callApi } = options;
  const given = new Map<string, Given>();
  /** Each video by the first id it had: a call by any of its ids may concern the newest. */
  const families = new Map<string, Set<string>>(plan.assetIds.map((id) => [id, new Set([id])]));
  /** Calls by asset and by what they may change: how many are on their way, and how many were ever made. */
  const underWay = new Map<string, number>();
  const begun = new Map<string, number>();
  /** Of each family, whether an answer came or not. */
  const orders = new Map<string, string[]>();
  let unanswered = 0;
  let isOver = false;
  let made = 0;

  const count = (name: string, by: number) => {
    underWay.set(name, (underWay.get(name) ?? 0) + by);
    if (by > 0) begun.set(name, (begun.get(name) ?? 0) + 1);
    unanswered += by;
  };
  /** Whether, from now until the answer is asked for, no other call changes the same; so many of those are one's own. */
  function watch(name: string, own: number): () => boolean {
    const isQuiet = (underWay.get(name) ?? 0) === own;
    const made = begun.get(name) ?? 0;
    return () => isQuiet && (begun.get(name) ?? 0) === made;
  }

  function familyOf(assetId: string): readonly [string, Set<string>] {
    for (const [first, ids] of families) if (ids.has(assetId)) return [first, ids];
    throw new Error(`Nobody knows the video ${assetId}.`);
  }

  /** Makes a call, and once more when no answer came to somebody who is patient. */
  function make<T extends Answer | ErasureAnswer>(
    event: Call,
    assetId: string,
    changes: string,
    body: (deps: CallDeps, who: Invocation) => Promise<T>,
    answered: (answer: Exclude<T, { kind: 'problem' }>, isAlone: boolean) => void,
    begins: (assetId: string) => void = () => undefined,
  ): void {
    const [first, ids] = familyOf(assetId);
    const name = `${changes} ${first}`;
    for (const id of ids) begins(id);
    count(name, 1);
    const quiet = [name, `date ${first}`].map((each) => watch(each, each === name ? 1 : 0));
    const isAlone = () => quiet.every((still) => still());
    callApi(event, assetId, body, (ending) => {
      count(name, -1);
      if (ending.kind === 'answer' && ending.answer.kind !== 'problem')
        return answered(ending.answer as Exclude<T, { kind: 'problem' }>, isAlone());
      const isRefused =
        ending.kind === 'answer' && ending.answer.kind === 'problem' && ending.answer.problem.status !== 503;
      if (isRefused || (options.isChaos() && chance.is(0.5))) return;
      timeline.after(chance.between(SECOND_MS, MINUTE_MS), () =>
        make(event, assetId, changes, body, answered, begins),
      );
    });
  }

  const caller = (who: Invocation) => ({ nowMs: who.clock.nowMs(), actor: 'user-7' });

  function newDate(): Given {
    const graceMs = chance.pick([MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 12 * HOUR_MS, 2 * DAY_MS]);
    const expirationMs = timeline.nowMs + Math.round(graceMs * chance.between(0.7, 1.3)) + 10 * SECOND_MS;
    return { expirationMs, asked: { expiration_date: iso(expirationMs) } };
  }

  /** A date, and now and then what else a request may want. */
  function newWish(): Given {
    const wish = newDate();
    if (chance.is(0.06)) return { expirationMs: Date.parse(NEVER), asked: {}, mode: 'archive_only' };
    if (chance.is(0.06)) return { ...wish, mode: 'delete_only' };
    const playback = chance.is(0.12) ? ('revoke' as const) : undefined;
    if (!chance.is(0.12)) return { ...wish, playback };
    const archiveUntilMs = wish.expirationMs + Math.round(chance.between(HOUR_MS, 2 * DAY_MS));
    const asked = { ...wish.asked, archive_until: iso(archiveUntilMs) };
    return { ...wish, asked, archiveUntilMs, playback };
  }

  const calls: Record<Call, (assetId: string) => void> = {
    'same request': (assetId) => request('same request', assetId, given.get(assetId) ?? newWish()),
    'other request': (assetId) => request('other request', assetId, newWish()),
    cancel(assetId) {
      make(
        'cancel',
        assetId,
        'status',
        (deps, who) => cancelRequest(deps, assetId, caller(who)),
        (answer, isAlone) => takenBack(answer, isAlone),
      );
    },
    restore(assetId) {
      const token = chance.token();
      const tier = chance.pick<Tier | undefined>([undefined, 'Standard', 'Bulk']);
      make(
        'restore',
        assetId,
        'status',
        (deps, who) => requestRestore(deps, assetId, { token, tier }, caller(who)),
        (answer, isAlone) => takenBack(answer, isAlone),
      );
    },
    reschedule(assetId) {
      const { expirationMs } = newDate();
      const archiveUntilMs = chance.is(0.2)
        ? timeline.nowMs + Math.round(chance.between(HOUR_MS, 2 * DAY_MS))
        : undefined;
      make(
        'reschedule',
        assetId,
        'date',
        (deps, who) =>
          reschedule(
            deps,
            assetId,
            archiveUntilMs === undefined
              ? { expirationMs, userId: 'user-7', reason: 'asked' }
              : { archiveUntilMs, userId: 'user-7', reason: 'asked' },
            caller(who),
          ),
        ({ record }, isAlone) => {
          if (archiveUntilMs === undefined) dated(record, isAlone);
        },
        (id) =>
          archiveUntilMs === undefined
            ? oracle.asked(id, expirationMs, 'date')
            : oracle.wished(id, { archiveUntilMs }),
      );
    },
    hold(assetId) {
      const untilMs = chance.is(0.5)
        ? timeline.nowMs + Math.round(chance.between(MINUTE_MS, 5 * HOUR_MS))
        : undefined;
      make(
        'hold',
        assetId,
        'hold',
        (deps, who) => holdAsset(deps, assetId, { reason: 'court', userId: 'user-9', untilMs }, caller(who)),
        ({ record }, isAlone) => {
          if (isAlone) oracle.held(record.asset_id, untilMs);
        },
        // Another hold may end sooner than the one before.
        (id) => oracle.releasing(id),
      );
    },
    release(assetId) {
      make(
        'release',
        assetId,
        'hold',
        (deps, who) => releaseAsset(deps, assetId, 'settled', caller(who)),
        () => undefined,
        (id) => oracle.releasing(id),
      );
    },
    erase(assetId) {
      const delayMs = chance.pick([0, MINUTE_MS, HOUR_MS, 12 * HOUR_MS]);
      const executesAtMs = timeline.nowMs + delayMs;
      const [first] = familyOf(assetId);
      make(
        'erase',
        assetId,
        'status',
        (deps, who) => {
          // Each call is an order of its own.
          const id = chance.token();
          oracle.orderComes(first, id, executesAtMs);
          orders.set(first, [...(orders.get(first) ?? []), id]);
          const wish = { id, requestedBy: 'dpo', legalBasis: 'Art. 17', executesAtMs };
          return orderErasureOf(deps, assetId, wish, caller(who));
        },
        ({ erasure }) => oracle.ordered(erasure.erasure_id),
      );
    },
    'stop erasing'(assetId) {
      const [first] = familyOf(assetId);
      const known = orders.get(first) ?? [];
      const id = known.length > 0 ? chance.pick(known as [string, ...string[]]) : chance.token();
      oracle.stopComes(id);
      make(
        'stop erasing',
        assetId,
        'status',
        (deps, who) => stopErasureOf(deps, id, { userId: 'user-9', reason: 'a mistake' }, caller(who)),
        () => oracle.orderStopped(id),
      );
    },
  };

  function request(event: Call, assetId: string, wish: Given): void {
    const isRefused = records.get(assetId)?.failure?.code === 'LOSS_REFUSED';
    const accept_loss =
      isRefused && chance.is(0.5) ? chance.pick<true | string[]>([true, LOSSES]) : undefined;
    if (accept_loss) oracle.accepted(assetId);
    const body = { asset_id: assetId, deleted_by_user_id: 'user-7', accept_loss, ...wish };
    let isRepeat = false;
    make(
      event,
      assetId,
      'date',
      (deps, who) => requestDeletion(deps, body, caller(who)),
      (answer, isAlone) => {
        if (isRepeat && isAlone) oracle.repeated(answer.record);
        given.set(assetId, wish);
        dated(answer.record, isAlone);
      },
      (id) => {
        isRepeat = records.get(assetId)?.asked.expiration_date === wish.asked.expiration_date;
        oracle.asked(id, wish.expirationMs, isRepeat ? 'repeat' : 'request');
        oracle.wished(id, wish);
      },
    );
  }

  function dated(record: AssetRecord, isAlone: boolean): void {
    if (isAlone) oracle.dated(record);
  }

  function takenBack({ outcome, record }: Extract<Answer, { kind: 'record' }>, isAlone: boolean): void {
    if (outcome === 'cancelled' && isAlone) oracle.takenBack(record.asset_id);
  }

  /** What was restored may be deleted, too. */
  function deleteAgain({ asset_id, current_asset_id }: AssetRecord): void {
    const [, ids] = familyOf(asset_id);
    if (current_asset_id === undefined || ids.size > 3 || !chance.is(0.7)) return;
    ids.add(current_asset_id);
    timeline.after(chance.between(0, HOUR_MS), () => request('same request', current_asset_id, newWish()));
  }

  /** Nobody tries for ever: what fails for good would else be asked for without end. */
  function anyCall(assetId: string): void {
    made += 1;
    if (made > MOST_CALLS) return;
    const isEnding = ['purging', 'purged'].includes(records.get(assetId)?.status ?? '');
    if (chance.is(isEnding ? 0.15 : RARELY)) calls.erase(assetId);
    else if (chance.is(isEnding ? 0.2 : RARELY)) calls['stop erasing'](assetId);
    else calls[chance.pick(CALLS)](assetId);
  }

  return {
    begin(): void {
      for (const assetId of plan.assetIds) {
        timeline.after(chance.between(0, plan.isFlood ? SECOND_MS : HOUR_MS / 4), () =>
          request('same request', assetId, newWish()),
        );
        for (let more = chance.below(5); more > 0; more -= 1) {
          timeline.after(chance.between(0, plan.chaosMs), () => anyCall(assetId));
        }
      }
    },
    /** People notice, and act just then. */
    statusChanged(record: AssetRecord): void {
      const { asset_id, status } = record;
      if (!options.isChaos()) return;
      if (status === 'restored') deleteAgain(record);
      if (chance.is(ORDERED_AT[status] ?? 0))
        timeline.after(chance.between(0, SECOND_MS), () => calls.erase(asset_id));
      for (let eager = EAGERNESS[status] ?? 0.2; eager > 0; eager -= 1) {
        if (chance.is(eager)) timeline.after(chance.between(0, 5_000), () => anyCall(asset_id));
      }
      const later = (odds: number, call: Call) => {
        made += 1;
        if (made <= MOST_CALLS && chance.is(odds))
          timeline.after(chance.between(0, 3 * HOUR_MS), () => calls[call](asset_id));
      };
      if (status === 'deleted') later(0.9, 'restore');
      if (status === 'failed') later(0.5, 'same request');
      if (status === 'cancelled') later(0.4, 'other request');
      if (chance.is(0.05)) options.forge(asset_id);
    },
    /** A stage is about to work on it: what comes now meets it in the middle. */
    claimed({ asset_id, status, leased_until }: AssetRecord): void {
      if (!options.isChaos() || leased_until === undefined) return;
      if (!chance.is(status === 'archived' ? 0.2 : 0.02)) return;
      const call = chance.pick<Call>(['reschedule', 'hold', 'cancel', 'restore']);
      timeline.after(chance.between(0, chance.is(0.5) ? 500 : 15_000), () => calls[call](asset_id));
    },
    /** Every hold is lifted, and what failed for a passing reason is asked for again. */
    lastWishes(): void {
      isOver = true;
      for (const [assetId, record] of records) {
        if (record.hold) calls.release(assetId);
        if (record.failure?.retryable && chance.is(0.5)) calls['same request'](assetId);
      }
    },
    /** A hold that was still on its way is lifted, too; one on what has a successor keeps nobody from anything. */
    areDone(): boolean {
      if (!isOver || unanswered > 0) return false;
      const held = [...records.values()].filter(
        ({ hold, status, current_asset_id }) => hold && (status === 'purging' || !current_asset_id),
      );
      for (const { asset_id } of held) calls.release(asset_id);
      return held.length === 0;
    },
  };
}
