// Stage "restore": reads the master out of Glacier and makes a new asset of it; exactly one is published.
import type { PlatformAsset } from '../domain/asset.ts';
import { NotYetError, PermanentError } from '../domain/failures.ts';
import { pairPlaybackIds, pairTracks, trackIds } from '../domain/pairing.ts';
import type { Archive, AssetRecord, RestoreState } from '../domain/record.ts';
import { leftOutOfPlain } from '../domain/restore-request.ts';
import { HOUR_MS, iso } from '../domain/time.ts';
import { keepComparison } from './compare.ts';
import { readManifestAsset } from './evidence.ts';
import { begunAnew, finishAsset, merged, unfinished } from './finish-asset.ts';
import { confirmEnvironment } from './gone.ts';
import { adoptLostCreate, deleteOwn } from './own-assets.ts';
import type { CreateAsset } from './ports.ts';
import type { Next, Work } from './stage.ts';

/** Mux reads an input soon after the create; a day is long even for a queue on its side. */
const INPUT_URL_SECONDS = 86_400;

/** Creates per restore before a person is asked. */
const MAX_CREATES = 5;

/** S3 says itself when a copy is readable; when that word is lost, it is found out after so many polls: an hour. */
const LONGEST_LOOK_POLLS = 120;

export async function restore(work: Work): Promise<Next> {
  const { record } = work;
  if (record.status === 'restored') return { kind: 'rest' };
  const { archive, restore } = record;
  if (!archive || !restore)
    throw new Error(`A ${record.status} record without archive or restore: ${record.asset_id}`);
  if (record.status === 'thawing') return thaw(work, archive, restore);
  await confirmEnvironment(work);
  return restore.new_asset_id
    ? finish(work, archive, restore, restore.new_asset_id)
    : create(work, archive, restore);
}

async function thaw(work: Work, archive: Archive, restore: RestoreState): Promise<Next> {
  const { vault, settings } = work.deps;
  const state = await lookAtCopy(work, archive);
  if (state === 'readable') {
    return { kind: 'move', to: 'uploading', cause: 'readable again', wakeAtMs: work.nowMs };
  }
  const { key, version_id: versionId } = archive;
  const { tier } = restore;
  // Also when a copy lapsed, or nearly, while nobody could look: nothing else would ever thaw it again.
  if (restore.asked_tier !== tier || state === 'frozen') {
    await vault.thaw({ key, versionId, tier, days: settings.thawDays });
  }
  // Into the newest restore: a faster tier may have been asked for meanwhile.
  const asked = (record: AssetRecord) => ({
    restore: record.restore && { ...record.restore, asked_tier: tier },
  });
  return work.poll(`Glacier (${tier})`, asked, LONGEST_LOOK_POLLS * settings.pollMs);
}

/** Readable: now, and for long enough that the platform can fetch it. Throws when it is not the master that was proved. */
async function lookAtCopy(
  { deps, nowMs }: Work,
  archive: Archive,
): Promise<'readable' | 'thawing' | 'frozen'> {
  const head = await deps.vault.head({ key: archive.key, versionId: archive.version_id });
  if (!head) {
    throw new PermanentError(
      'ARCHIVE_MISSING',
      `${archive.key}: S3 does not have version ${archive.version_id}.`,
      {
        action: 'Find out who removed it; S3 versioning may still hold it under another version.',
        retryable: true,
      },
    );
  }
  if (head.sizeBytes !== archive.size_bytes || head.crc32 !== archive.crc32) {
    const found = `${head.sizeBytes} bytes with CRC32 ${head.crc32 ?? 'none'}`;
    throw new PermanentError(
      'ARCHIVE_DIFFERS',
      `${archive.key}: S3 has ${found}, not the ${archive.size_bytes} bytes with ${archive.crc32} that were proved.`,
      {
        action: 'Nothing was made of it. Find out who wrote it and look for another version.',
        retryable: true,
      },
    );
  }
  // Also a class that somebody moved it to: only these two have to be thawed.
  if (head.storageClass !== 'GLACIER' && head.storageClass !== 'DEEP_ARCHIVE') return 'readable';
  if (head.thaw?.ongoing) return 'thawing';
  if (!head.thaw) return 'frozen';
  return head.thaw.untilMs === undefined || head.thaw.untilMs > nowMs + HOUR_MS ? 'readable' : 'frozen';
}

