// Who may call what: grants of IAM, scopes of JWTs, and bearer tokens, each as the template has it.
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { HttpRouteAuthorizerBindOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { readAuthorizeConfig } from '../../lambdas/adapters/config.ts';
import { ROUTES } from '../../lambdas/contract/routes.ts';
import { scoped } from '../../lib/authorizer.ts';
import type { Icehouse } from '../../lib/icehouse.ts';
import { matchesWildcard } from '../../local/cloud/policy.ts';
import { actionsOf, environmentOf, statementsOf, synthesize, withStack } from './synthesized.ts';

/** By hand: what a caller with the least of all scopes may do. Whoever adds to it has thought of a stolen one. */
const REQUEST = [
  'POST /v1/delete-requests',
  'GET /v1/delete-requests',
  'GET /v1/delete-requests/{asset_id}',
  'DELETE /v1/delete-requests/{asset_id}',
  'POST /v1/delete-requests/{asset_id}/cancel',
  'GET /v1/delete-requests/{asset_id}/quote',
  'POST /v1/delete-requests/batch',
  'GET /v1/groups/{group_id}',
  'GET /v1/groups/{group_id}/map',
  'POST /v1/groups/{group_id}/cancel',
  'GET /v1/find',
  'GET /v1/assets/{asset_id}',
  'GET /v1/assets/{asset_id}/check',
  'GET /v1/upcoming',
  'GET /v1/tracks/{track_id}',
  'GET /v1/playback-ids/{playback_id}',
  'GET /v1/openapi.yaml',
];

/** An IAM ARN of these would reach routes of another scope: its `*` goes on over slashes. */
const NOT_BY_IAM = ['DELETE /v1/delete-requests/{asset_id}', 'GET /v1/assets/{asset_id}'];

const ERASE = [
  'POST /v1/erasures',
  'GET /v1/erasures',
  'GET /v1/erasures/{erasure_id}',
  'POST /v1/erasures/{erasure_id}/stop',
];
const DELETE_ONLY = ['POST /v1/delete-requests/delete-only'];
const all = Object.keys(ROUTES);
const others = all.filter((route) => ![...REQUEST, ...ERASE, ...DELETE_ONLY].includes(route));

const ofIam = withStack(
  () => ({}),
  (stack) => {
    const icehouse = stack.node.findChild('Icehouse') as Icehouse;
    const role = (id: string) =>
      new Role(stack, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    icehouse.grantRequest(role('Requester'));
    icehouse.grantOperate(role('Operator'));
    icehouse.grantErase(role('Eraser'));
    icehouse.grantDeleteOnly(role('Moderator'));
    return Template.fromStack(stack);
  },
);

/** `METHOD /path` of each ARN that the role of this id may invoke, with `*` in the place of ids. */
function grantedTo(id: string): string[] {
  const [policy] = Object.values(ofIam.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(id),
  );
  const { Action, Resource } = policy?.Properties.PolicyDocument.Statement[0] ?? {};
  expect(Action).toBe('execute-api:Invoke');
  return [Resource].flat().map((arn) => {
    const [, method, path] = /\/\$default\/([A-Z]+)([^"]+)"/.exec(JSON.stringify(arn)) ?? [];
    return `${method} ${path}`;
  });
}

const withStars = (routes: readonly string[]) => routes.map((route) => route.replaceAll(/\{\w+\}/g, '*'));

describe('a grant of IAM', () => {
  test.each([
    ['Requester', REQUEST.filter((route) => !NOT_BY_IAM.includes(route))],
    ['Operator', [...REQUEST, ...others]],
    ['Eraser', ERASE],
    ['Moderator', DELETE_ONLY],
  ])('to a %s names these routes and no other', (id, expected) => {
    expect(grantedTo(id).sort()).toEqual(withStars(expected).sort());
  });

  test.each([
    ['Requester', [...others, ...ERASE, ...DELETE_ONLY]],
    ['Operator', [...ERASE, ...DELETE_ONLY]],
    ['Eraser', all.filter((route) => !ERASE.includes(route))],
    ['Moderator', all.filter((route) => !DELETE_ONLY.includes(route))],
  ])('to a %s reaches into nothing else, as IAM matches', (id, closed) => {
    const calls = closed.map((route) => route.replaceAll(/\{\w+\}/g, 'aB3'));

    const reached = calls.filter((call) => grantedTo(id).some((arn) => matchesWildcard(arn, call)));

    expect(reached).toEqual([]);
  });
});

/** `route -> [authorization, scopes]`. */
function routesOf(template: Template): Record<string, readonly [string, readonly string[] | undefined]> {
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
  return Object.fromEntries(
    routes.map(({ Properties: { RouteKey, AuthorizationType, AuthorizationScopes } }) => [
      RouteKey,
      [AuthorizationType, AuthorizationScopes],
    ]),
  );
}

const newJwtAuthorizer = () =>
  new HttpJwtAuthorizer('Jwt', 'https://issuer.example.com', { jwtAudience: ['app'] });

describe('a JWT', () => {
  test('needs one of the scopes of each route; the webhook needs none', () => {
    const template = synthesize({ authorizer: newJwtAuthorizer() });

    const { 'POST /v1/webhooks/mux': webhook, $default, ...routes } = routesOf(template);

    const expected = (route: string) => {
      if (ERASE.includes(route)) return ['icehouse/erase'];
      if (DELETE_ONLY.includes(route)) return ['icehouse/delete_only'];
      return REQUEST.includes(route) ? ['icehouse/request', 'icehouse/operate'] : ['icehouse/operate'];
    };
    expect(webhook).toEqual(['NONE', undefined]);
    expect($default).toEqual(['JWT', ['icehouse/request', 'icehouse/operate']]);
    expect(routes).toEqual(Object.fromEntries(all.map((route) => [route, ['JWT', expected(route)]])));
  });

  test.each([
    ['JWT', { authorizationType: 'JWT', authorizationScopes: ['https://api.example.com/operate'] }],
    ['AWS_IAM', { authorizationType: 'AWS_IAM' }],
  ])('has scopes in the words of its issuer; of an authorizer by %s: %j', (authorizationType, expected) => {
    const authorizer = scoped({ bind: () => ({ authorizationType }) }, 'operate', 'https://api.example.com/');

    // Neither authorizer looks at where it is bound.
    expect(authorizer.bind({} as HttpRouteAuthorizerBindOptions)).toEqual(expected);
  });
});

describe('bearer tokens', () => {
  const template = synthesize({ bearerTokens: true });

  test('are judged by one function, for all routes but the webhook, and remembered route by route', () => {
    const { 'POST /v1/webhooks/mux': webhook, ...routes } = routesOf(template);

    expect(webhook).toEqual(['NONE', undefined]);
    expect(Object.keys(routes)).toHaveLength(all.length + 1);
    expect(new Set(Object.values(routes).map(String))).toEqual(new Set(['CUSTOM,']));
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
      AuthorizerResultTtlInSeconds: 60,
    });
  });

  test('lie in a secret that lets nobody in, and outlives the stack', () => {
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: { SecretString: '{"request":"","operate":"","erase":"","delete_only":""}' },
    });
  });

  test('are read by a function that may read them, and nothing else', () => {
    const statements = statementsOf(template, 'authorize');

    expect([...actionsOf(statements)].sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
    ]);
    const [read] = statements.filter((each) => actionsOf([each])[0]?.startsWith('secrets'));
    expect(read?.Resource).toEqual({ Ref: expect.stringMatching(/^IcehouseBearerTokensSecret/) });
    const variables = environmentOf(template, 'authorize');
    expect(Object.keys(variables).sort()).toEqual(['BEARER_TOKENS_ID', 'NODE_OPTIONS']);
    expect(readAuthorizeConfig({ BEARER_TOKENS_ID: 'a-name' })).toEqual({ bearerTokensId: 'a-name' });
    expect(() => readAuthorizeConfig({})).toThrow('BEARER_TOKENS_ID');
  });

  test('may lie in a secret that is there already; cdk-nag has nothing unexplained to say', () => {
    const found = withStack(
      (stack) => ({ bearerTokens: Secret.fromSecretNameV2(stack, 'Ours', 'our-tokens') }),
      (stack) => {
        const { violations } = new AwsSolutionsChecks().validateScope(stack);
        const own = Template.fromStack(stack);
        return { violations, secrets: own.findResources('AWS::SecretsManager::Secret'), own };
      },
    );

    expect(found.violations).toEqual([]);
    expect(Object.keys(found.secrets)).toHaveLength(1);
    found.own.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: Match.stringLikeRegexp('-authorize$'),
      Environment: { Variables: { BEARER_TOKENS_ID: Match.anyValue() } },
    });
  });

  test('and another authorizer at once are refused', () => {
    const both = { bearerTokens: true, authorizer: newJwtAuthorizer() };

    expect(() => synthesize(both)).toThrow('expected one of them, got both');
  });

  test('are no part of a stack that did not ask for them', () => {
    expect(JSON.stringify(ofIam.toJSON())).not.toMatch(/BearerTokens|authorize"/);
  });
});
