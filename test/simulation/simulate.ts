// One seed: some videos, their users, Mux, AWS, and everything that can go wrong between them, in an order that the seed
// decides. The stages and the domain are the real ones; the ports are the contract-tested fakes.
import { PERSONS_PATIENCE_MS } from '../../lambdas/adapters/governor.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { DAY_MS, SECOND_MS } from '../../lambdas/domain/time.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import type { EventKind } from './cells.ts';
import { createFunctions } from './functions.ts';
import type { Ending, Invocation } from './invocation.ts';
import type { Modes } from './plan.ts';
import { createTrouble } from './trouble.ts';
import { type CallDeps, createUsers } from './users.ts';
import { createWebhooks } from './webhooks.ts';
import { createWorld, type Hooks, RARE, type World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly story: readonly string[];
  readonly lives: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly cells: Readonly<Record<string, number>>;
  readonly records: number;
  readonly events: number;
  /** Of virtual time. */
  readonly days: number;
}

const API_LIMIT_MS = 29 * SECOND_MS;

/** Once nothing goes wrong any more and every date has passed, everything is at rest within this time. */
const REST_WITHIN_MS = 6 * DAY_MS;

/** More events than the longest life needs by far: something turns in a circle. */
const MOST_EVENTS = 100_000;

export async function simulate(seed: number, modes: Modes = {}): Promise<Outcome> {
  const hooks: Hooks = {
    saved: (before, after) => saved(before, after),
    sent: (stage, message) => functions.send(stage, message),
    emitted: (type, assetId) => webhooks.deliver(type, assetId),
  };
  const world = createWorld(seed, modes, hooks);
  const functions = createFunctions(world);
  const webhooks = createWebhooks(world);
  const trouble = createTrouble(world);
  const users = createUsers({ ...world, callApi: apiOf(world), forge: webhooks.forge });
  const { timeline, chance, plan, oracle, records } = world;

  function saved(before: AssetRecord | undefined, after: AssetRecord): void {
    if (before?.status !== after.status) {
      users.statusChanged(after);
      const odds = RARE.includes(after.status) ? 0.5 : 0.15;
      if (world.isChaos() && chance.is(odds)) webhooks.chatter(after.asset_id);
    } else if (after.leased_until !== before?.leased_until) {
      users.claimed(after);
      trouble.claimed(after);
    }
    functions.planSweep();
  }

  for (const assetId of plan.assetIds) world.mux.addVideo(assetId);
  users.begin();
  trouble.planTrouble();
  timeline.at(world.chaosEndsMs, () => users.lastWishes());
  await timeline.play(() => {
    if (oracle.violations.length > 0) return true;
    if (timeline.played > MOST_EVENTS) oracle.violated(3, 'something goes round in a circle');
    if (timeline.played % 256 === 0 && timeline.nowMs > latestMs(world)) sayWho(world, 'is stuck');
    return !world.isChaos() && users.areDone() && restless(world).length === 0;
  });
  if (oracle.violations.length === 0) conclude(world);
  return {
    seed,
    violations: oracle.violations,
    story: world.story,
    lives: oracle.lives,
    faults: world.faults,
    cells: world.cells,
    records: records.size,
    events: timeline.played,
    days: (timeline.nowMs - world.startedMs) / DAY_MS,
  };
}

/** A call of the API, as a function of its own. */
function apiOf(world: World) {
  const { chance, records, ledger, erasures, mux, log } = world;
  const depsOf = (who: Invocation): CallDeps => ({
    ledger: who.wrap('ledger', ledger),
    erasures: who.wrap('erasures', erasures),
    waking: world.wakingOf(who),
    log,
    rates: LIST_RATES,
    storageClass: 'DEEP_ARCHIVE',
    platform: () => mux.connect(who, 'restore', PERSONS_PATIENCE_MS),
  });
  return <T>(
    event: EventKind,
    assetId: string,
    body: (deps: CallDeps, who: Invocation) => Promise<T>,
    ended: (ending: Ending<T>) => void,
  ) => {
    const record = records.get(assetId);
    const name = `api ${event} ${assetId}`;
    const who = world.whoIsAt(name, record, chance.pick([1, 2, 5]), chance.pick([1, 2]));
    const call = () => body(depsOf(who), who);
    who.run(call, API_LIMIT_MS, (ending) => {
      world.note(record?.status, event, who);
      ended(ending);
    });
  };
}

/** Records that somebody still has to wake; an archive in a dry run is woken for ever, and rests as far as we see. */
function restless({ records, plan }: World): readonly AssetRecord[] {
  return [...records.values()].filter((record) => {
    if (record.wake_at === undefined) return false;
    const waits = ['archived', 'scheduled', 'purging', 'deleted'].includes(record.status);
    const isRehearsed = plan.settings.deletions === 'dry-run' && waits;
    const isSaid = record.history.every(({ version }) => version <= record.published_version);
    return !isRehearsed || !isSaid || record.leased_until !== undefined;
  });
}

/** When the last date, faults and all, should be behind everybody. */
function latestMs({ records, chaosEndsMs }: World): number {
  const all = [...records.values()].filter(({ mode }) => mode !== 'archive_only');
  const dates = all.map(({ expiration_date }) => Date.parse(expiration_date));
  // An archive that came to its end late is told of it for a month.
  const ends = all.flatMap(({ archive_until }) =>
    archive_until ? Date.parse(archive_until) + 35 * DAY_MS : [],
  );
  return Math.max(chaosEndsMs, ...dates, ...ends) + REST_WITHIN_MS;
}

function sayWho(world: World, what: string): void {
  for (const { asset_id, status, waiting_for } of restless(world)) {
    world.oracle.violated(3, `${asset_id} ${what}: ${status}, ${waiting_for}`);
  }
}

/** Nothing is planned any more, or all rest. */
function conclude(world: World): void {
  const { oracle, plan } = world;
  sayWho(world, 'is forgotten');
  oracle.conclude();
  oracle.concludeRates(plan.rates);
  concludeFailures(world);
}

/** A record fails for a reason that the world gave it, and for none of our own. */
function concludeFailures({ records, oracle, faults, plan }: World): void {
  for (const { asset_id, status, failure } of records.values()) {
    if (status !== 'failed' || !failure) continue;
    const truth = oracle.truthOf(asset_id);
    const isGone = truth.goneElsewhereAtMs !== undefined || truth.isDenied;
    const excuses: Record<string, boolean> = {
      ARCHIVE_UNCHECKED: truth.isDenied,
      ASSET_GONE: isGone,
      LOST_AT_SOURCE: isGone,
      LOSS_REFUSED:
        plan.settings.onLoss === 'hold' &&
        (/ADDITIONAL_AUDIO_TRACK/.test(failure.message) || truth.isRevokeWanted === true),
      WRONG_ENVIRONMENT: faults['token of another environment'] !== undefined,
      MASTER_UNAVAILABLE: ['master errored', 'master lapsed early', 'master lapsed in mid-copy'].some(
        (fault) => faults[fault],
      ),
      MASTER_KEEPS_CHANGING: faults['another master'] !== undefined || faults['growing master'] !== undefined,
      RESTORE_KEEPS_FAILING: faults['input refused'] !== undefined || truth.isVaultDamaged,
    };
    const isExcused =
      excuses[failure.code] ?? (truth.isVaultDamaged && /^(ARCHIVE_|MANIFEST_)/.test(failure.code));
    if (!isExcused)
      oracle.violated(3, `${asset_id} failed for no reason: ${failure.code} ${failure.message}`);
  }
}
