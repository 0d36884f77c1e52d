// What earlier releases left in the ledger is read, shown and carried on by this one. The items were written by the code of each
// milestone on the embedded cloud (commit in the file), with its simulated Mux; nothing in them was changed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { fromItem, toItem } from '../../lambdas/adapters/ledger-item.ts';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import type { AssetRecord, Status, StoredObject } from '../../lambdas/domain/record.ts';
import { type House, house, masterUrl } from '../fakes/house.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');

type Item = Readonly<Record<string, AttributeValue>>;
type Raw = Readonly<Record<string, unknown>> & { readonly id: string };

interface Milestone {
  readonly items: readonly Item[];
  /** As Mux showed them: the video that has an item of every status, and what a restore made of it. */
  readonly assets: Readonly<Record<string, Raw>>;
  /** As they lay in the vault, by version. */
  readonly manifests: Readonly<Record<string, unknown>>;
}

const MILESTONES: readonly (readonly [string, Milestone])[] = readdirSync(join(FIXTURES, 'ledger')).map(
  (file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(FIXTURES, 'ledger', file), 'utf8'))],
);
const MASTER = readFileSync(join(FIXTURES, 'media/motion-and-tone.mp4'));
const CAPTIONS = readFileSync(join(FIXTURES, 'media/motion-and-tone.en.vtt'));

/** What becomes of a record in each status, when nobody asks for anything more. */
const ENDS: Readonly<Partial<Record<Status, Status>>> = {
  requested: 'deleted',
  preparing: 'deleted',
  archiving: 'deleted',
  archived: 'deleted',
  deleting: 'deleted',
  thawing: 'restored',
  uploading: 'restored',
};

describe.each(MILESTONES)('the ledger of %s', (_, milestone) => {
  const items = milestone.items.map((item) => [item.status?.S ?? '', item] as const);

  test('has an item of every status that there was', () => {
    const statuses = new Set(items.map(([status]) => status));

    expect([...statuses]).toEqual(
      expect.arrayContaining([...Object.keys(ENDS), 'deleted', 'restored', 'cancelled', 'failed']),
    );
  });

  test.each(items)('%s: is read, shown, and written back with all that it held', (status, item) => {
    const record = fromItem(item);
    const shown = publicRecord(record);
    const written = toItem(record);

    expect(shown).toMatchObject({
      status,
      asset_id: item.asset_id?.S,
      summary: expect.stringMatching(/\w+/),
    });
    expect(written).toMatchObject(item);
  });

  test.each(items.filter(([status, item]) => status in ENDS && item.asset_id?.S === wholeOf(milestone)))(
    '%s: goes on to its end',
    async (status, item) => {
      const before = fromItem(item);
      const begun = status === 'archiving' ? before.upload : undefined;
      const h = await takenOver(milestone, before);

      await toRest(h);

      const record = h.record(wholeOf(milestone));
      expect(record.status).toBe(ENDS[status as Status]);
      expect(record.published_version).toBe(record.history.at(-1)?.version);
      // A copy in flight ends in the upload that the old code began: its token is the archive's.
      expect(record.archive).toMatchObject(begun ? { token: begun.token, key: begun.key } : {});
    },
  );
});

/** The first of the assets is the video that was seen in every status. */
function wholeOf({ assets }: Milestone): string {
  return Object.keys(assets)[0] ?? '';
}

async function toRest(h: House): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const wakeMs = h.nextWakeMs();
    if (wakeMs === undefined) return;
    await h.clock.advance(Math.max(0, wakeMs - h.clock.nowMs()));
    await h.round();
  }
  throw new Error(`Not at rest: ${JSON.stringify([...h.ledger.records.values()])}`);
}

/** A house whose ledger, vault and platform are as the old code left them. */
async function takenOver(milestone: Milestone, record: AssetRecord) {
  const h = house();
  const [asset, restored] = Object.values(milestone.assets);
  if (!asset || !restored) throw new Error('The fixture lacks its assets.');
  h.platform.setEnvironment('simenv');
  await h.clock.advance(Date.parse(record.updated_at) - h.clock.nowMs());
  const isGone = record.status === 'thawing' || record.status === 'uploading';
  if (isGone) h.platform.add(restored);
  else h.platform.add(asset);
  h.source.files.set(masterUrl(asset.id), { bytes: MASTER, etag: record.upload?.source.etag ?? '"first"' });
  putArchive(h.vault, milestone, record);
  // A copy in flight: the upload is there, with none of its parts.
  const { upload } = record;
  if (upload) {
    const begun = { begunMs: h.clock.nowMs(), storageClass: 'DEEP_ARCHIVE', parts: new Map() };
    h.vault.uploads.set(upload.upload_id, { key: upload.key, token: upload.token, ...begun });
  }
  // Each save adds one to the version, which the history is numbered by.
  for (let version = 0; version < record.version; version += 1) await h.ledger.save({ ...record, version });
  return h;
}

function putArchive(vault: House['vault'], { manifests }: Milestone, { archive }: AssetRecord): void {
  if (!archive) return;
  const { token } = archive;
  const put = (object: StoredObject, storageClass: string, bytes: Uint8Array) => {
    const { key, version_id: versionId, size_bytes: sizeBytes, crc32 } = object;
    const head = { versionId, sizeBytes, crc32, checksumType: 'FULL_OBJECT' as const, storageClass, token };
    vault.versions.set(key, [{ head, bytes }]);
  };
  put(archive, archive.storage_class, MASTER);
  put(archive.manifest, 'STANDARD', Buffer.from(JSON.stringify(manifests[archive.manifest.version_id])));
  for (const caption of archive.captions) put(caption, 'STANDARD', CAPTIONS);
  for (const sidecar of archive.sidecars ?? []) put(sidecar, 'STANDARD', new Uint8Array(0));
}
