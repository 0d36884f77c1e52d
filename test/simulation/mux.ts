// The video platform as the simulation sees it: the contract-tested fake, called through invocations, with everything
// about Mux that hurts: slots of its rate limit, 429s, creates that answer 504 and appear later, lists in any order,
// masters that grow, differ, break and lapse, and assets that others change or delete.
import { createDeletionGuard } from '../../lambdas/adapters/deletion-guard.ts';
import type { Rates, Verb } from '../../lambdas/adapters/governor.ts';
import type { Purpose } from '../../lambdas/contract/names.ts';
import { NotYetError, TransientError } from '../../lambdas/domain/failures.ts';
import { HOUR_MS, MINUTE_MS } from '../../lambdas/domain/time.ts';
import { ErasureOrdered, VerifiedArchive, WaivedArchive } from '../../lambdas/domain/verified-archive.ts';
import type { CreateAsset, Platform } from '../../lambdas/stages/ports.ts';
import { memoryGovernors } from '../fakes/governor-memory.ts';
import { createMemoryPlatform } from '../fakes/platform-memory.ts';
import type { Invocation, Surroundings } from './invocation.ts';
import { contentOf, type Downloads, type Representation } from './masters.ts';
import type { Oracle } from './oracle.ts';

const ENVIRONMENT = 'environment1';
const MASTER_LIFETIME_MS = 24 * HOUR_MS;
/** So many large files there are: they take time to make and to sum. */
const FEW = 4;
/** Of masters below 1 GiB: more than one part can be mixed of two files. */
const PART_BYTES = 16 * 1024 ** 2;
/** A list may not show an asset that was made so lately. */
const LIST_LAG_MS = 30_000;

export interface MuxOptions extends Surroundings {
  readonly oracle: Oracle;
  readonly downloads: Downloads;
  readonly rates: Rates;
  readonly hasSlowCreates: boolean;
  readonly hasRestlessMasters: boolean;
  /** Reads what an input URL of ours leads to; throws where it leads nowhere. */
  readonly readInput: (url: string) => Promise<Uint8Array>;
  /** Whether every part of its master is in the vault, and the copy is not sealed. */
  readonly isWhole: (assetId: string) => boolean;
  /** A webhook is on its way. */
  readonly emit: (type: string, assetId: string) => void;
}

export type SimulatedMux = ReturnType<typeof simulatedMux>;

