// Which queues have the dead letters: those that are named, else those of the deployed stack; never some of each.
import type { Command } from 'commander';
import { said, sourceOf, stackBeside } from '../place.ts';
import type { Screened } from '../session.ts';
import type { QueueUrls } from './round.ts';

const OUTPUT_OF = {
  copyQueue: 'CopyQueue',
  copyDeadLetters: 'CopyDeadLettersQueue',
  failedInvocations: 'FailedInvocationsQueue',
  webhookDeadLetters: 'WebhookDeadLettersQueue',
} as const satisfies Record<keyof QueueUrls, string>;

const NAMES = Object.keys(OUTPUT_OF) as readonly (keyof QueueUrls)[];

/** Empty where nobody names any. Throws what the outputs throw. */
export function queueUrls(command: Command, given: QueueUrls, { note }: Pick<Screened, 'note'>): QueueUrls {
  const named = NAMES.flatMap((name) => {
    const one = said(command, name, given[name]);
    return one ? [[name, one.value] as const] : [];
  });
  if (named.length > 0) return Object.fromEntries(named);
  const stack = stackBeside(command);
  if (!stack) return {};
  note(`Queues: ${sourceOf(stack)}`);
  const found = NAMES.flatMap((name) => {
    const url = stack.outputs[OUTPUT_OF[name]];
    return url && URL.canParse(url) ? [[name, new URL(url)] as const] : [];
  });
  return Object.fromEntries(found);
}
