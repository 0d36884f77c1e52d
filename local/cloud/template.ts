// The reader: a synthesized CloudFormation template becomes a CloudPlan, or the boot stops with a logical id.
import { CloudError } from './cloud-error.ts';
import type { Place } from './identities.ts';
import type { CloudPlan } from './plan.ts';
import { isAllowed } from './policy.ts';
import { Stack, type Template } from './stack.ts';
import { readFunctions, readPermissions, readRoles } from './template-compute.ts';
import {
  readBuckets,
  readBuses,
  readQueuePolicies,
  readQueues,
  readSecrets,
  readTables,
} from './template-data.ts';
import { readEventSources } from './template-event-sources.ts';
import { readRoutes, readRules, readSchedules } from './template-triggers.ts';

/** Types that a laptop can do without, each with the reason. */
export const IGNORED_ON_PURPOSE: Readonly<Record<string, string>> = {
  'AWS::CDK::Metadata': 'statistics of the CDK',
  'AWS::CloudWatch::Alarm': 'nobody is paged from a laptop; the tour and the logs show failures',
  'AWS::CloudWatch::CompositeAlarm': 'as Alarm',
  'AWS::CloudWatch::Dashboard': 'there are no metrics to draw',
  'AWS::Events::Archive': 'every event is kept in events.jsonl',
  'AWS::KMS::Alias': 'as Key',
  'AWS::KMS::Key': 'nothing is encrypted here; who may use it is judged by the roles, not by its own policy',
  'AWS::Logs::LogGroup': 'logs are files in the data directory',
  'AWS::Logs::MetricFilter': 'there are no metrics',
  'AWS::Logs::QueryDefinition': 'logs are files in the data directory',
  'AWS::S3::BucketPolicy': 'it forbids plain http and strangers; the S3 server listens on loopback only',
  'AWS::SNS::Subscription': 'as Topic',
  'AWS::SNS::Topic': 'only alarms send to it',
  'AWS::SNS::TopicPolicy': 'as Topic',
  'AWS::Scheduler::ScheduleGroup': 'a folder for schedules',
};

/** Functions that the CDK adds for its own deployments, with their roles. */
const CDK_OWN = /^BucketNotificationsHandler/;

export interface ReadOptions extends Place {
  /** The directory that an asset's `S3Key` was made from. */
  readonly bundleOf: (s3Key: string) => string | undefined;
}

/** Throws CloudError TEMPLATE_NOT_UNDERSTOOD or GRANT_MISSING. */
export function readTemplate(template: Template, { bundleOf, ...place }: ReadOptions): CloudPlan {
  const stack = new Stack(template, place);
  const roles = readRoles(stack, CDK_OWN);
  const functions = readFunctions(stack, roles, bundleOf, CDK_OWN);
  const queues = readQueues(stack);
  const permissions = readPermissions(stack);
  const grants = { place, functions, roles, permissions, queues, queuePolicies: readQueuePolicies(stack) };
  const plan: CloudPlan = {
    region: place.region,
    accountId: place.accountId,
    functions,
    routes: readRoutes(stack, grants),
    queues,
    eventSources: readEventSources(stack, functions, queues),
    schedules: readSchedules(stack, grants),
    rules: readRules(stack, grants),
    buses: readBuses(stack),
    tables: readTables(stack),
    buckets: readBuckets(stack),
    secrets: readSecrets(stack),
  };
  stack.refuseUnread(IGNORED_ON_PURPOSE);
  checkFailureDestinations(plan);
  return plan;
}

/** Lambda sends failure records with the function's own role. */
function checkFailureDestinations({ functions }: CloudPlan): void {
  for (const { logicalId, statements, asyncInvoke } of functions) {
    const { onFailure } = asyncInvoke;
    if (onFailure === undefined || isAllowed(statements, 'sqs:SendMessage', onFailure)) continue;
    const problem = `${logicalId}: its role may not sqs:SendMessage to its failure destination ${onFailure}`;
    throw new CloudError('GRANT_MISSING', `${problem}. Grant it in lib/.`);
  }
}
