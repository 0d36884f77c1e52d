// The world of one seed: time, chance, the contract-tested fakes with the oracle looking on, and the invocations that
// everything else is played through.
import type { Stage, StageMessage } from '../../lambdas/contract/names.ts';
import type { AssetRecord, Status } from '../../lambdas/domain/record.ts';
import type { Ledger } from '../../lambdas/stages/ports.ts';
import type { Deps } from '../../lambdas/stages/stage.ts';
import type { Waking } from '../../lambdas/stages/wake.ts';
import { memoryBrake } from '../fakes/brake-memory.ts';
import { memoryErasures } from '../fakes/erasures-memory.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';
import type { Cell, EventKind } from './cells.ts';
import { chanceOf } from './chance.ts';
import { ACCIDENTS, type Fate, Invocation, type Surroundings } from './invocation.ts';
import { createDownloads } from './masters.ts';
import { simulatedMux } from './mux.ts';
import { createOracle } from './oracle.ts';
import { type Modes, planOf } from './plan.ts';
import { Timeline } from './timeline.ts';
import { SimulatedVault } from './vault.ts';

/** What the rest of the simulation does when something has happened here. */
export interface Hooks {
  saved(before: AssetRecord | undefined, after: AssetRecord): void;
  /** A message to a stage's function is on its way. */
  sent(stage: Stage, message: StageMessage): void;
  /** Mux has something to tell. */
  emitted(type: string, assetId: string): void;
}

/** Little happens to records in these statuses, which rest or soon move on. */
export const RARE: readonly Status[] = [
  'scheduled',
  'deleting',
  'deleted',
  'thawing',
  'uploading',
  'restored',
  'failed',
  'purging',
  'purged',
];

export type World = ReturnType<typeof createWorld>;

