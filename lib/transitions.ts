// The bus that tells other systems of every transition of a record.
import { EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { ACT_EVENT, REFUSAL_EVENT, TRANSITION_EVENT } from '../lambdas/contract/names.ts';

export class Transitions extends Construct {
  readonly bus: IEventBus;

  constructor(scope: Construct, id: string, existing: IEventBus | undefined) {
    super(scope, id);
    this.bus = existing ?? new EventBus(this, 'Bus', { eventBusName: busName(this) });
  }

  /** Transitions and calls go into the vault. What could not be delivered in a day goes to `failures`. */
  keepTrail(trail: IFunction, failures: IQueue): void {
    new Rule(this, 'Trail', {
      eventBus: this.bus,
      eventPattern: {
        source: [TRANSITION_EVENT.source],
        detailType: [TRANSITION_EVENT, REFUSAL_EVENT, ACT_EVENT].map(({ detailType }) => detailType),
      },
      targets: [new FunctionTarget(trail, { deadLetterQueue: failures })],
    });
  }

  grantPublish(handler: LambdaFunction): void {
    handler.addEnvironment(ENVIRONMENT.bus, this.bus.eventBusName);
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }),
    );
  }
}

/**
 * EventBus makes its name of construct ids, which the stacks of two apps may share: a stack with a name of its own gives it to its
 * bus. Undefined where the stack is named by its ids too, since another name would be another bus, without the customer's rules.
 */
function busName(scope: Construct): string | undefined {
  let stack = Stack.of(scope);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  const letters = (text: string) => text.replaceAll(/[^A-Za-z0-9]/g, '');
  const ofIds = letters(stack.node.path);
  // With more than one id the CDK puts a hash behind them.
  const isNamedByIds = new RegExp(`^${ofIds}([0-9A-F]{8})?$`).test(letters(stack.stackName));
  return isNamedByIds ? undefined : Names.uniqueResourceName(scope, { maxLength: 256, separator: '-' });
}
