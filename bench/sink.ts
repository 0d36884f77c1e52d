// The benchmark's S3, a process of its own: `node bench/sink.ts` checks signatures, sizes and checksums as S3 does,
// keeps only those, and discards the bytes. Request reading, chunk decoding and errors are the embedded S3 server's.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { S3Error } from '../local/s3/errors.ts';
import { readRequest } from '../local/s3/request.ts';
import { authenticate } from '../local/s3/signature.ts';
import { xmlDocument } from '../local/s3/xml.ts';
import { serveUntilStdinEnds } from './serve.ts';
import { SinkStore } from './sink-store.ts';
import { tlsIdentity } from './tls/identity.ts';

export const CREDENTIALS = { accessKeyId: 'AKIDBENCH', secretAccessKey: 'bench-secret' };

export async function answer(store: SinkStore, incoming: IncomingMessage, outgoing: ServerResponse) {
  const reply = (status: number, headers: Record<string, string>, body = '') => {
    incoming.resume();
    // What the header says is the object's size where the answer has no body.
    const length = incoming.method === 'HEAD' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    outgoing.writeHead(status, { 'x-amz-request-id': 'bench', ...length, ...headers }).end(body);
  };
  try {
    const request = readRequest(incoming);
    const secret = (id: string) => (id === CREDENTIALS.accessKeyId ? CREDENTIALS.secretAccessKey : undefined);
    const auth = authenticate(request, secret, Date.now());
    const { status = 200, headers = {}, body } = await store.run(request, auth);
    reply(status, headers, body);
  } catch (error) {
    if (outgoing.headersSent || incoming.socket.destroyed) return;
    const { code, status, message } = error instanceof S3Error ? error : new S3Error('InternalError');
    if (!(error instanceof S3Error))
      process.stderr.write(`sink: ${incoming.method} ${incoming.url}: ${error}\n`);
    reply(status, {}, xmlDocument('Error', { Code: code, Message: message }, ''));
  }
}

if (import.meta.main) {
  const store = new SinkStore();
  const server = createServer(tlsIdentity(), (request, response) => void answer(store, request, response));
  serveUntilStdinEnds(server);
}
