// `icehouse drill --on-mux` against the Mux simulator: one real asset for a while, and none of anybody else's deleted.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planDrill, runDrill } from '../../cli/drill/drill.ts';
import { openMux } from '../../cli/drill/mux-ports.ts';
import { trialsOn } from '../../cli/drill/on-mux.ts';
import { type DrillReport, type MuxTrial, readReport } from '../../cli/drill/report.ts';
import { SILENT } from '../../cli/retrieve/retrieve-screen.ts';
import { toDirectory } from '../../cli/retrieve/to-directory.ts';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { systemRandom } from '../../lambdas/adapters/random.ts';
import { createMuxSimulator, DEFAULT_ENVIRONMENT, type Simulator } from '../../local/mux/simulator.ts';
import { type RetrievePlace, startRetrievePlace } from './retrieve-place.ts';
import { icehouse } from './run-program.ts';
import { ok, stubApi } from './stub-api.ts';

const FILM = await readFile(new URL('../fixtures/media/motion-and-tone.mp4', import.meta.url));

let place: RetrievePlace;
let simulator: Simulator;
let muxUrl: string;
beforeEach(async () => {
  place = await startRetrievePlace();
  simulator = await createMuxSimulator({
    environments: [DEFAULT_ENVIRONMENT, OTHER],
    behaviour: { ingestMs: 20, webhooks: { on: false }, rateLimit: { on: false } },
  });
  muxUrl = await simulator.listen(0);
});
afterEach(async () => {
  await simulator.close();
  await place.close();
});

async function archived(
  asset: object = { tracks: [{ type: 'video' }, { type: 'audio' }] },
): Promise<DrillReport> {
  await place.archive('asset1', { body: FILM, asset });
  const data = [...place.records.values()];
  const api = {
    list: async ({ status }: { status?: string }) => ({
      data: status === 'deleted' ? data : [],
      next_cursor: null,
    }),
    quote: async () => ({ offers: [] }) as never,
  };
  const wish = { api: 'http://api', count: 1, seed: 's', tier: 'Standard', days: 1, keep: false } as const;
  return planDrill(
    api,
    { ...wish, directory: join(place.root, 'icehouse-drill-1'), onMux: true },
    Date.now(),
  );
}

async function drill(
  plan: DrillReport,
  { tokenId, tokenSecret } = DEFAULT_ENVIRONMENT,
): Promise<{ report: DrillReport; notes: string[] }> {
  const platform = openMux({ tokenId, tokenSecret, baseUrl: muxUrl, paceMs: 0 });
  const ports = place.ports();
  const notes: string[] = [];
  const { signal } = new AbortController();
  const hands = { platform, vaultOf: () => place.vault, clock: systemClock, ...systemRandom };
  const report = await runDrill(
    {
      ...{ ports, signal, pollMs: 50, each: () => undefined },
      view: { ...SILENT, note: (text) => void notes.push(text) },
      to: toDirectory({ directory: plan.directory, overwrite: true, reads: ports.reads }),
      reportPath: join(place.root, 'drill.json'),
      onMux: trialsOn({ ...hands, pollMs: 20, lostPollMs: 20 }, signal),
    },
    plan,
  );
  return { report, notes };
}

const OTHER = { ...DEFAULT_ENVIRONMENT, id: 'other', tokenId: 'other-id', tokenSecret: 'other-secret' };

const calls = (method: string, path: RegExp) =>
  simulator.requests().filter((one) => one.method === method && path.test(one.path));
const deleted = () => calls('DELETE', /assets/).map(({ path }) => path.split('/').at(-1));
const trialOf = ({ results }: DrillReport): MuxTrial | undefined => results[0]?.mux;

test('a real asset is made, gets ready, is compared, and is gone again', async () => {
  const { report } = await drill(await archived());

  const [result] = report.results;
  const trial = trialOf(report);
  expect(result?.checks.at(-1)).toEqual({
    ...{ name: 'mux', ok: true },
    ...{ expected: 'ready, 10 s, video and audio', found: 'ready, 10 s, video and audio' },
  });
  expect(result?.outcome).toBe('passed');
  expect(deleted()).toEqual([trial?.asset_id]);
  expect(trial?.deleted_at).toBeDefined();
  expect(() => simulator.asset(trial?.asset_id ?? '')).toThrow();
});

