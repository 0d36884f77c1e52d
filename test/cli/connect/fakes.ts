// A Mux and a secret in memory that can die before or after any of their calls.

import type { Hands } from '../../../cli/connect/carry-out.ts';
import type {
  MuxDoor,
  NewRegistration,
  Registration,
  SecretFields,
} from '../../../cli/connect/connect-ports.ts';

export const URL_OF_STACK = 'https://abc.execute-api.eu-west-1.amazonaws.com/v1/webhooks/mux';
export const TOKEN = { id: 'token-id', secret: 'token-secret' };

export class Death extends Error {
  override readonly name = 'Death';
}

/** `before` and `after`: number of the call, from 1, at which the process dies; `fail` are calls that are refused. */
export interface Fate {
  readonly before?: number;
  readonly after?: number;
  readonly fail?: readonly string[];
  /** Carried out, and then no answer. */
  readonly lose?: readonly string[];
}

export class World {
  registrations: NewRegistration[] = [];
  secret: SecretFields = { token_id: '', token_secret: '', webhook_secret: '' };
  calls: string[] = [];
  notAllowed = false;
  #made = 0;

  constructor(secret?: SecretFields) {
    if (secret) this.secret = secret;
  }

  /** As somebody makes one in the dashboard, or as an earlier run did. */
  add(address: string, id = `old-${this.registrations.length + 1}`): NewRegistration {
    const made = { id, address, enabled: true, signingSecret: `secret-of-${id}` };
    this.registrations.unshift(made);
    return made;
  }

  get listed(): readonly Registration[] {
    return this.registrations.map(({ signingSecret: _, ...shown }) => shown);
  }

  /** Whether every webhook at Mux would be accepted by the stack, and there is one. */
  get works(): boolean {
    const accepted = [this.secret.webhook_secret, this.secret.webhook_secret_previous];
    return this.registrations.some(({ signingSecret }) => accepted.includes(signingSecret));
  }

  hands(fate: Fate = {}): Hands {
    let count = 0;
    const step = async <T>(name: string, act: () => T): Promise<T> => {
      count += 1;
      if (count >= (fate.before ?? Number.POSITIVE_INFINITY)) throw new Death();
      if (fate.after !== undefined && count > fate.after) throw new Death();
      this.calls.push(name);
      if (fate.fail?.includes(name)) throw new Error(`${name} is refused`);
      const done = act();
      if (fate.lose?.includes(name) || count === fate.after) throw new Death(`${name}: no answer`);
      return done;
    };
    const mux: MuxDoor = {
      owner: async () => undefined,
      registrations: () => step('list', () => this.listed),
      register: (address) =>
        step('register', () => {
          if (this.notAllowed) return 'not-allowed' as const;
          if (this.registrations.some((one) => one.address === address)) throw new Error('taken');
          this.#made += 1;
          return this.add(address, `new-${this.#made}`);
        }),
      enable: (id) =>
        step('enable', () => {
          this.registrations = this.registrations.map((one) =>
            one.id === id ? { ...one, enabled: true } : one,
          );
        }),
      remove: (id) =>
        step('remove', () => {
          this.registrations = this.registrations.filter((one) => one.id !== id);
        }),
    };
    const store = {
      read: () => step('read', () => this.secret),
      write: (fields: SecretFields) =>
        step('write', () => {
          this.secret = fields;
        }),
    };
    return { mux, store, token: TOKEN };
  }
}
