// Mux for the functions that call it: each is made for one purpose and spends that purpose's share of the rate limit.
import type { Purpose } from '../contract/names.ts';
import type { Platform } from '../stages/ports.ts';
import { dynamodb } from './clients.ts';
import { createGovernor, STEPS_PATIENCE_MS } from './governor.ts';
import { clock, config, log, muxSecret } from './host.ts';
import { createMux } from './mux.ts';

/** A step of three calls must not sleep its lease away, however short that is: 20 s of 90. */
const stepsPatienceMs = Math.min(STEPS_PATIENCE_MS, (config.leaseMs * 2) / 9);

/** `patienceMs`: how far away a slot of the rate limit may be to be slept for. */
export function platformFor(purpose: Purpose, patienceMs = stepsPatienceMs): Platform {
  const { table: tableName, muxRates: rates } = config;
  return createMux({
    credentials: muxSecret,
    baseUrls: { api: config.muxBaseUrl, stream: config.muxStreamBaseUrl, image: config.muxImageBaseUrl },
    governor: createGovernor({ client: dynamodb(), tableName, clock, rates, patienceMs }),
    purpose,
    clock,
    log,
  });
}
