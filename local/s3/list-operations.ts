// Listing objects, both generations of the call, and versions.
import { OWNER } from './account.ts';
import type { Bucket } from './buckets.ts';
import { bucketOf, type Call, numberIn } from './call.ts';
import { S3Error } from './errors.ts';
import { listKeys } from './key-paths.ts';
import { encodeListed, isAfter, listingEncoding, type Page, type PageQuery, pageOf } from './listing.ts';
import { isoTime, quoted, type S3Response, xml } from './response.ts';
import type { Version } from './versions.ts';
import type { XmlTree } from './xml.ts';

const PAGE = 1000;

function pageQuery(call: Call, after: string): PageQuery {
  const { query } = call.request;
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after,
    maxKeys: numberIn(call, 'max-keys', PAGE, PAGE),
  };
}

async function objectsPage(call: Call, bucket: Bucket, query: PageQuery): Promise<Page<Version>> {
  const { dir, versions } = call.store;
  const keys = await listKeys(dir.objects(bucket.name), query.prefix);
  const after = keys.filter((key) => query.after === '' || isAfter(key, query.after));
  return pageOf(after, query, async (key) => {
    const version = await versions.find(bucket.name, key);
    return version === undefined || version.deleteMarker ? [] : [version];
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export async function listObjectsV2(call: Call): Promise<S3Response> {
  const params = call.request.query;
  const bucket = await bucketOf(call);
  const token = params.get('continuation-token');
  const startAfter = params.get('start-after') ?? '';
  const query = pageQuery(call, token === undefined ? startAfter : decodeToken(token));
  const page = await objectsPage(call, bucket, query);
  const encoding = listingEncoding(call);
  return xml('ListBucketResult', {
    ...listHead(bucket, query, page, encoding),
    KeyCount: page.items.length + page.commonPrefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.next === undefined ? undefined : encodeToken(page.next),
    StartAfter: params.has('start-after') ? encodeListed(startAfter, encoding) : undefined,
    Contents: page.items.map((one) => objectEntry(one, encoding, params.get('fetch-owner') === 'true')),
    CommonPrefixes: prefixEntries(page.commonPrefixes, encoding),
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export async function listObjects(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const marker = call.request.query.get('marker') ?? '';
  const query = pageQuery(call, marker);
  const page = await objectsPage(call, bucket, query);
  const encoding = listingEncoding(call);
  return xml('ListBucketResult', {
    ...listHead(bucket, query, page, encoding),
    Marker: encodeListed(marker, encoding),
    // Without a delimiter the last key is the next marker, and S3 leaves it to the client to see that.
    NextMarker:
      page.next === undefined || query.delimiter === '' ? undefined : encodeListed(page.next, encoding),
    Contents: page.items.map((one) => objectEntry(one, encoding, true)),
    CommonPrefixes: prefixEntries(page.commonPrefixes, encoding),
  });
}

function listHead(
  bucket: Bucket,
  query: PageQuery,
  page: Page<unknown>,
  encoding: 'url' | undefined,
): XmlTree {
  return {
    Name: bucket.name,
    Prefix: encodeListed(query.prefix, encoding),
    Delimiter: query.delimiter === '' ? undefined : encodeListed(query.delimiter, encoding),
    MaxKeys: query.maxKeys,
    EncodingType: encoding,
    IsTruncated: page.next !== undefined,
  };
}

function objectEntry(version: Version, encoding: 'url' | undefined, withOwner: boolean): XmlTree {
  return {
    Key: encodeListed(version.key, encoding),
    LastModified: isoTime(version.lastModifiedMs),
    ETag: quoted(version.etag),
    ChecksumAlgorithm: version.checksum?.algorithm,
    ChecksumType: version.checksum?.type,
    Size: version.sizeBytes,
    StorageClass: version.storageClass,
    Owner: withOwner ? OWNER : undefined,
  };
}

function prefixEntries(prefixes: readonly string[], encoding: 'url' | undefined): XmlTree[] {
  return prefixes.map((prefix) => ({ Prefix: encodeListed(prefix, encoding) }));
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (key === '' || encodeToken(key) !== token) {
    throw new S3Error('InvalidArgument', { message: 'The continuation token provided is incorrect' });
  }
  return key;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export async function listObjectVersions(call: Call): Promise<S3Response> {
  const params = call.request.query;
  const bucket = await bucketOf(call);
  const keyMarker = params.get('key-marker') ?? '';
  const idMarker = params.get('version-id-marker') ?? '';
  const query = pageQuery(call, keyMarker);
  const page = await versionsPage(call, bucket, query, idMarker);
  const last = page.items.at(-1);
  const encoding = listingEncoding(call);
  return xml('ListVersionsResult', {
    ...listHead(bucket, query, page, encoding),
    KeyMarker: encodeListed(keyMarker, encoding),
    VersionIdMarker: idMarker,
    NextKeyMarker: page.next === undefined ? undefined : encodeListed(page.next, encoding),
    NextVersionIdMarker: last !== undefined && last.key === page.next ? last.versionId : undefined,
    Version: page.items.filter((one) => !one.deleteMarker).map((one) => versionEntry(one, encoding)),
    DeleteMarker: page.items.filter((one) => one.deleteMarker).map((one) => markerEntry(one, encoding)),
    CommonPrefixes: prefixEntries(page.commonPrefixes, encoding),
  });
}

async function versionsPage(
  call: Call,
  bucket: Bucket,
  query: PageQuery,
  idMarker: string,
): Promise<Page<Version>> {
  const { dir, versions } = call.store;
  const keys = (await listKeys(dir.objects(bucket.name), query.prefix)).filter(
    (key) => query.after === '' || isAfter(key, query.after) || (idMarker !== '' && key === query.after),
  );
  return pageOf(keys, query, async (key) => {
    const all = await versions.all(bucket.name, key);
    if (key !== query.after) return all;
    return all.slice(all.findIndex((one) => one.versionId === idMarker) + 1);
  });
}

function markerEntry(version: Version, encoding: 'url' | undefined): XmlTree {
  return {
    Key: encodeListed(version.key, encoding),
    VersionId: version.versionId,
    IsLatest: version.latest,
    LastModified: isoTime(version.lastModifiedMs),
    Owner: OWNER,
  };
}

function versionEntry(version: Version, encoding: 'url' | undefined): XmlTree {
  return {
    ...objectEntry(version, encoding, true),
    VersionId: version.versionId,
    IsLatest: version.latest,
  };
}
