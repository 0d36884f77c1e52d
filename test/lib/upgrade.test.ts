// A later release keeps what an earlier one made, and several Icehouses share an account: by their templates.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template as Synthesized } from 'aws-cdk-lib/assertions';
import { App, Stack, type StackProps, Stage } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { idleCost, runsPerMonth, type Template } from '../../docs/idle-cost.ts';
import { operatingPage } from '../../docs/operating-page.ts';
import { FUNCTIONS, OPTIONAL_FUNCTIONS } from '../../lambdas/contract/names.ts';
import { Icehouse } from '../../lib/icehouse.ts';
import { Transitions } from '../../lib/transitions.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURE = join(ROOT, 'test/fixtures/template/logical-ids.json');

/** As the app makes it, with webhooks; beside it another in the same stack, and one by default in another stack. */
const [first, staging] = synthesizeAll();
const resources = Object.entries(first.Resources);
const ofBoth = [first, staging].flatMap(({ Resources }) => Object.values(Resources));

function synthesizeAll(): [Template, Template] {
  const directory = mkdtempSync(join(tmpdir(), 'icehouse-upgrade-'));
  try {
    for (const name of [...FUNCTIONS, ...OPTIONAL_FUNCTIONS]) {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'index.mjs'), '');
    }
    const app = new App({ outdir: join(directory, 'cdk.out'), builtinCloudFormationValidation: false });
    const props = { functionsDirectory: directory, webhooks: { urls: ['https://app.example.com/icehouse'] } };
    const stack = new Stack(app, 'Icehouse');
    new Icehouse(stack, 'Icehouse', props);
    new Icehouse(stack, 'Second', props);
    new Icehouse(new Stack(app, 'icehouse-staging'), 'Icehouse', { functionsDirectory: directory });
    const assembly = app.synth();
    const templateOf = (name: string): Template => assembly.getStackByName(name).template;
    return [templateOf('Icehouse'), templateOf('icehouse-staging')];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const MILESTONES: readonly [string, Readonly<Record<string, string>>][] = Object.entries(
  JSON.parse(readFileSync(FIXTURE, 'utf8')),
);

// Under another id CloudFormation makes a new, empty thing, and where a function's name stays, it fails over that name.
test.each(MILESTONES)('what the stack has had since %s keeps its logical id, and its name', (_, ids) => {
  const now = Object.keys(ids).map((id) => {
    const { Type, Properties } = first.Resources[id] ?? { Type: 'gone' };
    const name = Properties?.FunctionName;
    return [id, Type === 'AWS::Lambda::Function' ? `${Type} ${name}` : Type];
  });

  expect(Object.fromEntries(now)).toEqual(ids);
});

