// Mux for a drill: your own token, one call a second, and no governor, since a drill runs beside the stack.
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { createMux } from '../../lambdas/adapters/mux.ts';
import type { Platform } from '../../lambdas/stages/ports.ts';
import { CommandError, EXIT } from '../problems.ts';

export interface MuxAccess {
  readonly tokenId?: string;
  readonly tokenSecret?: string;
  readonly baseUrl?: string;
  /** Between two calls. */
  readonly paceMs?: number;
}

/** Throws CommandError NO_MUX_TOKEN. */
export function openMux({
  tokenId,
  tokenSecret,
  baseUrl = 'https://api.mux.com',
  paceMs = 1000,
}: MuxAccess): Platform {
  if (!tokenId || !tokenSecret) {
    const detail = '--on-mux makes an asset at Mux, and there is no token to do it with.';
    const action = 'Set MUX_TOKEN_ID and MUX_TOKEN_SECRET.';
    throw new CommandError({ title: 'No drill', code: 'NO_MUX_TOKEN', detail, action }, EXIT.usage);
  }
  let nextMs = 0;
  const put = (atMs: number) => {
    nextMs = Math.max(nextMs, atMs);
  };
  return createMux({
    credentials: async () => ({ tokenId, tokenSecret }),
    baseUrls: { api: baseUrl, stream: baseUrl, image: baseUrl },
    governor: {
      take: async () => {
        const waitMs = nextMs - systemClock.nowMs();
        if (waitMs > 0) await systemClock.sleep(waitMs);
        put(systemClock.nowMs() + paceMs);
      },
      slowDown: async (_, seconds) => put(systemClock.nowMs() + seconds * 1000),
    },
    purpose: 'restore',
    clock: systemClock,
    log: { info: () => undefined, error: () => undefined },
  });
}