/** Marks the attempt, creates, remembers the new id: whatever is lost in between is looked for by its token. */
async function create(work: Work, archive: Archive, restore: RestoreState): Promise<Next> {
  const { settings } = work.deps;
  if (restore.create_attempted_at) {
    const doubtEndsMs = Date.parse(restore.create_attempted_at) + settings.createDoubtMs;
    if (work.nowMs < doubtEndsMs) {
      return {
        kind: 'wait',
        untilMs: doubtEndsMs,
        waitingFor: 'a create whose answer was lost to show itself',
      };
    }
    const adopted = await adoptLostCreate(work, archive, restore);
    if (adopted) return remember(work, restore, adopted);
  }
  if (restore.create_attempts >= MAX_CREATES) throw tooManyCreates(restore);
  if ((await lookAtCopy(work, archive)) !== 'readable') {
    const again = { ...restore, asked_tier: undefined, create_attempted_at: undefined };
    return {
      kind: 'move',
      to: 'thawing',
      cause: 'the readable copy lapsed',
      set: { restore: again },
      wakeAtMs: work.nowMs,
    };
  }
  const request = await describeNewAsset(work, archive, restore);
  const attempted: RestoreState = {
    ...restore,
    refused: undefined,
    first_create_at: restore.first_create_at ?? iso(work.nowMs),
    create_attempted_at: iso(work.nowMs),
    create_attempts: restore.create_attempts + 1,
  };
  await work.renew({ restore: attempted });
  const made = await createAsset(work, { before: restore, attempted }, request);
  return remember(work, made.restore, made.asset);
}

interface Made {
  readonly asset: PlatformAsset;
  readonly restore: RestoreState;
}

async function createAsset(
  work: Work,
  { before, attempted }: { readonly before: RestoreState; readonly attempted: RestoreState },
  request: CreateAsset,
): Promise<Made> {
  try {
    return await createAsItWas(work, attempted, request);
  } catch (error) {
    // Refused before it was made: there is nothing to look for.
    if (error instanceof NotYetError || error instanceof PermanentError)
      await work.renew({ restore: before });
    throw error;
  }
}

/** What Mux made once it may refuse now (a DRM configuration is gone, a quality is no longer sold): then without it. */
async function createAsItWas(work: Work, restore: RestoreState, request: CreateAsset): Promise<Made> {
  const { platform } = work.deps;
  try {
    return { asset: await platform.createAsset(request), restore };
  } catch (error) {
    const refused = leftOutOfPlain(request);
    if (!isRefused(error) || refused.length === 0) throw error;
    const warning = `RESTORE_PLAIN: asked for without ${refused.join(', ')}, because ${error.message}`;
    const plain = { ...restore, refused };
    await work.renew({ restore: plain, warnings: merged(work.record.warnings, [warning]) });
    return { asset: await platform.createAsset({ ...request, isPlain: true }), restore: plain };
  }
}

/** The platform has read what we asked for and does not do it. */
function isRefused(error: unknown): error is PermanentError {
  return error instanceof PermanentError && error.code === 'MUX_REFUSED';
}

function tooManyCreates(restore: RestoreState): PermanentError {
  return new PermanentError(
    'RESTORE_KEEPS_FAILING',
    `Mux made no playable asset in ${restore.create_attempts} attempts.`,
    {
      action: 'Look at the last asset’s errors in Mux, then ask for the restore again.',
      retryable: true,
      from: 'thawing',
    },
  );
}

async function describeNewAsset(work: Work, archive: Archive, restore: RestoreState): Promise<CreateAsset> {
  const like = await readManifestAsset(work.deps, archive);
  if (!like) {
    throw new PermanentError('MANIFEST_UNREADABLE', `${archive.manifest.key} is missing or not a manifest.`, {
      action: 'The master is still whole: download it from the vault and upload it by hand.',
      retryable: true,
    });
  }
  return orderLike(work, archive, restore, like);
}

