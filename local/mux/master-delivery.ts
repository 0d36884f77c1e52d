// The master's own host: signed URLs, Range, ETags, and the ways in which such a download goes wrong.
import { createHash } from 'node:crypto';
import type { RandomAccess } from '../media/mp4-structure.ts';
import type { Answer } from './answers.ts';
import { isAudioOnly } from './asset-view.ts';
import { type Effect, effectOf } from './faults.ts';
import { expiryOf } from './masters.ts';
import type { MasterFile, Media, StoredAsset } from './model.ts';
import { later, type World } from './world.ts';

export interface Download {
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly effects: readonly Effect[];
}

/** What the master URL of a known or unknown key answers. */
export function deliverMaster(world: World, stored: StoredAsset | undefined, request: Download): Answer {
  const signature = request.query.get('signature') ?? '';
  const { master, media } = stored ?? {};
  if (!stored || !media || !master?.signature) {
    const isExpired = expiryOf(signature) > 0 && expiryOf(signature) <= Date.now();
    return plain(isExpired ? 403 : world.behaviour.masterGone);
  }
  if (signature !== master.signature || (master.expiresAtMs ?? 0) <= Date.now()) return plain(403);
  if (effectOf(request.effects, 'change')) stored.representation += 1;
  const sizeBytes = visibleSize(world, media, master, request.effects);
  const etag = etagOf(world, stored, media, master, sizeBytes);
  const common = {
    'content-type': isAudioOnly(stored.asset) ? 'audio/mp4' : 'video/mp4',
    'content-disposition': `attachment; filename="${request.query.get('download') ?? stored.asset.id}"`,
    ...(etag && { etag }),
    ...(world.behaviour.range && { 'accept-ranges': 'bytes' }),
  };
  if (isRefusedByIfMatch(request.headers['if-match'], etag)) return { ...plain(412), headers: common };
  const range = world.behaviour.range ? rangeOf(request, sizeBytes, etag) : 'whole';
  if (range === 'unsatisfiable') {
    return { status: 416, headers: { ...common, 'content-range': `bytes */${sizeBytes}` } };
  }
  const { start, end } = range === 'whole' ? { start: 0, end: sizeBytes - 1 } : range;
  const missing = effectOf(request.effects, 'short')?.missingBytes ?? 0;
  const lengthBytes = Math.max(0, end - start + 1 - missing);
  const chunks = representation(world, stored, media).read(start, start + lengthBytes - 1);
  const headers = {
    ...common,
    ...(range !== 'whole' && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
  };
  return { status: range === 'whole' ? 200 : 206, headers, body: { kind: 'stream', lengthBytes, chunks } };
}

/** The body is a guess; only the status is built upon. */
function plain(status: number): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain' },
    body: { kind: 'bytes', bytes: Buffer.from(`${status}\n`) },
  };
}

/** Seen in the field: the file can still grow shortly after it was announced. */
function visibleSize(world: World, media: Media, master: MasterFile, effects: readonly Effect[]): number {
  const grow = effectOf(effects, 'grow');
  const isStillGrowing =
    grow && (master.readyAtMs ?? 0) + (later(world, grow.forMs) - Date.now()) > Date.now();
  return isStillGrowing ? Math.max(1, media.sizeBytes - grow.missingBytes) : media.sizeBytes;
}

function etagOf(
  world: World,
  stored: StoredAsset,
  media: Media,
  master: MasterFile,
  sizeBytes: number,
): string | undefined {
  const { etag } = world.behaviour;
  if (etag === 'none') return undefined;
  const identity = [media, stored.representation, sizeBytes, etag === 'per-url' ? master.key : ''];
  const tag = `"${createHash('md5').update(JSON.stringify(identity)).digest('hex')}"`;
  return etag === 'weak' ? `W/${tag}` : tag;
}

/** Weak tags never match here (RFC 9110, 13.1.1). */
function isRefusedByIfMatch(wanted: string | string[] | undefined, etag: string | undefined): boolean {
  return typeof wanted === 'string' && wanted !== '*' && (wanted !== etag || wanted.startsWith('W/'));
}

type Range = { start: number; end: number } | 'whole' | 'unsatisfiable';

/** One range; several, or one that makes no sense, give the whole file (RFC 9110, 14.2). */
function rangeOf({ headers }: Download, sizeBytes: number, etag: string | undefined): Range {
  const ifRange = headers['if-range'];
  if (ifRange !== undefined && (ifRange !== etag || etag?.startsWith('W/'))) return 'whole';
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range?.toString() ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== '' && last !== '' && Number(last) < start) return 'whole';
  return start < sizeBytes && end >= start ? { start, end } : 'unsatisfiable';
}

/** The bytes now behind the master URL: in each later representation some bytes of the second half differ. */
export function representation(world: World, stored: StoredAsset, media: Media): RandomAccess {
  const original = world.media.open(media);
  const mask = stored.representation & 0xff;
  if (mask === 0) return original;
  const from = Math.floor(media.sizeBytes / 2);
  async function* read(start: number, end: number) {
    let at = start;
    for await (const chunk of original.read(start, end)) {
      const firstOdd = Math.max(from, from + Math.ceil((at - from) / 1000) * 1000);
      for (let odd = firstOdd; odd < at + chunk.length; odd += 1000)
        chunk[odd - at] = (chunk[odd - at] ?? 0) ^ mask;
      at += chunk.length;
      yield chunk;
    }
  }
  return { sizeBytes: media.sizeBytes, read };
}
