// The whole house on fakes: every port, the stages wired to them, and a clock that only the driver moves. The driver
// plays the sweep and Lambda: it claims what is due, runs the stages, and moves the clock to the next wake.
import { setImmediate } from 'node:timers/promises';
import { type Stage, SWEEPS } from '../../lambdas/contract/names.ts';
import type { DeletionLimits } from '../../lambdas/domain/brake.ts';
import type { HoldWish } from '../../lambdas/domain/decisions-hold.ts';
import type { DeleteRequest } from '../../lambdas/domain/decisions-request.ts';
import type { RestoreWish } from '../../lambdas/domain/decisions-restore.ts';
import { orderErasure, stopErasure } from '../../lambdas/domain/purge.ts';
import type { AssetRecord, ErasureOrder, Status } from '../../lambdas/domain/record.ts';
import { iso } from '../../lambdas/domain/time.ts';
import { archive } from '../../lambdas/stages/archive.ts';
import { cancel } from '../../lambdas/stages/cancel.ts';
import { expire } from '../../lambdas/stages/expire.ts';
import { KeptMasters } from '../../lambdas/stages/kept-masters.ts';
import { master } from '../../lambdas/stages/master.ts';
import type { Source } from '../../lambdas/stages/ports.ts';
import { purge } from '../../lambdas/stages/purge.ts';
import {
  type Answer,
  cancelRequest,
  holdAsset,
  releaseAsset,
  requestDeletion,
  requestRestore,
  reschedule,
} from '../../lambdas/stages/request.ts';
import { restore } from '../../lambdas/stages/restore.ts';
import { type Deps, runStage, type Settings, type StageFunction } from '../../lambdas/stages/stage.ts';
import { type Sweeping, sweep } from '../../lambdas/stages/sweep.ts';
import { wholeLineage } from '../../lambdas/stages/whole-lineage.ts';
import { memoryBrake } from './brake-memory.ts';
import { memoryErasures } from './erasures-memory.ts';
import { memoryLedger } from './ledger-memory.ts';
import { manualClock } from './manual-clock.ts';
import { type Accident, mortal } from './mortal.ts';
import { createMemoryPlatform, IMAGE_HOST } from './platform-memory.ts';
import { LIST_RATES } from './rates.ts';
import {
  type Invocation,
  recordingBus,
  recordingDispatch,
  recordingHelpers,
  recordingLog,
} from './recorders.ts';
import { MemorySource } from './source-memory.ts';
import { MemoryVault } from './vault-memory.ts';

export const STAGE_FUNCTIONS: Record<Stage, StageFunction> = {
  master,
  archive,
  expire,
  restore,
  cancel,
  purge,
};

export const SETTINGS: Settings = {
  leaseMs: 90_000,
  pollMs: 30_000,
  settleMs: 15_000,
  createDoubtMs: 120_000,
  masterWaitMs: 12 * 3_600_000,
  segmentBytes: 8 * 1024 ** 3,
  minNoticeMs: 3_600_000,
  noticeBeforeMs: 0,
  onStillWatched: 'ignore',
  thawDays: 7,
  storageClass: 'DEEP_ARCHIVE',
  deletions: 'on',
  onLoss: 'warn',
  openMasters: 1_000,
  ticks: 'hourly',
};

/** Shorter than S3's, so that a life has few polls. */
const THAW_MS = 2 * 3_600_000;
/** Of one invocation: Lambda's 15 minutes, less what the handler keeps for storing. */
const BUDGET_MS = 14 * 60_000;

/** So wide that only a test of limits meets them. */
export const LIMITS: DeletionLimits = { perHour: 200, perDay: 2_000, perUserDay: 500 };

export interface HouseOptions {
  readonly settings?: Partial<Settings>;
  readonly limits?: Partial<DeletionLimits>;
  /** From asking for a master, or creating an asset, until it is ready. */
  readonly prepareMs?: number;
  readonly thawMs?: number;
  /** Strikes the stages at one of their calls; the sweep and the calls of users are spared. */
  readonly accident?: Accident;
}

export type House = ReturnType<typeof house>;

