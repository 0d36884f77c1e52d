// What an app, its support and its Mux do with Icehouse: each run uses grants that the others do not.
import { setTimeout } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import type { Place } from './place.ts';

export interface Run {
  readonly name: string;
  run(place: Place): Promise<void>;
}

const SMALL = { sizeBytes: 200_000, durationSeconds: 10 };
/** More than a segment, so that workers share its copy. */
const LARGE = { sizeBytes: 300_000_000, durationSeconds: 60 };
const CAPTIONS = [
  { text: 'WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n', language_code: 'en', name: 'English' },
];
const USER = { user_id: 'support-1', reason: 'a try' };

const inSeconds = (seconds: number) => new Date(Date.now() + 1000 * seconds).toISOString();

let seed = 0;
async function newAsset({ simulator }: Place, media: { sizeBytes: number; durationSeconds: number } = SMALL) {
  seed += 1;
  const meta = { title: `Lesson ${seed}`, external_id: `row-${seed}`, creator_id: 'teacher-1' };
  return simulator.addAsset({ generated: { ...media, seed }, captions: CAPTIONS, attributes: { meta } });
}

/** Far enough away that a busy machine has stored the request by then. */
const SOON_SECONDS = 15;

function ask(place: Place, assetId: string, more: Record<string, unknown> = {}) {
  const body = {
    asset_id: assetId,
    deleted_by_user_id: 'teacher-1',
    expiration_date: inSeconds(SOON_SECONDS),
  };
  return place.call('POST', '/v1/delete-requests', { ...body, ...more });
}

/** All that can be asked about an archived video and its group. */
const readsOf = (id: string, playbackId = '') => [
  ...['status=archived', 'group_id=course-7'].map((query) => `/v1/delete-requests?${query}`),
  ...['teacher-1', 'row-1', 'course-7', id].map((q) => `/v1/find?q=${q}`),
  ...['', '/manifest', '/fidelity', '/check'].map((what) => `/v1/assets/${id}${what}`),
  ...[
    `/v1/playback-ids/${playbackId}`,
    '/v1/groups/course-7',
    '/v1/groups/course-7/map',
    '/v1/upcoming?days=7',
    '/v1/hold',
  ],
];

const LATER = { expiration_date: undefined, grace_days: 30 };

