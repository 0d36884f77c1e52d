// The queue that shares out the segments of a large master, and the two places where what failed is kept.

import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { EventSourceMappingOptions, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Duration, Names, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { MOST_RECEIVES } from '../lambdas/contract/dead-letters.ts';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { FUNCTION_SIZES } from './function-sizes.ts';

const PRIVATE: QueueProps = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

/** What failed is kept as long as SQS can, so that a person has time to look. */
export const KEPT: QueueProps = { ...PRIVATE, retentionPeriod: Duration.days(14) };

export class Queues extends Construct {
  /** Segments of large masters: the archive function sends them, the copy function is run by them. */
  readonly copy: Queue;
  /** Segments that failed five times. Apart from the other, so that a redrive sends back segments only. */
  readonly copyDeadLetters: Queue;
  /** Invocations that failed: of functions, of the schedules and of the rule. The sweep tries again by itself. */
  readonly failedInvocations: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.failedInvocations = new Queue(this, 'FailedInvocations', KEPT);
    Validations.of(this.failedInvocations).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'It is itself the last stop: of functions, schedules and the rule, which cdk-nag does not count as queues.',
    });
    this.copyDeadLetters = new Queue(this, 'CopyDeadLetters', KEPT);
    this.copy = new Queue(this, 'Copy', {
      ...PRIVATE,
      // A dead worker's segment comes again soon. The Lambda guide's six times is for sources that fetch more than they
      // run, which a maximum concurrency rules out; and a segment copied twice is cheap.
      visibilityTimeout: Duration.seconds(2 * FUNCTION_SIZES.copy.timeoutSeconds),
      deadLetterQueue: { queue: this.copyDeadLetters, maxReceiveCount: MOST_RECEIVES },
    });
  }

  grantSend(handler: LambdaFunction): void {
    handler.addEnvironment(ENVIRONMENT.copyQueue, this.copy.queueUrl);
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.copy.queueArn] }),
    );
  }

  /** One message per invocation: a segment is minutes of work, and one that fails must not repeat another. */
  runWorkers(handler: LambdaFunction, maxConcurrency: number): void {
    runBy(handler, this.copy, { batchSize: 1, maxConcurrency });
  }

  /** A worker that gives a segment up says why; the redrive policy is for those that die. */
  grantGiveUp(handler: LambdaFunction): void {
    handler.addEnvironment(ENVIRONMENT.copyDeadLetters, this.copyDeadLetters.queueUrl);
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.copyDeadLetters.queueArn] }),
    );
  }
}

/**
 * The queue runs the function. What Lambda needs of the role, and no more: SqsEventSource also lets the function look for
 * queues and put its messages off. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export function runBy(
  handler: LambdaFunction,
  queue: Queue,
  options: Omit<EventSourceMappingOptions, 'eventSourceArn'>,
): void {
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  handler.addToRolePolicy(new PolicyStatement({ actions, resources: [queue.queueArn] }));
  // The id that SqsEventSource gave it: under another one a standing stack would be given a second, which Lambda refuses.
  const id = `SqsEventSource:${Names.nodeUniqueId(queue.node)}`;
  handler.addEventSourceMapping(id, { ...options, eventSourceArn: queue.queueArn });
}
