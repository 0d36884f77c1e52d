// Who may do what, asked for every AWS call of every function; and what was refused, and which grants were ever used.
import type { CloudPlan, PlannedFunction, PolicyStatement } from './plan.ts';
import { allowingStatements, matchesAction, matchesWildcard, type RequestContext } from './policy.ts';
import type { Principals } from './principals.ts';

/** One thing that a request does to one resource. */
export interface Access {
  readonly action: string;
  readonly resource: string;
  readonly context?: RequestContext;
  /** Nobody asked for it by name: who may not is refused nothing, and only not shown it. */
  readonly isLook?: boolean;
}

/** What a service asks of KMS for the caller. */
export function keyAccess(region: string, service: string, action: string, kmsKey: string): Access {
  return { action, resource: kmsKey, context: { 'kms:ViaService': [`${service}.${region}.amazonaws.com`] } };
}

export interface DeniedAccess {
  readonly action: string;
  readonly resource: string;
  readonly times: number;
}

/** What a function did with its role since the boot. */
export interface FunctionAccess {
  readonly functionName: string;
  readonly denied: readonly DeniedAccess[];
  /** Actions that the role allows and the function used. */
  readonly used: readonly string[];
  /** Actions that the role allows and the function never used. */
  readonly unused: readonly string[];
  /** Resources that the role names and the function never touched, with what it might have done there. */
  readonly untouched: readonly { readonly actions: readonly string[]; readonly resource: string }[];
}

interface Role {
  readonly planned: PlannedFunction;
  statements: readonly PolicyStatement[];
  readonly denied: Map<string, DeniedAccess>;
  readonly usedActions: Set<string>;
  readonly touched: Map<PolicyStatement, Set<string>>;
}

export class AccessControl {
  readonly #principals: Principals;
  readonly #roles: readonly Role[];
  readonly #onDenied: (message: string) => void;

  constructor({ functions }: CloudPlan, principals: Principals, onDenied: (message: string) => void) {
    this.#principals = principals;
    this.#onDenied = onDenied;
    this.#roles = functions.map((planned) => ({
      planned,
      statements: planned.statements,
      denied: new Map(),
      usedActions: new Set(),
      touched: new Map(),
    }));
  }

  /** Whether the key is anybody's. */
  knows(accessKeyId: string): boolean {
    return this.#principals.holderOf(accessKeyId) !== undefined;
  }

  /** False also for a key that nobody has. Notes what was used and what was refused. */
  allows(accessKeyId: string, access: Access): boolean {
    const holder = this.#principals.holderOf(accessKeyId);
    if (holder === undefined || holder === 'owner') return holder === 'owner';
    const role = this.#roles.find(({ planned }) => planned === holder);
    return role !== undefined && this.#decide(role, access);
  }

  /** What Lambda does with the function's own role: polls its queue, sends what failed. */
  usedByLambda(functionArn: string, action: string, resource: string): boolean {
    const role = this.#roles.find(({ planned }) => planned.arn === functionArn);
    return role === undefined || this.#decide(role, { action, resource });
  }

  /** In the plan's order. */
  report(): FunctionAccess[] {
    return this.#roles.map(({ planned, statements, denied, usedActions, touched }) => {
      const allowed = statements.filter(({ effect }) => effect === 'Allow');
      const actions = [...new Set(allowed.flatMap((statement) => statement.actions))].sort();
      return {
        functionName: planned.name,
        denied: [...denied.values()],
        used: actions.filter((action) => usedActions.has(action)),
        unused: actions.filter((action) => !usedActions.has(action)),
        untouched: allowed.flatMap((statement) =>
          statement.resources
            .filter((resource) => !touched.get(statement)?.has(resource))
            .map((resource) => ({ actions: statement.actions, resource })),
        ),
      };
    });
  }

  /** Takes an action from a function's role, as its policy has it, until the answer is called: how a grant is tried. */
  withdraw(functionName: string, action: string): () => void {
    const role = this.#roles.find(({ planned }) => planned.name === functionName);
    if (!role) throw new Error(`no function ${functionName}`);
    const before = role.statements;
    role.statements = before.map((statement) => ({
      ...statement,
      actions: statement.actions.filter((one) => one !== action),
    }));
    return () => {
      role.statements = before;
    };
  }

  #decide(role: Role, { action, resource, context, isLook }: Access): boolean {
    const allowing = allowingStatements(role.statements, action, resource, context);
    if (allowing.length === 0 && !isLook) this.#noteDenied(role, action, resource);
    for (const statement of allowing) noteUsed(role, statement, action, resource);
    return allowing.length > 0;
  }

  #noteDenied({ planned, denied }: Role, action: string, resource: string): void {
    const key = `${action} ${resource}`;
    const { times } = denied.get(key) ?? { times: 0 };
    denied.set(key, { action, resource, times: times + 1 });
    if (times === 0) this.#onDenied(`${planned.name} was refused: ${action} on ${resource}`);
  }
}

function noteUsed(role: Role, statement: PolicyStatement, action: string, resource: string): void {
  for (const pattern of statement.actions) if (matchesAction(pattern, action)) role.usedActions.add(pattern);
  const touched = role.touched.get(statement) ?? new Set();
  for (const pattern of statement.resources) if (matchesWildcard(pattern, resource)) touched.add(pattern);
  role.touched.set(statement, touched);
}

/** As AWS words it. */
export function refusalOf(accessKeyId: string, { action, resource }: Access): string {
  const because = `because no identity-based policy allows the ${action} action`;
  return `User: ${accessKeyId} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}

/** The key that signed a request, from its Authorization header; empty where there is none. */
export function accessKeyOf(authorization: string | undefined): string {
  return /Credential=([^/]+)\//.exec(authorization ?? '')?.[1] ?? '';
}
