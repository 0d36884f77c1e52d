// What every stage's function does with an invocation: reads the message, runs the stage within its time.
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { depsFor } from '../adapters/stage-host.ts';
import type { Purpose, Stage, StageMessage } from '../contract/names.ts';
import { failureOf } from '../domain/reason.ts';
import { runStage, type StageFunction } from '../stages/stage.ts';
import { readMessage } from './message.ts';

const messageSchema = z.object({
  asset_id: z.string(),
  life: z.int(),
  version: z.int(),
}) satisfies z.ZodType<StageMessage>;

/** The last tenth of an invocation, at most 20 s, is kept for storing what was reached. */
function deadlineOf(context: Context, nowMs: number): number {
  const remainingMs = context.getRemainingTimeInMillis();
  return nowMs + remainingMs - Math.min(20_000, remainingMs / 10);
}

/** What is thrown reaches the failure destination, where a person sees it: an unreadable message, a ledger that is not there. */
export function stageHandler(stage: Stage, purpose: Purpose, step: StageFunction) {
  const deps = depsFor(purpose);
  return async (event: unknown, context: Context): Promise<void> => {
    try {
      const message = readMessage(messageSchema, event, `a message to stage ${stage}`);
      await runStage(stage, step, deps, message, deadlineOf(context, deps.clock.nowMs()));
    } catch (error) {
      throw failureOf(error);
    }
  };
}
