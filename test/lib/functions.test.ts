// What every function gets: runtime, size, logs, environment, and a place for what failed.
import { Match } from 'aws-cdk-lib/assertions';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { readConfig, readTrailConfig } from '../../lambdas/adapters/config.ts';
import { FUNCTIONS, type FunctionName, STAGES } from '../../lambdas/contract/names.ts';
import { environmentOf, synthesize } from './synthesized.ts';

const template = synthesize();

/** What Lambda would see: references become some name, the account becomes some account. */
function variablesOf(name: FunctionName, from = template): Record<string, string> {
  const entries = Object.entries(environmentOf(from, name)).map(([variable, value]) => {
    if (typeof value === 'string') return [variable, value];
    return [variable, JSON.stringify(value).includes('AWS::AccountId') ? '123456789012' : 'a-name'];
  });
  return Object.fromEntries(entries);
}

describe('every function', () => {
  test('runs on Node 24 on arm64, with source maps and JSON logs of its own', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.anyValue() } },
      Environment: {
        Variables: Match.objectLike({ NODE_OPTIONS: Match.stringLikeRegexp('--enable-source-maps') }),
      },
    });
    template.resourceCountIs('AWS::Lambda::Function', 12);
  });

  test('keeps its logs for 90 days', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  test('leaves concurrency to the account', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  test('can run on x86_64', () => {
    const intel = synthesize({ architecture: Architecture.X86_64 });

    intel.allResourcesProperties('AWS::Lambda::Function', { Architectures: ['x86_64'] });
  });

  test.each([
    ['api', 512, 29],
    ['webhook', 512, 10],
    ['sweep', 512, 55],
    ['master', 512, 120],
    ['archive', 1024, 900],
    ['audit', 512, 900],
    ['trail', 512, 30],
    ['expire', 512, 120],
    ['restore', 512, 300],
    ['cancel', 512, 120],
  ])('%s has %i MB and %i s', (name, MemorySize, Timeout) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: Match.stringLikeRegexp(`-${name}$`),
      MemorySize,
      Timeout,
    });
  });
});

describe('what failed', () => {
  test.each([...STAGES, 'audit'])('%s is not tried again by Lambda, but kept', (stage) => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp(`Functions${stage}Function`) },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('FailedInvocations'), 'Arn'] } },
      },
    });
  });

  test('an entry of the trail is tried again for as long as Lambda does, and then kept', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('FunctionstrailFunction') },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 21_600,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('FailedInvocations'), 'Arn'] } },
      },
    });
  });

  test('the sweep is not tried again by Lambda: the next minute has one of its own', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('FunctionssweepFunction') },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 300,
    });
  });
});

describe('the environment', () => {
  test('of trail is one that its own reader takes, without the ledger', () => {
    const config = readTrailConfig(variablesOf('trail'));

    expect(config).toEqual({ bucket: 'a-name', bucketOwner: '123456789012' });
    expect(variablesOf('trail')).not.toHaveProperty('TABLE_NAME');
  });

  test.each(FUNCTIONS.filter((name) => name !== 'trail'))(
    'of %s is one that its own reader takes, with the same defaults',
    (name) => {
      const config = readConfig(variablesOf(name));

      const bare = readConfig({ TABLE_NAME: 'a-name', BUCKET_NAME: 'a-name', BUCKET_OWNER: '123456789012' });
      const { instance, ...rest } = JSON.parse(JSON.stringify(config));
      expect(rest).toEqual(JSON.parse(JSON.stringify(bare)));
      expect(instance).toMatch(/^Icehouse-/);
    },
  );

  test('says what the props say', () => {
    const props = {
      deletions: 'on',
      storageClass: 'GLACIER',
      expirySchedule: 'weekly',
      deletionLimits: { perHour: 5, perDay: 50, perUserDay: 10 },
      openMasters: 40,
      graceDays: 7,
      minNotice: Duration.minutes(5),
      muxBaseUrl: 'http://127.0.0.1:8080',
      muxRates: { post: 1, other: 4 },
      sources: { hosts: ['*.mux.com', 'cdn.example.com'], loopback: true },
    } as const;

    const variables = variablesOf('expire', synthesize(props));

    expect(variables).toMatchObject({
      DELETIONS: 'on',
      STORAGE_CLASS: 'GLACIER',
      EXPIRY_SCHEDULE: 'weekly',
      DELETIONS_PER_HOUR: '5',
      DELETIONS_PER_DAY: '50',
      DELETIONS_PER_USER_DAY: '10',
      OPEN_MASTERS: '40',
      GRACE_DAYS: '7',
      MIN_NOTICE_SECONDS: '300',
      MUX_BASE_URL: 'http://127.0.0.1:8080',
      MUX_POST_RATE: '1',
      MUX_OTHER_RATE: '4',
      SOURCE_HOSTS: '*.mux.com,cdn.example.com',
      SOURCE_LOOPBACK: 'true',
    });
  });

  test.each(['api', 'sweep'] as const)('of %s names the audit function', (name) => {
    const config = readConfig(variablesOf(name));

    expect(config.auditFunctionName()).toMatch(/-audit$/);
  });

  test.each(['api', 'webhook', 'sweep', 'audit', 'restore'] as const)(
    'of %s names the function of every stage',
    (name) => {
      const config = readConfig(variablesOf(name));
      const names = Object.values(template.findResources('AWS::Lambda::Function')).map(
        ({ Properties }) => Properties.FunctionName,
      );

      const named = STAGES.map((stage) => config.functionName(stage));

      expect(names).toEqual(expect.arrayContaining(named));
      expect(named.map((functionName) => functionName.split('-').at(-1))).toEqual([...STAGES]);
    },
  );
});
