// Reads what starts a function: routes of the HTTP API, schedules and event rules, each with its grant checked,
// so that a missing permission fails here as it would fail (silently) on AWS.
import { z } from 'zod';
import { CloudError, notUnderstood } from './cloud-error.ts';
import { unknownFilter } from './event-pattern.ts';
import type { Place } from './identities.ts';
import type {
  EventPattern,
  PlannedAuthorizer,
  PlannedFunction,
  PlannedQueue,
  PlannedRoute,
  PlannedRule,
  PlannedSchedule,
  PlannedTarget,
} from './plan.ts';
import { isAllowed, matchesWildcard } from './policy.ts';
import type { Stack } from './stack.ts';
import { functionArn, harmless, type Permission, type Role } from './template-compute.ts';
import type { QueuePolicy } from './template-data.ts';

export interface Grants {
  readonly place: Place;
  readonly functions: readonly PlannedFunction[];
  readonly permissions: readonly Permission[];
  readonly roles: readonly Role[];
  readonly queues: readonly PlannedQueue[];
  readonly queuePolicies: readonly QueuePolicy[];
}

function refuse(logicalId: string, problem: string): never {
  const todo = 'On AWS it would be silent: let the CDK construct make the grant, or add it';
  throw new CloudError('GRANT_MISSING', `${logicalId}: ${problem}. ${todo}.`);
}

/** Services such as API Gateway invoke a function only with a permission on the function itself. */
function needPermission(
  grants: Grants,
  logicalId: string,
  target: string,
  principal: string,
  source: string,
) {
  const granted = grants.permissions.some(
    (permission) =>
      functionArn(grants.functions, permission.functionName, logicalId) === target &&
      permission.principal === principal &&
      matchesWildcard(permission.sourceArn, source),
  );
  if (!granted) refuse(logicalId, `no Lambda permission lets ${principal} (${source}) invoke ${target}`);
}

/** EventBridge sends into a queue only with the queue's own word for this rule. */
function needQueuePolicy({ queuePolicies }: Grants, logicalId: string, queueArn: string, ruleArn: string) {
  const granted = queuePolicies.some(
    ({ service, actions, resources, sources }) =>
      service === 'events.amazonaws.com' &&
      actions.includes('sqs:SendMessage') &&
      resources.includes(queueArn) &&
      (sources.length === 0 || sources.includes(ruleArn)),
  );
  if (!granted) refuse(logicalId, `no policy of ${queueArn} lets this rule send to it`);
}

const API = z.strictObject({
  ...harmless('Description', 'Name', 'Tags'),
  ProtocolType: z.literal('HTTP'),
});

const STAGE = z.strictObject({
  ...harmless('AccessLogSettings', 'ApiId', 'DefaultRouteSettings', 'RouteSettings', 'Tags'),
  AutoDeploy: z.literal(true),
  StageName: z.literal('$default'),
});

const INTEGRATION = z.strictObject({
  ...harmless('ApiId', 'Description', 'TimeoutInMillis', 'IntegrationMethod'),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
});

const ROUTE = z.strictObject({
  ...harmless('OperationName'),
  ApiId: z.string(),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM', 'CUSTOM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  RouteKey: z.string(),
  Target: z.string(),
});

const AUTHORIZER = z.strictObject({
  ...harmless('JwtConfiguration', 'Name'),
  ApiId: z.string(),
  AuthorizerPayloadFormatVersion: z.literal('2.0').optional(),
  AuthorizerResultTtlInSeconds: z.number().default(0),
  AuthorizerType: z.enum(['REQUEST', 'JWT']),
  AuthorizerUri: z.string().default(''),
  EnableSimpleResponses: z.boolean().default(false),
  IdentitySource: z.array(z.string().regex(/^\$(request\.header\.[\w-]+|context\.routeKey)$/)).default([]),
});

/** By what a route refers to it with. A JWT's signature is checked with the keys of its issuer, which is not here. */
function readAuthorizers(stack: Stack, grants: Grants): ReadonlyMap<string, PlannedAuthorizer> {
  const { region, accountId } = grants.place;
  const all = stack.all('AWS::ApiGatewayV2::Authorizer', AUTHORIZER);
  return new Map(
    all.map(({ logicalId, ref, properties }) => {
      if (properties.AuthorizerType === 'JWT')
        throw notUnderstood(logicalId, 'the embedded cloud cannot verify JWTs', 'Boot without `authorizer`');
      if (!properties.EnableSimpleResponses)
        throw notUnderstood(logicalId, 'it answers with policies', 'Let it give simple responses');
      const [, uri = ''] = /\/functions\/(.+)\/invocations$/.exec(properties.AuthorizerUri) ?? [];
      const target = functionArn(grants.functions, uri, logicalId);
      const source = `arn:aws:execute-api:${region}:${accountId}:${properties.ApiId}/authorizers/${ref}`;
      needPermission(grants, logicalId, target, 'apigateway.amazonaws.com', source);
      const { IdentitySource: identitySources, AuthorizerResultTtlInSeconds: ttlSeconds } = properties;
      return [ref, { logicalId, functionArn: target, identitySources, ttlSeconds }];
    }),
  );
}

