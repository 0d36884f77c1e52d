// A video platform in memory, on the clock it is given: assets are Mux JSON, read by the same mapping as Mux's own, and
// deletions go through the same door. What tests turn: times, faults, and what a create can download.
import { createDeletionGuard } from '../../lambdas/adapters/deletion-guard.ts';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { TransientError } from '../../lambdas/domain/failures.ts';
import type { FinishingStep } from '../../lambdas/domain/finishing-steps.ts';
import {
  type RestoreInput,
  type RestoreRequest,
  restoreRequest,
} from '../../lambdas/domain/restore-request.ts';
import type { Rendition } from '../../lambdas/domain/static-renditions.ts';
import type { Clock, IdOwner, Platform } from '../../lambdas/stages/ports.ts';

type Method = Exclude<keyof Platform, 'describe'>;

export interface MemoryPlatformOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly environment?: string;
  /** From create to ready, and from asking for a master to its URL. Default 0: ready at the next look. */
  readonly prepareMs?: number | (() => number);
  /** Fetches an input of a create when its time has come; a throw makes the asset `errored`. Default: all is well. */
  readonly download?: (url: string) => Promise<unknown>;
}

interface Stored {
  raw: Record<string, unknown>;
  inputs: readonly { readonly url: string }[];
  /** When it becomes ready; undefined once it is, or has failed. */
  readyAtMs?: number;
  masterReadyAtMs?: number;
}

interface Fault {
  readonly error: Error;
  readonly when: 'before' | 'after';
}

export interface MemoryPlatform extends Platform {
  /** How often each method was called, refused calls included. */
  readonly calls: Partial<Record<Method, number>>;
  /** Puts an asset there: a ready one with a public playback id, but for what `raw` says otherwise. */
  add(raw: { readonly id: string } & Record<string, unknown>): void;
  /** Changes attributes of an asset behind everybody's back. */
  change(assetId: string, raw: Record<string, unknown>): void;
  /** Deletes an asset behind everybody's back. */
  remove(assetId: string): void;
  /** The master under way, or ready, turns out to be impossible. */
  breakMaster(assetId: string): void;
  assetIds(): readonly string[];
  /** The asset's JSON as it is now. */
  raw(assetId: string): Readonly<Record<string, unknown>> | undefined;
  /** The next call of the method fails: `before` it has any effect, or `after` (the answer is lost). */
  fail(method: Method, error: Error, when?: 'before' | 'after'): void;
  setEnvironment(id: string): void;
  /** Viewers are shown so many seconds of it at this time. */
  deliver(assetId: string, seconds: number, atMs: number): void;
  /** An id of no asset: a live stream's playback id, or an upload that has become none. */
  addForeign(kind: 'playback' | 'upload', id: string): void;
}

/** Where the fake platform serves the images of every video. */
export const IMAGE_HOST = 'https://image.mux.test';
const MASTER_LIFETIME_MS = 24 * 3_600_000;
/** The most that Mux lists at a time. */
const LIST_PAGE = 100;

