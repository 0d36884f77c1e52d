// One life under the door, lived as an app backend would have it: delete request, archived, deleted, restore, restored.
import { setTimeout } from 'node:timers/promises';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import type { GeneratedSpec } from '../media/generated-mp4.ts';
import type { AddAsset } from '../mux/simulator.ts';
import type { Point, Watch } from './door.ts';
import type { CrashHouse } from './house.ts';

const MIB = 1024 ** 2;

/** The lives that are tried. */
export const LIVES = {
  small: {
    media: { sizeBytes: 300_000, durationSeconds: 20 },
    captions: [{ language_code: 'en', name: 'English', text: 'WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n' }],
  },
  /** 16 + 16 + 8 MiB, each part copied by whichever worker takes it. */
  'three-part': { media: { sizeBytes: 40 * MIB, durationSeconds: 120 }, captions: [] },
} as const satisfies Record<string, { media: GeneratedSpec; captions: AddAsset['captions'] }>;
export type LifeName = keyof typeof LIVES;

/** Few, since the checksums of each are computed once; different, so that no video passes for another. */
const SEEDS = 8;

const POLL_MS = 300;

const HOUR_MS = 3_600_000;

/** From the moment that the archive is there to the deletion: longer than a call takes on a busy machine. */
const GRACE_MS = 2_000;

export interface Lived {
  readonly name: LifeName;
  readonly watch: Watch;
  /** Of this lineage only: it is Mux's `passthrough`, which a restore keeps. */
  readonly mark: string;
  readonly media: Required<GeneratedSpec>;
  /** As it was at the end. */
  readonly record: PublicRecord | undefined;
  /** Where it came to a stop; undefined when it came to its end. */
  readonly stuck: string | undefined;
  readonly seconds: number;
}

/** `patienceMs` is how long a life may take before it counts as stuck. */
export async function live(
  house: CrashHouse,
  name: LifeName,
  { number, point, patienceMs }: { number: number; point?: Point; patienceMs: number },
): Promise<Lived> {
  const startedMs = Date.now();
  const media = { ...LIVES[name].media, seed: 1 + (number % SEEDS) };
  const mark = `crash-${name}-${number}`;
  const attributes = { passthrough: mark, meta: { title: `${name} ${number}` } };
  const asset = await house.simulator.addAsset({
    generated: media,
    captions: LIVES[name].captions,
    attributes,
  });
  const watch = house.door.watch(asset.id, point);
  const caller = new Caller(house.api, asset.id, startedMs + patienceMs);
  const stuck = await caller.live().then(
    () => undefined,
    (error: unknown) => String(error),
  );
  house.door.unwatch(watch);
  return { name, watch, mark, media, record: caller.record, stuck, seconds: (Date.now() - startedMs) / 1000 };
}

class Caller {
  readonly #api: string;
  readonly #assetId: string;
  readonly #deadlineMs: number;
  record: PublicRecord | undefined;

  constructor(api: string, assetId: string, deadlineMs: number) {
    this.#api = api;
    this.#assetId = assetId;
    this.#deadlineMs = deadlineMs;
  }

  async live(): Promise<void> {
    const path = `/v1/delete-requests/${this.#assetId}`;
    const expiration_date = inMs(HOUR_MS);
    const request = { asset_id: this.#assetId, deleted_by_user_id: 'teacher-1', expiration_date };
    await this.#send('POST', '/v1/delete-requests', () => request);
    await this.#until(({ status }) => status === 'archived');
    const sooner = { user_id: 'teacher-1', reason: 'no longer needed' };
    // A call that was slow may come after its date: it is sent again with a later one.
    await this.#send('PATCH', path, () => ({ ...sooner, expiration_date: inMs(GRACE_MS) }));
    await this.#until(({ status }) => status === 'deleted');
    await this.#send('POST', `${path}/restore`, () => ({}));
    // At rest: nothing is left to be told or done.
    await this.#until((record) => record.status === 'restored' && record.next_action_at === undefined);
  }

  /** Says it again when there was no answer, as anybody would. */
  async #send(method: string, path: string, body: () => unknown): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.#api}${path}`, { method, body: JSON.stringify(body()) });
      if (answer.ok) return;
      const text = await answer.text();
      const mayPass = answer.status >= 500 || text.includes('DATE_IN_PAST');
      if (!mayPass || Date.now() > this.#deadlineMs) throw new Error(`${method} ${path}: ${text}`);
      await setTimeout(POLL_MS);
    }
  }

  async #until(isReached: (record: PublicRecord) => boolean): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.#api}/v1/delete-requests/${this.#assetId}`);
      if (answer.ok) this.record = (await answer.json()) as PublicRecord;
      const { record } = this;
      if (record && answer.ok && isReached(record)) return;
      if (record?.status === 'failed' || Date.now() > this.#deadlineMs)
        throw new Error(`${record?.status}: ${record?.summary} (waits for ${record?.waiting_for})`);
      await setTimeout(POLL_MS);
    }
  }
}

function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
