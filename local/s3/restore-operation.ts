// RestoreObject: asks for a readable copy of an archived object.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
import { bucketOf, type Call, versionOf, xmlBodyOf } from './call.ts';
import { notImplemented, S3Error } from './errors.ts';
import { empty, type S3Response } from './response.ts';
import { isArchived, THAW_TIERS, type ThawTier } from './thaws.ts';
import type { XmlNode } from './xml.ts';

export async function restoreObject(call: Call): Promise<S3Response> {
  const version = await versionOf(call, await bucketOf(call));
  const request = await xmlBodyOf(call, 'RestoreRequest');
  if (request.text('Type') !== undefined) throw notImplemented('RestoreObject of type SELECT');
  if (!isArchived(version.storageClass)) {
    throw new S3Error('InvalidObjectState', {
      message: "Restore is not allowed for the object's current storage class",
      fields: { StorageClass: version.storageClass },
    });
  }
  const tier = tierOf(request);
  if (tier === 'Expedited' && version.storageClass === 'DEEP_ARCHIVE') {
    throw new S3Error('InvalidArgument', {
      message: 'Retrieval option is not supported by this storage class',
    });
  }
  const outcome = await call.store.thaws.request(version, tier, daysOf(request));
  return empty(outcome === 'accepted' ? 202 : 200);
}

function tierOf(request: XmlNode): ThawTier {
  const text = request.node('GlacierJobParameters')?.text('Tier') ?? request.text('Tier') ?? 'Standard';
  const tier = THAW_TIERS.find((one) => one === text);
  if (tier === undefined) throw new S3Error('MalformedXML');
  return tier;
}

function daysOf(request: XmlNode): number {
  const text = request.text('Days');
  if (text === undefined || !/^\d{1,6}$/.test(text)) throw new S3Error('MalformedXML');
  if (Number(text) < 1) {
    throw new S3Error('InvalidArgument', { message: 'Days must be a positive number.' });
  }
  return Number(text);
}
