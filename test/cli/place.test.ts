// Where a command works: a demo on this machine and a deployed stack are never taken for each other.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { queueUrls } from '../../cli/dead-letters/which-queues.ts';
import { apiLine, apiPlace } from '../../cli/place.ts';
import { icehouseProgram } from '../../cli/program.ts';
import { awsRegion } from '../../cli/region.ts';
import { vaultPlace } from '../../cli/trail/which-vault.ts';
import { icehouse } from './run-program.ts';
import { ok, stubApi } from './stub-api.ts';

const directory = mkdtempSync(join(tmpdir(), 'icehouse-place-'));
const DEMO = 'http://127.0.0.1:8080/';
const PROD = 'https://abc.execute-api.eu-west-1.amazonaws.com/';
const SQS = 'https://sqs.eu-west-1.amazonaws.com/1';
const HELD = {
  hold: { reason: 'r', user_id: 'u', since: '2026-11-22T03:00:00.000Z' },
  deletions: 'on',
  limits: { per_hour: 200, per_day: 2_000, per_user_day: 500 },
  counted: { hour: 12, day: 90 },
};

const outputsOf = (name: string, apiUrl: string) => ({
  ApiUrl: apiUrl,
  MuxSecret: 's',
  WebhookUrl: `${apiUrl}/v1/webhooks/mux`,
  VaultBucket: `${name}-vault`,
  CopyQueue: `${SQS}/${name}-copy`,
  CopyDeadLettersQueue: `${SQS}/${name}-dead`,
  FailedInvocationsQueue: `${SQS}/${name}-failed`,
});

const { ApiUrl: _, ...mute } = outputsOf('mute', '');
const FILES = {
  'one.json': JSON.stringify({ Network: { Vpc: 'v' }, Icehouse: outputsOf('prod', PROD) }),
  'two.json': JSON.stringify({ A: outputsOf('a', PROD), B: outputsOf('b', 'https://b.example.com') }),
  'foreign.json': JSON.stringify({ Network: { Vpc: 'v' } }),
  'mute.json': JSON.stringify({ Icehouse: mute }),
  'broken.json': '{"Icehouse":',
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(directory, name), text);

afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The command as the program would call it, in a directory whose cdk-outputs.json is this. */
async function called(args: readonly string[], beside = 'none.json'): Promise<Command> {
  let found: Command | undefined;
  const take = (command: Command): never => {
    found = command;
    throw new Error('Taken.');
  };
  const program = icehouseProgram({
    open: take,
    openScreen: take,
    write: {},
    pathStyle: false,
    mux: { tokenId: undefined, tokenSecret: undefined, baseUrl: undefined },
    muxPrices: undefined,
  });
  program.setOptionValueWithSource('outputs', join(directory, beside), 'default');
  await program.parseAsync(args, { from: 'user' }).catch(() => undefined);
  if (!found) throw new Error('No command was called.');
  return found;
}

async function apiOf(args: readonly string[], beside?: string): Promise<string> {
  return apiPlace(await called(['list', ...args], beside)).url.href;
}

describe('the API', () => {
  test.each([
    ['of this machine where there is no file', [], {}, undefined, DEMO],
    ['of this machine where the file is of other stacks', [], {}, 'foreign.json', DEMO],
    ['of the stack in the file', [], {}, 'one.json', PROD],
    ['of the environment before the file', [], { ICEHOUSE_URL: DEMO }, 'one.json', DEMO],
    [
      'of the command line before both',
      ['--url', 'http://127.0.0.1:9'],
      { ICEHOUSE_URL: DEMO },
      'one.json',
      'http://127.0.0.1:9/',
    ],
    ['of --stack before the environment', ['--stack', 'Icehouse'], { ICEHOUSE_URL: DEMO }, 'one.json', PROD],
    ['of the named one of several', ['--stack', 'B'], {}, 'two.json', 'https://b.example.com/'],
    ['of the file that is named', ['--outputs', join(directory, 'one.json')], {}, undefined, PROD],
  ])('is that %s', async (_, args, env, beside, url) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);

    expect(await apiOf(args, beside)).toBe(url);
  });

  test.each([
    ['several stacks, and none is named', [], 'two.json', 'WHICH_STACK'],
    ['a file that nobody can read', [], 'broken.json', 'BAD_OUTPUTS'],
    ['a stack that is not in it', ['--stack', 'Other'], 'one.json', 'NO_STACK'],
    ['a stack, and there is no file', ['--stack', 'Other'], undefined, 'NO_OUTPUTS'],
    ['a stack of no API', [], 'mute.json', 'NO_API_URL'],
  ])('is not guessed with %s', async (_, args, beside, code) => {
    await expect(apiOf(args, beside)).rejects.toMatchObject({ code, exitCode: 2 });
  });

  test('is said with what made it this one', async () => {
    const line = async (args: readonly string[], beside?: string) =>
      apiLine(apiPlace(await called(['list', ...args], beside)));

    const lines = [await line([]), await line([], 'one.json'), await line(['--url', DEMO])];
    vi.stubEnv('ICEHOUSE_URL', DEMO);

    expect([...lines, await line([])]).toEqual([
      'API: http://127.0.0.1:8080 (this machine: no --url, no ICEHOUSE_URL, no cdk-outputs.json here)',
      `API: https://abc.execute-api.eu-west-1.amazonaws.com (stack Icehouse in ${join(directory, 'one.json')})`,
      'API: http://127.0.0.1:8080 (--url)',
      'API: http://127.0.0.1:8080 (ICEHOUSE_URL)',
    ]);
  });
});

