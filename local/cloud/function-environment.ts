// The whole environment of a function's process: what the template gives it and what Lambda adds, nothing of this
// laptop's own. Names of AWS hosts in the template's values become the endpoints of this cloud.
import { type Clockwork, scaledEnvironment } from './clockwork.ts';
import type { Credentials } from './data-directory.ts';
import type { CloudPlan, PlannedFunction } from './plan.ts';

export interface Endpoints {
  readonly s3: string;
  readonly dynamodb: string;
  readonly sqs: string;
  /** Lambda, EventBridge and Secrets Manager. */
  readonly services: string;
  /** Real URL of each queue by its ARN in the plan. */
  readonly queueUrls: ReadonlyMap<string, string>;
}

export interface Surroundings {
  readonly plan: CloudPlan;
  readonly clockwork: Clockwork;
  readonly endpoints: Endpoints;
  /** An empty home keeps the AWS configuration files of this laptop's user out. */
  readonly home: string;
}

export function functionEnvironment(
  planned: PlannedFunction,
  credentials: Credentials,
  { plan, clockwork, endpoints, home }: Surroundings,
): Record<string, string> {
  const given = Object.entries(planned.environment).map(([name, value]) => [
    name,
    realUrl(value, plan, endpoints),
  ]);
  return {
    ...scaledEnvironment(Object.fromEntries(given), clockwork),
    AWS_REGION: plan.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_LAMBDA_FUNCTION_NAME: planned.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(planned.memoryMb),
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.services,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.services,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.services,
    HOME: home,
    TZ: ':UTC',
  };
}

function realUrl(value: string, { queues }: CloudPlan, { queueUrls }: Endpoints): string {
  const queue = queues.find(({ url }) => url === value);
  return (queue && queueUrls.get(queue.arn)) ?? value;
}
