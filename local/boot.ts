// Boots Icehouse on the embedded cloud: simulator (unless a Mux is given), stack, plan, engines.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Duration, Size } from 'aws-cdk-lib/core';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import type { IcehouseProps } from '../lib/icehouse-props.ts';
import type { Clockwork } from './cloud/clockwork.ts';
import { type Cloud, type CloudOptions, startCloud } from './cloud/cloud.ts';
import { type DataDirectory, openDataDirectory } from './cloud/data-directory.ts';
import { isFreePort } from './cloud/http.ts';
import { planOf } from './cloud/synthesize.ts';
import { DEFAULT_BEHAVIOUR } from './mux/behaviour.ts';
import type { Environment as MuxEnvironment } from './mux/model.ts';
import { createMuxSimulator, DEFAULT_ENVIRONMENT, type Simulator } from './mux/simulator.ts';
import type { StartOptions } from './options.ts';
import { givenSigningKey, newSigningKey, type SigningKey } from './signing-key.ts';
import { externalEndpoints, type MuxCredentials, muxCredentials, signingSecret } from './surroundings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** All that runs, for the tour and for the ready line. */
export interface Running {
  readonly cloud: Cloud;
  readonly dataDirectory: string;
  readonly mux: MuxCredentials & { readonly url: string; readonly readToken?: MuxEnvironment['readToken'] };
  /** Absent when a Mux was given by URL. */
  readonly simulator?: Simulator;
  close(): Promise<void>;
}

export interface BootOptions extends StartOptions {
  readonly onLine: (from: string, line: string) => void;
  readonly onProcess?: CloudOptions['onProcess'];
  /** What a test wants otherwise than it is here. */
  readonly props?: IcehouseProps;
}

/** Next to the API's port where that was chosen and the next one is free, so that it stays the same over restarts. */
async function muxPort(apiPort: number | undefined): Promise<number> {
  return apiPort && (await isFreePort(apiPort + 1)) ? apiPort + 1 : 0;
}