export function createMemoryPlatform(options: MemoryPlatformOptions): MemoryPlatform {
  const { clock, prepareMs: preparing = 0, download = async () => undefined } = options;
  const prepareMs = typeof preparing === 'function' ? preparing : () => preparing;
  const stored = new Map<string, Stored>();
  const foreign = new Map<string, IdOwner>();
  const faults = new Map<Method, Fault[]>();
  const calls: Partial<Record<Method, number>> = {};
  const deliveries: { readonly assetId: string; readonly seconds: number; readonly atMs: number }[] = [];
  const guard = createDeletionGuard(clock);
  let environmentId = options.environment ?? 'environment1';
  let made = 0;

  async function play<T>(method: Method, effect: () => T | Promise<T>): Promise<T> {
    calls[method] = (calls[method] ?? 0) + 1;
    const fault = faults.get(method)?.shift();
    if (fault?.when === 'before') throw fault.error;
    const answer = await effect();
    if (fault) throw fault.error;
    return answer;
  }

  async function look(assetId: string): Promise<Stored | undefined> {
    const asset = stored.get(assetId);
    if (asset) await settle(asset);
    return asset;
  }

  async function settle(asset: Stored): Promise<void> {
    const due = (ms: number | undefined) => ms !== undefined && ms <= clock.nowMs();
    if (due(asset.readyAtMs)) {
      asset.readyAtMs = undefined;
      asset.raw.status = await downloaded(asset);
    }
    if (due(asset.masterReadyAtMs)) {
      const opened = asset.masterReadyAtMs ?? 0;
      const lapsed = opened + MASTER_LIFETIME_MS <= clock.nowMs();
      const url = `https://mezzanine.mux.test/${asset.raw.id}/mezzanine.mp4?signature=${opened}`;
      Object.assign(asset.raw, lapsed ? closed(asset) : { master: { status: 'ready', url } });
    }
  }

  function closed(asset: Stored): Record<string, unknown> {
    asset.masterReadyAtMs = undefined;
    return { master_access: 'none', master: undefined };
  }

  async function downloaded({ inputs }: Stored): Promise<'ready' | 'errored'> {
    try {
      for (const { url } of inputs) await download(url);
      return 'ready';
    } catch {
      return 'errored';
    }
  }

  function create(request: RestoreRequest, like: PlatformAsset): Stored {
    made += 1;
    const id = `restored${made}`;
    const { inputs, playback_policies, advanced_playback_policies, static_renditions, ...kept } = request;
    const policies = advanced_playback_policies ?? playback_policies?.map((policy) => ({ policy })) ?? [];
    const raw = {
      ...kept,
      id,
      created_at: String(Math.floor(clock.nowMs() / 1000)),
      status: 'preparing',
      duration: like.durationSeconds,
      master_access: 'none',
      playback_ids: policies.map((policy, at) => ({ ...policy, id: `${id}play${at + 1}` })),
      tracks: [
        ...masterTracks(id, like, inputs[0]),
        ...inputs.slice(1).map((input, at) => textTrack(`${id}text${at + 1}`, input)),
      ],
      ...(static_renditions && { static_renditions: { files: static_renditions.map(rendition) } }),
    };
    const asset = { raw, inputs, readyAtMs: clock.nowMs() + prepareMs() };
    stored.set(id, asset);
    return asset;
  }

  function finish(raw: Record<string, unknown>, step: FinishingStep): void {
    const [tracks, playbackIds] = [listOf(raw.tracks), listOf(raw.playback_ids)];
    switch (step.kind) {
      case 'thumbnail':
        raw.thumbnail_time = step.seconds;
        return;
      case 'track':
        raw.tracks = tracks.map((track) =>
          track.id === step.trackId ? { ...track, ...step.change } : track,
        );
        return;
      case 'text': {
        const texts = tracks.filter(({ type }) => type === 'text');
        raw.tracks = [...tracks, textTrack(`${raw.id}text${texts.length + 1}`, step.input)];
        return;
      }
      case 'playback-id':
        raw.playback_ids = [...playbackIds, { ...step.policy, id: `${raw.id}play${playbackIds.length + 1}` }];
        return;
      case 'rendition': {
        const files = listOf((raw.static_renditions as { files?: unknown } | undefined)?.files);
        raw.static_renditions = { files: [...files, rendition(step.rendition)] };
        return;
      }
      case 'shots':
        raw.generate_shots = true;
        return;
    }
  }

  return {
    calls,
    add: (raw) => {
      stored.set(raw.id, { raw: { ...readyAsset(raw.id, clock.nowMs()), ...raw }, inputs: [] });
    },
    change: (assetId, raw) => {
      Object.assign(stored.get(assetId)?.raw ?? {}, raw);
    },
    remove: (assetId) => {
      stored.delete(assetId);
    },
    breakMaster: (assetId) => {
      const asset = stored.get(assetId);
      if (asset?.raw.master_access !== 'temporary') return;
      asset.masterReadyAtMs = undefined;
      asset.raw.master = { status: 'errored' };
    },
    assetIds: () => [...stored.keys()],
    raw: (assetId) => stored.get(assetId)?.raw,
    fail: (method, error, when = 'before') => {
      faults.set(method, [...(faults.get(method) ?? []), { error, when }]);
    },
    setEnvironment: (id) => {
      environmentId = id;
    },
    addForeign: (kind, id) => {
      foreign.set(`${kind} ${id}`, { kind: kind === 'playback' ? 'live-stream' : 'no-asset' });
    },

    deliver: (assetId, seconds, atMs) => void deliveries.push({ assetId, seconds, atMs }),

    describe: toPlatformAsset,
    deliveredSeconds: (assetId, sinceMs, untilMs) =>
      play('deliveredSeconds', () =>
        deliveries
          .filter((each) => each.assetId === assetId && each.atMs >= sinceMs && each.atMs < untilMs)
          .reduce((sum, { seconds }) => sum + seconds, 0),
      ),
    environment: () => play('environment', () => environmentId),
    inspect: (assetId) =>
      play('inspect', async () => {
        const asset = await look(assetId);
        return asset && toPlatformAsset(structuredClone(asset.raw));
      }),
    ownerOf: (kind, id) =>
      play('ownerOf', () => {
        const raws = [...stored.values()].map(({ raw }) => raw);
        const owner = raws.find((raw) =>
          kind === 'upload'
            ? raw.upload_id === id
            : listOf(raw.playback_ids).some((playback) => playback.id === id),
        );
        if (owner) return { kind: 'asset', assetId: String(owner.id) };
        return foreign.get(`${kind} ${id}`);
      }),
    inputInfo: (assetId) =>
      play('inputInfo', () => stored.get(assetId)?.inputs.map((settings) => ({ settings: { ...settings } }))),
    requestMaster: (assetId) =>
      play('requestMaster', async () => {
        const asset = await look(assetId);
        if (!asset) throw new TransientError('MUX_ASSET_VANISHED', `Asset ${assetId} was not there.`);
        asset.masterReadyAtMs ??= clock.nowMs() + prepareMs();
        if (asset.raw.master_access !== 'temporary') {
          Object.assign(asset.raw, { master_access: 'temporary', master: { status: 'preparing' } });
        }
        return toPlatformAsset(structuredClone(asset.raw));
      }),
    releaseMaster: (assetId) =>
      play('releaseMaster', () => {
        const asset = stored.get(assetId);
        if (asset) Object.assign(asset.raw, closed(asset));
      }),
    reserveDeletion: () => play('reserveDeletion', () => guard.grant()),
    deleteAsset: (assetId, proof, slot) =>
      play('deleteAsset', () => {
        guard.spend(assetId, proof, slot);
        return stored.delete(assetId) ? 'deleted' : 'gone';
      }),
    createAsset: (order) =>
      play('createAsset', () =>
        toPlatformAsset(structuredClone(create(restoreRequest(order), order.like).raw)),
      ),
    finishAsset: (assetId, step) =>
      play('finishAsset', () => {
        const raw = stored.get(assetId)?.raw;
        if (!raw) throw new TransientError('MUX_ASSET_VANISHED', `Asset ${assetId} was not there.`);
        finish(raw, step);
      }),
    deletePlaybackId: (assetId, playbackId) =>
      play('deletePlaybackId', () => {
        const raw = stored.get(assetId)?.raw;
        const before = listOf(raw?.playback_ids);
        const left = before.filter(({ id }) => id !== playbackId);
        if (raw) raw.playback_ids = left;
        return left.length < before.length ? 'deleted' : 'gone';
      }),
    deleteStaticRendition: (assetId, renditionId) =>
      play('deleteStaticRendition', () => {
        const raw = stored.get(assetId)?.raw;
        const before = listOf((raw?.static_renditions as { files?: unknown } | undefined)?.files);
        const files = before.filter(({ id }) => id !== renditionId);
        if (raw) raw.static_renditions = { files };
        return files.length < before.length ? 'deleted' : 'gone';
      }),
    deleteTrack: (assetId, trackId) =>
      play('deleteTrack', () => {
        const raw = stored.get(assetId)?.raw;
        const before = listOf(raw?.tracks);
        const left = before.filter(({ id }) => id !== trackId);
        if (raw) raw.tracks = left;
        return left.length < before.length ? 'deleted' : 'gone';
      }),
    createPlaybackId: (assetId, policy, drm_configuration_id) =>
      play('createPlaybackId', () => {
        const raw = stored.get(assetId)?.raw;
        if (!raw) throw new TransientError('MUX_ASSET_VANISHED', `Asset ${assetId} was not there.`);
        made += 1;
        const playback = { id: `${assetId}again${made}`, policy };
        const drm = drm_configuration_id === undefined ? {} : { drm_configuration_id };
        raw.playback_ids = [...listOf(raw.playback_ids), { ...playback, ...drm }];
        return playback;
      }),
    createdSince: (sinceMs) =>
      play('createdSince', async () => {
        const all = [...stored.values()].map(({ raw }) => toPlatformAsset(structuredClone(raw)));
        return all.filter(({ createdAtMs }) => createdAtMs === undefined || createdAtMs > sinceMs - 1000);
      }),
    listAssets: (cursor) =>
      play('listAssets', async () => {
        const ids = [...stored.keys()].sort().filter((id) => cursor === undefined || id > cursor);
        const shown = ids.slice(0, LIST_PAGE);
        const assets = [];
        for (const id of shown) {
          const asset = await look(id);
          assets.push({ id, isMasterOpen: asset?.raw.master_access === 'temporary' });
        }
        return { assets, nextCursor: (ids.length > LIST_PAGE && shown.at(-1)) || null };
      }),
    captionUrl: (asset, trackId) =>
      play('captionUrl', () => {
        const open = asset.playbackIds.find(({ policy }) => policy === 'public');
        return open && `https://stream.mux.test/${open.id}/text/${trackId}.vtt`;
      }),
    imageUrl: (asset, image) =>
      play('imageUrl', () => {
        const open = asset.playbackIds.find(({ policy }) => policy === 'public');
        const time = asset.raw.thumbnail_time;
        const query = image === 'poster.jpg' && typeof time === 'number' ? `?time=${time}` : '';
        return open && `${IMAGE_HOST}/${open.id}/${image}${query}`;
      }),
  };
}

