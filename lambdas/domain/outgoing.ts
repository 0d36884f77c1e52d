// The events we send to the customer's app: which news are told, under what name, and what an envelope holds. Pure.
// The envelope is Mux's (https://www.mux.com/docs/core/listen-for-webhooks), so that one handler can take both.
import { createHash } from 'node:crypto';
import { type Lineage, successors } from './pairing.ts';
import type { Status } from './record.ts';

/** The public record as the bus has it. It is passed on as it came; what is read of it is named here. */
export interface ToldRecord extends Lineage, Readonly<Record<string, unknown>> {
  readonly environment?: string;
  readonly title?: string;
  readonly external_id?: string;
  readonly creator_id?: string;
}

interface About {
  readonly asset_id: string;
  readonly life: number;
  /** Of the record: grows with each of its writes. */
  readonly version: number;
  readonly at: string;
  readonly record: ToldRecord;
}

export interface TransitionNews extends About {
  readonly kind: 'transition';
  readonly from: Status | null;
  readonly to: Status;
  readonly cause: string;
  readonly actor: string;
}

export interface AlarmNews extends About {
  readonly kind: 'alarm';
  readonly code: string;
  readonly message: string;
  readonly action: string;
}

/** What comes from the bus. */
export type News = TransitionNews | AlarmNews;

/** Steps that last seconds, or of which an app can make nothing, are not told. */
const TOLD: Partial<Record<Status, string>> = {
  requested: 'icehouse.asset.requested',
  archived: 'icehouse.asset.archived',
  scheduled: 'icehouse.asset.scheduled',
  deleted: 'icehouse.asset.deleted',
  thawing: 'icehouse.asset.thawing',
  restored: 'icehouse.asset.restored',
  cancelled: 'icehouse.asset.cancelled',
  failed: 'icehouse.asset.failed',
  purging: 'icehouse.asset.purging',
  purged: 'icehouse.asset.purged',
};

/** A remark that begins so is the word ahead of a deletion: stages/due.ts says it. */
const AHEAD_OF_DELETION = /^will be deleted on /;

/** The same of the end of an archive: stages/end-of-archive.ts says it. */
const AHEAD_OF_END = /^archive ends on /;

const EXPIRING = 'icehouse.asset.expiring';
const ARCHIVE_ENDING = 'icehouse.asset.archive_ending';
const UPDATED = 'icehouse.asset.updated';
const ALARM = 'icehouse.asset.alarm';

/** All names there are. */
export const EVENT_TYPES: readonly string[] = [
  ...Object.values(TOLD),
  EXPIRING,
  ARCHIVE_ENDING,
  UPDATED,
  ALARM,
];

export interface Envelope {
  readonly type: string;
  /** The same whenever the same news is delivered again. */
  readonly id: string;
  readonly created_at: string;
  readonly object: { readonly type: 'asset'; readonly id: string };
  readonly environment: { readonly id: string | null };
  readonly data: Readonly<Record<string, unknown>>;
  readonly attempts: readonly never[];
}

/** The event's name; undefined for news that the app is not told. */
export function typeOf(news: News): string | undefined {
  if (news.kind === 'alarm') return ALARM;
  if (news.from !== news.to) return TOLD[news.to];
  if (AHEAD_OF_END.test(news.cause)) return ARCHIVE_ENDING;
  return AHEAD_OF_DELETION.test(news.cause) ? EXPIRING : UPDATED;
}

export function envelopeOf(news: News): Envelope | undefined {
  const type = typeOf(news);
  if (type === undefined) return undefined;
  const { asset_id, at, record } = news;
  return {
    type,
    id: idOf(type, news),
    created_at: at,
    object: { type: 'asset', id: asset_id },
    environment: { id: record.environment ?? null },
    data: dataOf(news),
    attempts: [],
  };
}

function dataOf(news: News): Envelope['data'] {
  const { record, version } = news;
  const { title, external_id, creator_id } = record;
  const told = { ...record, version, meta: { title, external_id, creator_id } };
  if (news.kind === 'alarm') {
    const { code, message, action } = news;
    return { ...told, alarm: { code, message, action } };
  }
  const { from, to, cause, actor } = news;
  return { ...told, transition: { from, to, cause, actor }, ...(to === 'restored' && mapsOf(record)) };
}

/** What an app moves its rows by: every old id, also those of earlier restores, and the new one. */
function mapsOf(record: ToldRecord) {
  return {
    playback_id_map: successors('playback', record),
    track_id_map: successors('track', record),
  };
}

/** One write of a record may bring two news: a remark and a transition, or a transition and its alarm. */
function idOf(type: string, news: News): string {
  const cause = news.kind === 'transition' ? news.cause : news.code;
  const { asset_id, life, version } = news;
  const hash = createHash('sha256')
    .update(JSON.stringify([asset_id, life, version, type, cause]))
    .digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** What receivers can rely on. An event of the bus is no larger, and the history is what makes it grow. */
const MOST_BYTES = 256 * 1024;

/** The body as it is signed and sent. */
export function bodyOf(envelope: Envelope): string {
  const whole = JSON.stringify(envelope);
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  const { history: _, ...rest } = envelope.data;
  return JSON.stringify({ ...envelope, data: { ...rest, left_out: ['history'] } });
}
