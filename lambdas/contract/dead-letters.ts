// What the stack, the copy worker and the command line agree on about work that was given up.

/** A segment that failed so often is kept for people. The worker does it and says why; the queue, for workers that die. */
export const MOST_RECEIVES = 5;

/** Message attributes that say why. The first two are named as EventBridge and its Scheduler name theirs. */
export const REASON_ATTRIBUTES = {
  code: 'ERROR_CODE',
  message: 'ERROR_MESSAGE',
  receives: 'RECEIVES',
} as const;

/** Beside them, on an event that no receiver took: whom it was for, and the name of the queue it goes back to. */
export const DELIVERY_ATTRIBUTES = { receiver: 'RECEIVER', queue: 'QUEUE_NAME' } as const;

/** Only a message that the function dies of comes so often: a receiver's failures end after a day, by the clock. */
export const MOST_DELIVERIES = 200;
