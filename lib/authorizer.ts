// Who is let in where IAM is not what is wanted: the scopes that a JWT needs, and bearer tokens of our own.
import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { SCOPES, type Scope, scopesFor } from '../lambdas/contract/routes.ts';
import { type FunctionsProps, newFunction } from './functions.ts';
import type { IcehouseProps } from './icehouse-props.ts';
import { grantReadSecret } from './secret-reading.ts';

/** The same authorizer for one route: if it is of the JWT kind, a token needs one of the route's scopes. */
export function scoped(
  authorizer: IHttpRouteAuthorizer,
  needed: Scope,
  prefix: string,
): IHttpRouteAuthorizer {
  return {
    bind(options) {
      const bound = authorizer.bind(options);
      if (bound.authorizationType !== 'JWT') return bound;
      return { ...bound, authorizationScopes: scopesFor(needed).map((scope) => `${prefix}${scope}`) };
    },
  };
}

/** Of a token that was withdrawn: so long API Gateway goes by its last answer for a route. */
const REMEMBERED = Duration.seconds(60);

/** Later deployments leave the filled-in values alone as long as this text stays as it is. */
const NOBODY = JSON.stringify(Object.fromEntries(SCOPES.map((scope) => [scope, ''])));

type FunctionProps = Omit<FunctionsProps, 'environment' | 'failures'>;

/** As the props say. Throws an Error where there is another authorizer too. */
export function newBearerTokens(
  scope: Construct,
  { bearerTokens, authorizer, encryptionKey }: IcehouseProps,
  props: FunctionProps,
): BearerTokens | undefined {
  if (!bearerTokens) return undefined;
  if (authorizer)
    throw new Error('Props bearerTokens and authorizer: expected one of them, got both; a route has one.');
  const existing = bearerTokens === true ? undefined : bearerTokens;
  return new BearerTokens(scope, 'BearerTokens', { ...props, encryptionKey }, existing);
}

interface BearerTokensProps extends FunctionProps {
  /** Of a secret that is made here. */
  readonly encryptionKey?: IKey;
}

export class BearerTokens extends Construct {
  readonly authorize: LambdaFunction;
  /** The tokens by scope, to be filled in: nobody is let in before. */
  readonly secret: ISecret;
  readonly authorizer: IHttpRouteAuthorizer;

  constructor(scope: Construct, id: string, props: BearerTokensProps, existing?: ISecret) {
    super(scope, id);
    this.secret = existing ?? this.#newSecret(props.encryptionKey);
    this.authorize = newFunction(this, 'authorize', { ...props, environment: {} });
    grantReadSecret(this.authorize, this.secret, ENVIRONMENT.bearerTokens);
    this.authorizer = new HttpLambdaAuthorizer('BearerTokens', this.authorize, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      // Without the route in the key an answer for one route would be taken for all of them: "Caching authorizer responses",
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
      identitySource: ['$request.header.Authorization', '$context.routeKey'],
      resultsCacheTtl: REMEMBERED,
    });
  }

  #newSecret(encryptionKey: IKey | undefined): Secret {
    const secret = new Secret(this, 'Secret', {
      description: 'Bearer tokens of those who call Icehouse, by scope',
      encryptionKey,
      secretStringValue: SecretValue.unsafePlainText(NOBODY),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Whoever calls must be given a new token first, so a person changes it; the previous one is good meanwhile.',
    });
    return secret;
  }
}
