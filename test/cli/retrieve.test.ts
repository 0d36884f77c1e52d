// Archives out of a real S3 into files and into another bucket: every byte checked, thaws waited for, stops survived.
import { appendFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError } from '../../cli/problems.ts';
import type { Destination, Retrieved, RetrieveOrder, RetrievePorts } from '../../cli/retrieve/order.ts';
import { retrieve } from '../../cli/retrieve/retrieve.ts';
import { interrupted } from '../../cli/retrieve/retrieve-problems.ts';
import { SILENT } from '../../cli/retrieve/retrieve-screen.ts';
import { createS3Calls, type S3Calls } from '../../cli/retrieve/s3-calls.ts';
import { toBucket } from '../../cli/retrieve/to-bucket.ts';
import { type DirectoryOptions, toDirectory } from '../../cli/retrieve/to-directory.ts';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { systemRandom } from '../../lambdas/adapters/random.ts';
import { MIB, someBytes } from './copy-place.ts';
import { CAPTIONS, orderFor, type RetrievePlace, startRetrievePlace } from './retrieve-place.ts';

let place: RetrievePlace;
beforeEach(async () => {
  place = await startRetrievePlace();
});
afterEach(() => place.close());

const BYTES = someBytes(3 * MIB + 17);

function directory(more: Partial<DirectoryOptions> = {}): Destination {
  const reads = place.ports().reads;
  return toDirectory({ directory: place.root, overwrite: false, reads, rangeBytes: MIB, ...more });
}

async function fetchTo(
  to: Destination,
  order: RetrieveOrder,
  ports: RetrievePorts = place.ports(),
): Promise<{ readonly results: readonly Retrieved[]; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const view = { ...SILENT, note: (text: string) => void notes.push(text) };
  return { results: await retrieve({ ports, to, order, view }), notes };
}

const codes = ({ problems }: Retrieved) => problems.map(({ code }) => code);

/** Counts reads, and stops the run at one of them. */
function stoppedAt(read: number): {
  order: (id: string) => RetrieveOrder;
  ports: RetrievePorts;
  starts: number[];
} {
  const stop = new AbortController();
  const starts: number[] = [];
  const { readRange } = createS3Calls(place.client);
  const reads: RetrievePorts['reads'] = {
    readRange: (from, range, signal) => {
      starts.push(range.start);
      if (starts.length === read) stop.abort(interrupted());
      return readRange(from, range, signal);
    },
  };
  return { order: (id) => ({ ...orderFor(id), signal: stop.signal }), ports: place.ports({ reads }), starts };
}

