// The house that crashes are tried in: the whole stack on the embedded cloud and the simulator, with the door between.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ENVIRONMENT } from '../../lambdas/contract/environment.ts';
import { boot, type Running } from '../boot.ts';
import type { Simulator } from '../mux/simulator.ts';
import { BusFile } from './bus-file.ts';
import { Door } from './door.ts';

export interface CrashHouse {
  readonly api: string;
  readonly mux: Running['mux'];
  readonly simulator: Simulator;
  readonly door: Door;
  readonly bus: BusFile;
  readonly s3: S3Client;
  readonly bucket: string;
  /** Calls that the role of their function does not allow: AWS would have refused them, as this house did. */
  denied(): readonly string[];
  close(): Promise<void>;
}

/** Sweeps every half second, thaws in one; other durations are a thirtieth of what they are in AWS. A lease is 5 s. */
const CLOCKWORK = {
  sweepSeconds: 0.5,
  expireSeconds: 0.5,
  thawSeconds: 1,
  settleSeconds: 0.2,
  timeScale: 30,
};

/** Each part of the larger master is a segment, so that its copy is shared out; and no limit stops hundreds of lives. */
const SETTINGS: Readonly<Record<string, string>> = {
  [ENVIRONMENT.segmentBytes]: String(16 * 1024 ** 2),
  [ENVIRONMENT.deletionsPerHour]: '100000',
  [ENVIRONMENT.deletionsPerDay]: '100000',
  [ENVIRONMENT.deletionsPerUserDay]: '100000',
};

/** `data` is kept; without it everything is in a temporary directory that goes with the house. */
export async function openHouse(data?: string): Promise<CrashHouse> {
  const directory = data ?? mkdtempSync(join(tmpdir(), 'icehouse-crash-'));
  const door = new Door();
  const running = await boot(
    {
      ...CLOCKWORK,
      tour: false,
      exit: false,
      verbose: false,
      port: 0,
      data: directory,
      onLine: () => {},
      onProcess: async (starting) => ({
        ...(await door.adopt(starting)),
        ...settingsFor(starting.environment),
      }),
    },
    {},
  );
  const { cloud, simulator, mux } = running;
  if (!simulator) throw new Error('Crashes are tried on the simulator only.');
  // Lives side by side would slow one another down, and each word of that to the governor is an effect of none of them.
  simulator.change({ rateLimit: { on: false } });
  const s3 = new S3Client({
    endpoint: cloud.urls.s3,
    region: cloud.plan.region,
    credentials: cloud.owner,
    forcePathStyle: true,
  });
  return {
    api: cloud.urls.api,
    mux,
    simulator,
    door,
    bus: new BusFile(join(directory, 'events.jsonl')),
    s3,
    bucket: cloud.plan.buckets[0]?.name ?? '',
    denied: () =>
      cloud
        .access()
        .flatMap(({ functionName, denied }) =>
          denied.map(({ action, resource }) => `${functionName}: ${action} on ${resource}`),
        ),
    async close() {
      s3.destroy();
      await running.close();
      await door.close();
      if (data === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Only what the function has anyway. */
function settingsFor(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(SETTINGS).filter(([name]) => name in environment));
}
