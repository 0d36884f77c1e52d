// The app's table of videos, and how it follows what Icehouse says of them: in any order, any number of times.
import { DatabaseSync } from 'node:sqlite';
import type { AssetRecord } from 'icehouse/client';

/** What an event of Icehouse has, as far as the rows need it. */
export interface IcehouseEvent {
  readonly created_at: string;
  readonly data: AssetRecord & {
    readonly version: number;
    readonly playback_id_map?: Readonly<Record<string, string | null>>;
    readonly track_id_map?: Readonly<Record<string, string | null>>;
  };
}

export interface Video {
  readonly id: string;
  readonly title: string;
  readonly asset_id: string | null;
  readonly playback_id: string | null;
  readonly captions_id: string | null;
  readonly deleted_by: string | null;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS videos (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    -- Mux's ids as they are now. Several rows may share an asset.
    asset_id TEXT, playback_id TEXT, captions_id TEXT,
    -- The user who pressed delete, and the life of the request that Icehouse took for it.
    deleted_by TEXT, deleted_life INTEGER,
    -- delete or restore: what Icehouse is still to be asked, and who pressed a button last.
    wish TEXT, wish_by TEXT
  );
  CREATE INDEX IF NOT EXISTS videos_by_asset ON videos (asset_id);
  -- The newest that Icehouse said of each asset it knows.
  CREATE TABLE IF NOT EXISTS news (
    asset_id TEXT PRIMARY KEY, version INTEGER NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL, until TEXT
  );
  -- Which id of Mux stands in the place of which: of assets, playback ids and tracks.
  CREATE TABLE IF NOT EXISTS new_ids (old_id TEXT PRIMARY KEY, new_id TEXT NOT NULL, version INTEGER NOT NULL);`;

export function openVideos(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  db.exec(TABLES);
  return db;
}

export function transaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/** Takes an event in: one transaction, which may come twice, late, or before the ones it follows. */
export function follow(db: DatabaseSync, { created_at, data }: IcehouseEvent): void {
  const { asset_id, life, version, status, expiration_date, restore } = data;
  const isOnItsWay = status === 'thawing' || status === 'uploading';
  const until = (isOnItsWay ? restore?.ready_by : expiration_date) ?? null;
  transaction(db, () => {
    keepNews(db, { asset_id, version, at: created_at, status, until });
    for (const [oldId, newId] of newIdsIn(data)) keepNewId(db, oldId, newId, version);
    if (status === 'cancelled') showAgain(db, asset_id, life);
    moveRows(db);
  });
}

/** Of two events of one asset the higher version is newer; against a look at the API (version 0) the time decides. */
export function keepNews(
  db: DatabaseSync,
  {
    asset_id,
    version,
    at,
    status,
    until,
  }: Record<'asset_id' | 'at' | 'status', string> & {
    readonly version: number;
    readonly until: string | null;
  },
): void {
  db.prepare(
    `INSERT INTO news VALUES (?, ?, ?, ?, ?) ON CONFLICT (asset_id) DO UPDATE
     SET version = max(version, excluded.version), at = excluded.at, status = excluded.status, until = excluded.until
     WHERE excluded.at >= at AND (excluded.version > version OR excluded.version = 0)`,
  ).run(asset_id, version, at, status, until);
}

function keepNewId(db: DatabaseSync, oldId: string, newId: string, version: number): void {
  db.prepare(
    `INSERT INTO new_ids VALUES (?, ?, ?) ON CONFLICT (old_id) DO UPDATE
     SET new_id = excluded.new_id, version = excluded.version WHERE excluded.version > version`,
  ).run(oldId, newId, version);
}

/** An id that nothing stands for keeps its place in the row: a later restore may have something for it. */
function newIdsIn({ asset_id, current_asset_id, ...data }: IcehouseEvent['data']) {
  const assets = [asset_id, ...(data.earlier_restores ?? []).map((each) => each.new_asset_id)];
  const pairs = [
    ...assets.map((old) => [old, current_asset_id] as const),
    ...Object.entries({ ...data.playback_id_map, ...data.track_id_map }),
    ...(data.revoked ?? []).map(({ id, replaced_by }) => [id, replaced_by] as const),
  ];
  return pairs.flatMap(([old, now]) => (now && now !== old ? [[old, now] as const] : []));
}

/** From id to id until there is no newer one, so that a restore of a restore may be heard of first. */
export function moveRows(db: DatabaseSync): void {
  const stale = db.prepare('SELECT DISTINCT asset_id FROM videos JOIN new_ids ON old_id = asset_id');
  const newest = (column: string) =>
    `${column} = ifnull((SELECT new_id FROM new_ids WHERE old_id = ${column}), ${column})`;
  const old = '(SELECT old_id FROM new_ids)';
  const step = db.prepare(
    `UPDATE videos SET ${['asset_id', 'playback_id', 'captions_id'].map(newest).join()}
     WHERE asset_id IN ${old} OR playback_id IN ${old} OR captions_id IN ${old}`,
  );
  do for (const { asset_id } of stale.all()) showAgain(db, String(asset_id));
  while (step.run().changes);
}

/**
 * The asset is there again. Where all of its rows were deleted somebody at Icehouse wanted it back, for all of them; else
 * the user of one row did, and the others stay deleted. A wish that Icehouse has not heard yet, or a later one, stands.
 */
export function showAgain(db: DatabaseSync, assetId: string, life = Number.MAX_SAFE_INTEGER): void {
  db.prepare(
    `UPDATE videos SET deleted_by = NULL, deleted_life = NULL WHERE asset_id = :assetId AND NOT EXISTS
     (SELECT 1 FROM videos WHERE asset_id = :assetId AND (deleted_life IS NULL OR deleted_life > :life))`,
  ).run({ assetId, life });
}

/** What Icehouse last said of the video; undefined when nobody asked to delete it. */
export function stateOf(
  db: DatabaseSync,
  { asset_id }: Video,
): { status: string; until: string | null } | undefined {
  const found = db
    .prepare(
      `SELECT 1 AS place, status, until FROM news WHERE asset_id = :id
       UNION ALL SELECT 2, status, until FROM news JOIN new_ids ON old_id = asset_id WHERE new_id = :id
       ORDER BY place LIMIT 1`,
    )
    .get({ id: asset_id });
  return found && { status: String(found.status), until: found.until === null ? null : String(found.until) };
}

export function videoOf(db: DatabaseSync, id: string): Video | undefined {
  return db.prepare('SELECT * FROM videos WHERE id = ?').get(id) as Video | undefined;
}