describe('into a directory', () => {
  test('come master, manifest, captions and sidecars under the id, and nothing else', async () => {
    await place.archive('asset1', { body: BYTES });

    const { results } = await fetchTo(directory(), orderFor('asset1'));

    expect(results.map(({ outcome }) => outcome)).toEqual(['retrieved']);
    expect(await place.filesBelow(place.root)).toEqual([
      'asset1/captions/track1.vtt',
      'asset1/manifest.json',
      'asset1/master.mp4',
      'asset1/sidecars/poster.jpg',
    ]);
    expect((await place.file('asset1', 'master.mp4')).equals(BYTES)).toBe(true);
    expect((await place.file('asset1', 'captions', 'track1.vtt')).toString()).toBe(CAPTIONS);
  });

  test('run again, all is there already and no byte of the master is read', async () => {
    await place.archive('asset1', { body: BYTES });
    await fetchTo(directory(), orderFor('asset1'));
    const { ports, starts } = stoppedAt(0);

    const { results } = await fetchTo(directory({ reads: ports.reads }), orderFor('asset1'), ports);

    expect(results[0]?.files.map(({ outcome }) => outcome)).toEqual(Array(4).fill('present'));
    expect(starts).toEqual([]);
  });

  test('an empty master is a file of no bytes', async () => {
    await place.archive('asset1', { body: Buffer.alloc(0) });

    await fetchTo(directory(), orderFor('asset1'));

    expect((await stat(join(place.root, 'asset1', 'master.mp4'))).size).toBe(0);
  });

  test('stopped in the middle it goes on at the byte it had come to', async () => {
    await place.archive('asset1', { body: BYTES });
    const first = stoppedAt(3);
    const one = { rangeBytes: MIB, overwrite: false, directory: place.root };
    const stopping = fetchTo(
      toDirectory({ ...one, reads: first.ports.reads }),
      first.order('asset1'),
      first.ports,
    );
    await expect(stopping).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    await writeFile(join(place.root, 'asset1', 'master.mp4.part'), BYTES.subarray(0, 2 * MIB + 5));
    const again = stoppedAt(0);

    await fetchTo(toDirectory({ ...one, reads: again.ports.reads }), orderFor('asset1'), again.ports);

    expect(again.starts).toEqual([2 * MIB + 5, 3 * MIB + 5]);
    expect((await place.file('asset1', 'master.mp4')).equals(BYTES)).toBe(true);
  });

  test.each([
    { what: 'of another archive', part: someBytes(MIB) },
    { what: 'longer than the whole', part: someBytes(4 * MIB) },
  ])('a partial file $what is not gone on with', async ({ part }) => {
    await place.archive('asset1', { body: BYTES });
    await mkdir(join(place.root, 'asset1'));
    await writeFile(join(place.root, 'asset1', 'master.mp4.part'), part);

    const { results } = await fetchTo(directory(), orderFor('asset1'));

    expect(results[0]?.outcome).toBe('retrieved');
    expect((await place.file('asset1', 'master.mp4')).equals(BYTES)).toBe(true);
  });

  test('another file of the name is not overwritten, unless that is asked for', async () => {
    await place.archive('asset1', { body: BYTES });
    await mkdir(join(place.root, 'asset1'));
    await writeFile(join(place.root, 'asset1', 'master.mp4'), 'mine');

    const refused = await fetchTo(directory(), orderFor('asset1'));
    const kept = (await place.file('asset1', 'master.mp4')).toString();
    const { results } = await fetchTo(directory({ overwrite: true }), orderFor('asset1'));

    expect(refused.results.flatMap(codes)).toEqual(['EXISTS']);
    expect(kept).toBe('mine');
    expect(results[0]?.outcome).toBe('retrieved');
    expect((await place.file('asset1', 'master.mp4')).equals(BYTES)).toBe(true);
  });

  test('a disk without room is said before a byte is read', async () => {
    await place.archive('asset1', { body: BYTES });

    const fetching = fetchTo(directory({ freeBytes: async () => 1000 }), orderFor('asset1'));

    await expect(fetching).rejects.toMatchObject({ code: 'DISK_FULL' });
  });

  test('a directory that is a file is said in words', async () => {
    await place.archive('asset1', { body: BYTES });
    await appendFile(join(place.root, 'asset1'), '');

    const fetching = fetchTo(directory(), orderFor('asset1'));

    await expect(fetching).rejects.toMatchObject({ code: 'DISK_REFUSED' });
  });
});

describe('what the vault holds is not what was proved', () => {
  test('a wrong byte that S3 does not know of is found, and the file gets no name', async () => {
    const wrong = Buffer.from(BYTES);
    wrong[MIB] = (wrong[MIB] ?? 0) ^ 1;
    await place.archive('asset1', { body: BYTES });
    // S3 answers as if nothing had happened; the bytes alone are others.
    const reads: RetrievePorts['reads'] = {
      readRange: async (_, { start, end }) => wrong.subarray(start, end + 1),
    };

    const { results } = await fetchTo(directory({ reads }), orderFor('asset1'));

    expect(results.flatMap(codes)).toEqual(['ARCHIVE_BYTES_DIFFER']);
    expect(await place.filesBelow(join(place.root, 'asset1'))).not.toContain('master.mp4');
  });

  test('another CRC32 at S3 is found before a thaw is paid for', async () => {
    // CRC-32 of "123456789": https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
    await place.archive('asset1', { body: BYTES, crc32: 'y/Q5Jg==', storageClass: 'DEEP_ARCHIVE' });

    const { results, notes } = await fetchTo(directory(), orderFor('asset1'));

    expect(results.flatMap(codes)).toContain('ARCHIVE_BYTES_DIFFER');
    expect(notes).toEqual([]);
  });

  test('a version that was deleted is said, and the other asset comes all the same', async () => {
    const record = await place.archive('gone', { body: BYTES });
    const { key = '', version_id = '' } = record.archive ?? {};
    await place.archive('asset1', { body: BYTES });
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    await place.client.send(new DeleteObjectCommand({ Bucket: 'vault', Key: key, VersionId: version_id }));

    const { results } = await fetchTo(directory(), orderFor('gone', 'asset1'));

    expect(results.map((one) => [one.asset_id, one.outcome, codes(one)])).toEqual([
      ['gone', 'failed', ['ARCHIVE_MISSING']],
      ['asset1', 'retrieved', []],
    ]);
  });

  test('a caption that was changed is said, and the master comes all the same', async () => {
    await place.archive('asset1', { body: BYTES });
    await place.put('mux/env1/asset1/1/captions/track1.vtt', 'WEBVTT\n');

    const { results } = await fetchTo(directory(), orderFor('asset1'));

    expect(results.flatMap(codes)).toEqual(['ARCHIVE_BYTES_DIFFER']);
    expect(await place.filesBelow(place.root)).toContain('asset1/master.mp4');
  });

  test('what somebody wrote over is brought back as it was proved: versions are kept', async () => {
    await place.archive('asset1', { body: BYTES, namesVersions: true });
    await place.put('mux/env1/asset1/1/captions/track1.vtt', 'WEBVTT\n');
    await place.put('mux/env1/asset1/1/sidecars/poster.jpg', 'another picture');
    await place.put('mux/env1/asset1/1/manifest.json', '{}');

    const { results } = await fetchTo(directory(), orderFor('asset1'));

    expect(results.flatMap(codes)).toEqual([]);
    expect(String(await place.file('asset1', 'captions', 'track1.vtt'))).toBe(CAPTIONS);
    expect(String(await place.file('asset1', 'sidecars', 'poster.jpg'))).toBe('a picture');
  });

  test('an asset without an archive is said', async () => {
    const { results } = await fetchTo(directory(), orderFor('nothing'));

    expect(results.flatMap(codes)).toEqual(['NOT_ARCHIVED']);
  });
});

