// The benchmark's source, a process of its own: `node bench/origin.ts BYTES` serves a file of that size over TLS, with
// Range and a strong ETag, and writes its URL to standard output. It ends when its standard input does.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type BenchFile, benchFile } from './file.ts';
import { serveUntilStdinEnds } from './serve.ts';
import { tlsIdentity } from './tls/identity.ts';

const PIECE_BYTES = 1024 ** 2;

export function answer(file: BenchFile, request: IncomingMessage, response: ServerResponse): void {
  const range = readRange(request, file);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${file.sizeBytes}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.sizeBytes - 1 };
  response.writeHead(range ? 206 : 200, {
    'accept-ranges': 'bytes',
    'content-type': 'video/mp4',
    'content-length': end - start + 1,
    etag: file.etag,
    ...(range && { 'content-range': `bytes ${start}-${end}/${file.sizeBytes}` }),
  });
  if (request.method === 'HEAD') response.end();
  else send(file, start, end, response);
}

function send(file: BenchFile, start: number, end: number, response: ServerResponse): void {
  let at = start;
  const more = () => {
    while (at <= end) {
      const piece = file.slice(at, Math.min(PIECE_BYTES, end - at + 1));
      at += piece.length;
      if (!response.write(piece)) return;
    }
    response.off('drain', more);
    response.end();
  };
  response.on('drain', more);
  more();
}

function readRange({ headers }: IncomingMessage, file: BenchFile) {
  const ifRange = headers['if-range'];
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  if (first === undefined || (ifRange !== undefined && ifRange !== file.etag)) return undefined;
  const start = Number(first);
  if (start >= file.sizeBytes) return 'unsatisfiable';
  return { start, end: Math.min(last ? Number(last) : Infinity, file.sizeBytes - 1) };
}

if (import.meta.main) {
  const file = benchFile(Number(process.argv[2]));
  const server = createServer(tlsIdentity(), (request, response) => answer(file, request, response));
  serveUntilStdinEnds(server);
}
