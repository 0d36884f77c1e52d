// Mux for the functions that call it: each is made for one purpose and spends that purpose's share of the rate limit.
import type { Purpose } from '../contract/names.ts';
import type { Platform } from '../stages/ports.ts';
import { dynamodb } from './clients.ts';
import { createGovernor, STEPS_PATIENCE_MS } from './governor.ts';
import { clock, config, log, muxSecret } from './host.ts';
import { createMux } from './mux.ts';

/** `patienceMs`: how far away a slot of the rate limit may be to be slept for. */
export function platformFor(purpose: Purpose, patienceMs = STEPS_PATIENCE_MS): Platform {
  const { table: tableName, muxRates: rates } = config;
  return createMux({
    credentials: muxSecret,
    baseUrls: { api: config.muxBaseUrl, stream: config.muxStreamBaseUrl },
    governor: createGovernor({ client: dynamodb(), tableName, clock, rates, patienceMs }),
    purpose,
    clock,
    log,
  });
}
