// Who calls: every function has its own key pair, the owner of the cloud has one that may do everything.
import type { Credentials, DataDirectory } from './data-directory.ts';
import type { External } from './engines.ts';
import type { CloudPlan, PlannedFunction } from './plan.ts';

const OWNER = 'owner';

export class Principals {
  readonly owner: Credentials;
  readonly #plan: CloudPlan;
  readonly #data: DataDirectory;
  readonly #external: External | undefined;

  constructor(plan: CloudPlan, data: DataDirectory, external: External | undefined) {
    this.#plan = plan;
    this.#data = data;
    this.#external = external;
    this.owner = external?.credentials ?? data.credentialsOf(OWNER);
  }

  /** An endpoint elsewhere knows none of our keys: with one, every function has the caller's own. */
  credentialsOf({ logicalId }: PlannedFunction): Credentials {
    return this.#external?.credentials ?? this.#data.credentialsOf(logicalId);
  }

  secretOf(accessKeyId: string): string | undefined {
    if (accessKeyId === this.owner.accessKeyId) return this.owner.secretAccessKey;
    const principal = this.#data.principalOf(accessKeyId);
    return principal === undefined ? undefined : this.#data.credentialsOf(principal).secretAccessKey;
  }

  /** Whose key it is; undefined also for that of a function which the plan no longer has. */
  holderOf(accessKeyId: string): PlannedFunction | 'owner' | undefined {
    if (accessKeyId === this.owner.accessKeyId) return 'owner';
    const principal = this.#data.principalOf(accessKeyId);
    return principal === OWNER
      ? OWNER
      : this.#plan.functions.find(({ logicalId }) => logicalId === principal);
  }
}
