// What must be so before a deployment can succeed: who is signed in where, whether the CDK is at home there, and whose the
// Mux token is. Only reads, and only says; each finding of something wrong says what to do.
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Finding {
  /** `later`: the deployment goes well without it, and the stack waits for it. */
  readonly verdict: 'good' | 'wrong' | 'later';
  readonly text: string;
}

export interface Account {
  readonly region: string | undefined;
  readonly credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
  /** Where a service answers: in AWS `https://{service}.{region}.amazonaws.com`. */
  readonly endpoint: (service: 'sts' | 'ssm', region: string) => string;
}

export interface MuxToken {
  readonly tokenId: string | undefined;
  readonly tokenSecret: string | undefined;
  readonly baseUrl: string;
}

/** Of GET /system/v1/whoami. */
interface Whoami {
  readonly environment_name: string;
  readonly environment_type: string;
  readonly organization_name: string;
  readonly permissions: readonly string[];
}

/** The first version whose bucket and roles CDK templates count on; the template itself refuses an older one. */
const LEAST_BOOTSTRAP = 6;
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
const LIMIT_MS = 10_000;
/** Who somebody is, AWS says in any region. */
const ANY_REGION = 'us-east-1';
const SIGN_IN = 'Sign in: `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

/** Throws nothing: what fails is a finding. */
export async function checkAccount(account: Account): Promise<readonly Finding[]> {
  const { region } = account;
  const identity = await checkIdentity(account);
  // All that is wrong is said at once.
  if (!region) return [identity, wrong('No region. Set AWS_REGION, or `region` in your AWS profile.')];
  return identity.verdict === 'good' ? [identity, await checkBootstrap(account, region)] : [identity];
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no permission is needed for it. */
function checkIdentity(account: Account): Promise<Finding> {
  const { region } = account;
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return found('AWS credentials', async () => {
    const { status, text } = await call(account, 'sts', region ?? ANY_REGION, headers, body);
    const [, arn] = /<Arn>([^<]+)<\/Arn>/.exec(text) ?? [];
    if (status === 200 && arn) return good(`Signed in as ${arn}${region ? `, region ${region}` : ''}.`);
    return wrong(`AWS does not take the credentials (${status}). ${SIGN_IN}`);
  });
}

/** https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
function checkBootstrap(account: Account, region: string): Promise<Finding> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.GetParameter' };
  return found('Bootstrap of the CDK', async () => {
    const { status, text } = await call(
      account,
      'ssm',
      region,
      headers,
      JSON.stringify({ Name: BOOTSTRAP_PARAMETER }),
    );
    if (text.includes('ParameterNotFound'))
      return wrong(`The CDK has no bootstrap stack in ${region}. Run \`npx cdk bootstrap\`.`);
    if (status !== 200)
      return wrong(`${BOOTSTRAP_PARAMETER} cannot be read (${status}): ssm:GetParameter is needed.`);
    const version = Number(JSON.parse(text).Parameter?.Value);
    return version >= LEAST_BOOTSTRAP
      ? good(`The CDK is bootstrapped in ${region}, version ${version}.`)
      : wrong(
          `The bootstrap stack is of version ${version}, ${LEAST_BOOTSTRAP} is needed. Run \`npx cdk bootstrap\`.`,
        );
  });
}

/** https://www.mux.com/docs/api-reference/system/utilities. Without a token the stack can be deployed, and waits for one. */
export async function checkMux({ tokenId, tokenSecret, baseUrl }: MuxToken): Promise<Finding> {
  if (!tokenId || !tokenSecret) {
    return later(
      'No Mux token here to look at (MUX_TOKEN_ID, MUX_TOKEN_SECRET). `icehouse connect` wants them afterwards.',
    );
  }
  const authorization = `Basic ${Buffer.from(`${tokenId}:${tokenSecret}`).toString('base64')}`;
  return found('Mux token', async () => {
    const answer = await fetch(`${baseUrl}/system/v1/whoami`, {
      headers: { authorization },
      // The token goes to Mux, and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (answer.status !== 200)
      return wrong(`Mux does not take the token (${answer.status}). Make one for Mux Video, read and write.`);
    const { data }: { data: Whoami } = JSON.parse(await answer.text());
    const whose = `The Mux token is of environment ${data.environment_name} (${data.environment_type}) of ${data.organization_name}`;
    return mayWrite(data.permissions)
      ? good(`${whose}, and may write.`)
      : later(
          `${whose}. Its permissions are ${data.permissions}: it has to be for Mux Video, read and write.`,
        );
  });
}

function later(text: string): Finding {
  return { verdict: 'later', text };
}

/** How Mux spells them is on no page that we know, so that a doubt stops no deployment. */
function mayWrite(permissions: readonly string[]): boolean {
  return permissions.some((permission) => /video.*write|write.*video/i.test(permission));
}

async function call(
  { credentials, endpoint }: Account,
  service: 'sts' | 'ssm',
  region: string,
  headers: Record<string, string>,
  body: string,
) {
  const url = new URL(endpoint(service, region));
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const request = { method: 'POST', protocol: url.protocol, hostname: url.hostname, path: '/', body };
  const signed = await signer.sign({ ...request, headers: { ...headers, host: url.host } });
  const { host: _, ...rest } = signed.headers;
  const answer = await fetch(url, {
    method: 'POST',
    headers: rest,
    body,
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return { status: answer.status, text: await answer.text() };
}

async function found(what: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Error && error.name === 'CredentialsProviderError') return unsigned(error);
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return wrong(`${what} could not be looked at: ${error instanceof Error ? error.message : error}${cause}`);
  }
}

/** A profile with a fault, or a session that is over, says more than that there are none. */
function unsigned({ message }: Error): Finding {
  const why = /from any providers/.test(message) ? '' : ` (AWS libraries: ${message})`;
  return wrong(`No AWS credentials. ${SIGN_IN}${why}`);
}

const good = (text: string): Finding => ({ verdict: 'good', text });
const wrong = (text: string): Finding => ({ verdict: 'wrong', text });
