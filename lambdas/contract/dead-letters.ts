// What the stack, the copy worker and the command line agree on about work that was given up.

/** A segment that failed so often is kept for people. The worker does it and says why; the queue, for workers that die. */
export const MOST_RECEIVES = 5;

/** Message attributes that say why. The first two are named as EventBridge and its Scheduler name theirs. */
export const REASON_ATTRIBUTES = {
  code: 'ERROR_CODE',
  message: 'ERROR_MESSAGE',
  receives: 'RECEIVES',
} as const;
