// `icehouse slim`: takes parts from an asset that stays at the platform. What goes is written into the vault first, with
// the text of captions and the way back; only then is it deleted. It leaves no record: the entry and the trail remember it.
import { type SlimAct, slimCaptionKey, slimEntryKey } from '../contract/keys.ts';
import type { MuxPrices } from '../contract/mux-prices.ts';
import type { PlatformAsset } from '../domain/asset.ts';
import { isHeld } from '../domain/brake.ts';
import type { Caller } from '../domain/decisions.ts';
import { PermanentError } from '../domain/failures.ts';
import type { Problem } from '../domain/problem.ts';
import {
  freedBy,
  isNeeded,
  keptRaw,
  partsOf,
  type SavedText,
  type SlimPart,
  type SlimWish,
  shownParts,
  undoOf,
  warningsOf,
} from '../domain/slim.ts';
import {
  held,
  refusalOfAsset,
  refusalOfLoss,
  refusalOfStanding,
  trackNeeded,
} from '../domain/slim-refusals.ts';
import { iso } from '../domain/time.ts';
import { confirmEnvironment } from './gone.ts';
import type { Brake, Ledger, Log, Platform, Random, Source, Vault } from './ports.ts';
import { fetchCaption } from './sidecars.ts';

export interface SlimDeps {
  readonly ledger: Ledger;
  readonly platform: Platform;
  readonly source: Source;
  readonly vault: Pick<Vault, 'bucket' | 'put'>;
  readonly brake: Pick<Brake, 'holdOnAll'>;
  readonly random: Random;
  readonly log: Log;
  readonly deletions: 'on' | 'dry-run';
  readonly muxPrices: MuxPrices;
}

export type Slimmed = ReturnType<typeof shown>;

export type SlimAnswer =
  | { readonly kind: 'slimmed'; readonly slimmed: Slimmed }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Throws NotYetError when no slot of the rate limit is near: the same call again goes on with what is left. */
export async function slimAsset(
  deps: SlimDeps,
  assetId: string,
  asked: SlimWish,
  caller: Caller,
): Promise<SlimAnswer> {
  const wish = { ...asked, isDryRun: asked.isDryRun || deps.deletions === 'dry-run' };
  const early = await refusalNow(deps, assetId, caller.nowMs);
  if (early) return refused(early);
  const environment = await confirmEnvironment({ deps });
  const asset = await deps.platform.inspect(assetId);
  const late = refusalOfAsset(asset, assetId, environment);
  if (!asset || late) return refused(late);
  if (isNeeded(asset, wish)) return refused(trackNeeded(assetId, wish.id));
  const parts = partsOf(asset, wish);
  if (wish.isDryRun || parts.length === 0) return slimmed(deps, asset, { wish, parts });
  return take(deps, asset, { wish, parts, environment, caller });
}

interface Taking {
  readonly wish: SlimWish;
  readonly parts: readonly SlimPart[];
  readonly environment: string;
  readonly caller: Caller;
}

async function take(deps: SlimDeps, asset: PlatformAsset, taking: Taking): Promise<SlimAnswer> {
  const { wish, parts, environment, caller } = taking;
  const name = `${iso(caller.nowMs).replaceAll(/[-:.]/g, '')}-${deps.random.token()}`;
  const act = { environment, assetId: asset.id, name };
  const texts = await textsOf(deps, asset, parts);
  const loss = wish.acceptLoss ? undefined : refusalOfLoss(asset, parts, new Set(texts.keys()));
  if (loss) return refused(loss);
  const saved = await saveTexts(deps, act, texts);
  const entry = await writeEntry(deps, asset, { ...taking, act, saved });
  // Somebody may have asked for its deletion, or put a hold, while that was written.
  const meanwhile = await refusalNow(deps, asset.id, caller.nowMs);
  if (meanwhile) return refused(meanwhile);
  try {
    for (const part of parts) await remove(deps, asset.id, part);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'MUX_REFUSED') return refused(refusedByMux(error));
    throw error;
  }
  deps.log.info('slimmed', { asset: asset.id, scope: wish.scope, parts: parts.length, key: entry.key });
  return slimmed(deps, asset, { wish, parts, saved, entry });
}

/** A record in whose way it would be, or a hold: looked at first, and once more right before something goes. */
async function refusalNow(
  { ledger, brake }: SlimDeps,
  assetId: string,
  nowMs: number,
): Promise<Problem | undefined> {
  const [own, originId] = await Promise.all([ledger.get(assetId), ledger.resolveAlias('asset', assetId)]);
  const origin = originId === undefined ? undefined : await ledger.get(originId);
  const standing = refusalOfStanding(assetId, own, origin);
  if (standing) return standing;
  const hold = [own?.hold, await brake.holdOnAll()].find((each) => isHeld(each, nowMs));
  return hold && held(assetId, hold);
}

