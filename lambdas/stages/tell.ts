// One event for one receiver: signed, sent, tried again later and later, and kept for people when a day was not enough.
import { bodyOf, type Envelope } from '../domain/outgoing.ts';
import { SIGNATURE_HEADER, signatureOf } from '../domain/outgoing-signature.ts';
import { type Reason, reasonOf } from '../domain/reason.ts';
import type { Clock, Log, Post } from './ports.ts';

export interface TellDeps {
  readonly post: Post;
  /** The current one first; two while it is being changed. */
  readonly secrets: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
  /** The wait before the second try; each further one is twice as long, up to an hour. */
  readonly retryMs: number;
  /** So long after the event came into its queue it is still tried. */
  readonly giveUpMs: number;
}

export interface Delivery {
  readonly envelope: Envelope;
  readonly url: string;
  /** How often it was taken out of its queue, this time included. */
  readonly receives: number;
  readonly sentAtMs: number;
}

export type DeliveryOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly waitMs: number }
  | { readonly kind: 'given up'; readonly reason: Reason };

const LONGEST_WAIT_MS = 3_600_000;

/** Never throws for a receiver's fault; throws where our own secret cannot be read, and then the event comes again. */
export async function tell(deps: TellDeps, delivery: Delivery): Promise<DeliveryOutcome> {
  const secrets = await deps.secrets();
  const body = bodyOf(delivery.envelope);
  const startedMs = deps.clock.nowMs();
  try {
    await deps.post(delivery.url, body, headersFor(body, secrets, startedMs));
    return note(deps, delivery, startedMs, { kind: 'delivered' });
  } catch (error) {
    return note(deps, delivery, startedMs, undelivered(deps, delivery, reasonOf(error)), reasonOf(error));
  }
}

function headersFor(body: string, secrets: readonly string[], nowMs: number): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Icehouse',
    [SIGNATURE_HEADER]: signatureOf(body, secrets, nowMs),
  };
}

function undelivered(
  { clock, retryMs, giveUpMs }: TellDeps,
  delivery: Delivery,
  reason: Reason,
): DeliveryOutcome {
  const { receives, sentAtMs } = delivery;
  if (clock.nowMs() - sentAtMs >= giveUpMs) return { kind: 'given up', reason };
  return { kind: 'again', waitMs: Math.min(retryMs * 2 ** (receives - 1), LONGEST_WAIT_MS) };
}

function note(
  { log, clock }: TellDeps,
  { envelope, url, receives }: Delivery,
  startedMs: number,
  outcome: DeliveryOutcome,
  reason?: Reason,
): DeliveryOutcome {
  const { type, id, object } = envelope;
  const ms = clock.nowMs() - startedMs;
  const fields = { stage: 'tell', asset_id: object.id, type, id, receiver: new URL(url).host, receives, ms };
  const write = outcome.kind === 'given up' ? log.error : log.info;
  write('webhook out', { ...fields, outcome: outcome.kind, code: reason?.code, error: reason?.message });
  return outcome;
}
