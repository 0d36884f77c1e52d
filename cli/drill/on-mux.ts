// The last step of a drill, by flag: the archive becomes a real asset at Mux, is looked at there, and is deleted again.
// Nobody can play it: it has no playback id, and carries none of the customer's words. It is deleted through the same
// guard as every asset of ours, with the proof that one of its inputs carries the token of this trial (law 1).
import type { S3Vault } from '../../lambdas/adapters/vault.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { NotYetError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { durationDiffers } from '../../lambdas/domain/mp4-boxes.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { HOUR_MS, MINUTE_MS } from '../../lambdas/domain/time.ts';
import { carriesToken, proveOwnUnpublished } from '../../lambdas/domain/verified-archive.ts';
import type { Clock, Platform } from '../../lambdas/stages/ports.ts';
import type { Expected } from './checks.ts';
import type { Check, Drilled, MuxTrial } from './report.ts';

export interface MuxPorts {
  readonly platform: Pick<
    Platform,
    | 'environment'
    | 'describe'
    | 'createAsset'
    | 'inspect'
    | 'inputInfo'
    | 'createdSince'
    | 'reserveDeletion'
    | 'deleteAsset'
  >;
  readonly vaultOf: (bucket: string) => Pick<S3Vault, 'presign'>;
  readonly clock: Clock;
  readonly token: () => string;
  /** Between two looks at an asset that is not ready. */
  readonly pollMs: number;
  /** Between two looks for a create whose answer was lost. */
  readonly lostPollMs: number;
}

export interface MuxTrials {
  /** Makes an asset of the archive, looks at it, and deletes it, whatever happens in between. */
  attempt(result: Drilled, expected: Expected, save: Save): Promise<Check>;
  /** Deletes what an earlier run left. Answers why it could not, if it could not. */
  cleanUp(result: Drilled, trial: MuxTrial, save: Save): Promise<string | undefined>;
}

/** Keeps the trial where the next run finds it. */
type Save = (trial: MuxTrial) => Promise<void>;

const READY_WITHIN_MS = 2 * HOUR_MS;
const URL_SECONDS = 6 * 3600;
const LOST_LOOKS = 5;
const CLOCK_SKEW_MS = 10 * MINUTE_MS;

/** Throws where Mux cannot be asked: the report still names the trial then, and --resume deletes its asset. */
export function trialsOn(ports: MuxPorts, signal: AbortSignal): MuxTrials {
  return {
    async attempt(result, expected, save) {
      const environment = await patiently(ports, () => ports.platform.environment());
      const trial: MuxTrial = { token: ports.token(), attempted_at: isoOf(ports.clock.nowMs()), environment };
      await save(trial);
      const made = await create(ports, result, expected, trial.token);
      if (made instanceof PermanentError) {
        await save({ ...trial, deleted_at: isoOf(ports.clock.nowMs()) });
        return check(false, 'an asset', `${made.code}: ${made.message}`);
      }
      const known = { ...trial, ...(made && { asset_id: made.id }) };
      await save(known);
      let verdict = check(false, 'an asset', 'the answer of its create was lost');
      try {
        if (made) verdict = judge(await settled(ports, made, signal), expected);
      } finally {
        const kept = await cleanUp(ports, result, known, save);
        if (kept) verdict = check(false, 'the asset is deleted again', kept);
      }
      signal.throwIfAborted();
      return verdict;
    },

    cleanUp: (result, trial, save) => cleanUp(ports, result, trial, save),
  };
}

/** Undefined when nobody knows whether it was made. */
async function create(
  ports: MuxPorts,
  { object, version_id: versionId }: Drilled,
  { maxResolutionTier }: Expected,
  token: string,
): Promise<PlatformAsset | PermanentError | undefined> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(object) ?? [];
  // Basic, since Mux encodes it without a charge. No passthrough, no meta, no playback id.
  const like = ports.platform.describe({
    ...{ id: 'drill', status: 'ready', video_quality: 'basic' },
    ...(typeof maxResolutionTier === 'string' && { max_resolution_tier: maxResolutionTier }),
  });
  const masterUrl = await ports
    .vaultOf(bucket)
    .presign({ key, versionId, token, expiresSeconds: URL_SECONDS });
  try {
    return await patiently(ports, () => ports.platform.createAsset({ masterUrl, like, texts: [] }));
  } catch (error) {
    if (error instanceof PermanentError) return error;
    if (error instanceof TransientError) return undefined;
    throw error;
  }
}

async function settled(
  ports: MuxPorts,
  made: PlatformAsset,
  signal: AbortSignal,
): Promise<PlatformAsset | undefined> {
  const untilMs = ports.clock.nowMs() + READY_WITHIN_MS;
  let asset: PlatformAsset | undefined = made;
  while (asset?.status === 'preparing' && ports.clock.nowMs() < untilMs && !signal.aborted) {
    await ports.clock.sleep(ports.pollMs);
    asset = await patiently(ports, () => ports.platform.inspect(made.id));
  }
  return asset;
}