export function house(options: HouseOptions = {}) {
  const clock = manualClock({ sleep: 'wait' });
  const settings = { ...SETTINGS, ...options.settings };
  const ledger = memoryLedger();
  const brake = memoryBrake({ ...LIMITS, ...options.limits });
  const erasures = memoryErasures();
  const vault = new MemoryVault({ clock, thawMs: options.thawMs ?? THAW_MS });
  const source = new MemorySource();
  const bus = recordingBus();
  const dispatch = recordingDispatch();
  const helpers = recordingHelpers();
  const log = recordingLog();
  const platform = createMemoryPlatform({
    clock,
    prepareMs: options.prepareMs ?? 60_000,
    download: (url) => readPresigned(vault, url),
  });
  let tokens = 0;
  const random = { token: () => (tokens++).toString(16).padStart(32, '0') };
  const life = mortal(options.accident);
  let keptMasters = new KeptMasters();
  const deps: Deps = {
    ledger: life.wrap(ledger),
    vault: life.wrap(vault),
    source: life.wrap(withoutSignatures(source)),
    platform: life.wrap(platform),
    bus: life.wrap(bus),
    brake: life.wrap(brake),
    erasures: life.wrap(erasures),
    dispatch,
    helpers,
    clock,
    random,
    log,
    settings,
    get keptMasters() {
      return keptMasters;
    },
  };
  const { leaseMs, openMasters } = settings;
  const waking: Sweeping = { ledger, dispatch, clock, leaseMs, openMasters };
  const { storageClass } = settings;
  const requests = { ledger, waking, log, rates: LIST_RATES, storageClass, platform: () => platform };

  const caller = () => ({ nowMs: clock.nowMs(), actor: 'user-7' });

  /** Waits for `work`, moving the clock only while it sleeps. */
  async function during<T>(work: Promise<T>): Promise<T> {
    let isRunning = true;
    const settled = () => {
      isRunning = false;
    };
    work.then(settled, settled);
    while (true) {
      await setImmediate();
      if (!isRunning) return work;
      if (clock.sleepers() > 0) await clock.advance(1_000);
    }
  }

  /** The next invocation finds a new environment, as after a kill. */
  function cool(): void {
    keptMasters = new KeptMasters();
  }

  /** One invocation, as Lambda would make it. Throws what would end in the failure destination. */
  async function invoke({ stage, message }: Invocation, budgetMs = BUDGET_MS): Promise<void> {
    if (life.revive()) cool();
    await during(runStage(stage, STAGE_FUNCTIONS[stage], deps, message, clock.nowMs() + budgetMs));
  }

  /** Runs what has been dispatched; an invocation that throws is over, as in Lambda. */
  async function drain(): Promise<void> {
    for (let next = dispatch.invocations.shift(); next; next = dispatch.invocations.shift()) {
      await invoke(next).catch((error) => log.error('invocation failed', { error: String(error) }));
    }
  }

  /** Both schedules once: claims and dispatches what is due. */
  async function sweepLanes(): Promise<void> {
    for (const lane of SWEEPS) await during(sweep(lane, waking, log));
  }

  /** Both schedules once, and all that they wake. */
  async function round(): Promise<void> {
    await drain();
    await sweepLanes();
    await drain();
  }

  function nextWakeMs(): number | undefined {
    const wakes = [...ledger.records.values()].flatMap(({ wake_at }) => (wake_at ? Date.parse(wake_at) : []));
    return wakes.length > 0 ? Math.min(...wakes) : undefined;
  }

  /** The record as the ledger holds it. */
  function record(assetId = 'asset1'): AssetRecord {
    const found = ledger.records.get(assetId);
    if (!found) throw new Error(`The ledger has no record of ${assetId}.`);
    return found;
  }

  /**
   * Sweeps, moving the clock from wake to wake, until every record is at rest or `until` says so.
   * Throws after `rounds`: a record that never comes to rest is what these tests are there to find.
   */
  async function live(until: Status | (() => boolean) = () => false, rounds = 200): Promise<AssetRecord> {
    const isOver = typeof until === 'function' ? until : () => record().status === until;
    for (let done = 0; done < rounds; done += 1) {
      await drain();
      if (isOver()) return record();
      const wakeMs = nextWakeMs();
      if (wakeMs === undefined) return record();
      await clock.advance(Math.max(0, wakeMs - clock.nowMs()));
      await round();
    }
    throw new Error(`Not at rest after ${rounds} rounds: ${JSON.stringify([...ledger.records.values()])}`);
  }

  return {
    /** How many calls the stages have made of their ports. */
    calls: life.calls,
    clock,
    ledger,
    brake,
    erasures,
    vault,
    source,
    bus,
    dispatch,
    log,
    platform,
    deps,
    waking,
    requests,
    during,
    cool,
    invoke,
    drain,
    sweep: sweepLanes,
    round,
    record,
    nextWakeMs,
    live,
    /** A ready asset, and the file that its master's URL will serve. */
    addVideo(bytes: Uint8Array, raw: Record<string, unknown> = {}, assetId = 'asset1'): void {
      platform.add({ id: assetId, ...raw });
      source.files.set(masterUrl(assetId), { bytes, etag: '"first"' });
    },
    requestDeletion(given: Partial<DeleteRequest> = {}): Promise<Answer> {
      const expirationMs = clock.nowMs() + 30 * 86_400_000;
      const request = { asset_id: 'asset1', deleted_by_user_id: 'user-7', expirationMs, asked: {}, ...given };
      return requestDeletion(requests, request, caller());
    },
    requestRestore(wish: Partial<RestoreWish> = {}, assetId = 'asset1'): Promise<Answer> {
      return requestRestore(requests, assetId, { token: random.token(), ...wish }, caller());
    },
    cancelRequest: (assetId = 'asset1') => cancelRequest(requests, assetId, caller()),
    reschedule: (expirationMs: number, assetId = 'asset1') =>
      reschedule(requests, assetId, { expirationMs, userId: 'user-7', reason: 'asked' }, caller()),
    hold: (wish: Partial<HoldWish> = {}, assetId = 'asset1') =>
      holdAsset(requests, assetId, { reason: 'court order', userId: 'user-9', ...wish }, caller()),
    /** What the API does of an order: the oldest record of the lineage stands still and is woken. */
    async erase(assetId = 'asset1', delayMs = 0): Promise<void> {
      const lineage = await wholeLineage(ledger, assetId);
      if (!lineage) throw new Error(`The ledger has no record of ${assetId}.`);
      const order = anOrder(assetId, lineage.root.asset_id, clock.nowMs(), delayMs);
      const decision = orderErasure(lineage.root, order, caller());
      if (decision.kind !== 'write')
        throw new Error(`The order was answered by ${JSON.stringify(decision)}.`);
      await ledger.save(decision.record);
    },
    async stopErasure(assetId = 'asset1'): Promise<void> {
      const decision = stopErasure(record(assetId), caller());
      if (decision.kind !== 'write') throw new Error(`The stop was answered by ${JSON.stringify(decision)}.`);
      await ledger.save(decision.record);
    },
    release: (assetId = 'asset1') => releaseAsset(requests, assetId, 'settled', caller()),
  };
}

