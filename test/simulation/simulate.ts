// One seed: some videos, their users, Mux, AWS, and everything that can go wrong between them, in an order that the seed
// decides. The stages and the domain are the real ones; the ports are the contract-tested fakes.
import { createHmac } from 'node:crypto';
import { PERSONS_PATIENCE_MS, STEPS_PATIENCE_MS } from '../../lambdas/adapters/governor.ts';
import { subjectOf, verifyWebhook } from '../../lambdas/adapters/mux-webhook.ts';
import type { Purpose, SegmentMessage, Stage, StageMessage } from '../../lambdas/contract/names.ts';
import type { DeletionLimits } from '../../lambdas/domain/brake.ts';
import type { AssetRecord, Status } from '../../lambdas/domain/record.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lambdas/domain/time.ts';
import { copySegment } from '../../lambdas/stages/copy-segment.ts';
import { holdAll } from '../../lambdas/stages/hold-all.ts';
import { KeptMasters } from '../../lambdas/stages/kept-masters.ts';
import { MasterUrls } from '../../lambdas/stages/master-urls.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import type { Ledger } from '../../lambdas/stages/ports.ts';
import type { RequestDeps } from '../../lambdas/stages/request.ts';
import { type Deps, runStage, type Settings } from '../../lambdas/stages/stage.ts';
import { sweep } from '../../lambdas/stages/sweep.ts';
import { memoryBrake } from '../fakes/brake-memory.ts';
import { SETTINGS, STAGE_FUNCTIONS } from '../fakes/house.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';
import type { Cell, EventKind } from './cells.ts';
import { type Chance, chanceOf } from './chance.ts';
import { ACCIDENTS, type Ending, type Fate, Invocation, type Surroundings } from './invocation.ts';
import { createDownloads } from './masters.ts';
import { simulatedMux } from './mux.ts';
import { createOracle } from './oracle.ts';
import { Timeline } from './timeline.ts';
import { createUsers } from './users.ts';
import { SimulatedVault } from './vault.ts';

export interface Modes {
  /** Every webhook and every message to a function is lost: the sweep alone carries on. */
  readonly onlySweep?: boolean;
  /** Keeps the story, event by event. */
  readonly story?: boolean;
}

export interface Outcome {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly story: readonly string[];
  readonly lives: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly cells: Readonly<Record<string, number>>;
  readonly records: number;
  readonly events: number;
  /** Of virtual time. */
  readonly days: number;
}

const STAGE_LIMIT_MS = 15 * MINUTE_MS;
const API_LIMIT_MS = 29_000;
const RARE: readonly Status[] = ['deleting', 'deleted', 'thawing', 'uploading', 'restored', 'failed'];

const WEBHOOK_SECRET = 'a secret of the simulation';

/** Once nothing goes wrong any more and every date has passed, everything is at rest within this time. */
const REST_WITHIN_MS = 6 * DAY_MS;

/** More events than the longest life needs by far: something turns in a circle. */
const MOST_EVENTS = 100_000;

const PURPOSE_OF: Record<Stage, Purpose> = {
  master: 'prepare',
  archive: 'prepare',
  expire: 'delete',
  restore: 'restore',
  cancel: 'prepare',
};

