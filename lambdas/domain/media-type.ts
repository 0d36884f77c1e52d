// What a file is by its first bytes: an MP4, an M4A, or one of the things a download gives instead of one.

export type MediaType =
  | { readonly kind: 'media'; readonly extension: 'mp4' | 'm4a'; readonly contentType: string }
  | { readonly kind: 'refused'; readonly code: RefusedType; readonly message: string };

export type RefusedType = 'MASTER_EMPTY' | 'MASTER_IS_HTML' | 'MASTER_IS_TEXT' | 'MASTER_NOT_MEDIA';

/** Major brands of audio-only files (mp4ra.org, "Brands"). */
const AUDIO_BRANDS = new Set(['M4A ', 'M4B ', 'M4P ', 'F4A ', 'F4B ']);

/** `head` is the beginning of the file, 12 bytes or more if it has them. */
export function mediaTypeOf(head: Uint8Array): MediaType {
  if (head.length === 0) return refused('MASTER_EMPTY', 'The file is empty.');
  if (ascii(head, 4, 8) === 'ftyp') return byBrand(ascii(head, 8, 12));
  const text = textOf(head);
  if (text === undefined) {
    return refused('MASTER_NOT_MEDIA', 'The file does not begin with an ftyp box: it is no MP4.');
  }
  if (/<(!doctype\s+html|html|head|body)\b/i.test(text)) {
    return refused('MASTER_IS_HTML', 'The file is an HTML page, probably an error page, and no MP4.');
  }
  return refused('MASTER_IS_TEXT', `The file is text (${describeText(text)}) and no MP4.`);
}

function byBrand(brand: string): MediaType {
  if (AUDIO_BRANDS.has(brand)) return { kind: 'media', extension: 'm4a', contentType: 'audio/mp4' };
  return { kind: 'media', extension: 'mp4', contentType: 'video/mp4' };
}

function describeText(text: string): string {
  const start = text.trimStart();
  if (start.startsWith('<')) return 'XML';
  return start.startsWith('{') || start.startsWith('[') ? 'JSON' : 'plain';
}

/** The head as text, or undefined when it holds bytes that no text has. */
function textOf(head: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(head, { stream: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text.
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? undefined : text;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('latin1');
}

function refused(code: RefusedType, message: string): MediaType {
  return { kind: 'refused', code, message };
}
