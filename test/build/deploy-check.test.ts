// The check before a deployment, against servers that answer as AWS and Mux do.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Account, checkAccount, checkMux } from '../../build/deploy-checks.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Answer = readonly [status: number, body: string];

async function serve(answer: (request: IncomingMessage) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { connection: 'close' }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The sample answer of https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::123456789012:user/Alice</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>123456789012</Account>
 </GetCallerIdentityResult></GetCallerIdentityResponse>`;

async function account(answer: (isSsm: boolean) => Answer): Promise<Account> {
  const url = await serve(({ headers }) => answer(headers['x-amz-target'] === 'AmazonSSM.GetParameter'));
  return {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    endpoint: () => url,
  };
}

const parameter = (version: string): Answer => [200, JSON.stringify({ Parameter: { Value: version } })];
const verdicts = async (one: Account) => (await checkAccount(one)).map(({ verdict }) => verdict);

test('says who is signed in where, and that the CDK is at home there', async () => {
  const ready = await account((isSsm) => (isSsm ? parameter('21') : [200, IDENTITY]));

  const findings = await checkAccount(ready);

  expect(findings).toEqual([
    { verdict: 'good', text: 'Signed in as arn:aws:iam::123456789012:user/Alice, region eu-central-1.' },
    { verdict: 'good', text: 'The CDK is bootstrapped in eu-central-1, version 21.' },
  ]);
});

test('finds an account without a bootstrap, or with one that is too old', async () => {
  const missing = '{"__type":"ParameterNotFound"}';
  const without = await account((isSsm) => (isSsm ? [400, missing] : [200, IDENTITY]));
  const old = await account((isSsm) => (isSsm ? parameter('5') : [200, IDENTITY]));
  const denied = await account((isSsm) =>
    isSsm ? [400, '{"__type":"AccessDeniedException"}'] : [200, IDENTITY],
  );

  const found = await Promise.all([without, old, denied].map(verdicts));

  expect(found).toEqual([
    ['good', 'wrong'],
    ['good', 'wrong'],
    ['good', 'wrong'],
  ]);
});

test('asks no further with credentials that AWS does not take', async () => {
  const expired = await account(() => [
    403,
    '<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>',
  ]);

  expect(await verdicts(expired)).toEqual(['wrong']);
});

test('says of a missing region and of missing credentials at once', async () => {
  const ready = await account(() => [200, IDENTITY]);
  const nobody = async () => {
    throw Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
  };

  const signedIn = await checkAccount({ ...ready, region: undefined });
  const neither = await checkAccount({ ...ready, region: undefined, credentials: nobody });

  const noRegion = { verdict: 'wrong', text: 'No region. Set AWS_REGION, or `region` in your AWS profile.' };
  expect(signedIn).toEqual([
    { verdict: 'good', text: 'Signed in as arn:aws:iam::123456789012:user/Alice.' },
    noRegion,
  ]);
  expect(neither).toEqual([
    {
      verdict: 'wrong',
      text: 'No AWS credentials. Sign in: `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    },
    noRegion,
  ]);
});

test('a service that is not there is a finding, not an error', async () => {
  const away = { ...(await account(() => [200, ''])), endpoint: () => 'http://127.0.0.1:1' };

  expect(await verdicts(away)).toEqual(['wrong']);
});

test.each([
  ['good', 200, ['video:read', 'video:write']],
  ['later', 200, ['video:read']],
  ['wrong', 401, []],
])('a Mux token is judged %s that answers %i with %j', async (verdict, status, permissions) => {
  const whose = { environment_name: 'Production', environment_type: 'production', organization_name: 'Acme' };
  const baseUrl = await serve(({ url, headers }) =>
    url === '/system/v1/whoami' && headers.authorization === 'Basic aWQ6c2VjcmV0'
      ? [status, JSON.stringify({ data: { ...whose, permissions } })]
      : [404, ''],
  );

  const finding = await checkMux({ tokenId: 'id', tokenSecret: 'secret', baseUrl });

  expect(finding.verdict).toBe(verdict);
  expect(finding.text).not.toContain('secret');
});

test('without a Mux token a stack can be deployed, and is told to wait for one', async () => {
  const finding = await checkMux({
    tokenId: undefined,
    tokenSecret: undefined,
    baseUrl: 'http://127.0.0.1:1',
  });

  expect(finding.verdict).toBe('later');
});