export function readRoutes(stack: Stack, grants: Grants): PlannedRoute[] {
  stack.all('AWS::ApiGatewayV2::Api', API);
  stack.all('AWS::ApiGatewayV2::Stage', STAGE);
  const integrations = stack.all('AWS::ApiGatewayV2::Integration', INTEGRATION);
  const authorizers = readAuthorizers(stack, grants);
  const { region, accountId } = grants.place;
  return stack.all('AWS::ApiGatewayV2::Route', ROUTE).map(({ logicalId, properties }) => {
    const integration = integrations.find(({ ref }) => properties.Target === `integrations/${ref}`);
    if (!integration)
      throw notUnderstood(logicalId, 'its integration is not in the template', 'Give the route one');
    const target = functionArn(grants.functions, integration.properties.IntegrationUri, logicalId);
    const [method = '', path = ''] = properties.RouteKey.split(' ');
    // The stage and the method of a permission are one segment each: `/*/*/path` (HTTP API, Lambda permissions).
    const source = `arn:aws:execute-api:${region}:${accountId}:${properties.ApiId}/$default/${method}${path}`;
    needPermission(grants, logicalId, target, 'apigateway.amazonaws.com', source);
    const { AuthorizationType: type, AuthorizerId = '', RouteKey: key } = properties;
    const authorization = type === 'CUSTOM' ? authorizers.get(AuthorizerId) : type;
    if (!authorization)
      throw notUnderstood(logicalId, `its authorizer ${AuthorizerId} is not in the template`, 'Give it one');
    return { logicalId, key, functionArn: target, authorization };
  });
}

const SCHEDULE = z.strictObject({
  ...harmless('Description', 'FlexibleTimeWindow', 'GroupName', 'Name', 'ScheduleExpressionTimezone'),
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.strictObject({
    ...harmless('DeadLetterConfig', 'RetryPolicy'),
    Arn: z.string(),
    Input: z.string().default('{}'),
    RoleArn: z.string(),
  }),
});

export function readSchedules(stack: Stack, grants: Grants): PlannedSchedule[] {
  return stack
    .all('AWS::Scheduler::Schedule', SCHEDULE)
    .filter(({ properties }) => properties.State === 'ENABLED')
    .map(({ logicalId, properties: { ScheduleExpression: expression, Target } }) => {
      const target = functionArn(grants.functions, Target.Arn, logicalId);
      const role = grants.roles.find(({ arn }) => arn === Target.RoleArn);
      if (!role?.trusted.includes('scheduler.amazonaws.com')) {
        refuse(logicalId, `its role ${Target.RoleArn} does not trust scheduler.amazonaws.com`);
      }
      if (!isAllowed(role.statements, 'lambda:InvokeFunction', target)) {
        refuse(logicalId, `its role ${Target.RoleArn} may not invoke ${target}`);
      }
      return { logicalId, expression, functionArn: target, input: JSON.parse(Target.Input) as unknown };
    });
}

const RULE = z.strictObject({
  ...harmless('Description', 'Name'),
  EventBusName: z.string().default('default'),
  EventPattern: z.record(z.string(), z.unknown()),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(
    z.strictObject({
      ...harmless('DeadLetterConfig', 'Id', 'RetryPolicy'),
      Arn: z.string(),
      Input: z.string().optional(),
    }),
  ),
});

export function readRules(stack: Stack, grants: Grants): PlannedRule[] {
  return stack
    .all('AWS::Events::Rule', RULE)
    .filter(({ properties }) => properties.State === 'ENABLED')
    .map(({ logicalId, name, arn, properties }) => {
      const pattern = properties.EventPattern as EventPattern;
      const filter = unknownFilter(pattern);
      if (filter)
        throw notUnderstood(logicalId, `its pattern uses ${filter}`, 'Teach local/cloud/event-pattern.ts');
      const targets = properties.Targets.map(({ Arn, Input }): PlannedTarget => {
        if (grants.queues.some((queue) => queue.arn === Arn)) {
          needQueuePolicy(grants, logicalId, Arn, arn);
          return { queueArn: Arn };
        }
        const target = functionArn(grants.functions, Arn, logicalId);
        needPermission(grants, logicalId, target, 'events.amazonaws.com', arn);
        return { functionArn: target, ...(Input !== undefined && { input: JSON.parse(Input) as unknown }) };
      });
      return {
        logicalId,
        name,
        arn,
        busName: properties.EventBusName.replace(/^.*event-bus\//, ''),
        pattern,
        targets,
      };
    });
}
