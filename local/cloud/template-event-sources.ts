// Reads event sources: queues that start a function, in the form that the CDK's SqsEventSource writes.
import { z } from 'zod';
import { CloudError, notUnderstood } from './cloud-error.ts';
import type { PlannedEventSource, PlannedFunction, PlannedQueue } from './plan.ts';
import { isAllowed } from './policy.ts';
import type { Stack } from './stack.ts';
import { functionArn, harmless } from './template-compute.ts';

/** How many invocations Lambda begins with where no maximum is set (Lambda guide, SQS scaling). */
const USUAL_CONCURRENCY = 5;

const EVENT_SOURCE = z.strictObject({
  ...harmless('Tags'),
  // More than 10 need a window, and the 6 MB of an invocation to be watched.
  BatchSize: z.number().min(1).max(10).default(10),
  Enabled: z.boolean().default(true),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.number().min(2).optional() }).optional(),
});

/** What Lambda itself does with the function's role (Lambda guide, SQS permissions). */
const NEEDED_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

export function readEventSources(
  stack: Stack,
  functions: readonly PlannedFunction[],
  queues: readonly PlannedQueue[],
): PlannedEventSource[] {
  return stack
    .all('AWS::Lambda::EventSourceMapping', EVENT_SOURCE)
    .filter(({ properties }) => properties.Enabled)
    .map(({ logicalId, properties }) => {
      const source: PlannedEventSource = {
        logicalId,
        queueArn: properties.EventSourceArn,
        functionArn: functionArn(functions, properties.FunctionName, logicalId),
        batchSize: properties.BatchSize,
        batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
        maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? USUAL_CONCURRENCY,
        reportsItemFailures: properties.FunctionResponseTypes.length > 0,
      };
      checkQueue(source, functions, queues);
      return source;
    });
}

/** Everything for which AWS refuses the mapping, so that a deployment does not fail where a boot went well. */
function checkQueue(
  { logicalId, queueArn, functionArn: target }: PlannedEventSource,
  functions: readonly PlannedFunction[],
  queues: readonly PlannedQueue[],
): void {
  const queue = queues.find(({ arn }) => arn === queueArn);
  const planned = functions.find(({ arn }) => arn === target);
  if (!queue || !planned) {
    throw notUnderstood(logicalId, `its source ${queueArn} is no queue of this stack`, 'Only queues are known');
  }
  const missing = NEEDED_ACTIONS.find((action) => !isAllowed(planned.statements, action, queueArn));
  if (missing) {
    const problem = `the role of its function ${planned.logicalId} may not ${missing} on ${queueArn}`;
    throw new CloudError('GRANT_MISSING', `${logicalId}: ${problem}. Let SqsEventSource make the grant, or add it.`);
  }
  const hiddenSeconds = Number(queue.attributes.VisibilityTimeout ?? 30);
  if (hiddenSeconds < planned.timeoutSeconds) {
    const problem = `${queue.logicalId} hides a message for ${hiddenSeconds} s, its function may run ${planned.timeoutSeconds} s`;
    throw notUnderstood(logicalId, problem, 'AWS refuses that: give the queue a longer VisibilityTimeout');
  }
}
