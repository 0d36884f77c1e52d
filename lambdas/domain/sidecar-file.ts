// What a downloaded caption, image or storyboard is by its own bytes: an error page is none of them. Pure.

export interface FileKind {
  readonly contentType: 'image/jpeg' | 'image/png' | 'text/vtt';
  readonly extension: 'jpg' | 'png' | 'vtt';
}

const JPEG = { contentType: 'image/jpeg', extension: 'jpg' } as const;
const PNG = { contentType: 'image/png', extension: 'png' } as const;
const WEBVTT = { contentType: 'text/vtt', extension: 'vtt' } as const;

/** Undefined for whatever is neither JPEG, PNG (RFC 2083, 12.11) nor WebVTT. */
export function kindOf(body: Uint8Array): FileKind | undefined {
  if (startsWith(body, [0xff, 0xd8, 0xff])) return JPEG;
  if (startsWith(body, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return PNG;
  return isWebVtt(body) ? WEBVTT : undefined;
}

/** The signature that every WebVTT file begins with, after an optional byte order mark. */
export function isWebVtt(body: Uint8Array): boolean {
  return /^\uFEFF?WEBVTT/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body.subarray(0, 16)));
}

/**
 * The storyboard's cues name the image by its URL at the platform, which ends with the asset and whose query may be a
 * token (law 6): in the vault they name the file beside them, and keep the part of it that each is about.
 */
export function besideItsImage(storyboard: Uint8Array): Uint8Array {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(storyboard);
  const local = text.replace(/^[ \t]*https?:\/\/[^\s#]*(#\S*)?/gim, 'storyboard.jpg$1');
  return new TextEncoder().encode(local);
}

function startsWith(body: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => body[at] === byte);
}
