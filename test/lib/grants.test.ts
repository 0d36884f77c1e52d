// Who may do what. The lists are written by hand: a new permission has to be written here too.
import { describe, expect, test } from 'vitest';
import { FUNCTIONS, type FunctionName } from '../../lambdas/contract/names.ts';
import { matchesWildcard } from '../../local/cloud/policy.ts';
import { actionsOf, environmentOf, statementsOf, synthesize } from './synthesized.ts';

const template = synthesize();

const LEDGER = ['dynamodb:GetItem', 'dynamodb:PutItem'];
const UPDATE = 'dynamodb:UpdateItem';
const QUERY = 'dynamodb:Query';
const READ_MANY = 'dynamodb:BatchGetItem';
const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const READ = ['s3:GetObjectVersion', 's3:ListBucket'];
const ABORT = ['s3:AbortMultipartUpload', 's3:ListBucketMultipartUploads'];
const COPY_QUEUE = ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map((action) => `sqs:${action}`);
const SECRET = 'secretsmanager:GetSecretValue';
const PUBLISH = 'events:PutEvents';
const INVOKE = 'lambda:InvokeFunction';
const FAILED = 'sqs:SendMessage';
const STAGE = [...LEDGER, UPDATE, SECRET, PUBLISH, FAILED];

const ALLOWED: Readonly<Record<FunctionName, readonly string[]>> = {
  api: [...LEDGER, UPDATE, QUERY, READ_MANY, SECRET, INVOKE, PUBLISH, ...READ, 's3:PutObject'],
  webhook: [...LEDGER, SECRET, INVOKE],
  sweep: [...LEDGER, UPDATE, QUERY, INVOKE, FAILED],
  master: [...STAGE, QUERY, ...READ, 's3:PutObject', ...ABORT],
  copy: [
    ...[...LEDGER, UPDATE, SECRET, INVOKE, FAILED],
    ...['s3:PutObject', 's3:ListMultipartUploadParts', ...COPY_QUEUE],
  ],
  archive: [...STAGE, ...READ, 's3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', ...ABORT],
  audit: [
    ...[...LEDGER, UPDATE, QUERY, READ_MANY, SECRET, INVOKE, FAILED],
    ...[...READ, 's3:ListBucketVersions', 's3:ListBucketMultipartUploads'],
  ],
  trail: ['s3:PutObject', FAILED],
  expire: [...STAGE, ...READ, 's3:PutObject'],
  restore: [...STAGE, ...READ, 's3:RestoreObject', 's3:PutObject', INVOKE],
  cancel: [...STAGE, 's3:ListMultipartUploadParts', ...ABORT],
  purge: [
    ...[...STAGE, 'dynamodb:DeleteItem', ...READ, 's3:ListBucketVersions', ...ABORT],
    ...['s3:DeleteObjectVersion', 's3:GetObjectRetention', 's3:GetObjectLegalHold'],
  ],
};

describe('a function may do', () => {
  test.each(FUNCTIONS)('what %s does, and nothing else', (name) => {
    const actions = new Set(actionsOf(statementsOf(template, name)));

    expect([...actions].sort()).toEqual([...LOGS, ...ALLOWED[name]].sort());
  });
});

/** Of PutItem and UpdateItem, by the keys of what is written. */
const WRITES: Readonly<Record<FunctionName, Readonly<Record<string, readonly string[]>>>> = {
  api: { put: ['asset#*', 'brake#hold', 'audit#*', 'erasure#*'], update: ['governor#*', 'pin#*'] },
  webhook: { put: ['asset#*'] },
  sweep: { put: ['asset#*'], update: ['asset#*'] },
  copy: { put: ['asset#*'], update: ['governor#*', 'pin#*'] },
  audit: { put: ['asset#*', 'audit#*', 'seen#*'], update: ['governor#*', 'pin#*'] },
  trail: {},
  master: { put: ['asset#*', 'alias#*'], update: ['governor#*', 'pin#*'] },
  archive: { put: ['asset#*'], update: ['governor#*', 'pin#*'] },
  expire: { put: ['asset#*', 'alias#*'], update: ['governor#*', 'pin#*', 'brake#day#*'] },
  restore: { put: ['asset#*', 'alias#*'], update: ['governor#*', 'pin#*'] },
  cancel: { put: ['asset#*', 'alias#*'], update: ['governor#*', 'pin#*'] },
  purge: { put: ['asset#*', 'erasure#*'], update: ['governor#*', 'pin#*', 'brake#day#*'] },
};

