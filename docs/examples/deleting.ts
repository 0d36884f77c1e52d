// What users press: a soft delete in the app's own table first, then the word to Icehouse, again until it is taken.
import type { DatabaseSync } from 'node:sqlite';
import { type AssetRecord, type IcehouseClient, ProblemError } from 'icehouse/client';
import { keepNews, moveRows, showAgain, transaction } from './videos.ts';

export interface App {
  readonly db: DatabaseSync;
  readonly icehouse: Pick<
    IcehouseClient,
    'request' | 'restore' | 'status' | 'whereIsPlaybackId' | 'whereIsTrack'
  >;
  /** Days between the button and the deletion at Mux. */
  readonly graceDays?: number;
}

/** Pressed twice it changes nothing. True when there is something to ask of Icehouse. */
export function softDelete({ db }: App, id: string, user: string): boolean {
  const mark = db.prepare(
    `UPDATE videos SET deleted_by = :user, wish = 'delete', wish_by = :user WHERE id = :id AND deleted_by IS NULL`,
  );
  return mark.run({ id, user }).changes > 0;
}

export function undelete({ db }: App, id: string, user: string): boolean {
  const mark = db.prepare(
    `UPDATE videos SET deleted_by = NULL, deleted_life = NULL, wish = 'restore', wish_by = :user
     WHERE id = :id AND deleted_by IS NOT NULL`,
  );
  return mark.run({ id, user }).changes > 0;
}

/** Asks what the rows want. Should they want something else by the time of the answer, that is asked too. */
export async function settle(app: App, assetId: string): Promise<void> {
  let askedToDelete = false;
  for (;;) {
    const { total, wanted, toRestore, user } = wishesFor(app.db, assetId);
    if (total === 0) return;
    // The asset is deleted when the last row that shows it is.
    const isToDelete = wanted === 0;
    const life = isToDelete ? await askToDelete(app, assetId, user) : null;
    if (life === 'restored') return resync(app, assetId);
    // What is on its way back is deleted once it is there: the wish stands until then.
    if (life === 'coming') return;
    if (!isToDelete && (toRestore > 0 || askedToDelete))
      await tracked(app.icehouse.restore(assetId, { user_id: user }));
    askedToDelete = isToDelete;
    const done = app.db
      .prepare(
        `UPDATE videos SET wish = NULL, deleted_life = :life WHERE asset_id = :assetId AND :wanted =
         (SELECT count(*) FROM videos WHERE asset_id = :assetId AND deleted_by IS NULL)`,
      )
      .run({ life, assetId, wanted });
    if (done.changes > 0) return;
  }
}

function wishesFor(db: DatabaseSync, assetId: string) {
  const sums = db
    .prepare(
      `SELECT count(*) AS total, count(*) - count(deleted_by) AS wanted,
       ifnull(max(iif(wish IS NULL, NULL, wish_by)), max(wish_by)) AS user,
       count(iif(wish = 'restore', 1, NULL)) AS toRestore FROM videos WHERE asset_id = ?`,
    )
    .get(assetId);
  return sums as { total: number; wanted: number; toRestore: number; user: string };
}

/** The life of the request that stands; `restored` for an asset that has a successor by now, `coming` before it has. */
async function askToDelete({ icehouse, graceDays = 30 }: App, assetId: string, user: string) {
  try {
    const body = { asset_id: assetId, deleted_by_user_id: user, grace_days: graceDays };
    return standing(await icehouse.request(body));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.code === 'ALREADY_RESTORED') return 'restored';
    // Somebody asked already, in other words: that request stands.
    if (error.code === 'REQUEST_DIFFERS') return standing(await icehouse.status(assetId));
    throw error;
  }
}

function standing({ asset_id, life, status, mode, restore }: AssetRecord): number | 'coming' {
  // A request for a copy alone, which deletes nothing: who made it has to take it back first.
  if (mode === 'archive_only') throw new Error(`${asset_id} is kept for good: not deleted.`);
  const isComing = status === 'thawing' || status === 'uploading' || (status === 'deleting' && restore);
  return isComing ? 'coming' : life;
}

/** Undefined for what nobody asked to delete. */
async function tracked<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'NOT_TRACKED') return undefined;
    throw error;
  }
}

/** Looks where the videos of an asset are now: for when an event is missing. */
export async function resync({ db, icehouse }: App, assetId: string): Promise<void> {
  const rows = db
    .prepare(
      'SELECT DISTINCT playback_id, captions_id FROM videos WHERE asset_id = ? AND playback_id IS NOT NULL',
    )
    .all(assetId) as { playback_id: string; captions_id: string | null }[];
  const looks = rows.map(async ({ playback_id, captions_id }) => {
    const at = await tracked(icehouse.whereIsPlaybackId(playback_id));
    const text = at && captions_id && (await tracked(icehouse.whereIsTrack(captions_id)));
    return { old: { playback_id, captions_id }, at, captions: text ? text.current_track_id : null };
  });
  const seen = await Promise.all(looks);
  const isCancelled = seen.some(({ at }) => at?.status === 'cancelled' && at.asset_id === assetId);
  // By now there may be another request, which the look knew nothing of.
  const now = isCancelled ? await icehouse.status(assetId) : undefined;
  const life = now?.status === 'cancelled' ? now.life : undefined;
  transaction(db, () => {
    const hasMoved = seen.some(({ at }) => at?.current_asset_id && at.current_asset_id !== assetId);
    if (hasMoved || life !== undefined) showAgain(db, assetId, life);
    for (const { old, at, captions } of seen) {
      if (!at) continue;
      const until = at.ready_by ?? null;
      keepNews(db, { asset_id: at.asset_id, version: 0, at: at.as_of, status: at.status, until });
      // Rows that an event has moved meanwhile are not at the old ids any more.
      db.prepare(
        `UPDATE videos SET asset_id = ifnull(?, asset_id), playback_id = ifnull(?, playback_id),
         captions_id = ifnull(?, captions_id) WHERE asset_id = ? AND playback_id = ? AND captions_id IS ?`,
      ).run(at.current_asset_id, at.current_playback_id, captions, assetId, old.playback_id, old.captions_id);
    }
    moveRows(db);
  });
}

/** Each minute or so: what Icehouse could not be asked. Each night, with `looks`: what an event was lost of. */
export async function tidy(app: App, { looks }: { readonly looks: boolean }): Promise<void> {
  const unsettled = 'SELECT DISTINCT asset_id FROM videos WHERE wish IS NOT NULL AND asset_id IS NOT NULL';
  const known = 'SELECT asset_id FROM news UNION SELECT new_id FROM new_ids';
  const followed = `SELECT DISTINCT asset_id FROM videos WHERE asset_id IN (${known})
    OR (deleted_by IS NOT NULL AND asset_id IS NOT NULL)`;
  await each(app, unsettled, settle);
  if (looks) await each(app, followed, resync);
}

/** One that is refused stops none of the others. */
async function each(app: App, query: string, work: (app: App, assetId: string) => Promise<void>) {
  for (const { asset_id } of app.db.prepare(query).all()) {
    await work(app, String(asset_id)).catch((error) => console.error(`${asset_id}: ${error}`));
  }
}