/** Leaves nothing behind when it fails, but for what a given --data directory holds. */
export async function boot(options: BootOptions, environment: Environment): Promise<Running> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await bootAll(options, environment, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function bootAll(
  options: BootOptions,
  environment: Environment,
  closers: (() => unknown)[],
): Promise<Omit<Running, 'close'>> {
  const data = openData(options.data, closers);
  const credentials = muxCredentials(environment);
  // The tour deletes assets: it never meets a Mux that the environment names.
  const given = options.tour ? undefined : (options.muxBaseUrl ?? (environment.MUX_BASE_URL || undefined));
  const pair = given === undefined ? newSigningKey() : undefined;
  const simulator =
    pair && (await newSimulator(data, { ...credentials, signingKey: pair.theirs }, options.timeScale));
  if (simulator) closers.push(() => simulator.close());
  const url = given ?? (await simulator?.listen(await muxPort(options.port))) ?? '';
  const mux = { ...credentials, url, readToken: simulator && DEFAULT_ENVIRONMENT.readToken };
  const ratesTimes = simulator ? options.timeScale : 1;
  const signingKey = pair?.ours ?? givenSigningKey(environment);
  const cloud = await bootCloud({ ...options, ratesTimes, signingKey }, environment, data, mux);
  closers.push(() => cloud.close());
  simulator?.setWebhookUrls([`${cloud.urls.api}/v1/webhooks/mux`]);
  return { cloud, dataDirectory: data.path, mux, simulator };
}

function openData(given: string | undefined, closers: (() => unknown)[]): DataDirectory {
  const path = given === undefined ? mkdtempSync(join(tmpdir(), 'icehouse-')) : resolve(given);
  if (given === undefined) closers.push(() => rmSync(path, { recursive: true, force: true }));
  const data = openDataDirectory(path);
  closers.push(() => data.release());
  return data;
}

/** In compressed time a second holds more calls, on both sides: the simulator's limit, and ours in `stackProps`. */
function newSimulator(
  data: DataDirectory,
  credentials: MuxCredentials & Pick<MuxEnvironment, 'signingKey'>,
  timeScale: number,
): Promise<Simulator> {
  const environments = [{ ...DEFAULT_ENVIRONMENT, ...credentials }];
  const { postPerSecond, otherPerSecond } = DEFAULT_BEHAVIOUR.rateLimit;
  const rateLimit = { postPerSecond: postPerSecond * timeScale, otherPerSecond: otherPerSecond * timeScale };
  return createMuxSimulator({ dataDir: join(data.path, 'mux'), environments, behaviour: { rateLimit } });
}

/** A real Mux keeps real time: there the rates stay as they are. */
type CloudBoot = BootOptions & { readonly ratesTimes: number; readonly signingKey: SigningKey | undefined };

async function bootCloud(
  options: CloudBoot,
  environment: Environment,
  data: DataDirectory,
  mux: Running['mux'],
): Promise<Cloud> {
  const external = externalEndpoints(environment);
  const region = (external && environment.AWS_REGION) || 'us-east-1';
  const outputDirectory = join(data.path, 'cdk.out');
  const props = { ...stackProps(mux.url, environment, options), ...options.props };
  const plan = await planOf(props, { outputDirectory, region });
  const signing = { signing_secret: signingSecret(environment) };
  return startCloud(plan, {
    data,
    external,
    clockwork: clockwork(options, external?.s3 !== undefined),
    thawMs: 1000 * options.thawSeconds,
    apiPort: options.port,
    secrets: Object.fromEntries(
      plan.secrets
        // Those of callers stay as the template has them.
        .filter(({ logicalId }) => !/BearerTokens/.test(logicalId))
        .map(({ logicalId }) => {
          const value = /Webhooks/.test(logicalId) ? signing : muxSecret(logicalId, mux, options.signingKey);
          return [logicalId, JSON.stringify(value)];
        }),
    ),
    onLine: options.onLine,
    onProcess: options.onProcess,
  });
}

/** Of the one secret for all, or of those apart (props `readSecret`, `webhookSecret`). */
function muxSecret(logicalId: string, mux: Running['mux'], signingKey: SigningKey | undefined) {
  if (/CredentialsWebhookSecret/.test(logicalId)) return { webhook_secret: mux.webhookSecret };
  const own = { id: mux.tokenId, secret: mux.tokenSecret };
  const token = (/CredentialsReadSecret/.test(logicalId) && mux.readToken) || own;
  return {
    token_id: token.id,
    token_secret: token.secret,
    webhook_secret: mux.webhookSecret,
    signing_key_id: signingKey?.id,
    signing_private_key: signingKey?.privateKey,
  };
}

/** Only the embedded cloud begins with deletions on, without notice and with loopback sources. */
function stackProps(
  muxUrl: string,
  environment: Environment,
  { ratesTimes, webhookTo }: CloudBoot,
): IcehouseProps {
  return {
    muxRates: { post: 0.5 * ratesTimes, other: 2.5 * ratesTimes },
    deletions: 'on',
    ...(webhookTo && { webhooks: { urls: webhookTo } }),
    // Wide, since what is tried here is many lives in little time.
    deletionLimits: { perHour: 100_000, perDay: 100_000, perUserDay: 100_000 },
    minNotice: Duration.seconds(0),
    minRetention: Duration.seconds(0),
    noticeBefore: Duration.seconds(0),
    // What is left to stop an erasure is the time that others at work on the video are given to end.
    erasureDelay: Duration.seconds(0),
    // Small, so that a master of a gigabyte already shows how a large one is shared among workers.
    copySegment: Size.mebibytes(128),
    copyWorkers: 2,
    sources: { hosts: ['*.mux.com', '127.0.0.1', 'localhost'], loopback: true },
    muxBaseUrl: muxUrl,
    muxStreamBaseUrl: environment.MUX_STREAM_BASE_URL || muxUrl,
    muxImageBaseUrl: environment.MUX_IMAGE_BASE_URL || muxUrl,
  };
}

function clockwork(options: StartOptions, hasExternalVault: boolean): Clockwork {
  const seconds: Readonly<Record<string, number>> = {
    step: options.sweepSeconds,
    expire: options.expireSeconds,
  };
  return {
    timeScale: options.timeScale,
    scheduleSeconds: (input) => seconds[String((input as { lane?: unknown }).lane)],
    environment: {
      [ENVIRONMENT.settleSeconds]: String(options.settleSeconds),
      [ENVIRONMENT.expirySchedule]: `every:${options.expireSeconds}`,
      // A bucket elsewhere belongs to an account that the template knows nothing of.
      ...(hasExternalVault && { [ENVIRONMENT.bucketOwner]: '' }),
    },
  };
}
