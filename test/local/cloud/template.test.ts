// The reader: what a small template becomes, and that whatever it does not know or lacks stops the boot by name.
import { describe, expect, test } from 'vitest';
import { readTemplate } from '../../../local/cloud/template.ts';

const FUNCTION_ARN = { 'Fn::GetAtt': ['Worker', 'Arn'] };
const QUEUE_ARN = { 'Fn::GetAtt': ['Failures', 'Arn'] };

const WORK_ARN = { 'Fn::GetAtt': ['Work', 'Arn'] };
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

const role = (service: string, actions: string[], resource: unknown) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service } }],
    },
    Policies: [
      {
        PolicyName: 'own',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
        },
      },
    ],
  },
});

const policy = (roleId: string, actions: string[], resource: unknown) => ({
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyName: 'polling',
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
    },
    Roles: [{ Ref: roleId }],
  },
});

const permission = (principal: string, source: unknown) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: FUNCTION_ARN,
    Principal: principal,
    SourceArn: source,
  },
});

/** As HttpLambdaAuthorizer writes it. */
const authorizer = (more: object = {}) => ({
  Type: 'AWS::ApiGatewayV2::Authorizer',
  Properties: {
    ApiId: { Ref: 'Api' },
    AuthorizerPayloadFormatVersion: '2.0',
    AuthorizerResultTtlInSeconds: 60,
    AuthorizerType: 'REQUEST',
    AuthorizerUri: {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':apigateway:us-east-1:lambda:path/2015-03-31/functions/',
          FUNCTION_ARN,
          '/invocations',
        ],
      ],
    },
    EnableSimpleResponses: true,
    IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
    Name: 'Judge',
    ...more,
  },
});

/** One of everything, written by hand after the CloudFormation reference. */
function resources(): Resources {
  return {
    WorkerRole: role('lambda.amazonaws.com', ['sqs:SendMessage'], QUEUE_ARN),
    WorkerPolicy: policy('WorkerRole', [...POLLING, 'sqs:GetQueueUrl'], WORK_ARN),
    Worker: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is CloudFormation's template, not ours.
        Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'abc.zip' },
        Environment: { Variables: { QUEUE_URL: { Ref: 'Failures' }, TABLE_NAME: { Ref: 'Ledger' } } },
        Handler: 'index.handler',
        MemorySize: 512,
        Role: { 'Fn::GetAtt': ['WorkerRole', 'Arn'] },
        Runtime: 'nodejs24.x',
        Timeout: 60,
      },
    },
    Delivery: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        DestinationConfig: { OnFailure: { Destination: QUEUE_ARN } },
        FunctionName: { Ref: 'Worker' },
        MaximumRetryAttempts: 0,
        Qualifier: '$LATEST',
      },
    },
    Failures: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'failures' } },
    Work: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 90,
        RedrivePolicy: { deadLetterTargetArn: QUEUE_ARN, maxReceiveCount: 5 },
      },
    },
    // As SqsEventSource writes it, with every prop that it has for a standard queue given.
    WorkSource: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        BatchSize: 1,
        EventSourceArn: WORK_ARN,
        FunctionName: { Ref: 'Worker' },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumBatchingWindowInSeconds: 0,
        ScalingConfig: { MaximumConcurrency: 8 },
        Tags: [{ Key: 'team', Value: 'video' }],
      },
    },
    Ledger: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      },
    },
    Vault: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: { 'Fn::Join': ['-', ['vault', { Ref: 'AWS::AccountId' }]] },
        LifecycleConfiguration: {
          Rules: [{ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }],
        },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: FUNCTION_ARN,
        PayloadFormatVersion: '2.0',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        AuthorizationType: 'AWS_IAM',
        RouteKey: 'GET /v1/things/{id}',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
      },
    },
    RoutePermission: permission('apigateway.amazonaws.com', {
      'Fn::Join': [
        '',
        [
          'arn:aws:execute-api:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          ':',
          { Ref: 'Api' },
          '/*/*/v1/things/{id}',
        ],
      ],
    }),
    ScheduleRole: role('scheduler.amazonaws.com', ['lambda:InvokeFunction'], FUNCTION_ARN),
    Every: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        FlexibleTimeWindow: { Mode: 'OFF' },
        ScheduleExpression: 'rate(1 minute)',
        Target: {
          Arn: FUNCTION_ARN,
          Input: '{"lane":"step"}',
          RoleArn: { 'Fn::GetAtt': ['ScheduleRole', 'Arn'] },
        },
      },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'transitions' } },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.s3'] },
        State: 'ENABLED',
        Targets: [{ Arn: FUNCTION_ARN, Id: 'T' }],
      },
    },
    RulePermission: permission('events.amazonaws.com', { 'Fn::GetAtt': ['Rule', 'Arn'] }),
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'mux' } },
    Logs: { Type: 'AWS::Logs::LogGroup' },
  };
}

