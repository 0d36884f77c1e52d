// A flood of restores on memory fakes: the real sweep, wake and restore stage, the governor in memory before a platform that
// counts what arrives, functions that are killed in the middle, creates whose answers are lost, and a clock that jumps.
import { setImmediate } from 'node:timers/promises';
import { SEARCHES_PATIENCE_MS, STEPS_PATIENCE_MS, type Verb } from '../../lambdas/adapters/governor.ts';
import type { Stage, StageMessage } from '../../lambdas/contract/names.ts';
import { combineParts } from '../../lambdas/domain/crc32.ts';
import { TransientError } from '../../lambdas/domain/failures.ts';
import type { Archive, StoredObject } from '../../lambdas/domain/record.ts';
import type { Platform } from '../../lambdas/stages/ports.ts';
import { requestRestore } from '../../lambdas/stages/request.ts';
import { runStage } from '../../lambdas/stages/stage.ts';
import { sweep } from '../../lambdas/stages/sweep.ts';
import { wake } from '../../lambdas/stages/wake.ts';
import { DEFAULT_RATES, seeded } from './flood.ts';
import { memoryGovernors } from './governor-memory.ts';
import { type House, house, STAGE_FUNCTIONS } from './house.ts';
import { mortal } from './mortal.ts';
import { anMp4 } from './mp4.ts';
import { aRecord } from './record.ts';

const MINUTE_MS = 60_000;
const ENVIRONMENT_CACHE_MS = 5 * MINUTE_MS;
/** How long a call takes to be answered. */
const ANSWER_MS = 150;
/** A function is started within this time after it was invoked. */
const START_MS = 2_000;
/** Of the restore function's five minutes. */
const BUDGET_MS = 290_000;
/** An event of the bucket arrives within this time. */
const EVENT_MS = 5_000;
/** Of Mux's lists. */
const PAGE = 100;
/** Accidents happen at one of the first so many calls of an invocation. */
const CALLS_OF_A_STEP = 14;

export interface RestoreFloodOptions {
  readonly thawMs: number;
  /** From create to ready. */
  readonly prepareMs: number;
  /** The share of invocations that are killed at some call of theirs. */
  readonly killed?: number;
  /** The share of creates whose answer is lost. */
  readonly lostCreates?: number;
  readonly seed?: number;
}

export type RestoreFlood = ReturnType<typeof restoreFlood>;

