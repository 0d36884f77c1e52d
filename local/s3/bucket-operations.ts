// Operations on the service and on a bucket itself.
import { OWNER } from './account.ts';
import { readText } from './body.ts';
import { bodyOf, bucketOf, type Call, xmlBodyOf } from './call.ts';
import { notImplemented, S3Error } from './errors.ts';
import { empty, isoTime, type S3Response, xml } from './response.ts';
import { XmlNode } from './xml.ts';

const DEFAULT_REGION = 'us-east-1';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export async function listBuckets(call: Call): Promise<S3Response> {
  const buckets = await call.store.buckets.all();
  return xml('ListAllMyBucketsResult', {
    Owner: OWNER,
    Buckets: { Bucket: buckets.map((one) => ({ Name: one.name, CreationDate: isoTime(one.createdMs) })) },
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
export async function createBucket(call: Call): Promise<S3Response> {
  const text = await readText(bodyOf(call));
  const asked =
    text === '' ? undefined : XmlNode.parse(text, 'CreateBucketConfiguration').text('LocationConstraint');
  const name = call.request.bucket ?? '';
  const region = asked ?? DEFAULT_REGION;
  try {
    // A bucket with Object Lock keeps versions from the beginning.
    const isLockable = call.request.header('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true';
    const lockable = isLockable ? ({ versioning: 'Enabled', objectLock: {} } as const) : {};
    await call.store.buckets.create({ name, region, createdMs: call.store.nowMs(), ...lockable });
  } catch (error) {
    // In us-east-1, and only there, S3 says 200 to an owner who makes the bucket once more.
    const repeated = error instanceof S3Error && error.code === 'BucketAlreadyOwnedByYou';
    if (!repeated || region !== DEFAULT_REGION) throw error;
  }
  return empty(200, { location: `/${name}` });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
export async function headBucket(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  return empty(200, { 'x-amz-bucket-region': bucket.region });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html */
export async function getBucketLocation(call: Call): Promise<S3Response> {
  const { region } = await bucketOf(call);
  return xml('LocationConstraint', region === DEFAULT_REGION ? '' : region);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
export async function getBucketVersioning(call: Call): Promise<S3Response> {
  return xml('VersioningConfiguration', { Status: (await bucketOf(call)).versioning });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
export async function putBucketVersioning(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const configuration = await xmlBodyOf(call, 'VersioningConfiguration');
  const status = configuration.text('Status');
  if (configuration.text('MfaDelete') === 'Enabled') throw notImplemented('MFA delete');
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML');
  if (bucket.objectLock && status !== 'Enabled') {
    throw new S3Error('InvalidBucketState', {
      message:
        'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    });
  }
  await call.store.buckets.setVersioning(bucket.name, status);
  return empty(200);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html */
export async function putBucketEncryption(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const [rule] = (await xmlBodyOf(call, 'ServerSideEncryptionConfiguration')).all('Rule');
  const [byDefault] = rule?.all('ApplyServerSideEncryptionByDefault') ?? [];
  const algorithm = byDefault?.text('SSEAlgorithm');
  if (algorithm !== 'aws:kms' && algorithm !== 'AES256') throw notImplemented(`the encryption ${algorithm}`);
  const kmsKey = byDefault?.text('KMSMasterKeyID');
  if (algorithm === 'aws:kms' && kmsKey === undefined) throw notImplemented('the key aws/s3');
  await call.store.buckets.setKmsKey(bucket.name, kmsKey);
  return empty(200);
}
