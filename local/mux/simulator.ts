// A Mux to develop and test against: one process, one port for all of Mux's hosts, loopback only.
// It shows what this project believes of Mux, not Mux: what is not documented can be played both ways (behaviour.ts).
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AddAsset, addAsset } from './added-asset.ts';
import { showAsset } from './asset-view.ts';
import { anyAsset } from './assets.ts';
import { type Behaviour, type BehaviourChange, changed, DEFAULT_BEHAVIOUR } from './behaviour.ts';
import type { Delivery } from './delivery-usage.ts';
import { handle } from './door.ts';
import { type Fault, FaultPlan } from './faults.ts';
import { hostFile } from './hosted-files.ts';
import { representation } from './master-delivery.ts';
import { expireMaster } from './masters.ts';
import { MediaStore } from './media-store.ts';
import type { Asset, Environment } from './model.ts';
import { RateLimiter } from './rate-limit.ts';
import { Scheduler } from './scheduler.ts';
import { Store } from './store.ts';
import { doWork } from './work.ts';
import type { RequestEntry, WebhookAttempt, World } from './world.ts';

export type { AddAsset } from './added-asset.ts';
export type { Delivery } from './delivery-usage.ts';

export interface SimulatorOptions {
  /** Where state and media live; without it, in a temporary directory that ends with the simulator. */
  readonly dataDir?: string;
  /** Default: one, with the credentials of DEFAULT_ENVIRONMENT. */
  readonly environments?: readonly Environment[];
  readonly behaviour?: BehaviourChange;
  /** Divides every duration of the behaviour but time-outs and rates. Default 1. */
  readonly timeScale?: number;
  /** Decides which webhooks are lost and overtaken. Default Math.random. */
  readonly random?: () => number;
  /** How clients reach it, if not by the address it listens on. Appears in master URLs. */
  readonly publicUrl?: string;
}

export const DEFAULT_ENVIRONMENT: Environment = {
  id: 'simenv',
  name: 'Simulator',
  type: 'development',
  tokenId: 'simulator-token-id',
  tokenSecret: 'simulator-token-secret',
  webhookSecret: 'simulator-webhook-secret',
  readToken: { id: 'simulator-read-token-id', secret: 'simulator-read-token-secret' },
  webhookUrls: [],
};

export interface Simulator {
  /** Answers the URL without a slash at the end. Port 0 takes a free one; host is 127.0.0.1 unless given. */
  listen(port: number, host?: string): Promise<string>;
  /** Keeps the state when there is a `dataDir`. */
  close(): Promise<void>;
  /** An asset that has been at Mux for long: no webhooks are sent for it. Without file or generated, 100 kB and 10 s. */
  addAsset(add: AddAsset): Promise<Asset>;
  /** As the API shows it; throws when there is none. */
  asset(assetId: string): Asset;
  /** Of the bytes now behind the master URL. */
  sha256(assetId: string): Promise<string>;
  expireMaster(assetId: string): void;
  requests(): readonly RequestEntry[];
  webhooks(): readonly WebhookAttempt[];
  /** Forgets requests and webhooks recorded so far. */
  clearRecords(): void;
  behaviour(): Behaviour;
  change(change: BehaviourChange): Behaviour;
  faults(): readonly Fault[];
  addFault(fault: Fault): void;
  clearFaults(): void;
  setWebhookUrls(urls: readonly string[], environmentId?: string): void;
  /** What delivery usage reports from now on, in place of what it reported before. */
  setDeliveries(deliveries: readonly Delivery[]): void;
  /** Answers the URL at which the simulator serves this file, as a customer's web server would; no path takes it away. */
  hostFile(name: string, path: string | undefined): string;
}

export async function createMuxSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'mux-simulator-')));
  const world = await openWorld(options, dataDir);
  const simulator: Simulator = { ...controlsOf(world), listen, close };
  const server = createServer((request, response) => {
    handle(world, simulator, request, response).catch(() => response.destroy());
  });

  async function listen(port: number, host = '127.0.0.1'): Promise<string> {
    await listening(server, port, host);
    const address = server.address() as AddressInfo;
    world.origin = options.publicUrl ?? `http://${host}:${address.port}`;
    world.scheduler.start();
    return world.origin;
  }

  async function close(): Promise<void> {
    await world.scheduler.stop();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await world.store.flush();
    if (!options.dataDir) await rm(dataDir, { recursive: true });
  }

  return simulator;
}

async function openWorld(options: SimulatorOptions, dataDir: string): Promise<World> {
  const store = await Store.open(dataDir);
  const world: World = {
    origin: '',
    environments: options.environments ?? [DEFAULT_ENVIRONMENT],
    behaviour: changed(DEFAULT_BEHAVIOUR, options.behaviour ?? {}),
    timeScale: options.timeScale ?? 1,
    random: options.random ?? Math.random,
    faults: new FaultPlan(),
    limiter: new RateLimiter(),
    store,
    media: await MediaStore.open(dataDir),
    scheduler: new Scheduler(
      store.state,
      (work, signal) => doWork(world, work, signal),
      () => store.touch(),
    ),
    requests: [],
    webhookAttempts: [],
    deliveries: [],
    hosted: new Map(),
  };
  return world;
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
}

function controlsOf(world: World): Omit<Simulator, 'listen' | 'close'> {
  return {
    addAsset: (add) => addAsset(world, add),
    asset: (assetId) => showAsset(world, anyAsset(world, assetId)),
    sha256: (assetId) => sha256(world, assetId),
    expireMaster: (assetId) => {
      const stored = anyAsset(world, assetId);
      if (stored.master) expireMaster(world, stored, stored.master.key);
    },
    requests: () => world.requests,
    webhooks: () => world.webhookAttempts,
    clearRecords: () => {
      world.requests.length = 0;
      world.webhookAttempts.length = 0;
    },
    behaviour: () => world.behaviour,
    change: (change) => {
      world.behaviour = changed(world.behaviour, change);
      return world.behaviour;
    },
    faults: () => world.faults.list(),
    addFault: (fault) => world.faults.add(fault),
    clearFaults: () => world.faults.clear(),
    setWebhookUrls: (urls, environmentId = world.environments[0]?.id) => {
      world.environments = world.environments.map((one) =>
        one.id === environmentId ? { ...one, webhookUrls: urls } : one,
      );
    },
    setDeliveries: (deliveries) => {
      world.deliveries = deliveries;
    },
    hostFile: (name, path) => hostFile(world, name, path),
  };
}

async function sha256(world: World, assetId: string): Promise<string> {
  const stored = anyAsset(world, assetId);
  if (!stored.media) throw new Error(`Asset ${assetId} has no media yet`);
  if (stored.representation === 0) return world.media.sha256(stored.media);
  const hash = createHash('sha256');
  for await (const chunk of representation(world, stored, stored.media).read(0, stored.media.sizeBytes - 1))
    hash.update(chunk);
  return hash.digest('hex');
}