describe('out of Glacier', () => {
  test('the thaw is asked for once, waited for, and told with its time', async () => {
    await place.archive('asset1', { body: BYTES, storageClass: 'DEEP_ARCHIVE', title: 'A film' });

    const { results, notes } = await fetchTo(directory(), { ...orderFor('asset1'), tier: 'Standard' });

    expect(results[0]).toMatchObject({ outcome: 'retrieved', thaw: { tier: 'Standard' } });
    expect(notes).toEqual([
      expect.stringMatching(/^A film: a thaw of 3.15 MB was asked for \(Standard, less than \$0\.01\)/),
    ]);
    expect((await place.file('asset1', 'master.mp4')).equals(BYTES)).toBe(true);
  });

  test('one under way is recognised, and costs no second request', async () => {
    const record = await place.archive('asset1', { body: BYTES, storageClass: 'GLACIER' });
    const { key = '', version_id: versionId = '' } = record.archive ?? {};
    await place.vault.thaw({ key, versionId, tier: 'Standard', days: 1 });

    const { results, notes } = await fetchTo(directory(), orderFor('asset1'));

    expect(results[0]?.thaw?.cost_usd).toBe(0);
    expect(notes).toEqual([expect.stringContaining('asset1 is being thawed already')]);
    expect(results[0]?.outcome).toBe('retrieved');
  });

  test('Ctrl-C while it waits ends at once and says how to go on', async () => {
    await place.archive('asset1', { body: BYTES, storageClass: 'GLACIER' });
    const stop = new AbortController();
    const order = { ...orderFor('asset1'), tier: 'Bulk', pollMs: 60_000, signal: stop.signal } as const;
    setTimeout(() => stop.abort(interrupted()), 300);

    const fetching = fetchTo(directory(), order);

    await expect(fetching).rejects.toMatchObject({
      code: 'INTERRUPTED',
      problem: { action: 'Run the same command again: it goes on where it stopped.' },
    });
  });

  test('a tier that the class does not have is refused', async () => {
    await place.archive('asset1', { body: BYTES, storageClass: 'DEEP_ARCHIVE' });

    const { results } = await fetchTo(directory(), { ...orderFor('asset1'), tier: 'Expedited' });

    expect(results.flatMap(codes)).toEqual(['TIER_NOT_OFFERED']);
  });
});

