// The functions: code, size, role and log group of each. What a role may do is granted by the things it is done to.
import { join } from 'node:path';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type EventInvokeConfigOptions,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { type BundledName, type FunctionName, STAGES } from '../lambdas/contract/names.ts';
import { FUNCTION_SIZES, NODE_OPTIONS } from './function-sizes.ts';

export interface FunctionsProps {
  /** Holds `<function>/index.mjs` for every function. */
  readonly directory: string;
  readonly environment: Record<string, string>;
  /** Gets every asynchronous invocation that failed. */
  readonly failures: IQueue;
  readonly architecture?: Architecture;
  readonly logRetention?: RetentionDays;
}

/** A stage, or an audit, whose message fails is woken again by the sweep; a message that waited longer has lost its claim. */
const STAGE_DELIVERY: EventInvokeConfigOptions = { retryAttempts: 0, maxEventAge: Duration.minutes(5) };

/** The next minute's sweep does all that one left, also what was due at the tick of a quarterly schedule. */
const SWEEP_DELIVERY: EventInvokeConfigOptions = { retryAttempts: 0, maxEventAge: Duration.minutes(5) };

/** Nobody comes again for an entry of the trail, and writing it twice writes it once: so all the tries that Lambda gives. */
const TRAIL_DELIVERY: EventInvokeConfigOptions = { retryAttempts: 2, maxEventAge: Duration.hours(6) };

export class Functions extends Construct {
  readonly all: Readonly<Record<FunctionName, LambdaFunction>>;
  readonly #failures: IQueue;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#failures = props.failures;
    const make = (name: FunctionName) => newFunction(this, name, props);
    this.all = {
      api: make('api'),
      webhook: make('webhook'),
      sweep: make('sweep'),
      copy: make('copy'),
      audit: make('audit'),
      trail: make('trail'),
      master: make('master'),
      archive: make('archive'),
      expire: make('expire'),
      restore: make('restore'),
      cancel: make('cancel'),
      purge: make('purge'),
    };
    for (const name of [...STAGES, 'audit'] as const) this.#deliver(this.all[name], STAGE_DELIVERY);
    this.#deliver(this.all.sweep, SWEEP_DELIVERY);
    this.#deliver(this.all.trail, TRAIL_DELIVERY);
  }

  /**
   * Lets these functions start every stage. One of them may be a stage that starts itself, and CloudFormation
   * refuses circles: so the policy is one that no function waits for, and the names are known beforehand.
   */
  grantInvokeStages(callers: readonly LambdaFunction[]): void {
    for (const caller of callers) {
      for (const stage of STAGES)
        caller.addEnvironment(ENVIRONMENT.functionOf[stage], functionName(this, stage));
    }
    this.#grantInvoke('InvokeStages', callers, STAGES);
  }

  /** Lets these functions start an audit, or go on with one. */
  grantInvokeAudit(callers: readonly LambdaFunction[]): void {
    for (const caller of callers) {
      caller.addEnvironment(ENVIRONMENT.auditFunction, functionName(this, 'audit'));
    }
    this.#grantInvoke('InvokeAudit', callers, ['audit']);
  }

  #grantInvoke(id: string, callers: readonly LambdaFunction[], names: readonly FunctionName[]): void {
    new Policy(this, id, {
      roles: callers.flatMap(({ role }) => role ?? []),
      statements: [
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: names.map((name) => this.all[name].functionArn),
        }),
      ],
    });
  }

  #deliver(handler: LambdaFunction, delivery: EventInvokeConfigOptions): void {
    const { queueArn } = this.#failures;
    handler.configureAsyncInvoke({ ...delivery, onFailure: { bind: () => ({ destination: queueArn }) } });
    handler.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueArn] }));
  }
}

export function newFunction(
  parent: Construct,
  name: BundledName,
  props: Omit<FunctionsProps, 'failures'>,
): LambdaFunction {
  const scope = new Construct(parent, name);
  const { memoryMb, timeoutSeconds } = FUNCTION_SIZES[name];
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
  });
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  return new LambdaFunction(scope, 'Function', {
    functionName: functionName(parent, name),
    description: `Icehouse: ${name}`,
    code: Code.fromAsset(join(props.directory, name)),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: props.architecture ?? Architecture.ARM_64,
    memorySize: memoryMb,
    timeout: Duration.seconds(timeoutSeconds),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    environment: { NODE_OPTIONS, ...props.environment },
  });
}

/** Known before the function is made. Lambda takes 64 characters; 56 leave room for all words but `authorize`. */
function functionName(parent: Construct, name: BundledName): string {
  const maxLength = Math.min(56, 63 - name.length);
  return `${Names.uniqueResourceName(parent, { maxLength, separator: '-' })}-${name}`;
}
