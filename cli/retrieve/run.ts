// `icehouse restore --to`: the run around the engine, with Ctrl-C, the screen, the report and the exit code.
import type { ObjectClass } from '../../lambdas/contract/names.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import { regionOf } from '../credentials.ts';
import { EXIT } from '../problems.ts';
import type { Session } from '../session.ts';
import { retrieve } from './retrieve.ts';
import { openHands } from './retrieve-ports.ts';
import { explained, interrupted } from './retrieve-problems.ts';
import { retrievedView, retrieveView, SILENT } from './retrieve-screen.ts';
import type { Target } from './target.ts';

export interface RetrieveOptions {
  readonly assetIds: readonly string[];
  readonly to: Target;
  readonly tier?: Tier;
  readonly days: number;
  readonly overwrite: boolean;
  readonly storageClass: ObjectClass;
  readonly pollMs: number;
  readonly pathStyle: boolean;
}

/** Throws CommandError; an asset that failed is in the report, and in the exit code. */
export async function retrieveOnScreen(session: Session, options: RetrieveOptions): Promise<void> {
  const { screen, json } = session;
  const view = json ? SILENT : retrieveView(screen, session.nowMs);
  await untilStopped(async (signal) => {
    const region = regionOf(session.apiUrl);
    await using hands = await openHands(session.api, { ...options, region });
    const to = hands.destination(options.to, options);
    const results = await retrieve(
      { ports: hands.ports, to, order: { ...options, signal }, view },
      async (one) => {
        if (!json) screen.print(retrievedView(one, screen));
      },
    );
    if (json) screen.print(JSON.stringify({ to: to.name, results }, null, 2));
    if (results.some(({ outcome }) => outcome === 'failed')) session.exitWith(EXIT.refused);
  });
}

/** Ctrl-C stops it in good order, a second one at once. Throws what `work` throws, explained. */
export async function untilStopped<T>(
  work: (signal: AbortSignal) => Promise<T>,
  goesOn?: string,
): Promise<T> {
  const stop = new AbortController();
  const onInterrupt = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort(interrupted(goesOn));
  };
  // Not by `once`: what gives the terminal its cursor back ends the program when it finds itself the only listener.
  process.on('SIGINT', onInterrupt);
  try {
    return await work(stop.signal);
  } catch (error) {
    throw explained(error);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
