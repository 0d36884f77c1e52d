// Contract: the Glacier classes and the way out of them.
import type { StorageClass, Tier } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { IS_LOCAL, openSubject, refusalOf, row, type Subject } from './subject.ts';

let subject: Subject;
beforeAll(async () => {
  subject = await openSubject();
});
afterAll(() => subject.close());

interface Frozen {
  Bucket: string;
  Key: string;
  VersionId: string | undefined;
}

async function freeze(name: string, StorageClass: StorageClass): Promise<Frozen> {
  const at = { Bucket: subject.bucket, Key: subject.prefix + name };
  const { VersionId } = await subject.s3.putObject({ ...at, Body: 'frozen', StorageClass });
  return { ...at, VersionId };
}

async function restore(frozen: Frozen, Tier: Tier, Days = 1): Promise<number | undefined> {
  const answer = await subject.s3.restoreObject({
    ...frozen,
    RestoreRequest: { Days, GlacierJobParameters: { Tier } },
  });
  return answer.$metadata.httpStatusCode;
}

async function thawed(frozen: Frozen): Promise<void> {
  await vi.waitFor(async () => {
    expect((await subject.s3.headObject(frozen)).Restore).toContain('ongoing-request="false"');
  }, 5000);
}

describe('an archived object', () => {
  for (const storageClass of ['GLACIER', 'DEEP_ARCHIVE'] as const) {
    row(
      'documented',
      'API/API_GetObject.html',
      `GET of a ${storageClass} object is InvalidObjectState`,
      async () => {
        const frozen = await freeze(`get-${storageClass}`, storageClass);

        const refusal = await refusalOf(subject.s3.getObject(frozen));

        expect(refusal).toEqual({ status: 403, code: 'InvalidObjectState' });
      },
    );

    row(
      'documented',
      'API/API_HeadObject.html',
      `HEAD of a ${storageClass} object needs no restore`,
      async () => {
        const frozen = await freeze(`head-${storageClass}`, storageClass);

        const head = await subject.s3.headObject({ ...frozen, ChecksumMode: 'ENABLED' });

        expect(head).toMatchObject({
          StorageClass: storageClass,
          ContentLength: 6,
          VersionId: frozen.VersionId,
        });
        expect(head.ChecksumCRC32).toBeDefined();
        expect(head.Restore).toBeUndefined();
      },
    );
  }

  row('documented', 'userguide/restoring-objects.html', 'a copy of it is refused', async () => {
    const frozen = await freeze('copy', 'GLACIER');

    const copy = subject.s3.copyObject({
      Bucket: subject.bucket,
      Key: `${frozen.Key}-copy`,
      CopySource: `${frozen.Bucket}/${frozen.Key}?versionId=${frozen.VersionId}`,
    });

    // API_CopyObject documents ObjectNotInActiveTierError and users report InvalidObjectState; both are 403.
    expect((await refusalOf(copy)).status).toBe(403);
  });

  row('documented', 'storage-classes.html', 'GLACIER_IR is read at once', async () => {
    const frozen = await freeze('instant', 'GLACIER_IR');

    const got = await subject.s3.getObject(frozen);

    expect(await got.Body?.transformToString()).toBe('frozen');
  });
});

describe('RestoreObject', () => {
  row(
    'documented',
    'API/API_RestoreObject.html',
    'the first request is 202 and HEAD shows it under way',
    async () => {
      const frozen = await freeze('start', 'DEEP_ARCHIVE');

      const status = await restore(frozen, 'Bulk');

      const head = await subject.s3.headObject(frozen);
      expect(status).toBe(202);
      expect(head.Restore).toBe('ongoing-request="true"');
    },
  );

  row(
    'documented',
    'API/API_RestoreObject.html',
    'the same request again is RestoreAlreadyInProgress',
    async () => {
      const frozen = await freeze('repeat', 'GLACIER');
      await restore(frozen, 'Bulk');

      const refusal = await refusalOf(restore(frozen, 'Bulk'));

      expect(refusal).toEqual({ status: 409, code: 'RestoreAlreadyInProgress' });
    },
  );

  row(
    'documented',
    'userguide/restoring-objects-upgrade-tier.html',
    'a faster tier upgrades one under way',
    async () => {
      const frozen = await freeze('upgrade', 'DEEP_ARCHIVE');
      await restore(frozen, 'Bulk');

      const status = await restore(frozen, 'Standard');

      expect(status).toBe(202);
    },
  );

  row(
    'reported',
    'userguide/restoring-objects-retrieval-options.html',
    'Expedited is refused on DEEP_ARCHIVE',
    async () => {
      const frozen = await freeze('expedited', 'DEEP_ARCHIVE');

      const refusal = await refusalOf(restore(frozen, 'Expedited'));

      expect(refusal.status).toBe(400);
    },
  );

  row(
    'documented',
    'API/API_RestoreObject.html',
    'an object that is not archived is InvalidObjectState',
    async () => {
      const warm = await freeze('warm', 'STANDARD');

      const refusal = await refusalOf(restore(warm, 'Standard'));

      expect(refusal).toEqual({ status: 403, code: 'InvalidObjectState' });
    },
  );

  // The rows below wait until the thaw is done, which takes hours anywhere but here.
  if (IS_LOCAL) {
    row(
      'documented',
      'userguide/restoring-objects.html',
      'after the thaw GET works and HEAD says until when',
      async () => {
        const frozen = await freeze('thawed', 'GLACIER');
        await restore(frozen, 'Expedited', 2);
        await thawed(frozen);

        const got = await subject.s3.getObject(frozen);

        expect(await got.Body?.transformToString()).toBe('frozen');
        expect(got.StorageClass).toBe('GLACIER');
        expect(got.Restore).toMatch(
          /^ongoing-request="false", expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT"$/,
        );
      },
    );

    row(
      'documented',
      'API/API_RestoreObject.html',
      'a request for a thawed object is 200 and moves its end',
      async () => {
        const frozen = await freeze('extended', 'GLACIER');
        await restore(frozen, 'Expedited', 1);
        await thawed(frozen);
        const before = await subject.s3.headObject(frozen);

        const status = await restore(frozen, 'Standard', 9);

        const after = await subject.s3.headObject(frozen);
        expect(status).toBe(200);
        expect(after.Restore).not.toBe(before.Restore);
      },
    );

    row('documented', 'userguide/ev-events.html', 'the bus hears of the start and of the end', async () => {
      const frozen = await freeze('events', 'GLACIER');
      await restore(frozen, 'Expedited');

      const heard = () => subject.events.filter((event) => event.detail.object.key === frozen.Key);
      await vi.waitFor(() => expect(heard()).toHaveLength(2), 5000);

      expect(heard().map((event) => event['detail-type'])).toEqual([
        'Object Restore Initiated',
        'Object Restore Completed',
      ]);
      expect(heard()[1]).toMatchObject({
        source: 'aws.s3',
        detail: {
          bucket: { name: subject.bucket },
          object: { key: frozen.Key, size: 6, 'version-id': frozen.VersionId },
          'source-storage-class': 'GLACIER',
        },
      });
    });
  }
});
