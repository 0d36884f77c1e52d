// Reads what runs: functions with their roles' statements, permissions and failure destinations.
import { z } from 'zod';
import { notUnderstood } from './cloud-error.ts';
import type { AsyncInvoke, PlannedFunction, PolicyCondition, PolicyStatement } from './plan.ts';
import { CONDITION_KEYS, CONDITION_OPERATORS } from './policy.ts';
import type { Resource, Stack } from './stack.ts';

/** Properties that change nothing on a laptop. */
export const harmless = <const Names extends readonly string[]>(...names: Names) =>
  Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    Names[number],
    z.ZodOptional<z.ZodUnknown>
  >;

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** An operator or a key that no door here evaluates stops the boot: a condition is never taken as met. */
const CONDITION = z
  .partialRecord(z.enum(CONDITION_OPERATORS), z.partialRecord(z.enum(CONDITION_KEYS), oneOrMore))
  .transform((byOperator) =>
    CONDITION_OPERATORS.flatMap((operator): PolicyCondition[] =>
      Object.entries(byOperator[operator] ?? {}).map(([key, values]) => ({ operator, key, values })),
    ),
  );

const STATEMENT = z
  .strictObject({
    ...harmless('Sid', 'Principal'),
    Effect: z.enum(['Allow', 'Deny']),
    Action: oneOrMore,
    Resource: oneOrMore.default([]),
    Condition: CONDITION.optional(),
  })
  .transform(
    ({ Effect, Action, Resource, Condition }): PolicyStatement => ({
      effect: Effect,
      actions: Action,
      resources: Resource,
      ...(Condition && { conditions: Condition }),
    }),
  );

const DOCUMENT = z
  .strictObject({ ...harmless('Version'), Statement: z.array(STATEMENT) })
  .transform(({ Statement }) => Statement);

/** The managed policies that only let a function write its logs, which no engine here asks about. */
const LOGS_ONLY = /service-role\/AWSLambdaBasicExecutionRole$/;

const ROLE = z.strictObject({
  ...harmless('RoleName', 'Description', 'Tags', 'MaxSessionDuration'),
  AssumeRolePolicyDocument: z.looseObject({
    Statement: z.array(z.looseObject({ Principal: z.looseObject({ Service: oneOrMore.optional() }) })),
  }),
  ManagedPolicyArns: z
    .array(z.string().regex(LOGS_ONLY, 'only AWSLambdaBasicExecutionRole is known'))
    .optional(),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: DOCUMENT })).default([]),
});

const POLICY = z.strictObject({
  ...harmless('PolicyName', 'ManagedPolicyName', 'Description', 'Path'),
  PolicyDocument: DOCUMENT,
  Roles: z.array(z.string()).default([]),
});

export interface Role {
  readonly arn: string;
  /** Services that may take the role, such as `scheduler.amazonaws.com`. */
  readonly trusted: readonly string[];
  readonly statements: readonly PolicyStatement[];
}

export function readRoles(stack: Stack, leaveOut: RegExp): Role[] {
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    stack.all(type, POLICY, leaveOut).map(({ properties }) => properties),
  );
  return stack.all('AWS::IAM::Role', ROLE, leaveOut).map(({ name, arn, properties }) => ({
    arn,
    trusted: properties.AssumeRolePolicyDocument.Statement.flatMap(
      ({ Principal }) => Principal.Service ?? [],
    ),
    statements: [
      ...properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument),
      ...policies.filter(({ Roles }) => Roles.includes(name)).flatMap(({ PolicyDocument }) => PolicyDocument),
    ],
  }));
}

const FUNCTION = z.strictObject({
  ...harmless('Architectures', 'Description', 'EphemeralStorage', 'FunctionName', 'LoggingConfig'),
  ...harmless('RecursiveLoop', 'RuntimeManagementConfig', 'Tags', 'TracingConfig'),
  Code: z.strictObject({ ...harmless('S3Bucket'), S3Key: z.string() }),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()).default({}) }).optional(),
  Handler: z.string(),
  MemorySize: z.number().default(128),
  ReservedConcurrentExecutions: z.number().min(1).optional(),
  Role: z.string(),
  Runtime: z.string().regex(/^nodejs/, 'only Node.js runtimes run here'),
  Timeout: z.number().default(3),
});

const EVENT_INVOKE = z.strictObject({
  ...harmless('MaximumEventAgeInSeconds', 'Qualifier'),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: z.string() }).optional() })
    .optional(),
  FunctionName: z.string(),
  MaximumRetryAttempts: z.number().default(2),
});

export function readFunctions(
  stack: Stack,
  roles: readonly Role[],
  bundleOf: (s3Key: string) => string | undefined,
  leaveOut: RegExp,
): PlannedFunction[] {
  const invokes = stack.all('AWS::Lambda::EventInvokeConfig', EVENT_INVOKE);
  return stack.all('AWS::Lambda::Function', FUNCTION, leaveOut).map((resource) => {
    const { logicalId, name, arn, properties } = resource;
    const invoke = invokes.find(({ properties: { FunctionName } }) => [name, arn].includes(FunctionName));
    return {
      logicalId,
      name,
      arn,
      bundleDirectory: bundleDirectory(resource, bundleOf),
      handler: properties.Handler,
      memoryMb: properties.MemorySize,
      timeoutSeconds: properties.Timeout,
      environment: properties.Environment?.Variables ?? {},
      statements: roles.find((role) => role.arn === properties.Role)?.statements ?? [],
      reservedConcurrency: properties.ReservedConcurrentExecutions,
      asyncInvoke: asyncInvoke(invoke?.properties),
    };
  });
}

function bundleDirectory(
  { logicalId, properties: { Code } }: Resource<z.output<typeof FUNCTION>>,
  bundleOf: (s3Key: string) => string | undefined,
): string {
  const directory = bundleOf(Code.S3Key);
  if (directory !== undefined) return directory;
  throw notUnderstood(
    logicalId,
    `its code ${Code.S3Key} is not among the assets`,
    'Synthesize the stack again',
  );
}

function asyncInvoke(properties: z.output<typeof EVENT_INVOKE> | undefined): AsyncInvoke {
  const onFailure = properties?.DestinationConfig?.OnFailure?.Destination;
  return { maximumRetryAttempts: properties?.MaximumRetryAttempts ?? 2, ...(onFailure && { onFailure }) };
}

/** A function may be referred to by name or by ARN. */
export function functionArn(
  functions: readonly PlannedFunction[],
  nameOrArn: string,
  askedBy: string,
): string {
  const found = functions.find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  if (found) return found.arn;
  throw notUnderstood(
    askedBy,
    `its target ${nameOrArn} is no function of this stack`,
    'Only functions can be targets',
  );
}

const PERMISSION = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.unknown().optional(),
});

export interface Permission {
  readonly functionName: string;
  readonly principal: string;
  readonly sourceArn: string;
}

export function readPermissions(stack: Stack): Permission[] {
  return stack
    .all('AWS::Lambda::Permission', PERMISSION)
    .filter(({ properties }) => properties.Action === 'lambda:InvokeFunction')
    .map(({ properties }) => ({
      functionName: properties.FunctionName,
      principal: properties.Principal,
      sourceArn: properties.SourceArn ?? '*',
    }));
}
