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

/** What rules deliver to. Neither throws. */
export interface Targets {
  invoke(functionArn: string, payload: string): void;
  send(queueArn: string, body: string): void;
}

export class EventBus {
  readonly #plan: CloudPlan;
  readonly #file: string;
  readonly #targets: Targets;

  constructor(plan: CloudPlan, file: string, targets: Targets) {
    this.#plan = plan;
    this.#file = file;
    this.#targets = targets;
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
      for (const target of targets) {
        if ('queueArn' in target) this.#targets.send(target.queueArn, JSON.stringify(event));
        else this.#targets.invoke(target.functionArn, JSON.stringify(target.input ?? event));
      }
    }
  }
}
