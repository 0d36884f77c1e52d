// Looks at records again and again until each has come to rest.
import { isWaiting } from '../lambdas/domain/modes.ts';
import type { PublicRecord } from './api.ts';
import { CommandError } from './problems.ts';
import { type Sample, sampled, staysUntil } from './progress.ts';
import type { Session } from './session.ts';

/** One video being watched. */
export interface Followed {
  readonly assetId: string;
  /** Shown in place of the id until the record has a title. */
  readonly name?: string;
  readonly record?: PublicRecord;
  readonly samples: readonly Sample[];
  /** What the last look came to, if it was refused or not answered. */
  readonly problem?: CommandError;
  /** Looks in a row that nobody answered. */
  readonly misses: number;
  readonly isOver: boolean;
}

export interface FollowOptions {
  /** The first wait between two looks; grows to 15 times while nothing changes. */
  readonly intervalMs: number;
  readonly rests: (record: PublicRecord, nowMs: number) => boolean;
  readonly draw: (videos: readonly Followed[]) => void;
}

const MISSES_ALLOWED = 20;

/** Throws CommandError when the API cannot be reached at first, or no longer for a long while. */
export async function follow(
  session: Session,
  assetIds: readonly string[],
  { intervalMs, rests, draw }: FollowOptions,
): Promise<readonly Followed[]> {
  let videos: readonly Followed[] = assetIds.map((assetId) => ({
    assetId,
    samples: [],
    misses: 0,
    isOver: false,
  }));
  let waitMs = intervalMs;
  for (;;) {
    const looks = videos.map((video) => (video.isOver ? video : look(session, video, rests)));
    const seen = await Promise.all(looks);
    draw(seen);
    if (seen.every((video) => video.isOver)) return seen;
    waitMs = isSame(videos, seen) ? Math.min(waitMs * 1.5, intervalMs * 15) : intervalMs;
    videos = seen;
    await session.sleep(waitMs);
  }
}

async function look(session: Session, video: Followed, rests: FollowOptions['rests']): Promise<Followed> {
  const { assetId } = video;
  try {
    const record = await session.api.status(assetId);
    const atMs = session.nowMs();
    const { progress } = record;
    const samples = progress ? sampled(video.samples, { atMs, bytesDone: progress.bytes_done }) : [];
    return { assetId, record, samples, misses: 0, isOver: rests(record, atMs) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (!error.passing) return { ...video, problem: error, isOver: true };
    // A watch of hours outlives a lost connection, but a wrong URL is said at once.
    if (!video.record || video.misses === MISSES_ALLOWED) throw error;
    return { ...video, problem: error, misses: video.misses + 1 };
  }
}

function isSame(before: readonly Followed[], after: readonly Followed[]): boolean {
  return after.every((video, index) => {
    const last = before[index]?.record;
    const { record } = video;
    return last?.status === record?.status && last?.progress?.bytes_done === record?.progress?.bytes_done;
  });
}

/** Who watches an archive whose deletion is this near wants to see it. */
const SOON_MS = 10 * 60_000;

/** Whether nothing more is to come unless somebody asks, or until the record's date. */
export function isAtRest(record: PublicRecord, nowMs: number): boolean {
  // A restore that was asked for during the deletion starts when the asset is deleted.
  if (record.status === 'deleted') return !record.restore;
  if (isWaiting(record.status)) return Date.parse(staysUntil(record)) > nowMs + SOON_MS;
  // It stands still until then, unless the order is stopped.
  if (record.status === 'purging') return Date.parse(record.purge?.executes_at ?? '') > nowMs + SOON_MS;
  return ['restored', 'cancelled', 'failed', 'purged'].includes(record.status);
}

/** For who waits for a restore: at rest is only a video that is back, or will not come. */
export function isRestoreOver({ status }: PublicRecord): boolean {
  return ['restored', 'cancelled', 'failed', 'purging', 'purged'].includes(status);
}

export function endedWell({ problem, record }: Followed): boolean {
  return !problem && record?.status !== 'failed';
}
