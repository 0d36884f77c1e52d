// What lives are made of: a request, a restore, and a look into the vault by another S3 client.
import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import type { Asset } from '../../local/mux/model.ts';
import { call, type House, inSeconds, type Reply, until } from './house.ts';

/** In four seconds unless `more` says otherwise: the API's first start on a busy machine must not outlast the date. */
export async function request(
  { running }: House,
  assetId: string,
  more: Record<string, unknown> = {},
): Promise<Reply> {
  const body = { asset_id: assetId, deleted_by_user_id: 'teacher-1', expiration_date: inSeconds(4), ...more };
  const answer = await call(running.cloud.urls.api, 'POST', '/v1/delete-requests', body);
  if (answer.status >= 400) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}

/** Until it is deleted, asks for it, until it is back; answers the record and the asset as they are then. */
export async function deleteAndRestore(
  { running, simulator }: House,
  assetId: string,
): Promise<{ readonly record: PublicRecord; readonly asset: Asset }> {
  const { api } = running.cloud.urls;
  await until(api, assetId, ({ status }) => status === 'deleted');
  await call(api, 'POST', `/v1/delete-requests/${assetId}/restore`);
  const record = await until(api, assetId, ({ status }) => status === 'restored');
  return { record, asset: simulator.asset(record.current_asset_id ?? '') };
}

/** What the vault has of an asset, by file name; all but what is still frozen. */
export async function objectsOf(
  { s3, bucket: Bucket }: House,
  assetId: string,
  frozen?: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  const isWanted = (key: string) => key.includes(`/${assetId}/`) && !(frozen && key.endsWith(frozen));
  const keys = Versions.map(({ Key = '' }) => Key).filter(isWanted);
  const objects = keys.map(async (Key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    return [Key.split('/').at(-1) ?? '', bytes] as const;
  });
  return new Map(await Promise.all(objects));
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