/** The text of every text track among the parts that can be had. */
async function textsOf(
  deps: SlimDeps,
  asset: PlatformAsset,
  parts: readonly SlimPart[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const texts = new Map<string, Uint8Array>();
  for (const { id, kind } of parts) {
    const track = asset.tracks.find((each) => each.id === id);
    const text = kind === 'text_track' && track && (await fetchCaption({ deps }, asset, track));
    if (text) texts.set(id, text);
  }
  return texts;
}

async function saveTexts(
  { vault, random }: SlimDeps,
  act: SlimAct,
  texts: ReadonlyMap<string, Uint8Array>,
): Promise<readonly SavedText[]> {
  const saved: SavedText[] = [];
  for (const [trackId, body] of texts) {
    const key = slimCaptionKey(act, trackId);
    const stored = await vault.put({ key, contentType: 'text/vtt', token: random.token(), body });
    saved.push({ bucket: vault.bucket, ...stored, track_id: trackId });
  }
  return saved;
}

/** What is about to be taken, for whoever looks for it later. */
async function writeEntry(
  { vault, random, muxPrices }: SlimDeps,
  asset: PlatformAsset,
  o: Taking & { readonly act: SlimAct; readonly saved: readonly SavedText[] },
) {
  const { wish, parts, environment, caller, act, saved } = o;
  const entry = {
    schema: 1,
    asset_id: asset.id,
    environment,
    scope: wish.scope,
    at: iso(caller.nowMs),
    user_id: caller.actor,
    principal: caller.principal,
    request_id: caller.requestId,
    reason: wish.reason,
    accept_loss: wish.acceptLoss,
    taken: parts.map((part) => ({ kind: part.kind, id: part.id, was: keptRaw(part) })),
    captions: saved,
    frees: freedBy(asset, parts, muxPrices),
    undo: undoesOf(asset, parts, saved),
  };
  const body = new TextEncoder().encode(`${JSON.stringify(entry, null, 2)}\n`);
  const key = slimEntryKey(act);
  const stored = await vault.put({ key, contentType: 'application/json', token: random.token(), body });
  return { bucket: vault.bucket, key: stored.key, version_id: stored.version_id };
}

function undoesOf(asset: PlatformAsset, parts: readonly SlimPart[], saved: readonly SavedText[]): string[] {
  return parts.map((part) =>
    undoOf(
      asset.id,
      part,
      saved.find(({ track_id }) => track_id === part.id),
    ),
  );
}

function remove(
  { platform }: SlimDeps,
  assetId: string,
  { kind, id }: SlimPart,
): Promise<'deleted' | 'gone'> {
  if (kind === 'static_rendition') return platform.deleteStaticRendition(assetId, id);
  if (kind === 'playback_id') return platform.deletePlaybackId(assetId, id);
  return platform.deleteTrack(assetId, id);
}

interface Outcome {
  readonly wish: SlimWish;
  readonly parts: readonly SlimPart[];
  readonly saved?: readonly SavedText[];
  readonly entry?: { readonly bucket: string; readonly key: string; readonly version_id: string };
}

async function slimmed(deps: SlimDeps, asset: PlatformAsset, outcome: Outcome): Promise<SlimAnswer> {
  const restoredFrom = await deps.ledger.resolveAlias('asset', asset.id);
  const isKnown = restoredFrom !== undefined || (await deps.ledger.get(asset.id)) !== undefined;
  return { kind: 'slimmed', slimmed: shown(deps, asset, outcome, isKnown) };
}

function shown(
  { muxPrices, deletions }: SlimDeps,
  asset: PlatformAsset,
  { wish, parts, saved = [], entry }: Outcome,
  isKnown: boolean,
) {
  const warnings = [
    ...(deletions === 'dry-run' ? ['Deletions of this stack are in dry-run: nothing is taken.'] : []),
    ...warningsOf(asset, wish, parts),
    ...(isKnown && parts.length > 0 && wish.scope !== 'static_renditions'
      ? ['Icehouse has a record of this video: its look-ups go on naming what was taken.']
      : []),
  ];
  return {
    asset_id: asset.id,
    scope: wish.scope,
    dry_run: wish.isDryRun,
    removed: shownParts(asset, parts, muxPrices),
    frees: freedBy(asset, parts, muxPrices),
    undo: undoesOf(asset, parts, saved),
    entry: entry ?? null,
    warnings,
  };
}

function refusedByMux({ message }: PermanentError): Problem {
  const action =
    'Look at what Mux says. The entry in the vault tells what was to go; what is still there was not taken.';
  return { status: 409, code: 'MUX_REFUSED', detail: message, action };
}

function refused(problem: Problem | undefined): SlimAnswer {
  if (!problem) throw new Error('A refusal without a problem.');
  return { kind: 'problem', problem };
}
