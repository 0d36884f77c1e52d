// Fakes of the ports that only take: they keep what they were given, for the test to look at.
import type { SegmentMessage, Stage, StageMessage } from '../../lambdas/contract/names.ts';
import type { Bus, Dispatch, Helpers, Log, TransitionEvent } from '../../lambdas/stages/ports.ts';

export function recordingBus(): Bus & { readonly events: TransitionEvent[] } {
  const events: TransitionEvent[] = [];
  return {
    events,
    async publish(more) {
      events.push(...more);
    },
  };
}

export interface Invocation {
  readonly stage: Stage;
  readonly message: StageMessage;
}

export function recordingDispatch(): Dispatch & { readonly invocations: Invocation[] } {
  const invocations: Invocation[] = [];
  return {
    invocations,
    async invoke(stage, message) {
      invocations.push({ stage, message });
    },
  };
}

export function recordingHelpers(): Helpers & { readonly segments: SegmentMessage[] } {
  const segments: SegmentMessage[] = [];
  return {
    segments,
    async ask(asked) {
      segments.push(...asked);
    },
  };
}

export interface LogLine {
  readonly level: 'info' | 'error';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

export function recordingLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return {
    lines,
    info: (message, fields) => void lines.push({ level: 'info', message, fields }),
    error: (message, fields) => void lines.push({ level: 'error', message, fields }),
  };
}
