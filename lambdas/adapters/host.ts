// Where the house is put together: reads the configuration once and makes every adapter, each when first asked for.
// Imported by handlers only; stages get what is made here as ports.
import type { Purpose } from '../contract/names.ts';
import type { Deps, Settings } from '../stages/stage.ts';
import type { Waking } from '../stages/wake.ts';
import { createBus } from './bus.ts';
import { dynamodb, eventBridge, lambda, s3, secretsManager } from './clients.ts';
import { systemClock } from './clock.ts';
import { type Config, readConfig } from './config.ts';
import { createDispatch } from './dispatch.ts';
import { createGovernor } from './governor.ts';
import { createLedger } from './ledger.ts';
import { createLog } from './log.ts';
import { createMux } from './mux.ts';
import { systemRandom } from './random.ts';
import { createMuxSecret } from './secrets.ts';
import { createSource } from './source.ts';
import { createVault } from './vault.ts';

export const config = readConfig();
export const log = createLog();
export const clock = systemClock;
export const random = systemRandom;

const client = dynamodb();
export const ledger = createLedger({ client, tableName: config.table });

export const muxSecret = () => {
  secret ??= createMuxSecret({ client: secretsManager(), secretId: config.muxSecretId(), clock });
  return secret();
};
let secret: ReturnType<typeof createMuxSecret> | undefined;

export function platformFor(purpose: Purpose) {
  const rates = config.muxRates;
  return createMux({
    credentials: muxSecret,
    baseUrls: { api: config.muxBaseUrl, stream: config.muxStreamBaseUrl },
    governor: createGovernor({ client, tableName: config.table, clock, rates }),
    purpose,
    clock,
    log,
  });
}

export const waking: Waking = {
  ledger,
  clock,
  leaseMs: config.leaseMs,
  dispatch: createDispatch({ client: lambda(), functionName: (stage) => config.functionName(stage) }),
};

/** Everything a stage may ask for; its Mux calls are paid from the share of `purpose`. */
export function depsFor(purpose: Purpose): Deps {
  const { bucket, bucketOwner, sourceHosts: hosts, sourceLoopback: loopback } = config;
  return {
    ledger,
    clock,
    random,
    log,
    dispatch: waking.dispatch,
    vault: createVault({ client: s3(), bucket, bucketOwner }),
    source: createSource({ hosts, loopback }),
    platform: platformFor(purpose),
    bus: createBus({ client: eventBridge(), busName: config.busName() }),
    settings: settingsOf(config),
  };
}

function settingsOf(from: Config): Settings {
  const { leaseMs, pollMs, settleMs, createDoubtMs, masterWaitMs, minNoticeMs, thawDays } = from;
  const { storageClass, deletions, expirySchedule: ticks } = from;
  const times = { leaseMs, pollMs, settleMs, createDoubtMs, masterWaitMs, minNoticeMs, thawDays };
  return { ...times, storageClass, deletions, ticks };
}
