// The bus that tells other systems of every transition of a record.
import { EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { ACT_EVENT, REFUSAL_EVENT, TRANSITION_EVENT } from '../lambdas/contract/names.ts';

export class Transitions extends Construct {
  readonly bus: IEventBus;

  constructor(scope: Construct, id: string, existing: IEventBus | undefined) {
    super(scope, id);
    this.bus = existing ?? new EventBus(this, 'Bus');
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
