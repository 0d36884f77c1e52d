// What objects that are encrypted with a customer's KMS key take of the caller beside the s3: actions. Nothing is really encrypted
// here. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
import { bucketOf, type Call, keyOf } from './call.ts';
import { completeMultipartUpload } from './complete-operation.ts';
import { S3Error } from './errors.ts';
import { createMultipartUpload, listParts, uploadPart } from './multipart-operations.ts';
import { getObject, getObjectAttributes, headObject } from './object-reads.ts';
import { copySource, putObject } from './object-writes.ts';
import type { S3Response } from './response.ts';

type Operation = (call: Call) => Promise<S3Response>;

/**
 * Throws AccessDenied. Asked after the s3: actions, and only where there is a key. "Permissions" of API_CreateMultipartUpload,
 * API_UploadPart, API_CompleteMultipartUpload, API_ListParts and API_HeadObject; a restore, an abort and a delete need no key.
 */
export async function requireKey(operation: Operation, call: Call): Promise<void> {
  if (operation === putObject || operation === createMultipartUpload) {
    requireKeyAction(call, (await bucketOf(call)).kmsKey, 'GenerateDataKey');
  } else if (operation === uploadPart) {
    requireKeyAction(call, await keyOfUpload(call), 'GenerateDataKey', 'Decrypt');
  } else if (operation === listParts || operation === completeMultipartUpload) {
    requireKeyAction(call, await keyOfUpload(call), 'Decrypt');
  } else if (isRead(operation, call)) {
    requireKeyAction(call, await keyOfVersion(call), 'Decrypt');
  }
  if (call.request.header('x-amz-copy-source') === undefined) return;
  requireKeyAction(call, (await copySource(call)).source.kmsKey, 'Decrypt');
}

/** HEAD shows what is not encrypted, but for the checksum. */
function isRead(operation: Operation, { request }: Call): boolean {
  if (operation === headObject) return request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return operation === getObject || operation === getObjectAttributes;
}

/** Undefined also where there is no such upload, which is the operation's to say. */
async function keyOfUpload(call: Call): Promise<string | undefined> {
  const { request, store } = call;
  const uploadId = request.query.get('uploadId') ?? '';
  const upload = await store.uploads.get(request.bucket ?? '', keyOf(call), uploadId).catch(() => undefined);
  return upload?.kmsKey;
}

async function keyOfVersion(call: Call): Promise<string | undefined> {
  const { request, store } = call;
  const version = await store.versions.find(
    request.bucket ?? '',
    keyOf(call),
    request.query.get('versionId'),
  );
  return version?.kmsKey;
}

function requireKeyAction(
  { authorize }: Call,
  kmsKey: string | undefined,
  ...names: readonly string[]
): void {
  if (kmsKey === undefined) return;
  const denied = names.map((name) => `kms:${name}`).find((action) => !authorize(action, kmsKey));
  if (denied === undefined) return;
  const because = `because no identity-based policy allows the ${denied} action`;
  const message = `You are not authorized to perform: ${denied} on the resource associated with this ciphertext ${because}`;
  throw new S3Error('AccessDenied', { message });
}