function anOrder(asset_id: string, root_asset_id: string, nowMs: number, delayMs: number): ErasureOrder {
  return {
    id: `order${root_asset_id}`,
    asset_id,
    root_asset_id,
    requested_by: 'dpo',
    legal_basis: 'Art. 17 GDPR',
    ordered_at: iso(nowMs),
    executes_at: iso(nowMs + delayMs),
  };
}

/** Where the fake platform serves masters, without the signature that changes each time. */
export function masterUrl(assetId: string): string {
  return `https://mezzanine.mux.test/${assetId}/mezzanine.mp4`;
}

/** Files are put down by their bare URL: whoever asks by a signed one gets them. */
function withoutSignatures(source: MemorySource): Source {
  const bare = (url: string) => url.split('?')[0] ?? url;
  return {
    probe: (url) => source.probe(bare(url)),
    read: (url, range, expect, signal) => source.read(bare(url), range, expect, signal),
    readAll: (url, expect, signal) => source.readAll(bare(url), expect, signal),
    // The query of an image says which moment it shows.
    fetchSmall: (url, maxBytes) => source.fetchSmall(url.startsWith(IMAGE_HOST) ? url : bare(url), maxBytes),
  };
}

/** What the platform does with an input URL of ours: it downloads exactly that version, if it is readable. */
async function readPresigned(vault: MemoryVault, url: string): Promise<Uint8Array> {
  const { pathname, searchParams } = new URL(url);
  const key = decodeURIComponent(pathname.slice(1));
  const body = await vault.get({ key, versionId: searchParams.get('versionId') ?? '' });
  if (!body) throw new Error('Mux got 404 for the input.');
  return body;
}
