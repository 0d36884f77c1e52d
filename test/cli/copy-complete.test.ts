// The proof at the end of `icehouse copy`: an object that is not what was copied is never called done.
import { expect, test } from 'vitest';
import { complete } from '../../cli/copy/complete.ts';
import type { ObjectHead } from '../../lambdas/domain/object-head.ts';

const UPLOAD = { key: 'film.mp4', storageClass: 'GLACIER', uploadId: 'u', sizeBytes: 9 } as const;
/** Of the text 123456789 cut in two, by Python's zlib.crc32. */
const PARTS = [
  { partNumber: 1, sizeBytes: 4, etag: 'a', crc32: 'm+Pgow==' },
  { partNumber: 2, sizeBytes: 5, etag: 'b', crc32: 'Ex2gcA==' },
];
const GOOD: ObjectHead = {
  versionId: 'v1',
  sizeBytes: 9,
  crc32: 'y/Q5Jg==',
  checksumType: 'FULL_OBJECT',
  storageClass: 'GLACIER',
};

function aVault(head: ObjectHead | undefined, answer: { versionId: string } | undefined) {
  return { bucket: 'films', completeUpload: async () => answer, head: async () => head };
}

test('takes the object for done when the answer of Complete was lost', async () => {
  const stored = await complete(aVault(GOOD, undefined), UPLOAD, PARTS);

  expect(stored).toEqual({
    bucket: 'films',
    key: 'film.mp4',
    version_id: 'v1',
    size_bytes: 9,
    crc32: 'y/Q5Jg==',
    storage_class: 'GLACIER',
  });
});

test.each<{ what: string; head: ObjectHead | undefined }>([
  { what: 'no object', head: undefined },
  { what: 'another size', head: { ...GOOD, sizeBytes: 10 } },
  { what: 'another CRC32', head: { ...GOOD, crc32: 'AAAAAA==' } },
  { what: 'no CRC32', head: { ...GOOD, crc32: undefined } },
  { what: 'a CRC32 of parts', head: { ...GOOD, checksumType: 'COMPOSITE' } },
  { what: 'another class', head: { ...GOOD, storageClass: 'STANDARD' } },
])('refuses $what', async ({ head }) => {
  const completing = complete(aVault(head, { versionId: 'v1' }), UPLOAD, PARTS);

  await expect(completing).rejects.toThrow(expect.objectContaining({ code: 'COPY_NOT_PROVED' }));
});
