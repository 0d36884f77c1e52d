// The routes of the HTTP API. Who may call which: callers.test.ts.
import { Match } from 'aws-cdk-lib/assertions';
import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { describe, expect, test } from 'vitest';
import { synthesize } from './synthesized.ts';

const template = synthesize();

/** `route -> [authorization, logical id of the function]`. */
function routesOf(from: typeof template): Record<string, readonly [string, string]> {
  const integrations = from.findResources('AWS::ApiGatewayV2::Integration');
  const routes = Object.values(from.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => {
    const [, [, { Ref }]] = Properties.Target['Fn::Join'];
    const [handler] = integrations[Ref]?.Properties.IntegrationUri['Fn::GetAtt'] ?? [];
    return [
      Properties.RouteKey,
      [Properties.AuthorizationType, handler.replace(/^.*Functions(\w+?)Function.*$/, '$1')],
    ];
  });
  return Object.fromEntries(routes);
}

describe('the API', () => {
  test('has these routes and no other; all but the webhook need IAM', () => {
    expect(routesOf(template)).toEqual({
      'POST /v1/delete-requests': ['AWS_IAM', 'api'],
      'GET /v1/delete-requests': ['AWS_IAM', 'api'],
      'GET /v1/delete-requests/{asset_id}': ['AWS_IAM', 'api'],
      'PATCH /v1/delete-requests/{asset_id}': ['AWS_IAM', 'api'],
      'DELETE /v1/delete-requests/{asset_id}': ['AWS_IAM', 'api'],
      'POST /v1/delete-requests/{asset_id}/cancel': ['AWS_IAM', 'api'],
      'POST /v1/delete-requests/{asset_id}/restore': ['AWS_IAM', 'api'],
      'PUT /v1/delete-requests/{asset_id}/hold': ['AWS_IAM', 'api'],
      'DELETE /v1/delete-requests/{asset_id}/hold': ['AWS_IAM', 'api'],
      'GET /v1/delete-requests/{asset_id}/quote': ['AWS_IAM', 'api'],
      'POST /v1/delete-requests/batch': ['AWS_IAM', 'api'],
      'POST /v1/delete-requests/delete-only': ['AWS_IAM', 'api'],
      'GET /v1/groups/{group_id}': ['AWS_IAM', 'api'],
      'GET /v1/groups/{group_id}/map': ['AWS_IAM', 'api'],
      'POST /v1/groups/{group_id}/cancel': ['AWS_IAM', 'api'],
      'POST /v1/groups/{group_id}/restore': ['AWS_IAM', 'api'],
      'GET /v1/find': ['AWS_IAM', 'api'],
      'GET /v1/hold': ['AWS_IAM', 'api'],
      'PUT /v1/hold': ['AWS_IAM', 'api'],
      'DELETE /v1/hold': ['AWS_IAM', 'api'],
      'GET /v1/assets/{asset_id}': ['AWS_IAM', 'api'],
      'GET /v1/assets/{asset_id}/manifest': ['AWS_IAM', 'api'],
      'GET /v1/assets/{asset_id}/sidecars/{name}': ['AWS_IAM', 'api'],
      'GET /v1/assets/{asset_id}/fidelity': ['AWS_IAM', 'api'],
      'GET /v1/assets/{asset_id}/check': ['AWS_IAM', 'api'],
      'POST /v1/assets/{asset_id}/slim': ['AWS_IAM', 'api'],
      'GET /v1/upcoming': ['AWS_IAM', 'api'],
      'GET /v1/tracks/{track_id}': ['AWS_IAM', 'api'],
      'POST /v1/audits': ['AWS_IAM', 'api'],
      'GET /v1/audits/{audit_id}': ['AWS_IAM', 'api'],
      'GET /v1/playback-ids/{playback_id}': ['AWS_IAM', 'api'],
      'POST /v1/erasures': ['AWS_IAM', 'api'],
      'GET /v1/erasures': ['AWS_IAM', 'api'],
      'GET /v1/erasures/{erasure_id}': ['AWS_IAM', 'api'],
      'POST /v1/erasures/{erasure_id}/stop': ['AWS_IAM', 'api'],
      'GET /v1/openapi.yaml': ['AWS_IAM', 'api'],
      'POST /v1/webhooks/mux': ['NONE', 'webhook'],
      $default: ['AWS_IAM', 'api'],
    });
  });

  test('is throttled and logs every access', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      AccessLogSettings: { DestinationArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('AccessLogs'), 'Arn'] } },
    });
  });

  test('can be opened, for a cloud on loopback', () => {
    const routes = routesOf(synthesize({ authorizer: new HttpNoneAuthorizer() }));

    expect(new Set(Object.values(routes).map(([authorization]) => authorization))).toEqual(new Set(['NONE']));
  });
});