function judge(asset: PlatformAsset | undefined, { seconds, tracks }: Expected): Check {
  const kinds = (list: readonly { readonly type: string }[]) =>
    ['video', 'audio'].filter((type) => list.some((track) => track.type === type)).join(' and ');
  const wanted = `ready, ${seconds ?? 'any number of'} s, ${kinds(tracks) || 'any tracks'}`;
  if (!asset) return check(false, wanted, 'it was gone before it was ready');
  const { status, durationSeconds = 0, errors = [] } = asset;
  const found = `${status}, ${durationSeconds} s, ${kinds(asset.tracks) || 'no tracks'}`;
  const isLong = seconds === undefined || !durationDiffers(durationSeconds, seconds);
  const isKind = tracks.length === 0 || kinds(asset.tracks) === kinds(tracks);
  return check(status === 'ready' && isLong && isKind, wanted, [found, ...errors].join('; '));
}

function check(ok: boolean, expected: string, found: string): Check {
  return { name: 'mux', ok, expected, found };
}

/** The asset whose id the trial got back, or else those that carry its token. Answers why one was kept. */
async function cleanUp(
  ports: MuxPorts,
  result: Drilled,
  trial: MuxTrial,
  save: Save,
): Promise<string | undefined> {
  // A token of another environment sees none of our assets, which proves nothing.
  const environment = await patiently(ports, () => ports.platform.environment());
  if (trial.environment !== undefined && environment !== trial.environment)
    return `its asset is in Mux environment ${trial.environment}, and this token is of ${environment}: resume with the token that began it.`;
  const made = trial.asset_id === undefined ? await lostCreates(ports, trial) : [trial.asset_id];
  for (const assetId of made) {
    if (await remove(ports, result, trial, assetId)) continue;
    return `asset ${assetId} is kept: its inputs do not carry the token of this drill. Look at it at Mux.`;
  }
  await save({ ...trial, deleted_at: isoOf(ports.clock.nowMs()) });
  return undefined;
}

/** An empty answer counts only after several looks. */
async function lostCreates(ports: MuxPorts, { token, attempted_at }: MuxTrial): Promise<readonly string[]> {
  const { platform, clock, lostPollMs } = ports;
  const sinceMs = Date.parse(attempted_at) - CLOCK_SKEW_MS;
  const others = new Set<string>();
  for (let look = 1; look <= LOST_LOOKS; look += 1) {
    const found: string[] = [];
    for (const { id } of await patiently(ports, () => platform.createdSince(sinceMs))) {
      if (others.has(id)) continue;
      const inputs = await patiently(ports, () => platform.inputInfo(id));
      if (inputs && carriesToken(inputs, token)) found.push(id);
      else if (inputs) others.add(id);
    }
    if (found.length > 0) return found;
    await clock.sleep(lostPollMs);
  }
  return [];
}

/** False when it cannot be proved that it is ours: then it is kept. */
async function remove(ports: MuxPorts, result: Drilled, trial: MuxTrial, assetId: string): Promise<boolean> {
  const { platform, clock } = ports;
  const asset = await patiently(ports, () => platform.inspect(assetId));
  if (!asset) return true;
  const slot = await platform.reserveDeletion();
  const nowMs = clock.nowMs();
  const inputs = (await patiently(ports, () => platform.inputInfo(assetId))) ?? [];
  const proof = proveOwnUnpublished(trialRecord(result.asset_id, trial), asset, inputs, nowMs);
  if (!proof) return false;
  await platform.deleteAsset(assetId, proof, slot);
  return true;
}

/** The guard proves by a record's restore; a trial is one that is never published, and has no other record. */
function trialRecord(assetId: string, { token, attempted_at }: MuxTrial): AssetRecord {
  return {
    asset_id: assetId,
    life: 1,
    status: 'uploading',
    version: 0,
    schema: 1,
    created_at: attempted_at,
    updated_at: attempted_at,
    deleted_by_user_id: 'icehouse drill',
    expiration_date: attempted_at,
    asked: {},
    wake_lane: 'step',
    attempts: 0,
    losses: [],
    warnings: [],
    history: [],
    published_version: 0,
    restore: {
      tier: 'Standard',
      requested_at: attempted_at,
      ready_by: attempted_at,
      estimated_cost_usd: 0,
      token,
      create_attempts: 1,
      new_playback_ids: [],
    },
  };
}

/** Mux asks for fewer calls now and then. */
async function patiently<T>({ clock }: MuxPorts, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof NotYetError)) throw error;
      await clock.sleep(Math.max(error.atMs - clock.nowMs(), 0));
    }
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