export async function simulate(seed: number, modes: Modes = {}): Promise<Outcome> {
  const chance = chanceOf(seed);
  const timeline = new Timeline();
  const startedMs = timeline.nowMs;
  const story: string[] = [];
  const faults: Record<string, number> = {};
  const cells: Record<string, number> = {};
  const plan = planOf(chance, modes);
  const chaosEndsMs = startedMs + plan.chaosMs;
  const isChaos = () => timeline.nowMs < chaosEndsMs;
  let made = 0;
  let isPinned = false;

  const tell = (line: () => string) => {
    if (modes.story) story.push(`${new Date(timeline.nowMs).toISOString()} ${line()}`);
  };
  const counted = (fault: string) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
  };
  const around: Surroundings = {
    timeline,
    chance,
    skewMs: plan.skewMs,
    faultRate: () => (isChaos() ? plan.faultRate : 0),
    slowRate: plan.incidentRate > 0 ? 0.4 : 0.02,
    counted,
    tell,
  };

  const vault = new SimulatedVault({ clock: { nowMs: () => timeline.nowMs }, thawMs: plan.thawMs });
  const downloads = createDownloads(timeline);
  const brake = memoryBrake(plan.limits);
  /** What warm environments remember. */
  const warm = [new KeptMasters(), new KeptMasters()];
  const stored = memoryLedger();
  const oracle = createOracle({
    timeline,
    vault,
    records: () => stored.records,
    platform: () => mux.platform,
    alias: (kind, id) => stored.resolveAlias(kind, id),
    skewMs: 2 * plan.skewMs,
    minNoticeMs: plan.settings.minNoticeMs,
    captions: downloads.captions,
  });
  const ledger = watched(stored);
  const mux = simulatedMux({
    ...around,
    oracle,
    downloads,
    rates: plan.rates,
    hasSlowCreates: plan.hasSlowCreates,
    hasRestlessMasters: plan.hasRestlessMasters,
    readInput: readPresigned,
    emit: (type, assetId) => deliver(type, assetId),
  });

  /** The base ledger, with the oracle looking on, and an index that is a little behind. */
  function watched(base: ReturnType<typeof memoryLedger>): Ledger {
    return {
      ...base,
      async save(record) {
        const before = base.records.get(record.asset_id);
        const after = await base.save(record);
        oracle.saved(before, after);
        tell(
          () =>
            `ledger: ${after.asset_id} v${after.version} ${after.status}, wakes ${after.wake_at ?? 'never'}${after.waiting_for ? ` (${after.waiting_for})` : ''}`,
        );
        if (before?.status !== after.status) {
          users.statusChanged(after);
          if (isChaos() && chance.is(RARE.includes(after.status) ? 0.5 : 0.15)) chatter(after.asset_id);
        } else if (after.leased_until !== before?.leased_until) {
          users.claimed(after);
          if (isChaos() && after.status === 'archived' && chance.is(plan.incidentRate))
            timeline.after(chance.between(0, 1_000), holdEverything);
        }
        planSweep();
        return after;
      },
      async pinEnvironment(id) {
        isPinned = true;
        return base.pinEnvironment(id);
      },
      async due(lane, nowMs, limit) {
        const due = await base.due(lane, nowMs, limit);
        return isChaos() ? due.filter(() => !chance.is(0.1)) : due;
      },
    };
  }

  async function readPresigned(url: string): Promise<Uint8Array> {
    const { pathname, searchParams } = new URL(url);
    const key = decodeURIComponent(pathname.slice(1));
    const body = await vault.get({ key, versionId: searchParams.get('versionId') ?? '' });
    if (!body) throw new Error('404');
    return body;
  }

  /** What befalls the next invocation; it makes so many calls, more or less. */
  function fateOf(calls: number, odds: number): Fate {
    if (!isChaos() || !chance.is(odds)) return { kind: 'whole' };
    return { kind: chance.pick(ACCIDENTS), call: 1 + chance.below(calls) };
  }

  function invocation(name: string, calls: number, odds = plan.accidentRate): Invocation {
    made += 1;
    return new Invocation(`${name} #${made}`, fateOf(calls, odds), around);
  }

  /** Little happens to records that rest or soon move on, in few calls: there accidents are made to happen. */
  function whoIsAt(name: string, record: AssetRecord | undefined, calls: number, few: number): Invocation {
    const isRare = record !== undefined && RARE.includes(record.status);
    return isRare && plan.accidentRate > 0 ? invocation(name, few, 0.8) : invocation(name, calls);
  }

  /** Notes what came to a record in this status, once it is known how it ended. */
  function note(status: Status | undefined, event: EventKind, who: Invocation): void {
    if (!status) return;
    const cell: Cell = `${status} | ${event} | ${who.met}`;
    cells[cell] = (cells[cell] ?? 0) + 1;
  }

  function wakingOf(who: Invocation) {
    return {
      ledger: who.wrap('ledger', ledger),
      clock: who.clock,
      leaseMs: plan.settings.leaseMs,
      dispatch: who.wrap('dispatch', {
        invoke: async (stage: Stage, message: StageMessage) => send(stage, message),
      }),
    };
  }

  const bus = {
    publish: async (events: Parameters<Deps['bus']['publish']>[0]) => oracle.published(events),
  };

  const log = {
    info: () => undefined,
    error: (message: string, fields: Record<string, unknown>) => {
      const line = JSON.stringify(fields);
      tell(() => `log: ${message} ${line}`);
      if (/signature=|x-icehouse-token=/.test(line))
        oracle.violated(6, `the log holds a signed URL: ${line}`);
    },
  };

  function depsOf(who: Invocation, stage: Stage): Deps {
    const { dispatch } = wakingOf(who);
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
    if (!isChaos() || !chance.is(0.1)) return;
    counted('message twice');
    timeline.after(latenessMs() * 3, () => step(stage, message, 'late message'));
  }

  function latenessMs(): number {
    if (isChaos() && chance.is(0.04)) return chance.between(MINUTE_MS, 5 * MINUTE_MS);
    return chance.between(5, 400);
  }

  function step(stage: Stage, message: StageMessage, event: EventKind): void {
    const record = stored.records.get(message.asset_id);
    const isStale = record?.version !== message.version;
    const calls = isStale ? 1 : chance.pick([3, 10, 24]);
    const rests = record?.status === 'restored' || record?.status === 'failed';
    const who = whoIsAt(`${stage} ${message.asset_id}`, record, calls, isStale ? 1 : rests ? 3 : calls);
    tell(() => `${who.name} begins on v${message.version}`);
    const deadlineMs = who.clock.nowMs() + STAGE_LIMIT_MS - 20_000;
    const body = () => runStage(stage, STAGE_FUNCTIONS[stage], depsOf(who, stage), message, deadlineMs);
    who.run(body, STAGE_LIMIT_MS, () => note(record?.status, isStale ? 'late message' : event, who));
  }

  function sendSegment(message: SegmentMessage): void {
    if (modes.onlySweep || (isChaos() && chance.is(0.2))) return;
    timeline.after(chance.between(50, 3_000), () => copy(message, 4));
    if (chance.is(0.2)) timeline.after(chance.between(50, 30_000), () => copy(message, 1));
  }

  /** A message that fails comes again, so often. */
  function copy(message: SegmentMessage, more: number): void {
    const who = invocation(`copy ${message.asset_id}`, 12);
    const platform = mux.connect(who, 'prepare', STEPS_PATIENCE_MS);
    const ports = {
      ledger: who.wrap('ledger', ledger),
      vault: who.wrap('vault', vault),
      source: who.wrapSource(downloads),
    };
    const worker = { ...ports, clock: who.clock, log, urls: new MasterUrls(platform), waking: wakingOf(who) };
    const until = { deadlineMs: who.clock.nowMs() + 4 * MINUTE_MS };
    who.run(
      () => copySegment(worker, message, until),
      5 * MINUTE_MS,
      ({ kind }) => {
        if (kind !== 'answer' && more > 0) timeline.after(10 * MINUTE_MS, () => copy(message, more - 1));
      },
    );
  }

  /** A webhook is late, lost, there twice; and with each there may be a forged one. */
  function deliver(type: string, assetId: string): void {
    if (modes.onlySweep) return;
    if (isChaos() && chance.is(0.15)) {
      counted('webhook lost');
      return;
    }
    const delayMs =
      isChaos() && chance.is(0.2) ? chance.between(MINUTE_MS, 20 * MINUTE_MS) : chance.between(50, 2_000);
    timeline.after(delayMs, () => receive(type, assetId, WEBHOOK_SECRET));
    if (isChaos() && chance.is(0.15)) {
      counted('webhook twice');
      timeline.after(delayMs * 2, () => receive(type, assetId, WEBHOOK_SECRET));
    }
    if (isChaos() && chance.is(0.1)) forge(assetId);
  }

  /** Mux tells of more than we wait for. */
  function chatter(assetId: string): void {
    deliver(
      chance.pick([
        'video.asset.ready',
        'video.asset.updated',
        'video.asset.master.ready',
        'video.asset.deleted',
      ]),
      assetId,
    );
  }

  function forge(assetId: string): void {
    counted('webhook forged');
    const [secret, aheadMs] = chance.pick<[string, number]>([
      ['not the secret', 0],
      [WEBHOOK_SECRET, HOUR_MS],
      [WEBHOOK_SECRET, -HOUR_MS],
    ]);
    timeline.after(chance.between(0, MINUTE_MS), () =>
      receive('video.asset.deleted', assetId, secret, aheadMs),
    );
  }

  /** `aheadMs`: how far from now the sender says it was signed. */
  function receive(type: string, assetId: string, secret: string, aheadMs = 0): void {
    const who = whoIsAt(`webhook ${type} ${assetId}`, stored.records.get(assetId), chance.pick([1, 3]), 1);
    const isForged = secret !== WEBHOOK_SECRET || aheadMs !== 0;
    const status = stored.records.get(assetId)?.status;
    const before = stored.records.get(assetId);
    const body = JSON.stringify({ type, id: chance.token(), data: { id: assetId } });
    const time = Math.floor((timeline.nowMs + aheadMs) / 1000);
    const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    const waking = wakingOf(who);
    const handler = async () => {
      const header = `t=${time},v1=${signature}`;
      const verdict = verifyWebhook({
        rawBody: body,
        header,
        secrets: [WEBHOOK_SECRET],
        nowMs: who.clock.nowMs(),
      });
      if (!verdict.ok) return verdict.code;
      if (isForged) oracle.violated(4, `a forged webhook about ${assetId} was believed`);
      const subject = subjectOf(verdict.event);
      return subject.interest === 'wake'
        ? notice(subject.assetId, type, { ledger: waking.ledger, waking })
        : 'ignored';
    };
    who.run(handler, API_LIMIT_MS, () => {
      note(before && status, isForged ? 'forged webhook' : 'webhook', who);
    });
  }

  /** The minute's sweep, when there is something for it; a sweep of nothing changes nothing. */
  let sweepAtMs = Infinity;
  function planSweep(): void {
    const wakes = [...stored.records.values()].flatMap(({ wake_at }) => (wake_at ? Date.parse(wake_at) : []));
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
      const who = invocation(`sweep ${lane}`, 8);
      const waking = wakingOf(who);
      const onlySweep = {
        ...waking,
        dispatch: { invoke: async (stage: Stage, message: StageMessage) => step(stage, message, 'step') },
      };
      const sweeping = { ...(modes.onlySweep ? onlySweep : waking), openMasters: plan.settings.openMasters };
      who.run(() => sweep(lane, sweeping, log), MINUTE_MS, planSweep);
    }
  }

  const requestsOf = (who: Invocation): RequestDeps => ({
    ledger: who.wrap('ledger', ledger),
    waking: wakingOf(who),
    log,
    platform: () => mux.connect(who, 'restore', PERSONS_PATIENCE_MS),
  });

  const users = createUsers({
    ...around,
    plan,
    oracle,
    records: stored.records,
    isChaos,
    chaosEndsMs,
    callApi: <T>(
      event: EventKind,
      assetId: string,
      body: (deps: RequestDeps, who: Invocation) => Promise<T>,
      ended: (ending: Ending<T>) => void,
    ) => {
      const record = stored.records.get(assetId);
      const status = record?.status;
      const who = whoIsAt(`api ${event} ${assetId}`, record, chance.pick([1, 2, 5]), chance.pick([1, 2]));
      who.run(
        () => body(requestsOf(who), who),
        API_LIMIT_MS,
        (ending) => {
          note(status, event, who);
          ended(ending);
        },
      );
    },
    forge,
  });

  for (const assetId of plan.assetIds) mux.addVideo(assetId);
  users.begin();
  planTrouble();

  /** What others do at Mux and in the vault. */
  function planTrouble(): void {
    const sometime = () => startedMs + chance.between(0, plan.chaosMs);
    for (const assetId of plan.assetIds) {
      if (chance.is(0.1)) timeline.at(sometime(), () => mux.deleteElsewhere(assetId));
      if (chance.is(0.3)) timeline.at(sometime(), () => void mux.changeElsewhere(assetId));
      if (chance.is(0.15)) timeline.at(sometime(), () => damage(assetId));
    }
    if (chance.is(plan.incidentRate)) timeline.at(sometime(), holdEverything);
    if (!chance.is(0.03)) return;
    const fromMs = sometime();
    timeline.at(fromMs, () => {
      // Whoever comes first decides which environment is ours: not a token that is wrong from the start.
      if (!isPinned) return;
      counted('token of another environment');
      mux.setTokenWrong(true);
    });
    timeline.at(Math.min(fromMs + chance.between(MINUTE_MS, 3 * HOUR_MS), chaosEndsMs), () =>
      mux.setTokenWrong(false),
    );
  }

  function holdEverything(): void {
    const who = invocation('api hold everything', 3);
    const wish = { reason: 'an incident', userId: 'user-9' };
    const deps = {
      brake: who.wrap('brake', brake),
      log,
      deletions: plan.settings.deletions,
      limits: plan.limits,
    };
    who.run(
      () => holdAll(deps, wish, { nowMs: who.clock.nowMs(), actor: 'user-9' }),
      API_LIMIT_MS,
      ({ kind }) => {
        if (kind === 'answer') oracle.heldAll();
      },
    );
    timeline.at(chaosEndsMs, () => {
      oracle.releasingAll();
      void brake.setHoldOnAll(undefined);
    });
  }

  /** Somebody removes or replaces what the vault holds, while Mux still has the asset. */
  function damage(assetId: string): void {
    const archive = stored.records.get(assetId)?.archive;
    if (!archive || !mux.platform.assetIds().includes(assetId)) return;
    const objects = [archive, archive.manifest, ...archive.captions];
    const { key, version_id } = objects[chance.below(objects.length)] ?? archive;
    const versions = vault.versions.get(key) ?? [];
    counted('vault damaged');
    oracle.damaged(assetId);
    tell(() => `somebody damages ${key}`);
    if (chance.is(0.5)) {
      vault.versions.set(
        key,
        versions.filter(({ head }) => head.versionId !== version_id),
      );
      return;
    }
    const changed = versions.map((version) => {
      if (version.head.versionId !== version_id) return version;
      const isOtherFile = chance.is(0.5);
      const wrong = chance.pick<Partial<typeof version.head>>(
        isOtherFile
          ? [{ crc32: 'AAAAAA==' }, { sizeBytes: 1 }]
          : [{ storageClass: 'STANDARD_IA' }, { token: 'another' }],
      );
      const bytes = isOtherFile ? Uint8Array.from([1]) : version.bytes;
      return { ...version, bytes, head: { ...version.head, ...wrong } };
    });
    vault.versions.set(key, changed);
  }

  const isAtRest = () => !isChaos() && [...stored.records.values()].every(rests);
  function rests(record: AssetRecord): boolean {
    const isRehearsed = plan.settings.deletions === 'dry-run' && record.status === 'archived';
    const isSaid = record.history.every(({ version }) => version <= record.published_version);
    return record.wake_at === undefined || (isRehearsed && isSaid && record.leased_until === undefined);
  }

  function sayWhatIsStuck(): void {
    for (const record of stored.records.values()) {
      if (rests(record)) continue;
      oracle.violated(3, `${record.asset_id} is stuck: ${record.status}, ${record.waiting_for}`);
    }
  }

  /** When the last date, faults and all, should be behind everybody. */
  function latestMs(): number {
    const dates = [...stored.records.values()].map(({ expiration_date }) => Date.parse(expiration_date));
    return Math.max(chaosEndsMs, ...dates) + REST_WITHIN_MS;
  }

  timeline.at(chaosEndsMs, () => users.lastWishes());
  await timeline.play(() => {
    if (oracle.violations.length > 0) return true;
    if (timeline.played > MOST_EVENTS) oracle.violated(3, 'something goes round in a circle');
    if (timeline.played % 256 === 0 && timeline.nowMs > latestMs()) sayWhatIsStuck();
    return !isChaos() && users.areDone() && isAtRest();
  });
  if (oracle.violations.length === 0) {
    // Nothing is planned any more, or all rest: only sleepers of the past may be left.
    for (const record of stored.records.values())
      if (!rests(record)) oracle.violated(3, `${record.asset_id} is forgotten: ${record.status}`);
    oracle.conclude(plan.settings.deletions === 'dry-run');
    oracle.concludeRates(plan.rates);
    concludeFailures();
  }

  /** A record fails for a reason that the world gave it, and for none of our own. */
  function concludeFailures(): void {
    for (const { asset_id, status, failure } of stored.records.values()) {
      if (status !== 'failed' || !failure) continue;
      const truth = oracle.truthOf(asset_id);
      const isGone = truth.goneElsewhereAtMs !== undefined;
      const excuses: Record<string, boolean> = {
        ASSET_GONE: isGone,
        LOST_AT_SOURCE: isGone,
        WRONG_ENVIRONMENT: faults['token of another environment'] !== undefined,
        MASTER_UNAVAILABLE: ['master errored', 'master lapsed early', 'master lapsed in mid-copy'].some(
          (fault) => faults[fault],
        ),
        MASTER_KEEPS_CHANGING:
          faults['another master'] !== undefined || faults['growing master'] !== undefined,
        RESTORE_KEEPS_FAILING: faults['input refused'] !== undefined || truth.isVaultDamaged,
      };
      const isExcused =
        excuses[failure.code] ?? (truth.isVaultDamaged && /^(ARCHIVE_|MANIFEST_)/.test(failure.code));
      if (!isExcused)
        oracle.violated(3, `${asset_id} failed for no reason: ${failure.code} ${failure.message}`);
    }
  }

  return {
    seed,
    violations: oracle.violations,
    story,
    lives: oracle.lives,
    faults,
    cells,
    records: stored.records.size,
    events: timeline.played,
    days: (timeline.nowMs - startedMs) / DAY_MS,
  };
}

