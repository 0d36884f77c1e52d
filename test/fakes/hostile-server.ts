// A server that says whatever bytes a test gives it, HTTP or not, on loopback.

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Plays one connection, from its first request on; whether and how it closes is its own affair. */
export type Play = (socket: Socket) => void | Promise<void>;

export interface HostileServer extends AsyncDisposable {
  readonly url: string;
}

/** `greet` begins before anything was asked. */
export async function startHostile(play: Play, greet?: Play): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // Whoever is told such things hangs up in the middle.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    void greet?.(socket);
    socket.on('data', (request) => {
      if (request.includes('\r\n\r\n')) void play(socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/file`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Says it and closes. */
export function says(...pieces: (string | Uint8Array)[]): Play {
  return (socket) => {
    for (const piece of pieces) socket.write(piece);
    socket.end();
  };
}

/** Says it and keeps the connection. */
export function saysAndStays(...pieces: (string | Uint8Array)[]): Play {
  return (socket) => {
    for (const piece of pieces) socket.write(piece);
  };
}

/** Says it and breaks the connection off (RST) once it must have arrived. */
export function saysAndResets(...pieces: (string | Uint8Array)[]): Play {
  return async (socket) => {
    for (const piece of pieces) socket.write(piece);
    await setTimeout(30);
    socket.resetAndDestroy();
  };
}
