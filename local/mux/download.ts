// Fetches inputs as Mux does: a plain GET with Mux's user agent, streamed. Whether Mux also sends HEAD or Range is unknown.
// By undici's fetch and connections, since Node 24's own end the process when an HTTP/1.0 server (`python3 -m http.server`) closes at the wrong moment.
import { Agent, fetch } from 'undici';

/** Since 2025-07-21 (mux.com/docs/changelog). */
const USER_AGENT = 'curl/7.43.0 (Mux)';
/** Of its own: without one undici takes whichever came first in this process, and that may be Node's. */
export const connections = new Agent();

const MAX_TEXT_BYTES = 10 * 1024 * 1024;

/** Throws when the address cannot be reached, does not answer 200, or breaks off. */
export async function* download(url: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const headers = { 'user-agent': USER_AGENT };
  const response = await fetch(url, { headers, signal, dispatcher: connections });
  if (response.status !== 200 || !response.body) throw new Error(`The server answered ${response.status}`);
  yield* response.body;
}

/** Text of a sidecar; throws RangeError above 10 MiB. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_TEXT_BYTES) throw new RangeError('The text is too large');
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Reads to the end and keeps nothing: shows that the input can be had. */
export async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}
