// What every function has: configuration, log, clock, ledger, and the means to wake a record. Made once per environment.
// Imported by handlers only. What only some functions need is in platform-host.ts and stage-host.ts, so that the
// webhook and the sweep, which start most often, carry neither S3's nor Mux's SDK.
import type { Waking } from '../stages/wake.ts';
import { dynamodb, lambda, secretsManager } from './clients.ts';
import { systemClock } from './clock.ts';
import { readConfig } from './config.ts';
import { createDispatch } from './dispatch.ts';
import { createLedger } from './ledger.ts';
import { createLog } from './log.ts';
import { createMuxSecret, createWebhookSecrets, type MuxCredentials } from './secrets.ts';

export const config = readConfig();
export const clock = systemClock;
/** Without an instance nobody watches, and nothing is counted. */
const counting =
  config.instance === undefined ? undefined : { instance: config.instance, nowMs: clock.nowMs };
export const log = createLog({}, counting);
export const ledger = createLedger({ client: dynamodb(), tableName: config.table, log });

export const waking: Waking = {
  ledger,
  clock,
  leaseMs: config.leaseMs,
  dispatch: createDispatch({ client: lambda(), functionName: (stage) => config.functionName(stage) }),
};

let secret: (() => Promise<MuxCredentials>) | undefined;

export function muxSecret(): Promise<MuxCredentials> {
  secret ??= createMuxSecret({ client: secretsManager(), secretId: config.muxSecretId(), clock });
  return secret();
}

let verifying: (() => Promise<readonly string[]>) | undefined;

export function webhookSecrets(): Promise<readonly string[]> {
  verifying ??= createWebhookSecrets({ client: secretsManager(), secretId: config.muxSecretId(), clock });
  return verifying();
}