test.each(FUNCTIONS)('%s writes these items of the ledger, and no others', (name) => {
  const keysOf = (action: string) =>
    statementsOf(template, name)
      .filter((each) => actionsOf([each]).includes(action))
      .map(({ Condition }) => [Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']].flat());

  const { put, update } = WRITES[name];
  expect(keysOf('dynamodb:PutItem')).toEqual(put ? [put] : []);
  expect(keysOf('dynamodb:UpdateItem')).toEqual(update ? [update] : []);
});

describe('nobody', () => {
  const all = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );

  test('may delete an object, a version, an item or the bucket, but purge, which may delete exact versions and aliases', () => {
    const deleting = FUNCTIONS.flatMap((name) =>
      actionsOf(statementsOf(template, name))
        .filter((action) => /delete/i.test(action))
        .map((action) => `${name} ${action}`),
    );

    expect(deleting.sort()).toEqual([
      'copy sqs:DeleteMessage',
      'purge dynamodb:DeleteItem',
      'purge s3:DeleteObjectVersion',
      'purge s3:DeleteObjectVersion',
    ]);
    expect(actionsOf(all)).not.toContain('s3:DeleteObject');
    expect(actionsOf(all)).not.toContain('s3:BypassGovernanceRetention');
  });

  test('has a wildcard in an action', () => {
    expect(actionsOf(all).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('but the trail may write in the trail, and that nowhere else', () => {
    const keysOf = (name: FunctionName) =>
      statementsOf(template, name)
        .filter((each) => actionsOf([each]).some((action) => action.startsWith('s3:')))
        .map(({ Action, Resource }) => [Action, JSON.stringify(Resource).match(/"\/([a-z]+\/[^"]+)"/)?.[1]]);

    // An erasure takes entries away, and writes none.
    const others = FUNCTIONS.filter((name) => name !== 'trail' && name !== 'purge').flatMap(keysOf);
    expect(keysOf('trail')).toEqual([['s3:PutObject', 'trail/*']]);
    expect(
      others.filter(([, key]) => key && matchesWildcard(String(key), 'trail/2026/12/24/x.json')),
    ).toEqual([]);
  });

  test('may touch all of anything, or objects outside of mux/ and trail/', () => {
    const wild = all
      .map(({ Resource }) => JSON.stringify(Resource))
      .filter((resource) => resource.includes('*'));

    expect(wild.length).toBeGreaterThan(0);
    for (const resource of wild) {
      expect(resource).toMatch(
        /^\{"Fn::Join":\["",\[\{"Fn::GetAtt":\["IcehouseVaultBucket\w+","Arn"\]\},"\/(mux\/\*[\w/.*]*|trail\/\*)"\]\]\}$/,
      );
    }
  });

  test('may write a master, but archive and the workers of its copy', () => {
    const master = 'mux/environment1/captions/1/master.mp4';
    const writing = FUNCTIONS.filter((name) =>
      statementsOf(template, name)
        .filter((each) => actionsOf([each]).includes('s3:PutObject'))
        .map(({ Resource }) => JSON.stringify(Resource).match(/"\/([a-z]+\/[^"]+)"/)?.[1])
        .some((pattern) => matchesWildcard(pattern ?? '*', master)),
    );

    expect(writing.sort()).toEqual(['archive', 'copy']);
  });

  test('may write an archive in order to restore it', () => {
    const writing = statementsOf(template, 'restore').filter((each) =>
      actionsOf([each]).includes('s3:PutObject'),
    );

    const keys = writing.map(({ Resource }) => JSON.stringify(Resource).match(/"\/(mux[^"]+)"/)?.[1]);
    expect(keys).toEqual(['mux/*/*/*/restored/*']);
  });

  test('may write anything of an archive through the API, but what slim takes', () => {
    const writing = statementsOf(template, 'api').filter((each) =>
      actionsOf([each]).includes('s3:PutObject'),
    );

    const keys = writing.map(({ Resource }) => JSON.stringify(Resource).match(/"\/(mux[^"]+)"/)?.[1]);
    expect(keys).toEqual(['mux/*/*/slim/*']);
    const archives = [
      'mux/environment1/slim/1/master.mp4',
      'mux/slim/asset1/1/manifest.json',
      'mux/slim/slim/1/captions/slim.vtt',
      'mux/environment1/slim/1/restored/slim.json',
      'trail/slim/slim/slim/x.json',
    ];
    expect(archives.filter((key) => matchesWildcard(keys[0] ?? '', key))).toEqual([]);
    expect(matchesWildcard(keys[0] ?? '', 'mux/environment1/asset1/slim/x/t.vtt')).toBe(true);
  });

  test('may read a master through the API', () => {
    const reading = statementsOf(template, 'api').filter((each) =>
      actionsOf([each]).includes('s3:GetObjectVersion'),
    );

    const keys = reading.map(({ Resource }) => JSON.stringify(Resource).match(/"\/(mux[^"]+)"/)?.[1]);
    expect(keys).toEqual([
      'mux/*/*/*/manifest.json',
      'mux/*/*/*/captions/*',
      'mux/*/*/*/sidecars/*',
      'mux/*/*/*/restored/*',
    ]);
    const master = 'mux/environment1/captions/1/master.mp4';
    expect(keys.filter((pattern) => matchesWildcard(pattern ?? '', master))).toEqual([]);
  });

  test('has a managed policy', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });
});

describe('a grant', () => {
  test.each([
    ['secretsmanager:GetSecretValue', 'MUX_SECRET_ID'],
    ['events:PutEvents', 'EVENT_BUS_NAME'],
    ['lambda:InvokeFunction', 'FUNCTION_MASTER'],
    ['dynamodb:GetItem', 'TABLE_NAME'],
  ])('of %s comes with %s, and neither without the other', (action, variable) => {
    const allowed = FUNCTIONS.filter((name) => actionsOf(statementsOf(template, name)).includes(action));
    const named = FUNCTIONS.filter((name) => variable in environmentOf(template, name));

    expect(named).toEqual(allowed);
    expect(named.length).toBeGreaterThan(0);
  });
});
