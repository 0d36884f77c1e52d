// A drill: archives drawn at random come back as files, and each is looked at as a player would.
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Tier } from '../../lambdas/domain/record.ts';
import type { IcehouseApi, PublicRecord } from '../api.ts';
import type { Destination, Retrieved, RetrievePorts, RetrieveView } from '../retrieve/order.ts';
import { retrieve } from '../retrieve/retrieve.ts';
import { checkArchive } from './checks.ts';
import { estimate } from './estimate.ts';
import type { MuxTrials } from './on-mux.ts';
import { type Check, type Drilled, type DrillReport, type MuxTrial, writeReport } from './report.ts';
import { drawSample } from './sample.ts';

export interface DrillWish {
  readonly api: string;
  readonly count: number;
  readonly seed: string;
  readonly tier: Tier;
  readonly days: number;
  readonly keep: boolean;
  readonly onMux: boolean;
  /** Of the drill's own, made when it begins: `ownDirectory` names one. */
  readonly directory: string;
}

const OWN_DIRECTORY = 'icehouse-drill-';

/** `token`: nobody else's directory has this name. */
export function ownDirectory(below: string, token: string): string {
  return join(below, `${OWN_DIRECTORY}${token}`);
}

/** Draws the sample and reckons what it will cost. Nothing is asked of S3 yet, and nothing costs. */
export async function planDrill(
  api: Pick<IcehouseApi, 'list' | 'quote'>,
  wish: DrillWish,
  nowMs: number,
): Promise<DrillReport> {
  const { records, drawnFrom } = await drawSample(api, wish.count, wish.seed);
  const planned: { readonly result: Drilled; readonly withinSeconds: number; readonly by: string }[] = [];
  for (const record of records) {
    const { costUsd, withinSeconds, by } = await estimate(api, record, wish.tier, wish.onMux);
    planned.push({ result: pending(record, costUsd), withinSeconds, by });
  }
  return {
    ...{ kind: 'icehouse-drill', schema: 1, api: wish.api, seed: wish.seed },
    ...{ started_at: new Date(nowMs).toISOString(), finished_at: null },
    ...{ asked_for: wish.count, drawn_from: drawnFrom, tier: wish.tier, days: wish.days },
    estimate: {
      cost_usd: planned.reduce((sum, { result }) => sum + result.estimated_cost_usd, 0),
      within_seconds: Math.max(0, ...planned.map(({ withinSeconds }) => withinSeconds)),
      by: planned.every(({ by }) => by === 'quote') ? 'quote' : 'list prices',
    },
    directory: wish.directory,
    keep: wish.keep,
    on_mux: wish.onMux,
    results: planned.map(({ result }) => result),
  };
}

function pending({ asset_id, title, status, duration, archive }: PublicRecord, costUsd: number): Drilled {
  const { bucket, key, version_id = '', size_bytes = 0, storage_class = '', crc32 = '' } = archive ?? {};
  return {
    ...{ asset_id, title, status, duration, size_bytes, storage_class, version_id, crc32 },
    ...{ object: `s3://${bucket}/${key}`, estimated_cost_usd: costUsd },
    ...{ outcome: 'pending', checks: [], problems: [] },
  };
}

export interface DrillRun {
  readonly ports: RetrievePorts;
  readonly to: Destination;
  readonly view: RetrieveView;
  readonly signal: AbortSignal;
  readonly pollMs: number;
  readonly reportPath: string;
  readonly each: (result: Drilled) => void;
  /** With `--on-mux`. */
  readonly onMux?: MuxTrials;
}

/** Tries what the report has as pending, and writes it anew after each. Throws what `retrieve` throws. */
export async function runDrill(run: DrillRun, plan: DrillReport): Promise<DrillReport> {
  const { ports, to, view, signal, pollMs, reportPath } = run;
  const results = [...plan.results];
  let report = { ...plan };
  const keep = async (at: number, result: Drilled) => {
    results[at] = result;
    report = { ...report, results: [...results] };
    await writeReport(reportPath, report);
  };
  const assetIds = results.filter(({ outcome }) => outcome === 'pending').map(({ asset_id }) => asset_id);
  const { tier, days } = plan;
  await writeReport(reportPath, report);
  await mkdir(plan.directory, { recursive: true });
  for (const [at, result] of results.entries()) {
    const { mux } = result;
    if (!mux || mux.deleted_at) continue;
    const kept = await run.onMux?.cleanUp(result, mux, (trial) => keep(at, { ...result, mux: trial }));
    if (kept) view.note(`${result.asset_id}: ${kept}`);
  }
  await retrieve({ ports, to, view, order: { assetIds, tier, days, pollMs, signal } }, async (retrieved) => {
    const at = results.findIndex(({ asset_id }) => asset_id === retrieved.asset_id);
    const before = results[at];
    if (!before) return;
    const after = await judged(run, before, retrieved, async (mux) => {
      await keep(at, { ...(results[at] ?? before), mux });
    });
    const { mux } = results[at] ?? before;
    await keep(at, { ...after, ...(mux && { mux }) });
    if (!plan.keep) await removeOwn(plan.directory, after.asset_id);
    run.each(after);
  });
  report = { ...report, finished_at: new Date(ports.clock.nowMs()).toISOString() };
  await writeReport(reportPath, report);
  if (!plan.keep) await rmdir(plan.directory).catch(() => undefined);
  return report;
}

async function judged(
  { ports, onMux }: DrillRun,
  before: Drilled,
  retrieved: Retrieved,
  saveTrial: (trial: MuxTrial) => Promise<void>,
): Promise<Drilled> {
  const { checks, expected } = await checkArchive(retrieved, before.duration);
  const isWell = retrieved.outcome === 'retrieved' && checks.every(({ ok }) => ok);
  // What does not play here is not sent there.
  const more =
    isWell && onMux ? [leftover(before) ?? (await onMux.attempt(before, expected, saveTrial))] : [];
  return {
    ...before,
    outcome: isWell && more.every(({ ok }) => ok) ? 'passed' : 'failed',
    finished_at: new Date(ports.clock.nowMs()).toISOString(),
    retrieval_seconds: retrieved.seconds,
    ...(retrieved.thaw && { thaw: retrieved.thaw }),
    checks: [...checks, ...more],
    problems: [...retrieved.problems],
  };
}

/** A second trial would write over the token by which the first one's asset is found. */
function leftover({ mux }: Drilled): Check | undefined {
  if (!mux || mux.deleted_at) return undefined;
  const expected = 'the asset of an earlier run is deleted first';
  return { name: 'mux', ok: false, expected, found: `asset ${mux.asset_id ?? 'of unknown id'} is not` };
}

/** Only below a directory that a drill made for itself. */
async function removeOwn(directory: string, assetId: string): Promise<void> {
  if (basename(directory).startsWith(OWN_DIRECTORY))
    await rm(join(directory, assetId), { recursive: true, force: true });
}
