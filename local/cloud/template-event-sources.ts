// Reads event sources: queues that start a function, in the form that the CDK's SqsEventSource writes.
import { z } from 'zod';
import { CloudError, notUnderstood } from './cloud-error.ts';
import { POLLING_ACTIONS } from './event-sources.ts';
import type { PlannedEventSource, PlannedFunction, PlannedQueue } from './plan.ts';
import { isAllowed } from './policy.ts';
import type { Stack } from './stack.ts';
import { functionArn, harmless } from './template-compute.ts';

/** With how many invocations Lambda begins where no maximum is set (Lambda guide, "Scaling and processing"). */
const USUAL_CONCURRENCY = 5;

const EVENT_SOURCE = z.strictObject({
  // A window waits for fuller batches. Here each goes at once, which a function must be able to take anyway.
  ...harmless('MaximumBatchingWindowInSeconds', 'Tags'),
  BatchSize: z.number().max(10).default(10),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.number().min(2) }).optional(),
});

export function readEventSources(
  stack: Stack,
  functions: readonly PlannedFunction[],
  queues: readonly PlannedQueue[],
): PlannedEventSource[] {
  return stack.all('AWS::Lambda::EventSourceMapping', EVENT_SOURCE).map(({ logicalId, properties }) => {
    const queueArn = properties.EventSourceArn;
    if (!queues.some(({ arn }) => arn === queueArn)) {
      const problem = `its source ${queueArn} is no queue of this stack`;
      throw notUnderstood(logicalId, problem, 'Only queues can be event sources');
    }
    const target = functionArn(functions, properties.FunctionName, logicalId);
    const { statements = [] } = functions.find(({ arn }) => arn === target) ?? {};
    const missing = POLLING_ACTIONS.find((action) => !isAllowed(statements, action, queueArn));
    if (missing) {
      const problem = `${logicalId}: the role of ${target} may not ${missing} on ${queueArn}`;
      throw new CloudError('GRANT_MISSING', `${problem}. Let SqsEventSource make the grant, or add it.`);
    }
    return {
      logicalId,
      queueArn,
      functionArn: target,
      batchSize: properties.BatchSize,
      maximumConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? USUAL_CONCURRENCY,
      reportsItemFailures: properties.FunctionResponseTypes.length > 0,
    };
  });
}