const place = { stackName: 'Test', region: 'us-east-1', accountId: '000000000000' };

const read = (Resources: Resources) =>
  readTemplate({ Resources }, { ...place, bundleOf: (key) => `/bundles/${key}` });

function without(logicalId: string): Resources {
  return Object.fromEntries(Object.entries(resources()).filter(([id]) => id !== logicalId));
}

/** The small template with properties of one resource changed. */
function withProperties(logicalId: string, properties: Record<string, unknown>): Resources {
  const all = resources();
  const changed = all[logicalId];
  if (changed) changed.Properties = { ...changed.Properties, ...properties };
  return all;
}

/** The worker's role with one more statement, under a condition. */
function conditioned(Condition: Record<string, unknown>) {
  const { Properties } = role('lambda.amazonaws.com', ['sqs:SendMessage'], QUEUE_ARN);
  const statement = { Effect: 'Allow', Action: 'dynamodb:DeleteItem', Resource: '*', Condition };
  const more = { PolicyName: 'more', PolicyDocument: { Statement: [statement] } };
  return { ...Properties, Policies: [...Properties.Policies, more] };
}

describe('a template that is understood', () => {
  test('gives each function its bundle, environment, statements and failure destination', () => {
    const plan = read(resources());

    const [worker] = plan.functions;
    const failures = 'arn:aws:sqs:us-east-1:000000000000:failures';
    expect(worker).toMatchObject({
      logicalId: 'Worker',
      bundleDirectory: '/bundles/abc.zip',
      handler: 'index.handler',
      memoryMb: 512,
      timeoutSeconds: 60,
      environment: { QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/failures' },
      statements: [
        { effect: 'Allow', actions: ['sqs:SendMessage'], resources: [failures] },
        { effect: 'Allow', resources: [plan.queues[1]?.arn] },
      ],
      asyncInvoke: { maximumRetryAttempts: 0, onFailure: failures },
    });
    expect(worker?.environment.TABLE_NAME).toBe(plan.tables[0]?.name);
  });

  test('gives a statement its conditions', () => {
    const given = conditioned({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['alias#*'] } });

    const plan = read(withProperties('WorkerRole', given));

    expect(plan.functions[0]?.statements[1]?.conditions).toEqual([
      { operator: 'ForAllValues:StringLike', key: 'dynamodb:LeadingKeys', values: ['alias#*'] },
    ]);
  });

  test('gives a route the function that judges who may call it', () => {
    const api = ['arn:aws:execute-api:us-east-1:000000000000:', { Ref: 'Api' }, '/authorizers/'];
    const source = { 'Fn::Join': ['', [...api, { Ref: 'Judge' }]] };
    const given = {
      ...withProperties('Route', { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Judge' } }),
      ...{ Judge: authorizer(), JudgePermission: permission('apigateway.amazonaws.com', source) },
    };

    const plan = read(given);

    expect(plan.routes[0]?.authorization).toEqual({
      logicalId: 'Judge',
      functionArn: plan.functions[0]?.arn,
      identitySources: ['$request.header.Authorization', '$context.routeKey'],
      ttlSeconds: 60,
    });
  });

  test('gives routes, schedules and rules their function', () => {
    const plan = read(resources());

    const functionArn = plan.functions[0]?.arn;
    expect(plan.routes).toEqual([
      { logicalId: 'Route', key: 'GET /v1/things/{id}', functionArn, authorization: 'AWS_IAM' },
    ]);
    expect(plan.schedules).toEqual([
      { logicalId: 'Every', expression: 'rate(1 minute)', functionArn, input: { lane: 'step' } },
    ]);
    expect(plan.rules).toMatchObject([
      { busName: 'default', pattern: { source: ['aws.s3'] }, targets: [{ functionArn }] },
    ]);
  });

  test('gives an event source its queue, function and limits', () => {
    const plan = read(resources());

    const queueArn = plan.queues[1]?.arn;
    const functionArn = plan.functions[0]?.arn;
    const limits = { batchSize: 1, maximumConcurrency: 8, reportsItemFailures: true };
    expect(plan.eventSources).toEqual([{ logicalId: 'WorkSource', queueArn, functionArn, ...limits }]);
  });

  test('gives an event source that sets no limits those of the Lambda guide', () => {
    const given = resources();
    given.WorkSource = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: WORK_ARN, FunctionName: { Ref: 'Worker' } },
    };

    const plan = read(given);

    const limits = { batchSize: 10, maximumConcurrency: 5, reportsItemFailures: false };
    expect(plan.eventSources).toMatchObject([limits]);
  });

  test('gives tables, buckets, queues, buses and secrets', () => {
    const plan = read(resources());

    expect(plan.tables).toMatchObject([{ keys: [{ AttributeName: 'pk', KeyType: 'HASH' }], indexes: [] }]);
    expect(plan.buckets).toMatchObject([
      { name: 'vault-000000000000', versioned: true, events: true, abortDays: 7 },
    ]);
    expect(plan.queues.map(({ attributes }) => attributes)).toEqual([
      {},
      {
        VisibilityTimeout: '90',
        RedrivePolicy:
          '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:failures","maxReceiveCount":5}',
      },
    ]);
    expect(plan.buses).toMatchObject([{ name: 'transitions' }]);
    expect(plan.secrets).toMatchObject([{ logicalId: 'Secret', name: 'mux' }]);
  });
});