export const RUNS: readonly Run[] = [
  {
    name: 'a video goes, comes back, and is found by all it is known by',
    async run(place) {
      const { id, playback_ids: [playback] = [] } = await newAsset(place);
      await ask(place, id, { group_id: 'course-7' });
      await place.until(id, ({ status }) => status === 'archived');
      for (const path of readsOf(id, playback?.id)) await place.call('GET', path);
      await place.until(id, ({ status }) => status === 'deleted');
      await place.call('GET', `/v1/delete-requests/${id}/quote`);
      await place.call('POST', `/v1/delete-requests/${id}/restore`, {});
      const { current_asset_id: next } = await place.until(id, ({ status }) => status === 'restored');
      await ask(place, next ?? '');
      await place.until(next ?? '', ({ status }) => status === 'deleted');
    },
  },
  {
    name: 'a large master is shared among workers',
    async run(place) {
      const { id } = await newAsset(place, LARGE);
      await ask(place, id, LATER);
      await place.until(id, ({ status }) => status === 'archived');
    },
  },
  {
    name: 'a request is taken back in the middle of its copy',
    async run(place) {
      const { id } = await newAsset(place, LARGE);
      await ask(place, id, LATER);
      await place.until(id, ({ progress }) => (progress?.bytes_done ?? 0) > 0);
      await place.call('POST', `/v1/delete-requests/${id}/cancel`, USER);
      await place.until(id, ({ status, next_action_at }) => status === 'cancelled' && !next_action_at);
    },
  },
  {
    name: 'functions are killed in the middle',
    async run(place) {
      const { id } = await newAsset(place, LARGE);
      await ask(place, id, LATER);
      await place.until(id, ({ progress }) => (progress?.bytes_done ?? 0) > 0);
      const names = place.cloud.plan.functions
        .map(({ name }) => name)
        .filter((name) => /-(archive|copy)$/.test(name));
      for (const pid of names.flatMap((name) => place.cloud.processes(name))) process.kill(pid, 'SIGKILL');
      await place.until(id, ({ status }) => status === 'archived');
    },
  },
  {
    name: 'many are asked for at once, held, moved and given back',
    async run(place) {
      const assets = [await newAsset(place), await newAsset(place)];
      const items = assets.map(({ id }) => ({
        asset_id: id,
        deleted_by_user_id: 'teacher-2',
        group_id: 'batch-1',
      }));
      await place.call('POST', '/v1/delete-requests/batch', { items });
      const [first] = assets;
      const path = `/v1/delete-requests/${first?.id}`;
      await place.call('PUT', `${path}/hold`, USER);
      await place.call('DELETE', `${path}/hold`, USER);
      await place.call('PATCH', path, { expiration_date: inSeconds(86_400), ...USER });
      await place.call('POST', '/v1/groups/batch-1/cancel', USER);
      // Refused, of which the trail is told.
      await place.call('POST', '/v1/delete-requests/unknown1/restore', {}).catch(() => {});
    },
  },
  {
    name: 'a video is archived only, then asked for again; another goes without a copy',
    async run(place) {
      const kept = await newAsset(place);
      await ask(place, kept.id, { expiration_date: undefined, mode: 'archive_only' });
      await place.until(kept.id, ({ status }) => status === 'archived');
      await place.call('POST', `/v1/delete-requests/${kept.id}/cancel`, USER);
      await ask(place, kept.id, LATER);
      await place.until(kept.id, ({ status }) => status === 'archived');
      const { id } = await newAsset(place);
      const body = {
        asset_id: id,
        deleted_by_user_id: 'teacher-1',
        expiration_date: inSeconds(SOON_SECONDS),
      };
      await place.call('POST', '/v1/delete-requests/delete-only', body);
      await place.until(id, ({ status }) => status === 'deleted');
    },
  },
  {
    name: 'playback is revoked at once, and taken back',
    async run(place) {
      const { id } = await newAsset(place);
      await ask(place, id, { ...LATER, playback: 'revoke' });
      await place.until(id, ({ status, playable }) => status === 'archived' && !playable);
      await place.call('POST', `/v1/delete-requests/${id}/cancel`, USER);
      await place.until(id, ({ status, playable }) => status === 'cancelled' && playable);
    },
  },
  {
    name: 'parts of a video that stays are taken',
    async run(place) {
      const { id, tracks = [] } = await newAsset(place);
      const text = tracks.find(({ type }) => type === 'text');
      const body = { scope: 'track', id: text?.id, ...USER };
      await place.call('POST', `/v1/assets/${id}/slim`, body);
    },
  },
  {
    name: 'somebody deletes an archived video at Mux',
    async run(place) {
      const { id } = await newAsset(place);
      await ask(place, id, LATER);
      await place.until(id, ({ status }) => status === 'archived');
      await place.atMux('DELETE', `/assets/${id}`);
      await place.until(id, ({ status }) => status === 'deleted');
    },
  },
  {
    name: 'an archive ends by its date',
    async run(place) {
      const { id } = await newAsset(place);
      await ask(place, id, { archive_until: inSeconds(SOON_SECONDS + 5) });
      await place.until(id, ({ status }) => status === 'purged');
    },
  },
  {
    name: 'a video is erased with all its lives',
    async run(place) {
      const { id } = await newAsset(place);
      await ask(place, id);
      await place.until(id, ({ status }) => status === 'deleted');
      await erase(place, id);
      await place.call('GET', '/v1/erasures');
    },
  },
  {
    name: 'an asset changes after it was archived',
    async run(place) {
      const { id } = await newAsset(place);
      await ask(place, id);
      await place.until(id, ({ status }) => status === 'archived');
      await place.atMux('PATCH', `/assets/${id}`, { passthrough: 'changed' });
      await place.until(id, ({ status }) => status === 'deleted');
    },
  },
  {
    name: 'an archive is gone when its date comes',
    async run(place) {
      const { id } = await newAsset(place);
      await ask(place, id);
      const { archive } = await place.until(id, ({ status }) => status === 'archived');
      await place.s3.send(new DeleteObjectCommand(versionOf(archive)));
      await untilFailed(place, id, 'ARCHIVE_MISSING');
    },
  },
  {
    name: 'a video is erased in the middle of its copy',
    async run(place) {
      const { id } = await newAsset(place, LARGE);
      await ask(place, id, LATER);
      await place.until(id, ({ progress }) => (progress?.bytes_done ?? 0) > 0);
      await erase(place, id);
    },
  },
  {
    name: 'a lock stops an erasure until it is over',
    async run(place) {
      const { id } = await newAsset(place);
      await ask(place, id);
      const { archive } = await place.until(id, ({ status }) => status === 'deleted');
      // Longer than whoever is at work on the video is given to end, so that the erasure meets it.
      const RetainUntilDate = new Date(Date.now() + 60_000);
      const Retention = { Mode: 'GOVERNANCE', RetainUntilDate } as const;
      await place.s3.send(new PutObjectRetentionCommand({ ...versionOf(archive), Retention }));
      // Lifted at once: one that is met is looked at again a day later.
      for (const Status of ['ON', 'OFF'] as const)
        await place.s3.send(new PutObjectLegalHoldCommand({ ...versionOf(archive), LegalHold: { Status } }));
      const order = await orderErasure(place, id);
      // Until when, only a role that may see locks can say.
      await finished(place, order, ({ state }) => state === 'blocked');
      await finished(place, order, ({ state }) => state === 'done');
      if (Date.now() < RetainUntilDate.getTime()) throw new Error(`${id} was erased in spite of its lock.`);
    },
  },
  {
    name: 'ledger, vault and Mux are audited',
    async run(place) {
      const { id } = await place.call('POST', '/v1/audits');
      await finished(place, `/v1/audits/${id}`, ({ finished_at }) => finished_at !== null);
    },
  },
];

