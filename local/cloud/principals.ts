// Who calls: every function has its own key pair, the owner of the cloud has one that may do everything.
import type { Credentials, DataDirectory } from './data-directory.ts';
import type { External } from './engines.ts';
import type { CloudPlan, PlannedFunction, PolicyStatement } from './plan.ts';

const OWNER = 'owner';
const EVERYTHING: readonly PolicyStatement[] = [{ effect: 'Allow', actions: ['*'], resources: ['*'] }];

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
    return this.#pairOf(accessKeyId)?.secretAccessKey;
  }

  /** What the holder of the key may do; undefined for a key that nobody has. */
  statementsOf(accessKeyId: string): readonly PolicyStatement[] | undefined {
    const principal = this.#data.principalOf(accessKeyId);
    const planned = this.#plan.functions.find(({ logicalId }) => logicalId === principal);
    return planned?.statements ?? (this.#pairOf(accessKeyId) && EVERYTHING);
  }

  #pairOf(accessKeyId: string): Credentials | undefined {
    if (accessKeyId === this.owner.accessKeyId) return this.owner;
    const principal = this.#data.principalOf(accessKeyId);
    return principal === undefined ? undefined : this.#data.credentialsOf(principal);
  }
}
