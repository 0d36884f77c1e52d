// Archives into a directory: one folder per asset, laid out as in the vault. A file has its name when its bytes are proved.
import { mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { bytesDiffer } from './contents.ts';
import { type Download, download, fileFacts } from './download.ts';
import type { Destination, Placed, ProvedObject, RetrievePorts } from './order.ts';
import { noRoom, retrieveProblem } from './retrieve-problems.ts';

export interface DirectoryOptions {
  readonly directory: string;
  readonly overwrite: boolean;
  readonly reads: RetrievePorts['reads'];
  readonly rangeBytes?: number;
  /** Of the file system that holds the directory. */
  readonly freeBytes?: (directory: string) => Promise<number>;
}

export function toDirectory(options: DirectoryOptions): Destination {
  const root = resolve(options.directory);
  const pathOf = (assetId: string, { name }: ProvedObject) => join(root, assetId, ...name.split('/'));
  const freeBytes = options.freeBytes ?? freeBytesOf;
  return {
    name: root,
    placeOf: (assetId) => join(root, assetId),

    async find(assetId, object) {
      const path = pathOf(assetId, object);
      const facts = await fileFacts(path, object.sizeBytes);
      if (!facts) return undefined;
      if (facts.crc32 === object.crc32) return placed(object, path, 'present');
      if (options.overwrite) return undefined;
      throw exists(path);
    },

    async putSmall(assetId, object, body) {
      const path = pathOf(assetId, object);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.part`, body, { flush: true });
      await rename(`${path}.part`, path);
      return placed(object, path, 'written');
    },

    async putMaster(assetId, object, { signal, note, progress }) {
      const path = pathOf(assetId, object);
      const part = `${path}.part`;
      await mkdir(dirname(path), { recursive: true });
      const neededBytes = object.sizeBytes - (await sizeOf(part));
      const free = await freeBytes(dirname(path));
      if (free < neededBytes) throw noRoom(dirname(path), neededBytes, free);
      const { sizeBytes } = object;
      const order: Download = {
        ...{ path: part, sizeBytes, signal, progress, clock: systemClock, rangeBytes: options.rangeBytes },
        read: (range, stop) => options.reads.readRange(object, range, stop),
      };
      await downloadProved(order, object, note);
      await rename(part, path);
      return placed(object, path, 'written');
    },
  };
}

/** What an earlier run left may be of another archive, or torn by a crash: then all of it is fetched once more. */
async function downloadProved(
  order: Download,
  object: ProvedObject,
  note: (text: string) => void,
): Promise<void> {
  const first = await download(order);
  if (first.crc32 === object.crc32) return;
  if (first.keptBytes === 0)
    throw bytesDiffer(`s3://${object.bucket}/${object.key}`, object.crc32, first.crc32);
  note(`${object.name}.part of an earlier run does not fit: fetched again from its first byte.`);
  await rm(order.path);
  await downloadProved(order, object, note);
}

function placed({ name, sizeBytes, crc32 }: ProvedObject, at: string, outcome: Placed['outcome']): Placed {
  return { name, outcome, at, size_bytes: sizeBytes, crc32, checked_by: 'crc32' };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found?.size ?? 0;
}

async function freeBytesOf(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

export function exists(where: string): Error {
  const detail = `${where} is there already, with other bytes.`;
  return retrieveProblem('EXISTS', detail, 'Name another place by --to, or say --overwrite.');
}