const versionOf = (archive: PublicRecord['archive']) => ({
  Bucket: archive?.bucket,
  Key: archive?.key,
  VersionId: archive?.version_id,
});

async function erase(place: Place, assetId: string): Promise<void> {
  await finished(place, await orderErasure(place, assetId), ({ state }) => state === 'done');
}

/** Answers where the order can be looked at. */
async function orderErasure(place: Place, assetId: string): Promise<string> {
  const order = { asset_id: assetId, requested_by: 'dpo', legal_basis: 'Art. 17 GDPR' };
  const { erasure_id } = await place.call('POST', '/v1/erasures', order);
  return `/v1/erasures/${erasure_id}`;
}

async function untilFailed(place: Place, assetId: string, code: string): Promise<void> {
  const isFailed = ({ failure }: Record<string, unknown>) => failure !== undefined && failure !== null;
  const path = `/v1/delete-requests/${assetId}`;
  await finished(place, path, isFailed);
  const { failure } = await place.call('GET', path);
  if (!JSON.stringify(failure).includes(code)) throw new Error(`${path}: ${JSON.stringify(failure)}`);
}

async function finished(
  place: Place,
  path: string,
  isDone: (answer: Record<string, unknown>) => boolean,
): Promise<void> {
  const deadlineMs = Date.now() + 120_000;
  for (;;) {
    const answer = await place.call('GET', path);
    if (isDone(answer)) return;
    if (Date.now() > deadlineMs) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    await setTimeout(200);
  }
}
