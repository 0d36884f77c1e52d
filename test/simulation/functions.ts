// The functions as AWS runs them: stages by messages that are late, lost or doubled, segments by a queue that delivers
// again, and the sweep every minute.
import { STEPS_PATIENCE_MS } from '../../lambdas/adapters/governor.ts';
import type { Purpose, SegmentMessage, Stage, StageMessage } from '../../lambdas/contract/names.ts';
import { MINUTE_MS } from '../../lambdas/domain/time.ts';
import { copySegment } from '../../lambdas/stages/copy-segment.ts';
import { KeptMasters } from '../../lambdas/stages/kept-masters.ts';
import { MasterUrls } from '../../lambdas/stages/master-urls.ts';
import { type Deps, runStage } from '../../lambdas/stages/stage.ts';
import { sweep } from '../../lambdas/stages/sweep.ts';
import { STAGE_FUNCTIONS } from '../fakes/house.ts';
import type { EventKind } from './cells.ts';
import type { Invocation } from './invocation.ts';
import type { World } from './world.ts';

const STAGE_LIMIT_MS = 15 * MINUTE_MS;

const PURPOSE_OF: Record<Stage, Purpose> = {
  master: 'prepare',
  archive: 'prepare',
  expire: 'delete',
  restore: 'restore',
  cancel: 'prepare',
  purge: 'delete',
};

export function createFunctions(world: World) {
  const { timeline, chance, plan, modes, records, isChaos, counted, tell } = world;
  const { ledger, vault, downloads, mux, brake, erasures, bus, log } = world;
  /** What warm environments remember. */
  const warm = [new KeptMasters(), new KeptMasters()];
  let sweepAtMs = Infinity;

  function depsOf(who: Invocation, stage: Stage): Deps {
    const { dispatch } = world.wakingOf(who);
    return {
      ledger: who.wrap('ledger', ledger),
      vault: who.wrap('vault', vault),
      source: who.wrapSource(downloads),
      platform: mux.connect(who, PURPOSE_OF[stage], STEPS_PATIENCE_MS),
      bus: who.wrap('bus', bus),
      dispatch,
      helpers: who.wrap('helpers', {
        ask: async (segments: readonly SegmentMessage[]) => segments.forEach(sendSegment),
      }),
      clock: who.clock,
      random: { token: chance.token },
      log,
      settings: plan.settings,
      brake: who.wrap('brake', brake),
      erasures: who.wrap('erasures', erasures),
      keptMasters: (chance.is(0.7) ? warm[chance.below(2)] : undefined) ?? new KeptMasters(),
    };
  }

  /** Messages are late, lost or there twice. */
  function send(stage: Stage, message: StageMessage): void {
    if (modes.onlySweep) return;
    if (isChaos() && chance.is(0.08)) {
      counted('message lost');
      return;
    }
    timeline.after(latenessMs(), () => step(stage, message, 'step'));
    if (!isChaos() || !chance.is(0.2)) return;
    counted('message twice');
    timeline.after(latenessMs() * 3, () => step(stage, message, 'late message'));
  }

  function latenessMs(): number {
    if (isChaos() && chance.is(0.04)) return chance.between(MINUTE_MS, 5 * MINUTE_MS);
    return chance.between(5, 400);
  }

  function step(stage: Stage, message: StageMessage, event: EventKind): void {
    const record = records.get(message.asset_id);
    const isStale = record?.version !== message.version;
    const calls = isStale ? 1 : chance.pick([3, 10, 24]);
    const rests = record?.status === 'restored' || record?.status === 'failed';
    const who = world.whoIsAt(`${stage} ${message.asset_id}`, record, calls, isStale ? 1 : rests ? 3 : calls);
    tell(() => `${who.name} begins on v${message.version}`);
    const deadlineMs = who.clock.nowMs() + STAGE_LIMIT_MS - 20_000;
    const body = () => runStage(stage, STAGE_FUNCTIONS[stage], depsOf(who, stage), message, deadlineMs);
    who.run(body, STAGE_LIMIT_MS, () => world.note(record?.status, isStale ? 'late message' : event, who));
  }

  function sendSegment(message: SegmentMessage): void {
    if (modes.onlySweep || (isChaos() && chance.is(0.2))) return;
    timeline.after(chance.between(50, 3_000), () => copy(message, 4));
    if (chance.is(0.2)) timeline.after(chance.between(50, 30_000), () => copy(message, 1));
  }

  /** A message that fails comes again, so often. */
  function copy(message: SegmentMessage, more: number): void {
    const who = world.invocation(`copy ${message.asset_id}`, 12);
    const platform = mux.connect(who, 'prepare', STEPS_PATIENCE_MS);
    const ports = {
      ledger: who.wrap('ledger', ledger),
      vault: who.wrap('vault', vault),
      source: who.wrapSource(downloads),
    };
    const worker = {
      ...ports,
      clock: who.clock,
      log,
      urls: new MasterUrls(platform),
      waking: world.wakingOf(who),
    };
    const until = { deadlineMs: who.clock.nowMs() + 4 * MINUTE_MS };
    who.run(
      () => copySegment(worker, message, until),
      5 * MINUTE_MS,
      ({ kind }) => {
        if (kind !== 'answer' && more > 0) timeline.after(10 * MINUTE_MS, () => copy(message, more - 1));
      },
    );
  }

  /** The minute's sweep, when there is something for it; a sweep of nothing changes nothing. */
  function planSweep(): void {
    const wakes = [...records.values()].flatMap(({ wake_at }) => (wake_at ? Date.parse(wake_at) : []));
    if (wakes.length === 0) return;
    const nextMs = Math.floor(timeline.nowMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    const atMs = Math.max(nextMs, Math.ceil(Math.min(...wakes) / MINUTE_MS) * MINUTE_MS);
    if (atMs >= sweepAtMs) return;
    sweepAtMs = atMs;
    timeline.at(atMs, () => {
      if (sweepAtMs !== atMs) return;
      sweepAtMs = Infinity;
      runSweep();
    });
  }

  function runSweep(): void {
    planSweep();
    if (isChaos() && chance.is(0.05)) {
      counted('sweep lost');
      return;
    }
    for (const lane of ['step', 'expire'] as const) {
      const who = world.invocation(`sweep ${lane}`, 8);
      const waking = world.wakingOf(who);
      const direct = { invoke: async (stage: Stage, message: StageMessage) => step(stage, message, 'step') };
      const dispatch = modes.onlySweep ? direct : waking.dispatch;
      const sweeping = { ...waking, dispatch, openMasters: plan.settings.openMasters };
      who.run(() => sweep(lane, sweeping, log), MINUTE_MS, planSweep);
    }
  }

  return { send, planSweep };
}