describe('the vault and the queues', () => {
  const bucketOf = async (args: readonly string[], beside?: string) => {
    const command = await called(['audit-log', ...args], beside);
    return vaultPlace(command, { note: () => undefined }, command.opts().bucket);
  };
  const deadOf = async (args: readonly string[], beside?: string) => {
    const command = await called(['dlq', 'list', ...args], beside);
    const urls = queueUrls(command, command.optsWithGlobals(), { note: () => undefined });
    return Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, url.href]));
  };
  const OF_PROD = {
    copyQueue: `${SQS}/prod-copy`,
    copyDeadLetters: `${SQS}/prod-dead`,
    failedInvocations: `${SQS}/prod-failed`,
  };

  test('are those of the stack in the file, in its region', async () => {
    expect(await bucketOf([], 'one.json')).toEqual({ bucket: 'prod-vault', region: 'eu-west-1' });
    expect(await deadOf([], 'one.json')).toEqual(OF_PROD);
  });

  test('are those that are named, and then none of the file beside them', async () => {
    vi.stubEnv('ICEHOUSE_BUCKET', 'of-demo');
    vi.stubEnv('ICEHOUSE_COPY_DEAD_LETTERS', 'http://127.0.0.1:9/0/dead');

    expect(await bucketOf([], 'one.json')).toEqual({ bucket: 'of-demo' });
    expect(await deadOf([], 'one.json')).toEqual({ copyDeadLetters: 'http://127.0.0.1:9/0/dead' });
    expect(await bucketOf(['--stack', 'Icehouse'], 'one.json')).toMatchObject({ bucket: 'prod-vault' });
    expect(await deadOf(['--stack', 'Icehouse'], 'one.json')).toEqual(OF_PROD);
  });

  test('are not of the file where the API is another, unless --stack says that it is the same', async () => {
    vi.stubEnv('ICEHOUSE_URL', DEMO);

    expect(await deadOf([], 'one.json')).toEqual({});
    await expect(bucketOf([], 'one.json')).rejects.toMatchObject({ code: 'NO_BUCKET' });
    expect(await deadOf(['--url', PROD], 'one.json')).toEqual(OF_PROD);
    expect(await deadOf(['--url', 'https://ice.example.com', '--stack', 'Icehouse'], 'one.json')).toEqual(
      OF_PROD,
    );
  });
});

test('says on stderr which API was changed, where the file named it also to a program', async () => {
  await using api = await stubApi({ 'PUT /v1/hold': [ok(HELD)] });
  const path = join(directory, 'stub.json');
  writeFileSync(path, JSON.stringify({ Icehouse: outputsOf('stub', api.url) }));
  const hold = ['hold', '--all', '--user', 'u', '--reason', 'r'];

  const [ofFile, named] = await Promise.all([
    icehouse([...hold, '--outputs', path, '--json']),
    icehouse([...hold, '--url', api.url]),
  ]);

  expect(ofFile.stderr).toBe(`API: ${api.url} (stack Icehouse in ${path})\n`);
  expect(JSON.parse(ofFile.stdout)).toEqual(HELD);
  expect(named.stderr).toBe(`API: ${api.url} (--url)\n`);
});

test('the region is that of the environment, else of the profile', async () => {
  const config = join(directory, 'config');
  writeFileSync(config, '[default]\nregion = eu-north-1\n[profile other]\nregion = ap-south-1\n');
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', config);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(directory, 'none'));
  vi.stubEnv('AWS_PROFILE', 'other');

  const ofProfile = await awsRegion({});
  vi.stubEnv('AWS_PROFILE', 'nobody');

  expect(ofProfile).toBe('ap-south-1');
  expect(await awsRegion({})).toBeUndefined();
  expect(await awsRegion({ AWS_DEFAULT_REGION: 'us-east-2' })).toBe('us-east-2');
});
