// Between a new asset that is ready and its publication: the steps that create could not do, and what Mux is still making.
// Nothing here holds back a video that plays for ever: what is refused, or takes too long, becomes a warning.
import type { PlatformAsset } from '../domain/asset.ts';
import { ConflictError, NotYetError, PermanentError, TransientError } from '../domain/failures.ts';
import { type FinishingStep, finishingSteps, nameOfStep } from '../domain/finishing-steps.ts';
import type { RestoreState } from '../domain/record.ts';
import { pendingRenditions } from '../domain/static-renditions.ts';
import { DAY_MS, HOUR_MS, iso } from '../domain/time.ts';
import type { CreateAsset } from './ports.ts';
import type { Work } from './stage.ts';

/** A step that keeps failing without being refused (a token that may not, Mux away) is given up after this. */
const STEP_PATIENCE_MS = DAY_MS;

/** From the last step on. A caption is part of the video, a rendition a copy of it. */
const TRACK_PATIENCE_MS = DAY_MS;
const RENDITION_PATIENCE_MS = HOUR_MS;

/**
 * Does what is left to do, once. Answers the restore as it is stored then, and whether the asset may be another now:
 * if not, a thousand restores need no second look at a thousand assets. Refusals are among the record's warnings.
 */
export async function finishAsset(
  work: Work,
  restore: RestoreState,
  asset: PlatformAsset,
  describe: () => Promise<CreateAsset | undefined>,
): Promise<{ readonly restore: RestoreState; readonly isTouched: boolean }> {
  if (restore.finished_at) return { restore, isTouched: false };
  const wanted = await describe();
  const areTextsMissing = restore.refused?.includes('tracks') === true;
  const steps = wanted ? finishingSteps({ ...wanted, asset, areTextsMissing }) : [];
  let begun = restore;
  let heldMs = work.nowMs;
  for (const step of steps) {
    if (begun.given_up?.includes(nameOfStep(step))) continue;
    if (work.nowMs >= work.deadlineMs) throw new NotYetError(work.nowMs, 'the rest of the finishing steps');
    // Each step waits for its slot: many of them are longer than a lease, and whoever took over would do them twice.
    if (work.nowMs > heldMs + work.deps.settings.leaseMs / 3) {
      await work.renew();
      heldMs = work.nowMs;
    }
    const refusal = await tryStep(work, begun, asset.id, step);
    if (refusal === undefined) continue;
    // At once: a later step may have to wait for its slot, and this one would spend another every time.
    begun = { ...begun, given_up: merged(begun.given_up, [nameOfStep(step)]) };
    const warnings = merged(work.record.warnings, [`RESTORE_INCOMPLETE: ${refusal}`]);
    await work.renew({ restore: begun, warnings });
    heldMs = work.nowMs;
  }
  const attributes = begun.given_up?.map((name) => name.split(' ')[0] ?? name);
  const finished = {
    ...begun,
    failing_since: undefined,
    finished_at: iso(work.nowMs),
    refused: merged(begun.refused, attributes),
  };
  await work.renew({ restore: finished });
  return { restore: finished, isTouched: steps.length > 0 };
}

/** Undefined when it is done, else why it is given up. Throws what another try may mend. */
async function tryStep(
  work: Work,
  restore: RestoreState,
  assetId: string,
  step: FinishingStep,
): Promise<string | undefined> {
  try {
    await work.deps.platform.finishAsset(assetId, step);
    return undefined;
  } catch (error) {
    if (isRefused(error)) {
      await assertThere(work, assetId, error);
      return error.message;
    }
    if (error instanceof NotYetError || error instanceof ConflictError) throw error;
    if (isGivenUp(work, restore)) return error instanceof Error ? error.message : String(error);
    if (!restore.failing_since) await work.renew({ restore: { ...restore, failing_since: iso(work.nowMs) } });
    throw error;
  }
}

/** Whoever deleted the asset meanwhile also made the step fail: the next look begins anew, and there is nothing to say. */
async function assertThere(work: Work, assetId: string, refusal: PermanentError): Promise<void> {
  if (refusal.code !== 'MUX_NOT_FOUND' || (await work.deps.platform.inspect(assetId))) return;
  throw new TransientError('MUX_ASSET_VANISHED', `Asset ${assetId} was deleted while it was finished.`);
}

function isGivenUp({ nowMs }: Work, { failing_since }: RestoreState): boolean {
  return failing_since !== undefined && nowMs > Date.parse(failing_since) + STEP_PATIENCE_MS;
}

/** The platform has read what we asked for and does not do it, or knows nothing of what the step names. */
function isRefused(error: unknown): error is PermanentError {
  return error instanceof PermanentError && (error.code === 'MUX_REFUSED' || error.code === 'MUX_NOT_FOUND');
}

/** What the platform is still making of the new asset: worth waiting for, or to be said when it is published without. */
export function unfinished(
  work: Work,
  restore: RestoreState,
  asset: PlatformAsset,
): { readonly waitingFor?: string; readonly warnings: readonly string[] } {
  const sinceMs = Date.parse(restore.finished_at ?? iso(work.nowMs));
  const tracks = asset.tracks.filter(({ status }) => status === 'preparing');
  const renditions = pendingRenditions(asset);
  if (tracks.length > 0 && work.nowMs < sinceMs + TRACK_PATIENCE_MS)
    return { waitingFor: 'Mux to prepare the tracks of the new asset', warnings: [] };
  if (renditions.length > 0 && work.nowMs < sinceMs + RENDITION_PATIENCE_MS)
    return { waitingFor: 'Mux to make the static renditions of the new asset', warnings: [] };
  const late = [
    ...tracks.map(({ type, name, languageCode, id }) => `${type} track "${name ?? languageCode ?? id}"`),
    ...renditions.map((resolution) => `static rendition ${resolution}`),
  ];
  return {
    warnings: late.map((what) => `RESTORE_INCOMPLETE: Mux was still at the ${what} at the publication.`),
  };
}

/** Both, each once. */
export function merged(before: readonly string[] = [], more: readonly string[] = []): readonly string[] {
  return [...new Set([...before, ...more])];
}

/** A restore that begins anew: what was refused once is asked for again. */
export function begunAnew(restore: RestoreState): RestoreState {
  return {
    ...restore,
    new_asset_id: undefined,
    create_attempted_at: undefined,
    refused: undefined,
    given_up: undefined,
    failing_since: undefined,
    finished_at: undefined,
  };
}
