// Ports whose user has an accident at one call of its life, counted over all ports: the process is killed, or the call
// fails in a way that passes; before the call has its effect, or after. A killed process calls nobody any more.
import { TransientError } from '../../lambdas/domain/failures.ts';

export interface Accident {
  /** Counted from 1, over all ports. */
  readonly call: number;
  readonly kind: 'killed' | 'failed';
  readonly when: 'before' | 'after';
}

/** Calls without an effect outside, which nobody dies at. */
const PURE = new Set(['describe']);

export function mortal(accident?: Accident) {
  let isDead = false;
  let calls = 0;

  function strike(name: string): never {
    isDead = accident?.kind === 'killed';
    throw new TransientError('ACCIDENT', `An accident at call ${calls}, ${name}.`);
  }

  return {
    calls: () => calls,
    /** A new process takes over. Answers whether the one before was killed. */
    revive(): boolean {
      const wasDead = isDead;
      isDead = false;
      return wasDead;
    },
    wrap<T extends object>(port: T): T {
      return new Proxy(port, {
        get(target, name) {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function' || PURE.has(String(name))) return method;
          return (...args: unknown[]) => {
            if (isDead) throw new Error('This process is dead.');
            calls += 1;
            const isHit = calls === accident?.call;
            if (isHit && accident?.when === 'before') strike(String(name));
            const answer: unknown = Reflect.apply(method, target, args);
            if (!isHit) return answer;
            return answer instanceof Promise ? answer.then(() => strike(String(name))) : strike(String(name));
          };
        },
      });
    },
  };
}
