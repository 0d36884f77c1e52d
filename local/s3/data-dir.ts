// Where everything lies on disk. All of it is one file system, so that a rename is the moment a thing becomes true.
//
//   tmp/                                             unfinished writes; emptied at start-up
//   buckets/<bucket>/bucket.json                     region, versioning
//   buckets/<bucket>/objects/<key>/<order>-<version>/  head.json, parts.json (multipart only), the data files
//   buckets/<bucket>/uploads/<upload>/               upload.json, one file per part
//   thaws/<version>.json                             copies out of Glacier, under way or readable
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from './durable-files.ts';
import { keyToPath } from './key-paths.ts';

export class DataDir {
  readonly tmp: string;
  readonly buckets: string;
  readonly thaws: string;

  constructor(root: string) {
    this.tmp = join(root, 'tmp');
    this.buckets = join(root, 'buckets');
    this.thaws = join(root, 'thaws');
  }

  /** Makes the directories and frees what unfinished writes left behind. */
  async prepare(): Promise<void> {
    for (const dir of [this.tmp, this.buckets, this.thaws]) await makeDirectory(dir);
    for (const name of await readdir(this.tmp)) {
      await rm(join(this.tmp, name), { recursive: true, force: true });
    }
  }

  bucket(bucket: string): string {
    return join(this.buckets, bucket);
  }

  objects(bucket: string): string {
    return join(this.bucket(bucket), 'objects');
  }

  versions(bucket: string, key: string): string {
    return join(this.objects(bucket), keyToPath(key));
  }

  uploads(bucket: string): string {
    return join(this.bucket(bucket), 'uploads');
  }

  /** A new path in tmp/, nothing there yet. */
  temporary(): string {
    return join(this.tmp, randomBytes(12).toString('hex'));
  }

  async temporaryDirectory(): Promise<string> {
    const path = this.temporary();
    await mkdir(path);
    return path;
  }
}
