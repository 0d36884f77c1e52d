// A large master that the archive stage shares with workers, on fakes: an origin where each copier has its own pace, a
// vault without the bytes, and a queue that hands each worker its next message.
import type { SegmentMessage } from '../../lambdas/contract/names.ts';
import type { AssetRecord, UploadState } from '../../lambdas/domain/record.ts';
import { iso } from '../../lambdas/domain/time.ts';
import { archive } from '../../lambdas/stages/archive.ts';
import {
  copySegment,
  type SegmentOutcome,
  type Until,
  type WorkerDeps,
} from '../../lambdas/stages/copy-segment.ts';
import { MasterUrls } from '../../lambdas/stages/master-urls.ts';
import { type Deps, runStage, type Settings } from '../../lambdas/stages/stage.ts';
import { wake } from '../../lambdas/stages/wake.ts';
import { house } from './house.ts';
import { PacedOrigin } from './paced-origin.ts';
import { aRecord } from './record.ts';
import { recordingHelpers } from './recorders.ts';
import { ThinVault } from './thin-vault.ts';

export const PART = 5 * 1024 ** 2;
export const KEY = 'mux/environment1/asset1/1/master.mp4';
export const MASTER_URL = 'https://mezzanine.mux.test/asset1/mezzanine.mp4?signature=first';
const PART_MS = 4_000;
const ARCHIVE_BUDGET_MS = 14 * 60_000;
const WORKER_BUDGET_MS = 270_000;

export interface FanOutOptions {
  readonly parts: number;
  readonly partsPerSegment: number;
  readonly settings?: Partial<Settings>;
}

/** A warm environment of the copy function. */
export interface Worker {
  /** What became of its messages, in their order. */
  readonly outcomes: (SegmentOutcome | Error)[];
  isDead(): boolean;
  /** Its process is killed. */
  kill(): void;
  copy(message: SegmentMessage, until?: Partial<Until>): Promise<SegmentOutcome>;
}

export type FanOut = Awaited<ReturnType<typeof fanOut>>;

/** The copy of one master, begun: its upload is in the ledger and has no part yet. */
export async function fanOut({ parts, partsPerSegment, settings }: FanOutOptions) {
  const home = house({ settings: { segmentBytes: partsPerSegment * PART, ...settings } });
  const { clock, platform, ledger, waking } = home;
  const origin = new PacedOrigin(clock, parts * PART, PART);
  const vault = new ThinVault({ clock });
  const helpers = recordingHelpers();
  const archivePace = { partMs: PART_MS, isDead: false };
  const deps: Deps = { ...home.deps, vault, helpers, source: origin.as('archive', archivePace) };
  platform.add({ id: 'asset1', master_access: 'temporary', master: { status: 'ready', url: MASTER_URL } });
  const uploadId = await vault.createUpload({
    key: KEY,
    contentType: 'video/mp4',
    storageClass: 'DEEP_ARCHIVE',
    token: 'token1',
  });
  await ledger.save(archiving(uploadId, parts * PART, iso(clock.nowMs())));

  /** Claims the record, as the sweep would, and runs the archive stage once. */
  async function runArchive(budgetMs?: number, more?: Partial<Deps>): Promise<void> {
    await wake(home.record(), waking);
    return runDispatched(budgetMs, more);
  }

  /** Runs what has been dispatched, once. */
  async function runDispatched(budgetMs = ARCHIVE_BUDGET_MS, more: Partial<Deps> = {}): Promise<void> {
    const invocation = home.dispatch.invocations.shift();
    if (invocation?.stage !== 'archive') throw new Error('The archive stage was not dispatched.');
    return runStage('archive', archive, { ...deps, ...more }, invocation.message, clock.nowMs() + budgetMs);
  }

  function worker(name: string, partMs = PART_MS, more: Partial<WorkerDeps> = {}): Worker {
    const pace = { partMs, isDead: false };
    const { log } = deps;
    const source = origin.as(name, pace);
    const urls = new MasterUrls(platform);
    const ports = { ledger, vault, clock, log, waking, source, urls, ...more };
    return {
      outcomes: [],
      isDead: () => pace.isDead,
      kill: () => {
        pace.isDead = true;
      },
      copy: (message, until) =>
        copySegment(ports, message, { deadlineMs: clock.nowMs() + WORKER_BUDGET_MS, ...until }),
    };
  }

  const failed: SegmentMessage[] = [];

  /** Each worker takes the next message until none is left; an error ends the message, as in Lambda. */
  async function consume(queue: SegmentMessage[], workers: readonly Worker[]): Promise<void> {
    const run = async (one: Worker) => {
      for (let next = queue.shift(); next; next = one.isDead() ? undefined : queue.shift()) {
        const outcome = await one.copy(next).catch((error: unknown) => error as Error);
        one.outcomes.push(outcome);
        if (outcome instanceof Error) failed.push(next);
      }
    };
    await Promise.all(workers.map(run));
  }

  /** The archive stage once, and the workers from the moment it asks for their help. */
  async function together(workers: readonly Worker[], budgetMs?: number): Promise<void> {
    const helping: Promise<void>[] = [];
    const ask = helpers.ask.bind(helpers);
    helpers.ask = async (segments) => {
      await ask(segments);
      helping.push(consume([...segments], workers));
    };
    await home.during(runArchive(budgetMs).then(() => Promise.all(helping)));
    helpers.ask = ask;
  }

  return {
    ...home,
    origin,
    vault,
    helpers,
    deps,
    archivePace,
    failed,
    worker,
    workers: (count: number, partMs?: number) =>
      Array.from({ length: count }, (_, at) => worker(`worker${at + 1}`, partMs)),
    runArchive,
    runDispatched,
    consume,
    together,
    /** The message of a segment, counted from 1. */
    message: (segment: number, given: Partial<SegmentMessage> = {}): SegmentMessage => ({
      asset_id: 'asset1',
      life: 1,
      upload_id: uploadId,
      first_part: 1 + (segment - 1) * partsPerSegment,
      last_part: Math.min(segment * partsPerSegment, parts),
      ...given,
    }),
    /** How often each part was begun, by whomsoever. */
    timesRead: () => {
      const times = new Map<number, number>();
      for (const { partNumber } of origin.reads) times.set(partNumber, (times.get(partNumber) ?? 0) + 1);
      return times;
    },
    /** Numbers of the parts that the vault has. */
    listed: () => [...(vault.uploads.get(uploadId)?.parts.keys() ?? [])].toSorted((a, b) => a - b),
  };
}

function archiving(upload_id: string, size_bytes: number, now: string): AssetRecord {
  const source = { size_bytes, etag: '"first"', probed_at: now };
  const upload: UploadState = {
    upload_id,
    key: KEY,
    token: 'token1',
    part_size_bytes: PART,
    source,
    restarts: 0,
  };
  const master = { requested_at: now, restarts: 0 };
  return aRecord({ status: 'archiving', environment: 'environment1', wake_at: now, master, upload });
}
