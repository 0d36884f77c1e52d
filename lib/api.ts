// The HTTP API: one explicit route per call. What is not listed here gets a problem document that says so.
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface ApiProps {
  readonly api: IFunction;
  readonly webhook: IFunction;
  readonly authorizer?: IHttpRouteAuthorizer;
  readonly throttle?: ThrottleSettings;
  readonly logRetention?: RetentionDays;
}

export const WEBHOOK_PATH = '/v1/webhooks/mux';

/** A permission of its own: what is deleted by it is in no vault. */
const DELETE_ONLY = '/v1/delete-requests/delete-only';

export const ROUTES: Readonly<Record<string, readonly HttpMethod[]>> = {
  '/v1/delete-requests': [HttpMethod.POST, HttpMethod.GET],
  '/v1/delete-requests/{asset_id}': [HttpMethod.GET, HttpMethod.PATCH, HttpMethod.DELETE],
  '/v1/delete-requests/{asset_id}/cancel': [HttpMethod.POST],
  '/v1/delete-requests/{asset_id}/restore': [HttpMethod.POST],
  '/v1/delete-requests/{asset_id}/hold': [HttpMethod.PUT, HttpMethod.DELETE],
  '/v1/delete-requests/{asset_id}/quote': [HttpMethod.GET],
  '/v1/delete-requests/batch': [HttpMethod.POST],
  [DELETE_ONLY]: [HttpMethod.POST],
  '/v1/groups/{group_id}': [HttpMethod.GET],
  '/v1/groups/{group_id}/map': [HttpMethod.GET],
  '/v1/groups/{group_id}/cancel': [HttpMethod.POST],
  '/v1/groups/{group_id}/restore': [HttpMethod.POST],
  '/v1/find': [HttpMethod.GET],
  '/v1/hold': [HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE],
  '/v1/assets/{asset_id}': [HttpMethod.GET],
  '/v1/assets/{asset_id}/manifest': [HttpMethod.GET],
  '/v1/assets/{asset_id}/sidecars/{name}': [HttpMethod.GET],
  '/v1/assets/{asset_id}/fidelity': [HttpMethod.GET],
  '/v1/assets/{asset_id}/check': [HttpMethod.GET],
  '/v1/assets/{asset_id}/slim': [HttpMethod.POST],
  '/v1/upcoming': [HttpMethod.GET],
  '/v1/tracks/{track_id}': [HttpMethod.GET],
  '/v1/audits': [HttpMethod.POST],
  '/v1/audits/{audit_id}': [HttpMethod.GET],
  '/v1/playback-ids/{playback_id}': [HttpMethod.GET],
  '/v1/erasures': [HttpMethod.POST, HttpMethod.GET],
  '/v1/erasures/{erasure_id}': [HttpMethod.GET],
  '/v1/erasures/{erasure_id}/stop': [HttpMethod.POST],
  '/v1/openapi.yaml': [HttpMethod.GET],
};

/** Of the routes above, those that order, stop and show an erasure: a permission of their own. */
const ERASURES = '/v1/erasures';

export class Api extends Construct {
  readonly httpApi: HttpApi;
  /** Without a slash at the end. */
  readonly url: string;
  readonly webhookUrl: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: 'icehouse',
      createDefaultStage: false,
      defaultAuthorizer: props.authorizer ?? new HttpIamAuthorizer(),
    });
    this.#addStage(props);
    this.#addRoutes(props.api);
    this.#addWebhook(props.webhook);
    this.url = this.httpApi.apiEndpoint;
    this.webhookUrl = `${this.url}${WEBHOOK_PATH}`;
  }

  /** Ordering, stopping and looking at erasures, and nothing else of the API. A `*` stands where a path has an id. */
  grantErase(grantee: IGrantable): Grant {
    const routes = Object.entries(ROUTES).filter(
      ([path]) => path === ERASURES || path.startsWith(`${ERASURES}/`),
    );
    const resourceArns = routes.flatMap(([path, methods]) =>
      methods.map((method) =>
        this.httpApi.arnForExecuteApi(method, path.replaceAll(/\{\w+\}/g, '*'), '$default'),
      ),
    );
    return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns });
  }

  /** Asking for deletions without a copy, and nothing else of the API. */
  grantDeleteOnly(grantee: IGrantable): Grant {
    const resourceArns = [this.httpApi.arnForExecuteApi(HttpMethod.POST, DELETE_ONLY, '$default')];
    return Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns });
  }

  #addStage(props: ApiProps): void {
    const retention = props.logRetention ?? RetentionDays.THREE_MONTHS;
    new HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle: props.throttle ?? { rateLimit: 50, burstLimit: 100 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(new LogGroup(this, 'AccessLogs', { retention })),
      },
    });
  }

  #addRoutes(handler: IFunction): void {
    const integration = new HttpLambdaIntegration('Api', handler, { scopePermissionToRoute: false });
    for (const [path, methods] of Object.entries(ROUTES)) {
      this.httpApi.addRoutes({ path, methods: [...methods], integration });
    }
    // API Gateway's own 404 says nothing; the function's names the routes. Behind the same authorizer as the rest,
    // and with a permission of its own: `/*/*/*` does not cover the ARN of the default route.
    new HttpRoute(this, 'NoSuchRoute', {
      httpApi: this.httpApi,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('NoSuchRoute', handler),
    });
  }

  /** An authorizer does not see the body, and the body is what Mux signs: the handler checks it first. */
  #addWebhook(handler: IFunction): void {
    const routes = this.httpApi.addRoutes({
      path: WEBHOOK_PATH,
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Webhook', handler, { scopePermissionToRoute: false }),
      authorizer: new HttpNoneAuthorizer(),
    });
    for (const route of routes) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason:
          'Mux signs the raw body, which no authorizer sees: the handler checks the signature before all else.',
      });
    }
  }
}
