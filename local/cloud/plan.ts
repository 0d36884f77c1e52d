// The plan: what a cloud has to offer, as plain data. The reader makes it from a template, tests make it by hand,
// the runner runs it. Durations are the template's own: the time scale is applied by the runner.

import type { ConditionOperator } from './policy.ts';

export interface CloudPlan {
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly PlannedFunction[];
  readonly routes: readonly PlannedRoute[];
  readonly queues: readonly PlannedQueue[];
  readonly eventSources: readonly PlannedEventSource[];
  readonly schedules: readonly PlannedSchedule[];
  readonly rules: readonly PlannedRule[];
  readonly buses: readonly Named[];
  readonly tables: readonly PlannedTable[];
  readonly buckets: readonly PlannedBucket[];
  readonly secrets: readonly PlannedSecret[];
}

export interface Named {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
}

export interface PlannedFunction extends Named {
  /** Where the bundle lies on this machine. */
  readonly bundleDirectory: string;
  /** `<file without extension>.<export>`, as Lambda has it. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What the function's role allows and denies. */
  readonly statements: readonly PolicyStatement[];
  /** Processes at once; the account's pool (an option of the runner) when absent. */
  readonly reservedConcurrency?: number;
  readonly asyncInvoke: AsyncInvoke;
}

/** What happens to an asynchronous invocation that fails. */
export interface AsyncInvoke {
  /** Lambda's own default is 2. */
  readonly maximumRetryAttempts: number;
  /** ARN of the queue that gets the failure record. */
  readonly onFailure?: string;
}

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** `service:Action` with `*` and `?`. */
  readonly actions: readonly string[];
  /** ARNs with `*` and `?`. */
  readonly resources: readonly string[];
  /** All must be met; absent for none. */
  readonly conditions?: readonly PolicyCondition[];
}

export interface PolicyCondition {
  readonly operator: ConditionOperator;
  readonly key: string;
  /** One of them is enough. */
  readonly values: readonly string[];
}

export interface PlannedRoute {
  readonly logicalId: string;
  /** `METHOD /path/{parameter}`, `ANY /{rest+}` or `$default`. */
  readonly key: string;
  readonly functionArn: string;
  readonly authorization: 'NONE' | 'AWS_IAM' | PlannedAuthorizer;
}

/** A function that says who may call a route. */
export interface PlannedAuthorizer {
  readonly logicalId: string;
  readonly functionArn: string;
  /** What a call must have: `$request.header.Name` or `$context.routeKey`. Together they are the key of the cache. */
  readonly identitySources: readonly string[];
  /** How long an answer counts; 0: for one call. */
  readonly ttlSeconds: number;
}

export interface PlannedQueue extends Named {
  /** As AWS writes it; the runner puts its own endpoint in the place of AWS's. */
  readonly url: string;
  /** Attributes of CreateQueue: `VisibilityTimeout`, `RedrivePolicy` (JSON), … */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A queue whose messages start a function. */
export interface PlannedEventSource {
  readonly logicalId: string;
  readonly queueArn: string;
  readonly functionArn: string;
  /** Messages per invocation, at most 10. */
  readonly batchSize: number;
  /** Invocations at once. */
  readonly maximumConcurrency: number;
  /** The function's answer names the messages that failed; without this a batch fails only as a whole. */
  readonly reportsItemFailures: boolean;
}

export interface PlannedSchedule {
  readonly logicalId: string;
  /** `rate(1 minute)` or `cron(0 * * * ? *)`. */
  readonly expression: string;
  readonly functionArn: string;
  /** The event, parsed. */
  readonly input: unknown;
}

export interface PlannedRule extends Named {
  readonly busName: string;
  readonly pattern: EventPattern;
  readonly targets: readonly PlannedTarget[];
}

/** A queue gets the event as a message. */
export type PlannedTarget =
  | { readonly functionArn: string; readonly input?: unknown }
  | { readonly queueArn: string };

/** Leaves are lists of alternatives: literals, or one content filter such as `{ prefix: 'mux/' }`. */
export interface EventPattern {
  readonly [field: string]: EventPattern | readonly unknown[];
}

export interface TableKey {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface PlannedTable extends Named {
  readonly keys: readonly TableKey[];
  /** ARN of the customer's KMS key that it is encrypted with; here, and of buckets and secrets, undefined for AWS's own. */
  readonly kmsKey?: string;
  readonly attributes: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly indexes: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly TableKey[];
    readonly Projection: {
      readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
      readonly NonKeyAttributes?: readonly string[];
    };
  }[];
}

export interface PlannedBucket extends Named {
  readonly versioned: boolean;
  /** Whether it has Object Lock. */
  readonly lockable?: boolean;
  /** Events of the bucket go to the default bus. */
  readonly events: boolean;
  /** Unfinished uploads are aborted after so many days. */
  readonly abortDays?: number;
  readonly kmsKey?: string;
}

export interface PlannedSecret extends Named {
  /** The value the template itself gives, if it gives one. */
  readonly value?: string;
  readonly kmsKey?: string;
}

/** A plan with nothing in it, to spread under a hand-made one. */
export const EMPTY_PLAN: CloudPlan = {
  region: 'us-east-1',
  accountId: '000000000000',
  functions: [],
  routes: [],
  queues: [],
  eventSources: [],
  schedules: [],
  rules: [],
  buses: [],
  tables: [],
  buckets: [],
  secrets: [],
};
