// A flood of delete requests on memory fakes: the real sweep, wake, master and archive stages, the governor in memory
// before a platform that counts what arrives, and a clock that jumps from sleep to sleep. Masters are a few hundred bytes.
import { setImmediate } from 'node:timers/promises';
import { type Governor, type Rates, STEPS_PATIENCE_MS } from '../../lambdas/adapters/governor.ts';
import type { Purpose, Stage, StageMessage } from '../../lambdas/contract/names.ts';
import type { Platform } from '../../lambdas/stages/ports.ts';
import { requestDeletion } from '../../lambdas/stages/request.ts';
import { runStage } from '../../lambdas/stages/stage.ts';
import { sweep } from '../../lambdas/stages/sweep.ts';
import { memoryGovernors } from './governor-memory.ts';
import { type House, type HouseOptions, house, STAGE_FUNCTIONS } from './house.ts';
import { anMp4 } from './mp4.ts';

export const DEFAULT_RATES: Rates = { post: 0.5, other: 2.5 };

const MINUTE_MS = 60_000;
/** As the Mux adapter keeps what whoami answered. */
const ENVIRONMENT_CACHE_MS = 5 * MINUTE_MS;
/** How long a call takes to be answered. */
const ANSWER_MS = 150;
/** A function is started within this time after it was invoked. */
const START_MS = 2_000;
const BUDGET_MS = 100_000;
const YEAR_MS = 365 * 86_400_000;
const MASTER = anMp4();

export type Flood = ReturnType<typeof flood>;

export function flood(options: HouseOptions = {}) {
  const home = house(options);
  const governors = memoryGovernors();
  const arrivedAtMs: number[] = [];
  /** Lambda's warm environments: whoever starts takes the one that was used last. */
  const warm: { knownUntilMs: number }[] = [];
  let started = 0;
  let mostOpen = 0;
  const archivedIds: string[] = [];
  const random = seeded(7);

  function platformOf(environment: { knownUntilMs: number }): Platform {
    const governor = governors(home.clock, DEFAULT_RATES, STEPS_PATIENCE_MS);
    return governed(home, governor, 'prepare', environment, arrivedAtMs);
  }

  async function invoke(stage: Stage, message: StageMessage): Promise<void> {
    await home.clock.sleep(Math.floor(random() * START_MS));
    const environment = warm.pop() ?? { knownUntilMs: 0 };
    const deps = { ...home.deps, platform: platformOf(environment) };
    await runStage(stage, STAGE_FUNCTIONS[stage], deps, message, home.clock.nowMs() + BUDGET_MS);
    warm.push(environment);
    if (home.record(message.asset_id).status === 'archived') archivedIds.push(message.asset_id);
    mostOpen = Math.max(mostOpen, await openMasters(home));
  }

  const dispatch = {
    async invoke(stage: Stage, message: StageMessage) {
      started += 1;
      void invoke(stage, message);
    },
  };
  const sweeping = { ...home.waking, dispatch };

  const records = () => [...home.ledger.records.values()];
  const requestedIds: string[] = [];

  return {
    arrivedAtMs,
    nowMs: () => home.clock.nowMs(),
    record: (assetId: string) => home.record(assetId),
    started: () => started,
    mostOpen: () => mostOpen,
    requested: () => requestedIds.length,
    archived: () => archivedIds.length,
    lastArchivedMs: () => Math.max(...records().map(({ updated_at }) => Date.parse(updated_at))),
    /** For each that was archived, one after the other, as the how many-eth it was requested. */
    order: () => archivedIds.map((id) => requestedIds.indexOf(id)),

    async request(count: number, name = 'video'): Promise<void> {
      for (let n = 0; n < count; n += 1) {
        // A millisecond lies between two requests.
        const asset_id = `${name}${String(n).padStart(5, '0')}`;
        home.addVideo(MASTER, {}, asset_id);
        requestedIds.push(asset_id);
        const nowMs = home.clock.nowMs() + n;
        const request = { asset_id, deleted_by_user_id: 'user-7', expirationMs: nowMs + YEAR_MS, asked: {} };
        await requestDeletion({ ...home.requests, waking: sweeping }, request, { nowMs, actor: 'user-7' });
      }
    },
    /** A minute: its sweep, and all that it wakes. */
    async minute(): Promise<void> {
      const swept = sweep('step', sweeping, home.log);
      await home.clock.advance(MINUTE_MS);
      await setImmediate();
      await swept;
    },
  };
}

/** By the ledger's own count, which does not lag here. */
async function openMasters({ ledger }: House): Promise<number> {
  return (
    (await ledger.countStatus('preparing', Infinity)) + (await ledger.countStatus('archiving', Infinity))
  );
}

/** As the Mux adapter spends slots: one before each call; whoami is asked once in five minutes by each environment. */
function governed(
  { platform, clock }: House,
  governor: Governor,
  purpose: Purpose,
  environment: { knownUntilMs: number },
  arrivedAtMs: number[],
): Platform {
  async function call<T>(send: () => Promise<T>): Promise<T> {
    await governor.take('other', purpose);
    arrivedAtMs.push(clock.nowMs());
    await clock.sleep(ANSWER_MS);
    return send();
  }
  return {
    ...platform,
    async environment() {
      if (clock.nowMs() < environment.knownUntilMs) return platform.environment();
      const id = await call(() => platform.environment());
      environment.knownUntilMs = clock.nowMs() + ENVIRONMENT_CACHE_MS;
      return id;
    },
    inspect: (id) => call(() => platform.inspect(id)),
    inputInfo: (id) => call(() => platform.inputInfo(id)),
    requestMaster: (id) => call(() => platform.requestMaster(id)),
    releaseMaster: (id) => call(() => platform.releaseMaster(id)),
  };
}

/** Numbers from 0 to 1 that are the same in each run: the generator of Park and Miller. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