describe('into another bucket', () => {
  const LARGE = someBytes(12 * MIB);

  function bucket(
    more: { copyPart?: S3Calls['copyPart']; overwrite?: boolean; copyLimitBytes?: number } = {},
  ) {
    const calls = createS3Calls(place.client);
    const { copyPart = calls.copyPart, overwrite = false, copyLimitBytes } = more;
    return toBucket({
      ...{
        to: place.films,
        prefix: 'mux/',
        overwrite,
      },
      ...{ storageClass: 'STANDARD', reads: { ...calls, copyPart }, copyLimitBytes, partSizeBytes: 5 * MIB },
      ...{ clock: systemClock, random: systemRandom },
    });
  }
  const head = (Key: string) =>
    place.client.send(new HeadObjectCommand({ Bucket: 'films', Key, ChecksumMode: 'ENABLED' }));

  test('S3 copies the exact version, and its own CRC32 is the proved one', async () => {
    const record = await place.archive('asset1', { body: BYTES });
    await place.put('mux/env1/asset1/1/master.mp4', 'a later version');

    const { results } = await fetchTo(bucket(), orderFor('asset1'));

    expect(results[0]?.outcome).toBe('retrieved');
    expect((await place.stored('films', 'mux/asset1/master.mp4')).equals(BYTES)).toBe(true);
    expect(await head('mux/asset1/master.mp4')).toMatchObject({
      ContentType: 'video/mp4',
      ChecksumCRC32: record.archive?.crc32,
      Metadata: {},
    });
    expect((await place.stored('films', 'mux/asset1/captions/track1.vtt')).toString()).toBe(CAPTIONS);
  });

  test('a large one is copied by parts and completed with the proved CRC32', async () => {
    const record = await place.archive('asset1', { body: LARGE });

    const { results } = await fetchTo(bucket({ copyLimitBytes: MIB }), orderFor('asset1'));

    expect(results[0]?.files.at(-1)).toMatchObject({ outcome: 'written', checked_by: 'crc32' });
    expect((await place.stored('films', 'mux/asset1/master.mp4')).equals(LARGE)).toBe(true);
    expect(await head('mux/asset1/master.mp4')).toMatchObject({
      ChecksumCRC32: record.archive?.crc32,
      ChecksumType: 'FULL_OBJECT',
    });
  });

  test('stopped in the middle it goes on with the parts that S3 has', async () => {
    await place.archive('asset1', { body: LARGE });
    const { copyPart } = createS3Calls(place.client);
    const stop = new AbortController();
    const parts: number[] = [];
    const stopping: S3Calls['copyPart'] = async (from, to, range, signal) => {
      if (to.partNumber !== 2) return copyPart(from, to, range, signal);
      await new Promise((resolve) => setTimeout(resolve, 300));
      stop.abort(interrupted());
    };
    const first = fetchTo(bucket({ copyLimitBytes: MIB, copyPart: stopping }), {
      ...orderFor('asset1'),
      signal: stop.signal,
    });
    await expect(first).rejects.toBeInstanceOf(CommandError);
    const counting: S3Calls['copyPart'] = (from, to, range, signal) => {
      parts.push(to.partNumber);
      return copyPart(from, to, range, signal);
    };

    const { results, notes } = await fetchTo(
      bucket({ copyLimitBytes: MIB, copyPart: counting }),
      orderFor('asset1'),
    );

    expect(notes).toEqual(['Goes on with 2 of 3 parts of an earlier run.']);
    expect(parts).toEqual([2]);
    expect(results[0]?.outcome).toBe('retrieved');
    expect((await place.stored('films', 'mux/asset1/master.mp4')).equals(LARGE)).toBe(true);
  });

  test('parts that do not add up are refused by S3, and not left behind', async () => {
    await place.archive('asset1', { body: LARGE });
    const other = await place.archive('other', { body: someBytes(12 * MIB) });
    const { copyPart } = createS3Calls(place.client);
    const { key = '' } = other.archive ?? {};
    const wrong: S3Calls['copyPart'] = (_, ...rest) => copyPart({ bucket: 'vault', key }, ...rest);

    const { results } = await fetchTo(bucket({ copyLimitBytes: MIB, copyPart: wrong }), orderFor('asset1'));

    expect(results.flatMap(codes)).toEqual(['ARCHIVE_BYTES_DIFFER']);
    const left = await place.client.send(new ListMultipartUploadsCommand({ Bucket: 'films' }));
    expect(left.Uploads ?? []).toEqual([]);
  });

  test('uploads of others to the same key are left alone', async () => {
    await place.archive('asset1', { body: LARGE });
    const theirs = { Bucket: 'films', Key: 'mux/asset1/master.mp4' };
    const { UploadId } = await place.client.send(new CreateMultipartUploadCommand(theirs));

    await fetchTo(bucket({ copyLimitBytes: MIB }), orderFor('asset1'));

    const left = await place.client.send(new ListMultipartUploadsCommand({ Bucket: 'films' }));
    expect(left.Uploads?.map((one) => one.UploadId)).toEqual([UploadId]);
  });

  test('another object of the name is not overwritten, unless that is asked for', async () => {
    await place.archive('asset1', { body: BYTES });
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    await place.client.send(
      new PutObjectCommand({ Bucket: 'films', Key: 'mux/asset1/master.mp4', Body: 'mine' }),
    );

    const refused = await fetchTo(bucket(), orderFor('asset1'));
    const kept = (await place.stored('films', 'mux/asset1/master.mp4')).toString();
    await fetchTo(bucket({ overwrite: true }), orderFor('asset1'));

    expect(refused.results.flatMap(codes)).toEqual(['EXISTS']);
    expect(kept).toBe('mine');
    expect((await place.stored('films', 'mux/asset1/master.mp4')).equals(BYTES)).toBe(true);
  });

  test('run again, all is there already', async () => {
    await place.archive('asset1', { body: BYTES });
    await fetchTo(bucket(), orderFor('asset1'));

    const { results } = await fetchTo(bucket(), orderFor('asset1'));

    expect(results[0]?.files.map(({ outcome }) => outcome)).toEqual(Array(4).fill('present'));
  });
});
