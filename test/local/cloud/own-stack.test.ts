// The stack of lib/, read: what the reader refuses would stop every boot.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planOf } from '../../../local/cloud/synthesize.ts';
import { temporaryDirectory } from './hand-made.ts';

const STAGES = ['master', 'archive', 'expire', 'restore', 'cancel', 'purge'];
const FUNCTIONS = ['api', 'webhook', 'sweep', 'copy', 'audit', 'trail', ...STAGES, 'authorize'];

/** Bundles as small as can be: what is in them does not matter here. */
function emptyBundles(directory: string): string {
  for (const name of FUNCTIONS) {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, 'index.mjs'), `export const handler = () => '${name}';\n`);
  }
  return directory;
}

test('reads every function, route, schedule, rule, event source and store of the stack', async () => {
  using directory = temporaryDirectory();
  const functionsDirectory = emptyBundles(join(directory.path, 'functions'));

  const plan = await planOf(
    { functionsDirectory, bearerTokens: true },
    { outputDirectory: join(directory.path, 'out'), region: 'us-east-1' },
  );

  expect(plan.functions.map(({ name }) => name.replace(/^.*-/, ''))).toEqual(FUNCTIONS);
  expect(plan.routes.map(({ key }) => key)).toEqual(
    expect.arrayContaining([
      'POST /v1/delete-requests',
      'GET /v1/delete-requests',
      'GET /v1/delete-requests/{asset_id}',
      'PATCH /v1/delete-requests/{asset_id}',
      'DELETE /v1/delete-requests/{asset_id}',
      'POST /v1/delete-requests/{asset_id}/cancel',
      'POST /v1/delete-requests/{asset_id}/restore',
      'GET /v1/assets/{asset_id}',
      'POST /v1/audits',
      'GET /v1/audits/{audit_id}',
      'GET /v1/playback-ids/{playback_id}',
      'POST /v1/webhooks/mux',
    ]),
  );
  expect(plan.schedules.map(({ input }) => input)).toEqual([{ lane: 'step' }, { lane: 'expire' }, {}]);
  expect(plan.rules.map(({ pattern }) => pattern.source)).toEqual(
    expect.arrayContaining([['aws.s3'], ['icehouse']]),
  );
  expect(plan.rules).toHaveLength(2);
  const copyFunction = plan.functions.find(({ name }) => name.endsWith('-copy'));
  const copyQueue = plan.queues.find(({ attributes }) => 'RedrivePolicy' in attributes);
  expect(plan.eventSources).toMatchObject([
    { functionArn: copyFunction?.arn, queueArn: copyQueue?.arn, batchSize: 1 },
  ]);
  expect(plan.tables[0]?.indexes.map(({ IndexName }) => IndexName)).toEqual([
    'by-wake',
    'by-status',
    'by-group',
    'by-creator',
    'by-user',
  ]);
  expect(plan.buckets).toMatchObject([{ versioned: true, events: true, abortDays: 7 }]);
  expect(plan.secrets).toHaveLength(2);
  const judged = plan.routes.filter(({ authorization }) => typeof authorization === 'object');
  expect(plan.routes.filter((route) => !judged.includes(route)).map(({ key }) => key)).toEqual([
    'POST /v1/webhooks/mux',
  ]);
});