export function createWorld(seed: number, modes: Modes, hooks: Hooks) {
  const chance = chanceOf(seed);
  const timeline = new Timeline();
  const startedMs = timeline.nowMs;
  const story: string[] = [];
  const faults: Record<string, number> = {};
  const cells: Record<string, number> = {};
  const plan = planOf(chance, modes, seed);
  const chaosEndsMs = startedMs + plan.chaosMs;
  const isChaos = () => timeline.nowMs < chaosEndsMs;
  let made = 0;
  let isPinned = false;

  const tell = (line: () => string) => {
    if (modes.story) story.push(`${new Date(timeline.nowMs).toISOString()} ${line()}`);
  };
  const counted = (fault: string) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
  };
  const around: Surroundings = {
    timeline,
    chance,
    skewMs: plan.skewMs,
    faultRate: () => (isChaos() ? plan.faultRate : 0),
    slowRate: plan.incidentRate > 0 ? 0.4 : 0.02,
    counted,
    tell,
  };

  const vault = new SimulatedVault({ clock: { nowMs: () => timeline.nowMs }, thawMs: plan.thawMs });
  const downloads = createDownloads(timeline);
  const stored = memoryLedger();
  const oracle = createOracle({
    timeline,
    vault,
    records: () => stored.records,
    platform: () => mux.platform,
    alias: (kind, id) => stored.resolveAlias(kind, id),
    skewMs: 2 * plan.skewMs,
    minNoticeMs: plan.settings.minNoticeMs,
    limits: plan.limits,
    isDryRun: plan.settings.deletions === 'dry-run',
    areLossesHeld: plan.settings.onLoss === 'hold',
    isForetold: plan.settings.noticeBeforeMs > 0,
    retentionMs: plan.settings.retentionMs,
    areWatchedHeld: plan.settings.onStillWatched === 'hold',
    lockMs: plan.settings.objectLock?.forMs,
    captions: downloads.captions,
  });
  vault.onRemove = (key) => oracle.removing(key);
  vault.onLock = (versionId) => oracle.locking(versionId);
  const mux = simulatedMux({
    ...around,
    oracle,
    downloads,
    rates: plan.rates,
    hasSlowCreates: plan.hasSlowCreates,
    hasRestlessMasters: plan.hasRestlessMasters,
    readInput: readPresigned,
    isWhole: (assetId) => {
      const { upload } = stored.records.get(assetId) ?? {};
      const parts = [...(vault.uploads.get(upload?.upload_id ?? '')?.parts.values() ?? [])];
      return parts.reduce((sum, { info }) => sum + info.sizeBytes, 0) === upload?.source.size_bytes;
    },
    emit: hooks.emitted,
  });
  const ledger = watched(stored);

  /** The base ledger, with the oracle looking on, and an index that is a little behind. */
  function watched(base: ReturnType<typeof memoryLedger>): Ledger {
    return {
      ...base,
      async save(record) {
        const before = base.records.get(record.asset_id);
        const after = await base.save(record);
        oracle.saved(before, after);
        tell(() => `ledger: ${inWords(after)}`);
        hooks.saved(before, after);
        return after;
      },
      async pinEnvironment(id) {
        isPinned = true;
        return base.pinEnvironment(id);
      },
      async due(lane, nowMs, limit) {
        const due = await base.due(lane, nowMs, limit);
        return isChaos() ? due.filter(() => !chance.is(0.1)) : due;
      },
    };
  }

  async function readPresigned(url: string): Promise<Uint8Array> {
    const { pathname, searchParams } = new URL(url);
    const key = decodeURIComponent(pathname.slice(1));
    const body = await vault.get({ key, versionId: searchParams.get('versionId') ?? '' });
    if (!body) throw new Error('404');
    return body;
  }

  /** What befalls the next invocation; it makes so many calls, more or less. */
  function fateOf(calls: number, odds: number): Fate {
    if (!isChaos() || !chance.is(odds)) return { kind: 'whole' };
    return { kind: chance.pick(ACCIDENTS), call: 1 + chance.below(calls) };
  }

  function invocation(name: string, calls: number, odds = plan.accidentRate): Invocation {
    made += 1;
    return new Invocation(`${name} #${made}`, fateOf(calls, odds), around);
  }

  /** Little happens to records that rest or soon move on, in few calls: there accidents are made to happen. */
  function whoIsAt(name: string, record: AssetRecord | undefined, calls: number, few: number): Invocation {
    const isRare = record !== undefined && RARE.includes(record.status);
    return isRare && plan.accidentRate > 0 ? invocation(name, few, 0.8) : invocation(name, calls);
  }

  /** Notes what came to a record in this status, once it is known how it ended. */
  function note(status: Status | undefined, event: EventKind, who: Invocation): void {
    if (!status) return;
    const cell: Cell = `${status} | ${event} | ${who.met}`;
    cells[cell] = (cells[cell] ?? 0) + 1;
  }

  function wakingOf(who: Invocation): Waking {
    return {
      ledger: who.wrap('ledger', ledger),
      clock: who.clock,
      leaseMs: plan.settings.leaseMs,
      dispatch: who.wrap('dispatch', {
        invoke: async (stage: Stage, message: StageMessage) => hooks.sent(stage, message),
      }),
    };
  }

  const bus = {
    publish: async (events: Parameters<Deps['bus']['publish']>[0]) => oracle.published(events),
  };

  const log = {
    info: () => undefined,
    error: (message: string, fields: Record<string, unknown>) => {
      const line = JSON.stringify(fields);
      tell(() => `log: ${message} ${line}`);
      if (/signature=|x-icehouse-token=/.test(line))
        oracle.violated(6, `the log holds a signed URL: ${line}`);
    },
  };

  return {
    ...around,
    modes,
    plan,
    story,
    faults,
    cells,
    startedMs,
    chaosEndsMs,
    isChaos,
    isPinned: () => isPinned,
    vault,
    downloads,
    brake: memoryBrake(plan.limits),
    erasures: memoryErasures(),
    records: stored.records,
    oracle,
    mux,
    ledger,
    bus,
    log,
    invocation,
    whoIsAt,
    note,
    wakingOf,
  };
}

function inWords({ asset_id, version, status, wake_at = 'never', waiting_for }: AssetRecord): string {
  const why = waiting_for ? ` (${waiting_for})` : '';
  return `${asset_id} v${version} ${status}, wakes ${wake_at}${why}`;
}