describe('what holds data', () => {
  const KINDS = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];
  const held = resources.filter(([id, { Type }]) => KINDS.includes(Type) && id.startsWith('Icehouse'));

  test('is these four', () => {
    expect(held.map(([id]) => id)).toEqual([
      'IcehouseLedgerTableE0EF9124',
      'IcehouseVaultBucket148FB86E',
      'IcehouseMuxCredentialsSecretD4E28B17',
      'IcehouseWebhooksSecret24FCE4AA',
    ]);
  });

  test.each(held)('%s outlives the stack, and its own replacement', (_, resource) => {
    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('says nothing that would replace it, or write over what was filled in', () => {
    const properties = held.map(([, { Properties = {} }]) => Properties);
    const [table, , mux, signing] = properties;

    expect(table).toMatchObject({
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      DeletionProtectionEnabled: true,
    });
    expect(mux?.SecretString).toBe('{"token_id":"","token_secret":"","webhook_secret":""}');
    expect(signing?.GenerateSecretString).toEqual({
      ExcludePunctuation: true,
      GenerateStringKey: 'signing_secret',
      PasswordLength: 48,
      SecretStringTemplate: '{"signing_secret_previous":""}',
    });
  });
});

describe('several in one account and region', () => {
  /** Names that are one to an account, or to an account and region. The others CloudFormation makes up itself. */
  const NAMES: Readonly<Record<string, string>> = {
    'AWS::Lambda::Function': 'FunctionName',
    'AWS::Events::EventBus': 'Name',
    'AWS::Events::Rule': 'Name',
    'AWS::Scheduler::Schedule': 'Name',
    'AWS::SQS::Queue': 'QueueName',
    'AWS::Logs::LogGroup': 'LogGroupName',
    'AWS::CloudWatch::Alarm': 'AlarmName',
    'AWS::CloudWatch::Dashboard': 'DashboardName',
    'AWS::IAM::Role': 'RoleName',
    'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
    'AWS::KMS::Alias': 'AliasName',
    'AWS::S3::Bucket': 'BucketName',
    'AWS::DynamoDB::Table': 'TableName',
    'AWS::SecretsManager::Secret': 'Name',
  };
  const functions = ofBoth.filter(({ Type }) => Type === 'AWS::Lambda::Function');

  test('no name of ours is taken twice', () => {
    const names = ofBoth.flatMap(({ Type, Properties }) => Properties?.[NAMES[Type] ?? ''] ?? []);

    // Three buses, and the functions.
    expect(names).toHaveLength(3 + functions.length);
    expect(new Set(names).size).toBe(names.length);
  });

  // Written down from the templates that stacks without a name of their own have had: another name would be another bus.
  test.each<[string, (app: App) => Construct, StackProps, string]>([
    ['of its ids', (app) => app, {}, 'MainTransitionsBus43CF3383'],
    ['of its ids, in a stage', (app) => new Stage(app, 'Prod'), {}, 'ProdMainTransitionsBusEB79DA47'],
    ['of its ids, in a construct', (app) => new Construct(app, 'Ours'), {}, 'OursMainTransitionsBus3F9568E0'],
    ['which is its first id', (app) => app, { stackName: 'Main' }, 'MainTransitionsBus43CF3383'],
    ['of its own', (app) => app, { stackName: 'Main-2' }, 'Main2-Transitions-C99B2241'],
    ['of its own, in a stage', (app) => new Stage(app, 'Prod'), { stackName: 'x' }, 'x-Transitions-6E4AAF86'],
  ])('a stack with a name %s has a bus of that name', (_, parent, props, expected) => {
    const stack = new Stack(parent(new App()), 'Main', props);
    new Transitions(stack, 'Transitions', undefined);

    Synthesized.fromStack(stack).hasResourceProperties('AWS::Events::EventBus', { Name: expected });
  });

  test('each function writes to a log group of its own', () => {
    const inFirst = functions.filter((each) => Object.values(first.Resources).includes(each));
    const groups = inFirst.map(({ Properties }) => JSON.stringify(Properties?.LoggingConfig));

    expect(new Set(groups).size).toBe(inFirst.length);
  });

  test('each has metrics by a name of its own, and its alarms read no other', () => {
    const namesIn = (id: string, { Resources }: Template) => {
      const own = Object.keys(Resources).filter((key) => key.startsWith(id));
      const found = (pattern: RegExp) => [
        ...new Set(own.flatMap((key) => pattern.exec(JSON.stringify(Resources[key]))?.[1] ?? [])),
      ];
      const written = found(/"INSTANCE_NAME":"([^"]+)"/);
      return { written, read: found(/"Dimensions":\[\{"Name":"Instance","Value":"([^"]+)"/) };
    };
    const all = [namesIn('Icehouse', first), namesIn('Second', first), namesIn('Icehouse', staging)];

    for (const { written, read } of all) expect(read).toEqual(written);
    expect(new Set(all.flatMap(({ written }) => written)).size).toBe(3);
  });
});

describe('an idle stack', () => {
  const lines = idleCost(staging);
  const line = (what: string) => lines.find((each) => each.what === what);

  test('is counted from its template', () => {
    expect(line('dashboards')).toMatchObject({ quantity: '1', usd: 3 });
    expect(line('alarms')?.quantity).toBe('17');
    expect(line('secrets')).toMatchObject({ quantity: '1', usd: 0.4 });
    // Each minute, each hour, each night of 30 days.
    expect(line('runs by schedule')?.quantity).toBe('43,950');
    expect(line('calls of Lambda to empty queues that run a function')).toMatchObject({
      quantity: '648,000',
    });
  });

  test.each([
    ['rate(1 minute)', 43_200],
    ['cron(0 * * * ? *)', 720],
    ['cron(0 0 * * ? *)', 30],
    ['cron(0 0 ? * MON *)', 30 / 7],
    ['cron(0 0 1 * ? *)', 1],
    ['cron(0 0 1 1/3 ? *)', 1 / 3],
  ])('%s runs %d times in a month', (expression, times) => {
    expect(runsPerMonth(expression)).toBeCloseTo(times, 9);
  });

  test('a schedule that it cannot count is refused', () => {
    expect(() => runsPerMonth('cron(5 4 * * ? *)')).toThrow('expected one of lib/schedules.ts');
  });

  test('docs/operating.md says what it costs (else run npm run docs)', () => {
    const written = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');

    expect(written).toBe(operatingPage(written, lines));
    const together = lines.reduce((sum, { usd }) => sum + usd, 0).toFixed(2);
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`costs $${together} a month`);
  });
});
