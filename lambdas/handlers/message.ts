// The door for what functions are sent by queues, schedules and each other: read once, refused with a code.
import type * as z from 'zod';
import { PermanentError } from '../domain/failures.ts';

/** Nobody's next try reads it better. */
export class UnreadableError extends PermanentError {}

/** How many faults of one message are named. */
const FAULTS_NAMED = 3;

/** `what` is in the error's words: `a message to stage archive`. Throws UnreadableError MESSAGE_UNREADABLE. */
export function readMessage<T>(schema: z.ZodType<T>, message: unknown, what: string): T {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, FAULTS_NAMED)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  throw unreadable(what, faults.join('; '));
}

/** The same for a text. The parser's own message would repeat the text. */
export function readJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw unreadable(what, 'it is no JSON');
  }
  return readMessage(schema, message, what);
}

function unreadable(what: string, why: string): UnreadableError {
  return new UnreadableError('MESSAGE_UNREADABLE', `Cannot read ${what}: ${why}.`, {
    action: 'Find out who sent it; Icehouse itself never does. Nothing was done, and nothing waits for it.',
  });
}
