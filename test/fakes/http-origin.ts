// A small web server with Range and ETags, on loopback, that a test can tell to answer otherwise.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpOrigin {
  /** With a query that must never be seen in an error. */
  readonly url: string;
  readonly requests: { readonly range?: string; readonly ifRange?: string; readonly port?: number }[];
  /** Answers in place of the file, until taken away. */
  instead?: Answering;
  close(): Promise<void>;
}

export const SECRET = 'signature=a-bearer-secret';

export async function startOrigin(bytes: Uint8Array, etag = '"one"'): Promise<HttpOrigin> {
  const server = createServer((request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    origin.requests.push({ range, ifRange: ifRange?.toString(), port: request.socket.remotePort });
    (origin.instead ?? serveFile(bytes, etag))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin: HttpOrigin = {
    url: `http://127.0.0.1:${port}/key/mezzanine.mp4?${SECRET}`,
    requests: [],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return origin;
}

export function serveFile(bytes: Uint8Array, etag: string): Answering {
  return (request, response) => {
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const ifRange = request.headers['if-range'];
    if (!match || (ifRange !== undefined && ifRange !== etag)) {
      response.writeHead(200, { etag, 'content-length': bytes.length });
      response.end(bytes);
      return;
    }
    const start = Number(match[1]);
    const end = Math.min(Number(match[2]), bytes.length - 1);
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` });
      response.end();
      return;
    }
    const length = end - start + 1;
    response.writeHead(206, {
      etag,
      'content-length': length,
      'content-range': `bytes ${start}-${end}/${bytes.length}`,
    });
    response.end(bytes.subarray(start, end + 1));
  };
}