export function restoreFlood(options: RestoreFloodOptions) {
  const { killed = 0, lostCreates = 0, seed = 7 } = options;
  const home = house({ thawMs: options.thawMs, prepareMs: options.prepareMs });
  const { clock } = home;
  const governors = memoryGovernors();
  const random = seeded(seed);
  const arrivedAtMs: Record<Verb, number[]> = { post: [], other: [] };
  const counts = { started: 0, killed: 0, lost: 0, searched: 0 };
  /** Lambda's warm environments: whoever starts takes the one that was used last. */
  const warm: { knownUntilMs: number }[] = [];

  function platformOf(environment: { knownUntilMs: number }): Platform {
    const { platform } = home;
    const governor = governors(clock, DEFAULT_RATES, STEPS_PATIENCE_MS);
    async function arrive(verb: Verb, patienceMs?: number): Promise<void> {
      await governor.take(verb, 'restore', patienceMs);
      arrivedAtMs[verb].push(clock.nowMs());
      await clock.sleep(ANSWER_MS);
    }
    async function call<T>(verb: Verb, send: () => Promise<T>, patienceMs?: number): Promise<T> {
      await arrive(verb, patienceMs);
      return send();
    }
    return {
      ...platform,
      async environment() {
        if (clock.nowMs() < environment.knownUntilMs) return platform.environment();
        const id = await call('other', () => platform.environment());
        environment.knownUntilMs = clock.nowMs() + ENVIRONMENT_CACHE_MS;
        return id;
      },
      inspect: (id) => call('other', () => platform.inspect(id)),
      inputInfo: (id, isSearch) => {
        counts.searched += 1;
        return call('other', () => platform.inputInfo(id), isSearch ? SEARCHES_PATIENCE_MS : undefined);
      },
      finishAsset: (id, step) => call('other', () => platform.finishAsset(id, step)),
      async createdSince(sinceMs) {
        const found = await platform.createdSince(sinceMs);
        // A slot for each page, as the list of Mux costs.
        for (let page = 0; page <= found.length / PAGE; page += 1)
          await arrive('other', page === 0 ? undefined : SEARCHES_PATIENCE_MS);
        return found;
      },
      async createAsset(order) {
        const asset = await call('post', () => platform.createAsset(order));
        if (random() >= lostCreates) return asset;
        counts.lost += 1;
        throw new TransientError('MUX_UNREACHABLE', 'The answer was lost.');
      },
      async reserveDeletion() {
        await arrive('other');
        return platform.reserveDeletion();
      },
    };
  }

  async function invoke(stage: Stage, message: StageMessage): Promise<void> {
    await clock.sleep(Math.floor(random() * START_MS));
    const environment = warm.pop() ?? { knownUntilMs: 0 };
    const isStruck = random() < killed;
    const at = 1 + Math.floor(random() * CALLS_OF_A_STEP);
    const when = random() < 0.5 ? 'before' : 'after';
    const life = mortal(isStruck ? { call: at, kind: 'killed', when } : undefined);
    const { ledger, vault, bus } = home;
    const deps = {
      ...home.deps,
      ledger: life.wrap(ledger),
      vault: life.wrap(vault),
      bus: life.wrap(bus),
      platform: life.wrap(platformOf(environment)),
    };
    try {
      await runStage(stage, STAGE_FUNCTIONS[stage], deps, message, clock.nowMs() + BUDGET_MS);
      warm.push(environment);
    } catch {
      // The environment is gone with its process.
      counts.killed += 1;
    }
  }

  const dispatch = {
    async invoke(stage: Stage, message: StageMessage) {
      counts.started += 1;
      void invoke(stage, message);
    },
  };
  const waking = { ...home.waking, dispatch };
  const records = () => [...home.ledger.records.values()];
  const announced = new Set<string>();
  let firstReadableMs: number | undefined;

  /** The bucket's events of this minute: one for each copy that becomes readable. */
  function announceThaws(): void {
    for (const { asset_id, archive, status } of records()) {
      const readableMs = home.vault.versions.get(archive?.key ?? '')?.at(-1)?.readableFromMs;
      if (status !== 'thawing' || readableMs === undefined || announced.has(asset_id)) continue;
      if (readableMs > clock.nowMs() + MINUTE_MS) continue;
      announced.add(asset_id);
      firstReadableMs ??= readableMs;
      const delayMs = Math.max(0, readableMs - clock.nowMs()) + Math.floor(random() * EVENT_MS);
      void clock.sleep(delayMs).then(() => wake(home.record(asset_id), waking));
    }
  }

  return {
    arrivedAtMs,
    counts,
    nowMs: () => clock.nowMs(),
    records,
    restored: () => records().filter(({ status }) => status === 'restored'),
    assetIds: () => home.platform.assetIds(),
    firstReadableMs: () => firstReadableMs ?? 0,

    /** Deleted ones, with their masters in the vault, that all look the same to whoever searches by their names. */
    async deleted(count: number): Promise<void> {
      for (let n = 0; n < count; n += 1) {
        const asset_id = `video${String(n).padStart(5, '0')}`;
        const archive = await archived(home, asset_id);
        await home.ledger.save(aRecord({ asset_id, status: 'deleted', archive, duration: 30 }));
      }
    },
    /** All at once. */
    async restoreAll(): Promise<void> {
      for (const { asset_id } of records()) {
        const wish = { tier: 'Bulk' as const, token: home.deps.random.token() };
        await requestRestore({ ...home.requests, waking }, asset_id, wish, {
          nowMs: clock.nowMs(),
          actor: 'user-7',
        });
      }
    },
    /** A minute: its sweep, and all that it wakes. */
    async minute(): Promise<void> {
      announceThaws();
      const swept = sweep('step', waking, home.log);
      await clock.advance(MINUTE_MS);
      await setImmediate();
      await swept;
    },
  };
}

const MASTER = anMp4();
const TOKEN = 'f'.repeat(32);

async function archived({ vault, clock }: House, assetId: string): Promise<Archive> {
  const key = `mux/environment1/${assetId}/1/master.mp4`;
  const contentType = 'video/mp4';
  const uploadId = await vault.createUpload({ key, contentType, storageClass: 'DEEP_ARCHIVE', token: TOKEN });
  const body = (async function* () {
    yield MASTER;
  })();
  const part = await vault.uploadPart({ key, uploadId, partNumber: 1, sizeBytes: MASTER.length, body });
  const crc32 = combineParts([part]);
  const whole = { key, uploadId, parts: [part], sizeBytes: MASTER.length, crc32 };
  const versionId = (await vault.completeUpload(whole))?.versionId ?? '';
  return {
    bucket: vault.bucket,
    key,
    version_id: versionId,
    size_bytes: MASTER.length,
    crc32,
    storage_class: 'DEEP_ARCHIVE',
    token: TOKEN,
    verified_at: new Date(clock.nowMs()).toISOString(),
    manifest: await manifestOf(vault, assetId),
    captions: [],
  };
}

function manifestOf(vault: House['vault'], assetId: string): Promise<StoredObject> {
  const asset = {
    id: assetId,
    status: 'ready',
    duration: 30,
    playback_ids: [{ id: `${assetId}play`, policy: 'public' }],
  };
  const body = new TextEncoder().encode(JSON.stringify({ asset }));
  const key = `mux/environment1/${assetId}/1/manifest.json`;
  return vault.put({ key, contentType: 'application/json', token: TOKEN, body });
}
