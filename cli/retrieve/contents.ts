// What belongs to an archive beside its master: manifest, captions, sidecars. All of it is read without a thaw.
import { crc32, encodeCrc32 } from '../../lambdas/domain/crc32.ts';
import type { Archived, ProvedObject, RetrievePorts } from './order.ts';
import { retrieveProblem } from './retrieve-problems.ts';

export interface SmallObject {
  readonly name: string;
  readonly key: string;
  /** The one that the ledger names; an API of earlier days does not say. */
  readonly versionId?: string;
}

export function masterOf({ archive }: Archived): ProvedObject {
  const name = archive.key.split('/').at(-1) ?? 'master.mp4';
  const { bucket, key, version_id: versionId, size_bytes: sizeBytes } = archive;
  return { name: safe(name), bucket, key, versionId, sizeBytes, crc32: archive.crc32 };
}

/** The manifest first: it says what the others have to be. */
export function smallObjectsOf({ archive }: Archived): readonly SmallObject[] {
  return [
    { name: 'manifest.json', key: archive.manifest_key, versionId: archive.manifest_version_id },
    ...archive.captions.map(({ track_id, key, version_id: versionId }) => ({
      name: `captions/${safe(track_id)}.vtt`,
      ...{ key, versionId },
    })),
    ...(archive.sidecars ?? []).map(({ name, key, version_id: versionId }) => ({
      name: `sidecars/${safe(name)}`,
      ...{ key, versionId },
    })),
  ];
}

/** Names come over the network and become files here. Throws CommandError UNSAFE_NAME. */
function safe(name: string): string {
  if (/^[\w-][\w.-]{0,254}$/.test(name)) return name;
  const detail = `The archive names a file ${JSON.stringify(name)}, which is not a plain file name.`;
  throw retrieveProblem('UNSAFE_NAME', detail, 'Look at the record: `icehouse status ASSET --json`.');
}

/** What the manifest says of the bytes of the other objects, by key. */
export interface ManifestFacts {
  readonly crc32Of: ReadonlyMap<string, string>;
  readonly masterCrc32: unknown;
}

/** Throws CommandError MANIFEST_UNREADABLE. */
export function readManifest(body: Uint8Array): ManifestFacts {
  const manifest = jsonObject(Buffer.from(body).toString('utf8'));
  const listed = [manifest.captions, manifest.sidecars].flatMap((list) => (Array.isArray(list) ? list : []));
  const pairs = listed.flatMap((entry: unknown) => {
    const { key, crc32: crc } = (entry ?? {}) as Record<string, unknown>;
    return typeof key === 'string' && typeof crc === 'string' ? [[key, crc] as const] : [];
  });
  const { crc32: masterCrc32 } = (manifest.master ?? {}) as Record<string, unknown>;
  return { crc32Of: new Map(pairs), masterCrc32 };
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below, with what is not an object at all.
  }
  const action = 'An older version of it may be whole: `aws s3api list-object-versions` shows them.';
  throw retrieveProblem('MANIFEST_UNREADABLE', 'The manifest is not a JSON object.', action);
}

/**
 * Reads one small object, checked against the manifest, or else against what S3 itself says of it.
 * Throws CommandError SIDECAR_MISSING and ARCHIVE_BYTES_DIFFER.
 */
export async function readSmall(
  ports: Pick<RetrievePorts, 'vaultOf'>,
  { archive: { bucket } }: Archived,
  { name, key, versionId }: SmallObject,
  manifest: ManifestFacts | undefined,
): Promise<{ readonly object: ProvedObject; readonly body: Uint8Array }> {
  const vault = ports.vaultOf(bucket);
  const head = await vault.head({ key, versionId });
  const body = head && (await vault.get({ key, versionId: head.versionId }));
  if (!body) throw missing(bucket, name, key);
  const found = encodeCrc32(crc32(body));
  const expected = manifest?.crc32Of.get(key) ?? head.crc32 ?? found;
  if (found !== expected) throw bytesDiffer(`s3://${bucket}/${key}`, expected, found);
  return { object: { name, bucket, key, sizeBytes: body.length, crc32: found }, body };
}

function missing(bucket: string, name: string, key: string): Error {
  const action = `\`aws s3api list-object-versions --bucket ${bucket} --prefix ${key}\` shows whether an older version is left.`;
  return retrieveProblem('SIDECAR_MISSING', `${name}: s3://${bucket}/${key} is not there.`, action);
}

export function bytesDiffer(where: string, expected: string, found: string): Error {
  const detail = `${where} has CRC32 ${found}; ${expected} was proved when it was archived.`;
  const action =
    'These are not the bytes that were archived. Run it again to rule out the way; `icehouse audit --start` looks at ' +
    'the whole vault, and an older version of the object may be whole.';
  return retrieveProblem('ARCHIVE_BYTES_DIFFER', detail, action);
}
