// Where the tests of `icehouse restore --to` and `icehouse drill` fetch from: archives on the embedded S3 server, and
// directories and buckets to fetch them to.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  type StorageClass,
} from '@aws-sdk/client-s3';
import type { RetrieveOrder, RetrievePorts } from '../../cli/retrieve/order.ts';
import { createS3Calls } from '../../cli/retrieve/s3-calls.ts';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { createVault } from '../../lambdas/adapters/vault.ts';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { startS3Vault } from '../fakes/s3-vault.ts';
import { aRecord } from './stub-api.ts';

export const CAPTIONS = 'WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n';

export interface ArchiveSpec {
  readonly body: Uint8Array;
  /** As it was proved; by default that of the body. */
  readonly crc32?: string;
  readonly storageClass?: StorageClass;
  readonly title?: string;
  /** Of the asset, in the manifest. */
  readonly asset?: object;
  readonly manifest?: string;
  readonly captions?: string;
  /** Of all that lies beside the master too; an API of earlier days does not. */
  readonly namesVersions?: true;
}

/** The check is S3's own: what it computed of the bytes when they came. */
export async function startRetrievePlace() {
  const s3 = await startS3Vault();
  const root = await mkdtemp(join(tmpdir(), 'icehouse-retrieve-'));
  await s3.client.send(new CreateBucketCommand({ Bucket: 'films' }));
  const records = new Map<string, PublicRecord>();

  async function put(Key: string, Body: Uint8Array | string, StorageClass?: StorageClass) {
    const put = { Bucket: 'vault', Key, Body, StorageClass, ChecksumAlgorithm: 'CRC32' } as const;
    const { VersionId = '', ChecksumCRC32 = '' } = await s3.client.send(new PutObjectCommand(put));
    return { versionId: VersionId, crc32: ChecksumCRC32 };
  }

  return {
    ...s3,
    root,
    records,
    films: createVault({ client: s3.client, bucket: 'films', unversioned: true }),
    put,
    /** For a process of the command. */
    env: {
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: 'test-secret',
    },

    /** Master, manifest, one caption and a poster, as the stages lay them out. */
    async archive(assetId: string, spec: ArchiveSpec): Promise<PublicRecord> {
      const { body, storageClass = 'GLACIER_IR', captions = CAPTIONS } = spec;
      const folder = `mux/env1/${assetId}/1/`;
      const key = `${folder}master.mp4`;
      const master = await put(key, body, storageClass);
      const crc32 = spec.crc32 ?? master.crc32;
      const caption = await put(`${folder}captions/track1.vtt`, captions);
      const poster = await put(`${folder}sidecars/poster.jpg`, 'a picture');
      const manifest = {
        ...{ schema: 1, asset_id: assetId, life: 1, environment: 'env1' },
        master: {
          key,
          version_id: master.versionId,
          size_bytes: body.length,
          crc32,
          storage_class: storageClass,
        },
        captions: [{ track_id: 'track1', key: `${folder}captions/track1.vtt`, crc32: caption.crc32 }],
        asset: { id: assetId, duration: 10, tracks: [], ...spec.asset },
        losses: [],
      };
      const { versionId } = await put(`${folder}manifest.json`, spec.manifest ?? JSON.stringify(manifest));
      const record = aRecord({
        ...{ asset_id: assetId, status: 'deleted', title: spec.title ?? assetId, duration: 10 },
        archive: {
          ...{ bucket: 'vault', key, version_id: master.versionId, size_bytes: body.length, crc32 },
          ...{ storage_class: storageClass, verified_at: '2026-11-22T02:51:40.000Z' },
          manifest_key: `${folder}manifest.json`,
          ...(spec.namesVersions && { manifest_version_id: versionId }),
          captions: [
            {
              ...{ track_id: 'track1', key: `${folder}captions/track1.vtt` },
              ...(spec.namesVersions && { version_id: caption.versionId }),
            },
          ],
          sidecars: [
            {
              ...{ name: 'poster.jpg', key: `${folder}sidecars/poster.jpg` },
              ...(spec.namesVersions && { version_id: poster.versionId }),
            },
          ],
        },
      }) as object as PublicRecord;
      records.set(assetId, record);
      return record;
    },

    ports(changes: Partial<RetrievePorts> = {}): RetrievePorts {
      return {
        record: async (assetId) =>
          records.get(assetId) ??
          (aRecord({ asset_id: assetId, archive: undefined }) as object as PublicRecord),
        vaultOf: (bucket) => createVault({ client: s3.client, bucket, unversioned: true }),
        reads: createS3Calls(s3.client),
        clock: systemClock,
        sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
        ...changes,
      };
    },

    async filesBelow(directory: string): Promise<readonly string[]> {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
    },

    file: (...path: string[]) => readFile(join(root, ...path)),

    async stored(bucket: string, key: string): Promise<Buffer> {
      const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },

    async close() {
      await s3.close();
      await rm(root, { recursive: true });
    },
  };
}

export type RetrievePlace = Awaited<ReturnType<typeof startRetrievePlace>>;

export function orderFor(...assetIds: string[]): RetrieveOrder {
  return { assetIds, days: 1, pollMs: 50, signal: new AbortController().signal };
}
