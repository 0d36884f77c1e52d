// The HTTP API: one explicit route per call. What is not listed here gets a problem document that says so.

import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
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
import { NO_SUCH_ROUTE, ROUTES, type Scope, scopesFor } from '../lambdas/contract/routes.ts';
import { scoped } from './authorizer.ts';

export interface ApiProps {
  readonly api: IFunction;
  readonly webhook: IFunction;
  readonly authorizer?: IHttpRouteAuthorizer;
  readonly scopePrefix?: string;
  readonly throttle?: ThrottleSettings;
  readonly logRetention?: RetentionDays;
}

export const WEBHOOK_PATH = '/v1/webhooks/mux';

/** Who called what, and how it ended; neither paths nor queries. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    request_id: '$context.requestId',
    time: '$context.requestTime',
    ip: '$context.identity.sourceIp',
    caller: '$context.identity.caller',
    route: '$context.routeKey',
    status: '$context.status',
    response_bytes: '$context.responseLength',
    error: '$context.error.responseType',
  }),
);

export class Api extends Construct {
  readonly httpApi: HttpApi;
  /** Without a slash at the end. */
  readonly url: string;
  readonly webhookUrl: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const authorizer = props.authorizer ?? new HttpIamAuthorizer();
    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: 'icehouse',
      createDefaultStage: false,
      defaultAuthorizer: authorizer,
    });
    this.#addStage(props);
    this.#addRoutes(props.api, (scope) => scoped(authorizer, scope, props.scopePrefix ?? 'icehouse/'));
    this.#addWebhook(props.webhook);
    this.url = this.httpApi.apiEndpoint;
    this.webhookUrl = `${this.url}${WEBHOOK_PATH}`;
  }

  /** The routes of a scope, each by its exact ARN, and nothing else of the API. */
  grant(scope: Scope, grantee: IGrantable): Grant {
    const resourceArns = grantable(scope).map((route) => {
      const { method, path } = partsOf(route);
      return this.httpApi.arnForExecuteApi(method, path.replaceAll(PARAMETER, '*'), '$default');
    });
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
        format: ACCESS_LOG,
      },
    });
  }

  #addRoutes(handler: IFunction, authorizerFor: (scope: Scope) => IHttpRouteAuthorizer): void {
    const integration = new HttpLambdaIntegration('Api', handler, { scopePermissionToRoute: false });
    for (const [route, scope] of Object.entries(ROUTES)) {
      const { method, path } = partsOf(route);
      this.httpApi.addRoutes({ path, methods: [method], integration, authorizer: authorizerFor(scope) });
    }
    // API Gateway's own 404 says nothing; the function's names the routes. Behind the same authorizer as the rest,
    // and with a permission of its own: `/*/*/*` does not cover the ARN of the default route.
    new HttpRoute(this, 'NoSuchRoute', {
      httpApi: this.httpApi,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('NoSuchRoute', handler),
      authorizer: authorizerFor(NO_SUCH_ROUTE.scope),
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

const PARAMETER = /\{\w+\}/g;

const METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE];

function partsOf(route: string): { readonly method: HttpMethod; readonly path: string } {
  const [word, path = ''] = route.split(' ');
  const method = METHODS.find((each) => each === word);
  if (!method) throw new Error(`${route}: ${word} is no method.`);
  return { method, path };
}

/**
 * The routes that a grant of IAM names. An ARN's `*` goes on over slashes, so that the one for `DELETE …/{asset_id}` would
 * also lift a hold (`DELETE …/{asset_id}/hold`): a route whose ARN reaches into another scope is left out. What is left out
 * can be had by another route (`POST …/cancel`), or with a JWT or bearer token, which API Gateway judges route by route.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function grantable(scope: Scope): readonly string[] {
  const isOpen = (needed: Scope) => scopesFor(needed).includes(scope);
  const routes = Object.entries(ROUTES);
  const beyond = routes.flatMap(([route, needed]) =>
    isOpen(needed) ? [] : route.replaceAll(PARAMETER, 'x'),
  );
  return routes.flatMap(([route, needed]) => {
    const pattern = new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(PARAMETER, '.*')}$`);
    return isOpen(needed) && !beyond.some((other) => pattern.test(other)) ? route : [];
  });
}
