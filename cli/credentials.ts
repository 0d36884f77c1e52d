// How a call says who it comes from: a bearer token, AWS Signature Version 4, or not at all on this machine.
import type { Authorize } from '../client/transport.ts';
import { CommandError, EXIT } from './problems.ts';

export function isLoopback(url: URL): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}

/** Throws CommandError INSECURE_TOKEN; the first call NO_REGION and NO_CREDENTIALS. `region`: where the host names none. */
export function authorizationFor(
  base: URL,
  options: { bearer?: string; region?: () => Promise<string | undefined> },
): Authorize {
  const { bearer } = options;
  if (bearer) {
    if (base.protocol === 'http:' && !isLoopback(base)) throw insecureToken(base);
    return async ({ headers }) => ({ ...headers, authorization: `Bearer ${bearer}` });
  }
  if (isLoopback(base)) return async ({ headers }) => headers;
  return signing(async () => {
    const region = regionOf(base) ?? (await options.region?.());
    if (!region) throw noRegion(base);
    return region;
  });
}

/** Undefined for a host that is not API Gateway's own. */
export function regionOf({ hostname }: URL): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(hostname)?.[1];
}

/** The AWS libraries are loaded by the first call that is signed: help and the local API start without them. */
function signing(region: () => Promise<string>): Authorize {
  let signer: ReturnType<typeof makeSigner> | undefined;
  return async ({ method, url, headers, body }) => {
    signer ??= region().then(makeSigner);
    const request = {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      ...(body !== undefined && { body }),
    };
    const signed = await (await signer).sign(request).catch((error: unknown) => {
      throw noCredentials(error);
    });
    // fetch sets `host` itself, to the same value.
    const { host: _, ...rest } = signed.headers;
    return rest;
  };
}

async function makeSigner(region: string) {
  const [{ defaultProvider }, { SignatureV4 }, { Sha256 }] = await Promise.all([
    import('@aws-sdk/credential-provider-node'),
    import('@smithy/signature-v4'),
    import('@aws-crypto/sha256-js'),
  ]);
  return new SignatureV4({ service: 'execute-api', region, credentials: defaultProvider(), sha256: Sha256 });
}

function noCredentials(cause: unknown): CommandError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const problem = {
    title: 'No AWS credentials',
    code: 'NO_CREDENTIALS',
    detail: `The call could not be signed: ${why}`,
    action: 'Sign in (`aws sso login`, AWS_PROFILE, AWS_ACCESS_KEY_ID …), or give --bearer.',
  };
  return new CommandError(problem, EXIT.refused, { cause });
}

function noRegion(base: URL): CommandError {
  const problem = {
    title: 'No region',
    code: 'NO_REGION',
    detail: `${base.hostname} does not say which AWS region its calls are signed for.`,
    action: 'Set AWS_REGION, or `region` in your AWS profile, or give --bearer.',
  };
  return new CommandError(problem, EXIT.usage);
}

function insecureToken(base: URL): CommandError {
  const problem = {
    title: 'Token not sent',
    code: 'INSECURE_TOKEN',
    detail: `${base.origin} is plain http to another machine: everybody on the way could read the token.`,
    action: 'Use https.',
  };
  return new CommandError(problem, EXIT.usage);
}
