// Keeps the bytes of media by their SHA-256; a generated file is kept as its three numbers, whatever its size.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type GeneratedMp4,
  generatedMp4,
  recogniseGenerated,
  sha256OfGenerated,
} from '../media/generated-mp4.ts';
import type { RandomAccess } from '../media/mp4-structure.ts';
import type { Media } from './model.ts';

export class MediaStore {
  readonly #dir: string;
  readonly #sha256OfGenerated = new Map<string, Promise<string>>();

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(dataDir: string): Promise<MediaStore> {
    const dir = join(dataDir, 'media');
    await mkdir(dir, { recursive: true });
    return new MediaStore(dir);
  }

  /** Takes in a whole file; an error of the source is thrown on and leaves nothing behind. */
  async receive(chunks: AsyncIterable<Uint8Array>): Promise<Media> {
    const path = join(this.#dir, `.incoming-${randomUUID()}`);
    const file = await open(path, 'w');
    try {
      const media = await writeUnlessGenerated(chunks, file);
      if (media.kind === 'file') await rename(path, this.#pathOf(media.sha256));
      return media;
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  }

  open(media: Media): RandomAccess {
    if (media.kind === 'generated') return generatedMp4(media);
    const path = this.#pathOf(media.sha256);
    return { sizeBytes: media.sizeBytes, read: (start, end) => createReadStream(path, { start, end }) };
  }

  sha256(media: Media): Promise<string> {
    if (media.kind === 'file') return Promise.resolve(media.sha256);
    const key = JSON.stringify(media);
    const known = this.#sha256OfGenerated.get(key) ?? sha256OfGenerated(generatedMp4(media));
    this.#sha256OfGenerated.set(key, known);
    return known;
  }

  async remove(media: Media): Promise<void> {
    if (media.kind === 'file') await rm(this.#pathOf(media.sha256), { force: true });
  }

  #pathOf(sha256: string): string {
    return join(this.#dir, sha256);
  }
}

/** Compares with the generated file for as long as the bytes agree, and writes from the first that does not. */
async function writeUnlessGenerated(chunks: AsyncIterable<Uint8Array>, file: FileHandle): Promise<Media> {
  const hash = createHash('sha256');
  let like: GeneratedMp4 | undefined;
  let at = 0;
  const write = async (bytes: Uint8Array) => {
    hash.update(bytes);
    await file.writeFile(bytes);
  };
  const catchUp = async (generated: GeneratedMp4) => {
    for await (const bytes of generated.read(0, at - 1)) await write(bytes);
    like = undefined;
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (at === 0) like = recogniseGenerated(bytes.subarray(0, 128));
    if (like && !agrees(bytes, like, at)) await catchUp(like);
    if (!like) await write(bytes);
    at += bytes.length;
  }
  if (like && at === like.sizeBytes) {
    return { kind: 'generated', sizeBytes: at, durationSeconds: like.durationSeconds, seed: like.seed };
  }
  if (like) await catchUp(like);
  return { kind: 'file', sha256: hash.digest('hex'), sizeBytes: at };
}

function agrees(bytes: Buffer, generated: GeneratedMp4, offset: number): boolean {
  if (offset + bytes.length > generated.sizeBytes) return false;
  const expected = Buffer.allocUnsafe(bytes.length);
  generated.fill(expected, offset);
  return expected.equals(bytes);
}