async function orderLike(
  work: Work,
  archive: Archive,
  restore: RestoreState,
  like: PlatformAsset,
): Promise<CreateAsset> {
  const sign = (object: { key: string; version_id: string }) =>
    work.deps.vault.presign({
      key: object.key,
      versionId: object.version_id,
      token: restore.token,
      expiresSeconds: INPUT_URL_SECONDS,
    });
  const texts = [];
  for (const caption of await captionsLeft(work, archive)) {
    texts.push({ trackId: caption.track_id, url: await sign(caption) });
  }
  return { masterUrl: await sign(archive), like, texts };
}

/** A video is brought back without a caption that the vault has lost, rather than not at all. */
async function captionsLeft(work: Work, { captions }: Archive): Promise<Archive['captions']> {
  const left: Archive['captions'][number][] = [];
  const lost: string[] = [];
  for (const caption of captions) {
    const head = await work.deps.vault.head({ key: caption.key, versionId: caption.version_id });
    if (head) left.push(caption);
    else lost.push(`RESTORE_INCOMPLETE: the vault no longer has the caption ${caption.key}.`);
  }
  if (lost.length > 0) await work.renew({ warnings: merged(work.record.warnings, lost) });
  return left;
}

/** The alias comes first: a lookup by the new id must answer as soon as anybody can know that id. */
async function remember(work: Work, restore: RestoreState, asset: PlatformAsset): Promise<Next> {
  await work.deps.ledger.putAlias('asset', asset.id, work.record.asset_id);
  const known = { ...restore, searched: undefined, new_asset_id: asset.id };
  return {
    kind: 'wait',
    untilMs: work.nowMs + work.deps.settings.pollMs,
    waitingFor: 'Mux to prepare the new asset',
    set: { restore: known },
  };
}

async function finish(work: Work, archive: Archive, begun: RestoreState, newAssetId: string): Promise<Next> {
  const { platform, ledger } = work.deps;
  const asset = await platform.inspect(newAssetId);
  if (!asset) return createAgain(work, begun, 'the new asset was deleted before it was ready');
  if (asset.status === 'errored') {
    await deleteOwn(work, asset);
    return createAgain(
      work,
      begun,
      `Mux could not process it: ${asset.errors?.join('; ') ?? 'no reason given'}`,
    );
  }
  if (asset.status !== 'ready') return work.poll('Mux to prepare the new asset');
  const like = await readManifestAsset(work.deps, archive);
  const describe = async () => like && orderLike(work, archive, begun, like);
  const { restore, isTouched } = await finishAsset(work, begun, asset, describe);
  const finished = isTouched ? await platform.inspect(newAssetId) : asset;
  if (!finished) return createAgain(work, restore, 'the new asset was deleted before it was published');
  const { waitingFor, warnings: late } = unfinished(work, restore, finished);
  if (waitingFor) return work.poll(waitingFor);
  // An earlier create that showed itself late is ours too, and must not stay beside the published one.
  if (restore.first_create_at !== restore.create_attempted_at) await adoptLostCreate(work, archive, restore);
  const new_playback_ids = pairPlaybackIds(work.record.playback_ids, finished.playbackIds);
  const new_tracks = pairTracks(work.record.tracks, trackIds(finished));
  for (const { id } of new_playback_ids) await ledger.putAlias('playback', id, work.record.asset_id);
  for (const { id } of new_tracks) await ledger.putAlias('track', id, work.record.asset_id);
  const { comparison, warnings: differing } = await keepComparison(work, archive, restore, like, finished);
  const set = {
    restore: { ...restore, searched: undefined, new_playback_ids, new_tracks, comparison },
    current_asset_id: newAssetId,
    warnings: merged(work.record.warnings, [...late, ...differing]),
  };
  return { kind: 'move', to: 'restored', cause: 'new asset ready', set };
}

function createAgain(work: Work, restore: RestoreState, why: string): Next {
  return {
    kind: 'wait',
    untilMs: work.nowMs,
    waitingFor: `another attempt: ${why}`,
    set: ({ given_up_assets }) => ({
      restore: begunAnew(restore),
      given_up_assets: merged(given_up_assets, restore.new_asset_id ? [restore.new_asset_id] : []),
    }),
  };
}
