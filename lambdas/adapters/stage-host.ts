// Everything a stage may ask for, put together for the stage functions.
import type { Purpose } from '../contract/names.ts';
import { KeptMasters } from '../stages/kept-masters.ts';
import type { Deps, Settings } from '../stages/stage.ts';
import { createBrake } from './brake.ts';
import { createBus } from './bus.ts';
import { dynamodb, eventBridge, s3, sqs } from './clients.ts';
import type { Config } from './config.ts';
import { createHelpers } from './copy-queue.ts';
import { createErasures } from './erasures.ts';
import { clock, config, ledger, log, waking } from './host.ts';
import { platformFor } from './platform-host.ts';
import { systemRandom } from './random.ts';
import { createSource } from './source.ts';
import { createVault } from './vault.ts';

/** All that a copy goes through, from where to where. */
export function copyPorts() {
  const { bucket, bucketOwner, sourceHosts: hosts, sourceLoopback: loopback } = config;
  return {
    ledger,
    clock,
    vault: createVault({ client: s3(), bucket, bucketOwner }),
    source: createSource({ hosts, loopback }),
  };
}

export function depsFor(purpose: Purpose): Deps {
  return {
    ...copyPorts(),
    log,
    random: systemRandom,
    dispatch: waking.dispatch,
    // Only the archive function has the queue; the others never ask.
    helpers: {
      ask: (segments) => createHelpers({ client: sqs(), queueUrl: config.copyQueueUrl() }).ask(segments),
    },
    platform: platformFor(purpose),
    brake: createBrake({ client: dynamodb(), tableName: config.table, limits: config.deletionLimits }),
    erasures: createErasures({ client: dynamodb(), tableName: config.table }),
    bus: createBus({ client: eventBridge(), busName: config.busName() }),
    settings: settingsOf(config),
    keptMasters: new KeptMasters(),
  };
}

function settingsOf(from: Config): Settings {
  const { leaseMs, pollMs, settleMs, createDoubtMs, masterWaitMs, minNoticeMs, thawDays } = from;
  const { noticeBeforeMs, onStillWatched, retentionMs, objectLock } = from;
  const { storageClass, deletions, onLoss, openMasters, segmentBytes, expirySchedule: ticks } = from;
  const times = { leaseMs, pollMs, settleMs, createDoubtMs, masterWaitMs, minNoticeMs, thawDays };
  return {
    ...times,
    noticeBeforeMs,
    retentionMs,
    objectLock,
    onStillWatched,
    storageClass,
    deletions,
    onLoss,
    openMasters,
    segmentBytes,
    ticks,
  };
}
