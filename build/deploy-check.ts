// `npm run deploy:check`, and before each `npm run deploy`: looks whether a deployment can succeed, and changes nothing.
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { awsRegion } from '../cli/region.ts';
import { checkAccount, checkMux } from './deploy-checks.ts';

const { env } = process;

const findings = [
  ...(await checkAccount({
    region: await awsRegion(env),
    credentials: defaultProvider(),
    endpoint: (service, region) =>
      env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || `https://${service}.${region}.amazonaws.com`,
  })),
  await checkMux({
    tokenId: env.MUX_TOKEN_ID,
    tokenSecret: env.MUX_TOKEN_SECRET,
    baseUrl: env.MUX_BASE_URL || 'https://api.mux.com',
  }),
];

const MARKS = { good: '✓', wrong: '✗', later: '-' };
for (const { verdict, text } of findings) process.stdout.write(`${MARKS[verdict]} ${text}\n`);
process.exitCode = findings.some(({ verdict }) => verdict === 'wrong') ? 1 : 0;
