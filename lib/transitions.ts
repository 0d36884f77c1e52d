// The bus that tells other systems of every transition of a record.
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';

export class Transitions extends Construct {
  readonly bus: IEventBus;

  constructor(scope: Construct, id: string, existing: IEventBus | undefined) {
    super(scope, id);
    this.bus = existing ?? new EventBus(this, 'Bus');
  }

  grantPublish(handler: LambdaFunction): void {
    handler.addEnvironment(ENVIRONMENT.bus, this.bus.eventBusName);
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }),
    );
  }
}