/** What the platform finds in a master: the picture and the primary audio, named as the input says. */
function masterTracks(id: string, { raw }: PlatformAsset, input?: RestoreInput): Record<string, unknown>[] {
  const { name, language_code } = input ?? {};
  const old = listOf(raw.tracks);
  const picture = old.filter(({ type }) => type === 'video');
  const audio = old.filter(({ type }) => type === 'audio');
  const primary = audio.find((track) => track.primary === true) ?? audio[0];
  return [
    ...picture.map((track, at) => ({ ...track, id: `${id}video${at + 1}` })),
    ...(primary ? [{ ...primary, id: `${id}audio1`, name, language_code }] : []),
  ];
}

function textTrack(id: string, { url: _, ...settings }: RestoreInput): Record<string, unknown> {
  return { text_source: 'uploaded', ...settings, id, status: 'ready' };
}

function rendition({ resolution, passthrough }: Rendition): Record<string, unknown> {
  return { id: `${resolution}1`, resolution, passthrough, status: 'ready' };
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}

function readyAsset(id: string, nowMs: number): Record<string, unknown> {
  return {
    id,
    created_at: String(Math.floor(nowMs / 1000)),
    status: 'ready',
    duration: 30,
    master_access: 'none',
    max_resolution_tier: '1080p',
    video_quality: 'basic',
    playback_ids: [{ id: `${id}play1`, policy: 'public' }],
    tracks: [
      { id: `${id}video`, type: 'video', duration: 30, max_width: 640, max_height: 360 },
      { id: `${id}audio`, type: 'audio', duration: 30, max_channels: 2, primary: true },
    ],
  };
}
