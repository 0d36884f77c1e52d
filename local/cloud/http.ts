// The little that the HTTP servers of the embedded cloud share: listening on loopback, reading a body, closing.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudError } from './cloud-error.ts';

export const LOOPBACK = '127.0.0.1';

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Throws CloudError PORT_IN_USE. Port 0 takes any free one. */
export async function listen(handler: RequestListener, port = 0): Promise<HttpServer> {
  return listening(createServer(handler), port);
}

export function listening(server: Server, port: number): Promise<HttpServer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpServer>();
  // Node's own 5 s are shorter than the SDK keeps a connection, whose next request would meet a closed door.
  server.keepAliveTimeout = 120_000;
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const message = `port ${port} is taken by another program. Give another --port, or none.`;
    reject(cause.code === 'EADDRINUSE' ? new CloudError('PORT_IN_USE', message, { cause }) : cause);
  });
  server.listen(port, LOOPBACK, () => {
    const address = server.address() as AddressInfo;
    resolve({ url: `http://${LOOPBACK}:${address.port}`, close: () => closeServer(server) });
  });
  return promise;
}

/** Keep-alive connections would hold a plain `close` back for seconds. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The whole body, or undefined when it is longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    // The rest is read and dropped, since a client that still sends would not see the answer.
    if (sizeBytes <= maxBytes) chunks.push(chunk);
  }
  return sizeBytes > maxBytes ? undefined : Buffer.concat(chunks);
}

export async function isFreePort(port: number): Promise<boolean> {
  try {
    const server = await listen(() => {}, port);
    await server.close();
    return true;
  } catch {
    return false;
  }
}