export interface Plan {
  readonly assetIds: readonly string[];
  /** All is asked for at once. */
  readonly isFlood: boolean;
  /** How long things go wrong. */
  readonly chaosMs: number;
  readonly skewMs: number;
  readonly faultRate: number;
  readonly accidentRate: number;
  /** How likely everything is put on hold just when a deletion has begun. */
  readonly incidentRate: number;
  /** Creates whose answer was lost may appear later than we look for them; all take long to get ready. */
  readonly hasSlowCreates: boolean;
  /** All masters are large, nameless, lapse in the middle of their copy and come back as another file of the same length. */
  readonly hasRestlessMasters: boolean;
  readonly thawMs: number;
  readonly rates: { readonly post: number; readonly other: number };
  readonly limits: DeletionLimits;
  readonly settings: Settings;
}

/** What kind of world this seed is. */
function planOf(chance: Chance, modes: Modes): Plan {
  const isCalm = chance.is(0.1);
  const isFlood = chance.is(0.03);
  const videos = isFlood ? 8 : chance.pick([1, 1, 1, 2, 3]);
  return {
    assetIds: Array.from({ length: videos }, (_, at) => `asset${at + 1}`),
    isFlood,
    chaosMs: chance.pick([4 * HOUR_MS, 1 * DAY_MS, 3 * DAY_MS]),
    skewMs: chance.pick([0, 200, 3_000]),
    faultRate: isCalm ? 0 : chance.pick([0.002, 0.01, 0.03]),
    accidentRate: isCalm ? 0 : chance.pick([0.2, 0.6]),
    thawMs: chance.pick([0, 10 * MINUTE_MS, 2 * HOUR_MS, 12 * HOUR_MS, 47 * HOUR_MS]),
    rates: chance.pick([
      { post: 0.5, other: 2.5 },
      { post: 0.5, other: 2.5 },
      { post: 0.05, other: 0.5 },
    ]),
    incidentRate: chance.is(0.2) ? 0.5 : 0,
    hasSlowCreates: chance.is(0.3),
    hasRestlessMasters: chance.is(0.05),
    limits: chance.pick([
      { perHour: 200, perDay: 2_000, perUserDay: 500 },
      { perHour: 1, perDay: 2, perUserDay: 1 },
    ]),
    settings: {
      ...SETTINGS,
      openMasters: chance.pick([1, 1_000]),
      segmentBytes: 16 * 1024 ** 2,
      minNoticeMs: chance.pick([0, HOUR_MS]),
      deletions: !modes.onlySweep && chance.is(0.04) ? 'dry-run' : 'on',
      ticks: chance.pick<Settings['ticks']>(['hourly', { everyMs: MINUTE_MS }, 'daily']),
      storageClass: chance.pick(['DEEP_ARCHIVE', 'GLACIER', 'GLACIER_IR']),
    },
  };
}
