// Copies out of Glacier: started, under way, readable, lapsed. Each is one file, so a restart goes on where it was.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDir } from './data-dir.ts';
import { readJson, replaceFile } from './durable-files.ts';
import { S3Error } from './errors.ts';
import { KeyedLock } from './keyed-lock.ts';
import { type RestoreEvent, restoreEvent } from './restore-event.ts';
import type { Version, Versions } from './versions.ts';

/** Fastest first. */
export const THAW_TIERS = ['Expedited', 'Standard', 'Bulk'] as const;
export type ThawTier = (typeof THAW_TIERS)[number];

export interface Thaw {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  /** The version's directory name: a later `null` version of the key is not this one. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly storageClass: string;
  readonly tier: ThawTier;
  readonly days: number;
  readonly dueMs: number;
  /** When the readable copy goes away. */
  readonly expiresMs: number;
  /** Which event went out last: an event is sent before this is written, so at least once. */
  readonly announced: 'nothing' | 'initiated' | 'completed';
}

export interface ThawOptions {
  readonly thawMs: (storageClass: string, tier: ThawTier) => number;
  readonly onEvent: (event: RestoreEvent) => void | Promise<void>;
  readonly nowMs: () => number;
  readonly log: (message: string, fields: Record<string, unknown>) => void;
}

const DAY_MS = 86_400_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export function isArchived(storageClass: string): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

export class Thaws {
  readonly #dir: DataDir;
  readonly #versions: Versions;
  readonly #options: ThawOptions;
  readonly #known = new Map<string, Thaw>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #lock = new KeyedLock();
  #closed = false;

  constructor(dir: DataDir, versions: Versions, options: ThawOptions) {
    this.#dir = dir;
    this.#versions = versions;
    this.#options = options;
  }

  /** Start-up: takes up every thaw again, sending what was not sent and completing what came due meanwhile. */
  async resume(): Promise<void> {
    for (const file of await readdir(this.#dir.thaws)) {
      const thaw = await readJson<Thaw>(join(this.#dir.thaws, file));
      if (thaw === undefined) continue;
      this.#known.set(thawId(thaw), thaw);
      if (thaw.announced !== 'completed') this.#schedule(thawId(thaw), 0);
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Undefined: never asked for, or lapsed. */
  stateOf(version: Version): { ongoing: true } | { ongoing: false; expiresMs: number } | undefined {
    const thaw = this.#known.get(thawId(version));
    const nowMs = this.#options.nowMs();
    if (thaw === undefined || thaw.expiresMs <= nowMs) return undefined;
    return nowMs < thaw.dueMs ? { ongoing: true } : { ongoing: false, expiresMs: thaw.expiresMs };
  }

  isReadable(version: Version): boolean {
    return !isArchived(version.storageClass) || this.stateOf(version)?.ongoing === false;
  }

  /**
   * Starts a thaw, makes one under way faster, or moves the end of a finished one.
   * Throws RestoreAlreadyInProgress when the tier is not faster than the one under way.
   */
  async request(version: Version, tier: ThawTier, days: number): Promise<'accepted' | 'extended'> {
    const id = thawId(version);
    return this.#lock.run(id, async () => {
      const nowMs = this.#options.nowMs();
      const state = this.stateOf(version);
      const running = this.#known.get(id);
      if (running && state?.ongoing === false) {
        await this.#save({ ...running, days, expiresMs: expiry(nowMs, days) });
        return 'extended';
      }
      if (running && state && THAW_TIERS.indexOf(tier) >= THAW_TIERS.indexOf(running.tier)) {
        throw new S3Error('RestoreAlreadyInProgress');
      }
      const freshMs = nowMs + this.#options.thawMs(version.storageClass, tier);
      const dueMs = running && state ? Math.min(running.dueMs, freshMs) : freshMs;
      const announced = running && state ? running.announced : 'nothing';
      await this.#save({ ...pick(version), tier, days, dueMs, expiresMs: expiry(dueMs, days), announced });
      this.#schedule(id, 0);
      return 'accepted';
    });
  }

  /** The version is gone, and its copy with it. */
  async forget(version: Version): Promise<void> {
    const id = thawId(version);
    await this.#lock.run(id, () => this.#drop(id));
  }

  async #drop(id: string): Promise<void> {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    if (this.#known.delete(id)) await rm(join(this.#dir.thaws, `${id}.json`), { force: true });
  }

  async #save(thaw: Thaw): Promise<void> {
    const id = thawId(thaw);
    await replaceFile(this.#dir.tmp, join(this.#dir.thaws, `${id}.json`), JSON.stringify(thaw));
    this.#known.set(id, thaw);
  }

  #schedule(id: string, delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => void this.#wake(id), Math.min(Math.max(0, delayMs), MAX_TIMER_MS));
    this.#timers.set(id, timer);
  }

  async #wake(id: string): Promise<void> {
    try {
      await this.#lock.run(id, () => this.#advance(id));
    } catch (error) {
      this.#options.log('A restore event was not delivered; it is sent again in a second.', { error });
      this.#schedule(id, 1000);
    }
  }

  /** Sends the event that is due, remembers that it was sent, and sleeps until the next. */
  async #advance(id: string): Promise<void> {
    const thaw = this.#known.get(id);
    if (thaw === undefined || thaw.announced === 'completed' || this.#closed) return;
    if (!(await this.#stillThere(thaw))) return this.#drop(id);
    const nowMs = this.#options.nowMs();
    if (thaw.announced === 'nothing') {
      await this.#options.onEvent(restoreEvent('Object Restore Initiated', thaw, nowMs));
      await this.#save({ ...thaw, announced: 'initiated' });
      this.#schedule(id, thaw.dueMs - nowMs);
    } else if (nowMs < thaw.dueMs) {
      this.#schedule(id, thaw.dueMs - nowMs);
    } else {
      await this.#options.onEvent(restoreEvent('Object Restore Completed', thaw, nowMs));
      await this.#save({ ...thaw, announced: 'completed' });
    }
  }

  async #stillThere(thaw: Thaw): Promise<boolean> {
    const version = await this.#versions.find(thaw.bucket, thaw.key, thaw.versionId);
    return version?.name === thaw.name;
  }
}

/** S3 adds the days and rounds up to the next midnight UTC. */
function expiry(fromMs: number, days: number): number {
  return Math.ceil((fromMs + days * DAY_MS) / DAY_MS) * DAY_MS;
}

function thawId(of: { bucket: string; key: string; name: string }): string {
  return createHash('sha256').update([of.bucket, of.key, of.name].join('\0')).digest('hex');
}

function pick(version: Version): Omit<Thaw, 'tier' | 'days' | 'dueMs' | 'expiresMs' | 'announced'> {
  const { bucket, key, versionId, name, sizeBytes, etag, storageClass } = version;
  return { bucket, key, versionId, name, sizeBytes, etag, storageClass };
}