describe('what the reader does not know stops the boot', () => {
  const topic = { Type: 'AWS::Kinesis::Stream' };
  test.each([
    { name: 'a type', given: { ...resources(), Stream: topic }, says: /^Stream: .*AWS::Kinesis::Stream/ },
    { name: 'a property', given: withProperties('Worker', { Layers: ['x'] }), says: /^Worker: .*Layers/ },
    {
      name: 'a value',
      given: withProperties('Worker', { Runtime: 'python3.14' }),
      says: /^Worker: .*Runtime.*Node/,
    },
    {
      name: 'an intrinsic',
      given: withProperties('Bus', { Name: { 'Fn::If': ['a', 'b', 'c'] } }),
      says: /^Bus: .*Fn::If/,
    },
    {
      name: 'a reference',
      given: withProperties('Bus', { Name: { Ref: 'Nobody' } }),
      says: /^Bus: .*Nobody/,
    },
    {
      name: 'an operator of a condition',
      given: withProperties('WorkerRole', conditioned({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })),
      says: /^WorkerRole: .*IpAddress/,
    },
    {
      name: 'a key of a condition',
      given: withProperties('WorkerRole', conditioned({ StringEquals: { 's3:prefix': 'mux/' } })),
      says: /^WorkerRole: .*s3:prefix/,
    },
    {
      name: 'an attribute',
      given: withProperties('Bus', { Name: { 'Fn::GetAtt': ['Ledger', 'StreamArn'] } }),
      says: /^Bus: .*StreamArn/,
    },
    {
      name: 'a filter',
      given: withProperties('Rule', { EventPattern: { a: [{ numeric: ['>', 1] }] } }),
      says: /^Rule: .*numeric/,
    },
    {
      name: 'an authorizer that is not there',
      given: withProperties('Route', { AuthorizationType: 'CUSTOM', AuthorizerId: 'Gone' }),
      says: /^Route: its authorizer Gone is not in the template/,
    },
    {
      name: 'a JWT, whose signature nobody here can check',
      given: { ...resources(), Jwt: authorizer({ AuthorizerType: 'JWT' }) },
      says: /^Jwt: the embedded cloud cannot verify JWTs/,
    },
    {
      name: 'an authorizer that answers with policies',
      given: { ...resources(), Judge: authorizer({ EnableSimpleResponses: false }) },
      says: /^Judge: it answers with policies/,
    },
    {
      name: 'an identity source',
      given: { ...resources(), Judge: authorizer({ IdentitySource: ['$request.querystring.token'] }) },
      says: /^Judge: .*IdentitySource/,
    },
    {
      name: 'an event source that is no queue',
      given: withProperties('WorkSource', { EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/s' }),
      says: /^WorkSource: its source .* is no queue of this stack/,
    },
    {
      name: 'an event source with filters',
      given: withProperties('WorkSource', { FilterCriteria: { Filters: [] } }),
      says: /^WorkSource: .*FilterCriteria/,
    },
  ])('$name', ({ given, says }) => {
    expect(() => read(given)).toThrow(
      expect.objectContaining({ code: 'TEMPLATE_NOT_UNDERSTOOD', message: expect.stringMatching(says) }),
    );
  });
});

describe('a grant that is missing stops the boot', () => {
  const wrongPath = 'arn:aws:execute-api:us-east-1:000000000000:Api/*/*/v1/other';
  const weakRole = role('scheduler.amazonaws.com', ['lambda:ListFunctions'], '*');
  const strangeRole = role('ec2.amazonaws.com', ['lambda:InvokeFunction'], '*');
  const silentRole = role('lambda.amazonaws.com', ['logs:PutLogEvents'], '*');
  test.each([
    {
      name: 'a route without permission',
      given: without('RoutePermission'),
      says: /^Route: no Lambda permission/,
    },
    {
      name: 'a route with a permission for another path',
      given: withProperties('RoutePermission', { SourceArn: wrongPath }),
      says: /^Route: no Lambda permission/,
    },
    {
      name: 'an authorizer without permission',
      given: { ...resources(), Judge: authorizer() },
      says: /^Judge: no Lambda permission .*\/authorizers\/Judge/,
    },
    {
      name: 'a rule without permission',
      given: without('RulePermission'),
      says: /^Rule: no Lambda permission/,
    },
    {
      name: 'a schedule whose role may not invoke',
      given: { ...resources(), ScheduleRole: weakRole },
      says: /^Every: its role .* may not invoke/,
    },
    {
      name: 'a schedule whose role the scheduler may not take',
      given: { ...resources(), ScheduleRole: strangeRole },
      says: /^Every: its role .* does not trust/,
    },
    {
      name: 'a failure destination that the function may not send to',
      given: { ...resources(), WorkerRole: silentRole },
      says: /^Worker: its role may not sqs:SendMessage/,
    },
    ...POLLING.map((action) => ({
      name: `an event source whose function may not ${action}`,
      given: withProperties('WorkerPolicy', {
        PolicyDocument: {
          Statement: [
            { Effect: 'Allow', Action: POLLING.filter((other) => other !== action), Resource: WORK_ARN },
          ],
        },
      }),
      says: new RegExp(`^WorkSource: the role of .* may not ${action}`),
    })),
  ])('$name', ({ given, says }) => {
    expect(() => read(given)).toThrow(
      expect.objectContaining({ code: 'GRANT_MISSING', message: expect.stringMatching(says) }),
    );
  });
});