test('an archive that Mux makes no asset of fails the drill, and nothing is deleted', async () => {
  const plan = await archived({
    ...{ tracks: [{ type: 'video' }, { type: 'audio' }] },
    max_resolution_tier: 'no such tier',
  });

  const { report } = await drill(plan);

  expect(report.results[0]?.outcome).toBe('failed');
  expect(report.results[0]?.checks.at(-1)).toMatchObject({ name: 'mux', ok: false, expected: 'an asset' });
  expect(deleted()).toEqual([]);
  expect(trialOf(report)?.deleted_at).toBeDefined();
});

test('an asset whose create lost its answer is found by its token and deleted', async () => {
  simulator.addFault({
    match: { method: 'POST', path: '/assets$' },
    effect: { kind: 'lose-answer', how: '504' },
  });
  const other = await simulator.addAsset({});

  const { report } = await drill(await archived());

  expect(report.results[0]?.checks.at(-1)).toMatchObject({
    ok: false,
    found: 'the answer of its create was lost',
  });
  expect(deleted()).toHaveLength(1);
  expect(deleted()).not.toContain(other.id);
});

test('what a killed drill left at Mux is deleted by the next run', async () => {
  const plan = await archived();
  simulator.addFault({
    match: { method: 'DELETE', path: '/assets/' },
    effect: { kind: 'status', status: 500 },
  });
  await expect(drill(plan)).rejects.toThrow();
  const left = await readReport(join(place.root, 'drill.json'));

  const { report } = await drill(left);

  const abandoned = trialOf(left);
  expect(abandoned?.asset_id).toBeDefined();
  expect(abandoned?.deleted_at).toBeUndefined();
  expect(() => simulator.asset(abandoned?.asset_id ?? '')).toThrow();
  expect(report.results[0]?.outcome).toBe('passed');
});

test('a token of another environment writes off nothing that a killed drill left', async () => {
  const plan = await archived();
  const fault = { kind: 'status', status: 500 } as const;
  simulator.addFault({ match: { method: 'DELETE', path: '/assets/' }, effect: fault });
  await expect(drill(plan)).rejects.toThrow();
  const left = await readReport(join(place.root, 'drill.json'));
  const abandoned = trialOf(left)?.asset_id ?? '';

  const { report, notes } = await drill(left, OTHER);

  expect(simulator.asset(abandoned).id).toBe(abandoned);
  expect(trialOf(report)).toMatchObject({ asset_id: abandoned });
  expect(trialOf(report)?.deleted_at).toBeUndefined();
  expect(notes.join()).toContain('environment');
});

test("somebody else's asset is kept, even when the report names it", async () => {
  const plan = await archived();
  const theirs = await simulator.addAsset({});
  const mux = { token: 'a'.repeat(32), attempted_at: new Date().toISOString(), asset_id: theirs.id };
  const [result] = plan.results;

  const { notes } = await drill({ ...plan, results: result ? [{ ...result, mux }] : [] });

  expect(simulator.asset(theirs.id).id).toBe(theirs.id);
  expect(notes.join()).toContain(`asset ${theirs.id} is kept`);
});

test('without a token it is refused before a thaw is paid for', async () => {
  await archived();
  const data = [...place.records.values()];
  await using stub = await stubApi({ 'GET /v1/delete-requests': [ok({ data, next_cursor: null })] });
  const report = join(place.root, 'none.json');

  const ended = await icehouse(
    ['--url', stub.url, 'drill', '--yes', '--on-mux', '--report', report],
    place.env,
  );

  expect(ended.code).toBe(2);
  expect(ended.stdout).toContain('bills its storage');
  expect(ended.stderr).toContain('NO_MUX_TOKEN');
});

test('costs more than a drill to files: the master leaves S3 twice, and Mux bills a month', async () => {
  await place.archive('asset1', { body: FILM });
  const minutes = 60;
  const data = [...place.records.values()].map((record) => ({
    ...record,
    duration: minutes * 60,
    billed_as: { resolution_tier: '1080p', has_static_renditions: false },
    archive: { ...(record.archive as NonNullable<typeof record.archive>), size_bytes: 10 * 1024 ** 3 },
  }));
  const api = {
    list: async ({ status }: { status?: string }) => ({
      data: status === 'deleted' ? data : [],
      next_cursor: null,
    }),
    quote: async () => ({ offers: [] }) as never,
  };
  const wish = { api: 'http://api', count: 1, seed: 's', tier: 'Standard', days: 1, keep: false } as const;
  const costOf = async (onMux: boolean) =>
    (await planDrill(api, { ...wish, directory: place.root, onMux }, Date.now())).estimate.cost_usd;

  // 10 GB at $0.09, and 60 minutes at $0.003.
  expect((await costOf(true)) - (await costOf(false))).toBeCloseTo(0.9 + 0.18, 6);
});