export function simulatedMux(options: MuxOptions) {
  const { timeline, chance, oracle, downloads, emit, counted, tell, rates } = options;
  const governors = memoryGovernors();
  const kinds = new Map<string, Representation>();
  /** The assets that users ask to delete. */
  const ours = new Set<string>();
  let preparedMs: number | undefined;
  /** The secret holds a token of another environment. */
  let isTokenWrong = false;

  const platform = createMemoryPlatform({
    clock: { nowMs: () => timeline.nowMs },
    environment: ENVIRONMENT,
    prepareMs: () => {
      const shortestMs = options.hasSlowCreates ? 5 * MINUTE_MS : 5_000;
      const isLong = chance.is(0.03);
      preparedMs = Math.round(
        isLong ? chance.between(HOUR_MS, 14 * HOUR_MS) : chance.between(shortestMs, 10 * MINUTE_MS),
      );
      return preparedMs;
    },
    download: async (url) => {
      const bytes = await options.readInput(url);
      if (hits(0.1, 'input refused')) throw new Error('Mux could not read the input.');
      oracle.downloaded(url, bytes);
    },
  });

  function hits(factor: number, fault: string): boolean {
    const happens = options.faultRate() > 0 && chance.is(factor);
    if (happens) counted(fault);
    return happens;
  }

  /** The file that the next preparation makes: mostly the same as the last, sometimes another of the same length. */
  function prepared(assetId: string, readyAtMs: number): void {
    const last = kinds.get(assetId) ?? newKind();
    const isLarge = last.sizeBytes > PART_BYTES;
    const fill = hits(isLarge ? 0.8 : 0.3, 'another master')
      ? chance.below(isLarge ? FEW : 250) + 1
      : last.fill;
    const growsUntilMs = hits(0.3, 'growing master') ? readyAtMs + chance.between(500, 9_000) : 0;
    const livesMs = lapsesAfterMs(last.sizeBytes);
    const file = { ...last, fill, growsUntilMs, lapsesAtMs: readyAtMs + livesMs };
    kinds.set(assetId, file);
    downloads.masters.set(masterUrl(assetId, readyAtMs), file);
    oracle.prepared(assetId, contentOf(file));
    if (hits(0.05, 'master errored')) {
      timeline.at(readyAtMs - 1, () => {
        platform.breakMaster(assetId);
        emit('video.asset.master.errored', assetId);
      });
    } else timeline.at(readyAtMs, () => emit('video.asset.master.ready', assetId));
  }

  /** A large master mostly lapses in the middle of its copy, for that is where two files could be mixed. */
  function lapsesAfterMs(sizeBytes: number): number {
    if (sizeBytes > PART_BYTES && hits(0.6, 'master lapsed in mid-copy')) return 300 + chance.below(3_000);
    return hits(0.1, 'master lapsed early') ? chance.below(HOUR_MS) : MASTER_LIFETIME_MS;
  }

  function newKind(): Representation {
    const isLarge = options.hasRestlessMasters || chance.is(0.005);
    return {
      seconds: 30,
      sizeBytes: isLarge ? 2 * PART_BYTES + 1_000_000 : 400 + chance.below(3_000),
      fill: chance.below(isLarge ? FEW : 250) + 1,
      etag: options.hasRestlessMasters ? 'none' : chance.pick(['strong', 'strong', 'weak', 'none']),
      isRanged: !chance.is(0.05),
      growsUntilMs: 0,
      lapsesAtMs: 0,
    };
  }

  /** Mux says once that it does not have an asset which is there, most often when its copy is about to be sealed. */
  function isDenied(assetId: string): boolean {
    const isThere = ours.has(assetId) && platform.assetIds().includes(assetId);
    if (!isThere || oracle.truthOf(assetId).isDenied) return false;
    if (!hits(options.isWhole(assetId) ? 0.3 : 0.001, 'asset denied')) return false;
    tell(() => `Mux denies ${assetId}`);
    oracle.denied(assetId);
    return true;
  }

  async function create(order: CreateAsset): Promise<Awaited<ReturnType<Platform['createAsset']>>> {
    const asset = await platform.createAsset(order);
    oracle.created(asset.id, order);
    // As the fake platform names them. What players then get is what the input held.
    for (const [at, { trackId }] of order.texts.entries()) {
      downloads.captions.set(`${asset.id}text${at + 1}`, downloads.captions.get(trackId) ?? '');
    }
    timeline.after((preparedMs ?? 0) + 1, () => void announce(asset.id));
    return asset;
  }

  /** A look settles what is due; the webhook says how it went. */
  async function announce(assetId: string): Promise<void> {
    const asset = await platform.inspect(assetId);
    if (asset) emit(`video.asset.${asset.status}`, assetId);
  }

  function remove(assetId: string): 'deleted' | 'gone' {
    if (!platform.assetIds().includes(assetId)) return 'gone';
    platform.remove(assetId);
    emit('video.asset.deleted', assetId);
    return 'deleted';
  }

  return {
    platform,
    setTokenWrong(isWrong: boolean): void {
      isTokenWrong = isWrong;
    },
    addVideo(assetId: string): void {
      const texts = Array.from({ length: chance.below(3) }, (_, at) => newText(assetId, at));
      const isFresh = chance.is(0.1);
      const raw = { status: isFresh ? 'preparing' : 'ready', passthrough: `row-${assetId}` };
      const commentary = chance.is(0.15) ? [SECOND_AUDIO] : [];
      platform.add({ id: assetId, ...raw, tracks: [...MEDIA_TRACKS, ...commentary, ...texts] });
      ours.add(assetId);
      oracle.added(assetId);
      if (!isFresh) return;
      timeline.after(chance.between(MINUTE_MS, HOUR_MS), () => {
        platform.change(assetId, { status: 'ready' });
        emit('video.asset.ready', assetId);
      });
    },
    /** Somebody deletes it in Mux's dashboard. */
    deleteElsewhere(assetId: string): void {
      if (remove(assetId) === 'gone') return;
      counted('deleted elsewhere');
      tell(() => `somebody deletes ${assetId} at Mux`);
      oracle.deletedElsewhere(assetId);
      for (const [url, file] of downloads.masters) {
        if (url.includes(`/${assetId}/`) && chance.is(0.5)) file.lapsesAtMs = timeline.nowMs;
      }
    },
    /** Somebody watches it, whatever was asked for. */
    watch(assetId: string): void {
      const playbackIds = platform.raw(assetId)?.playback_ids as readonly unknown[] | undefined;
      if (!playbackIds || playbackIds.length === 0) return;
      counted('watched after the request');
      platform.deliver(assetId, 30, timeline.nowMs);
      oracle.watched(assetId);
    },
    /** Somebody edits it: other words, another poster, or one more caption track. */
    async changeElsewhere(assetId: string): Promise<void> {
      const asset = await platform.inspect(assetId);
      if (asset?.status !== 'ready') return;
      counted('changed elsewhere');
      tell(() => `somebody changes ${assetId} at Mux`);
      const tracks = asset.raw.tracks as unknown[];
      const playbackIds = asset.raw.playback_ids as unknown[];
      const change = chance.pick<() => Record<string, unknown>>([
        () => ({ passthrough: `changed ${chance.token().slice(0, 4)}` }),
        () => ({ thumbnail_time: chance.below(30) }),
        () => ({ tracks: [...tracks, newText(assetId, tracks.length)] }),
        () => ({
          playback_ids: [...playbackIds, { id: `${assetId}more${playbackIds.length}`, policy: 'public' }],
        }),
      ])();
      platform.change(assetId, change);
      oracle.changed(assetId);
    },
    /** The platform as one invocation calls it, for one purpose. */
    connect(invocation: Invocation, purpose: Purpose, patienceMs: number): Platform {
      const governor = governors(invocation.clock, rates, patienceMs);
      const guard = createDeletionGuard(invocation.clock);
      // A token is read once per environment.
      const isElsewhere = isTokenWrong;

      async function take(verb: Verb): Promise<void> {
        // All that makes something new is paid from the share of restores.
        await governor.take(verb, verb === 'post' ? 'restore' : purpose);
      }

      async function send<T>(verb: Verb, method: string, effect: () => T | Promise<T>): Promise<T> {
        oracle.arrived(verb, verb === 'post' ? 'restore' : purpose, timeline.nowMs);
        return invocation.call('mux', method, async () => {
          if (!hits(0.02, 'mux 429')) return effect();
          const seconds = chance.pick([1, 5, 60]);
          await governor.slowDown(verb, seconds);
          throw new NotYetError(invocation.clock.nowMs() + seconds * 1000, 'Mux asked for fewer calls');
        });
      }

      async function ask<T>(verb: Verb, method: string, effect: () => T | Promise<T>): Promise<T> {
        await take(verb);
        return send(verb, method, effect);
      }

      return {
        ...platform,
        environment: () => ask('other', 'environment', () => (isElsewhere ? 'environment2' : ENVIRONMENT)),
        inspect: (id) =>
          ask('other', 'inspect', () => (isElsewhere || isDenied(id) ? undefined : platform.inspect(id))),
        inputInfo: (id) =>
          ask('other', 'inputInfo', () => (isElsewhere ? undefined : platform.inputInfo(id))),
        requestMaster: (id) =>
          ask('other', 'requestMaster', async () => {
            if (isElsewhere) throw new TransientError('MUX_ASSET_VANISHED', `${id} was not there.`);
            preparedMs = undefined;
            const asset = await platform.requestMaster(id);
            if (preparedMs !== undefined) prepared(id, timeline.nowMs + preparedMs);
            return asset;
          }),
        releaseMaster: (id) =>
          ask('other', 'releaseMaster', () => (isElsewhere ? undefined : platform.releaseMaster(id))),
        async reserveDeletion() {
          await take('other');
          return guard.grant();
        },
        async deleteAsset(id, proof, slot) {
          guard.spend(id, proof, slot);
          return send('other', 'deleteAsset', () => {
            if (isElsewhere) return 'gone';
            if (platform.assetIds().includes(id)) {
              if (VerifiedArchive.is(proof)) oracle.deleting(id);
              else if (WaivedArchive.is(proof)) oracle.deletingUnkept(id);
              else if (ErasureOrdered.is(proof)) oracle.erasing(id);
              else oracle.deletingOwn(id);
            }
            return remove(id);
          });
        },
        createAsset: (order) =>
          ask('post', 'createAsset', () => {
            if (!hits(options.hasSlowCreates ? 0.4 : 0.15, 'create answers 504, appears later'))
              return create(order);
            const latestMs = options.hasSlowCreates ? 200_000 : 90_000;
            timeline.after(chance.between(30_000, latestMs), () => void create(order));
            throw new TransientError('MUX_UNAVAILABLE', 'Mux answered 504.');
          }),
        deliveredSeconds: (id, sinceMs, untilMs) =>
          ask('other', 'deliveredSeconds', () => {
            if (hits(0.05, 'delivery usage not read'))
              throw new TransientError('MUX_UNREADABLE', 'No report.');
            return isElsewhere ? 0 : platform.deliveredSeconds(id, sinceMs, untilMs);
          }),
        finishAsset: (id, step) => ask('post', 'finishAsset', () => platform.finishAsset(id, step)),
        deletePlaybackId: (id, playbackId) =>
          ask('other', 'deletePlaybackId', () => {
            if (isElsewhere) return 'gone' as const;
            oracle.revoking(id);
            return platform.deletePlaybackId(id, playbackId);
          }),
        createPlaybackId: (id, policy, drm) =>
          ask('post', 'createPlaybackId', () => platform.createPlaybackId(id, policy, drm)),
        createdSince: (sinceMs) =>
          ask('other', 'createdSince', async () => {
            const all = await platform.createdSince(sinceMs);
            const shown = all.filter(({ createdAtMs = 0 }) => createdAtMs < timeline.nowMs - LIST_LAG_MS);
            return chance.shuffle(shown);
          }),
      };
    },
  };

  function newText(assetId: string, at: number): Record<string, unknown> {
    const id = `${assetId}text${at}`;
    downloads.captions.set(id, `WEBVTT\n\n${id}\n`);
    return {
      id,
      type: 'text',
      text_type: 'subtitles',
      text_source: 'uploaded',
      status: 'ready',
      language_code: 'en',
      name: id,
    };
  }
}

const MEDIA_TRACKS = [
  { id: 'video1', type: 'video', duration: 30, max_width: 640, max_height: 360 },
  { id: 'audio1', type: 'audio', duration: 30, max_channels: 2, primary: true },
];

/** The master does not hold it. */
const SECOND_AUDIO = { id: 'audio2', type: 'audio', duration: 30, max_channels: 2, name: 'Commentary' };

/** As the fake platform makes it. */
function masterUrl(assetId: string, readyAtMs: number): string {
  return `https://mezzanine.mux.test/${assetId}/mezzanine.mp4?signature=${readyAtMs}`;
}
