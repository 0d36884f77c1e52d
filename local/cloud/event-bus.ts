// EventBridge: events meet the rules of their bus, targets are invoked asynchronously, and every event is kept as a
// line of events.jsonl for people and tests to read.
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { matchesPattern } from './event-pattern.ts';
import type { CloudPlan } from './plan.ts';

/** An event as a rule and its targets see it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
}

export class EventBus {
  readonly #plan: CloudPlan;
  readonly #file: string;
  readonly #invoke: (functionArn: string, payload: string) => void;

  constructor(plan: CloudPlan, file: string, invoke: (functionArn: string, payload: string) => void) {
    this.#plan = plan;
    this.#file = file;
    this.#invoke = invoke;
  }

  /** Of a name or an ARN; undefined when there is no such bus. */
  busName(nameOrArn: string | undefined): string | undefined {
    const name = (nameOrArn ?? 'default').replace(/^arn:.*event-bus\//, '');
    return name === 'default' || this.#plan.buses.some((bus) => bus.name === name) ? name : undefined;
  }

  /** Gives an event what PutEvents adds, and answers its id. */
  put(bus: string, event: BusEvent & { readonly resources: readonly string[] }): string {
    const { accountId: account, region } = this.#plan;
    const id = randomUUID();
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    this.deliver(bus, { version: '0', id, account, time, region, ...event });
    return id;
  }

  /** For events that AWS services make whole themselves. */
  deliver(bus: string, event: BusEvent & Readonly<Record<string, unknown>>): void {
    appendFileSync(this.#file, `${JSON.stringify({ bus, ...event })}\n`);
    for (const { busName, pattern, targets } of this.#plan.rules) {
      if (busName !== bus || !matchesPattern(pattern, event)) continue;
      for (const { functionArn, input } of targets) this.#invoke(functionArn, JSON.stringify(input ?? event));
    }
  }
}
