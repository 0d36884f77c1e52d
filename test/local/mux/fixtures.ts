// The real media, and what ffprobe and sha256sum say of them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (name: string) => fileURLToPath(new URL(`../../fixtures/media/${name}`, import.meta.url));

export const VIDEO = {
  path: at('motion-and-tone.mp4'),
  sizeBytes: 654855,
  sha256: '049a7298d2ca93708d5581798d6477a7b12cbecc5711116dce33742d0f871ab1',
};
export const AUDIO = {
  path: at('tone.m4a'),
  sizeBytes: 83015,
  sha256: '047744851dd790ecf40671c05e462883b4895b29b9e1e78330328fa7a0c594b6',
};
export const CAPTIONS = {
  path: at('motion-and-tone.en.vtt'),
  text: readFileSync(at('motion-and-tone.en.vtt'), 'utf8'),
};
