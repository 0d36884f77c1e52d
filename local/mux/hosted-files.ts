// Files of the customer's own web server, such as overlay images, so that a test or a demo has a URL for them.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Answer, playbackRefusal } from './answers.ts';
import type { World } from './world.ts';

export const HOSTED = /^\/_hosted\/([\w.-]+)$/;

const TYPES: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.m4a': 'audio/mp4',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.vtt': 'text/vtt',
};

/** Answers the URL under which the file is read from then on; undefined for its path takes it away again. */
export function hostFile(world: World, name: string, path: string | undefined): string {
  if (path === undefined) world.hosted.delete(name);
  else world.hosted.set(name, path);
  return `${world.origin}/_hosted/${name}`;
}

export async function hostedFile(world: World, name: string): Promise<Answer> {
  const path = world.hosted.get(name);
  if (path === undefined) throw playbackRefusal(404);
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  return {
    status: 200,
    headers: { 'content-type': type },
    body: { kind: 'bytes', bytes: await readFile(path) },
  };
}
