// How both servers of the benchmark start and end: a free port on loopback, its URL as one line, over when stdin is.
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';

export function serveUntilStdinEnds(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`https://127.0.0.1:${port}\n`);
  });
  process.stdin.on('end', () => process.exit()).resume();
}
