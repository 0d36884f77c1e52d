// Connects undici to a host so that received bytes land in memory that is used again. Left alone, Node makes a new
// buffer for each 16 KiB record of TLS: that costs more CPU than decrypting it, and the collector leaves them lying.
// https://nodejs.org/docs/latest-v24.x/api/net.html#socketconnectoptions-connectlistener (`onread`)
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import connectorOf from 'undici/lib/core/connect.js';

/** A record of TLS is no longer, and shorter room would cut records in two. */
const RECORD_BYTES = 16 * 1024;
const BLOCK_BYTES = 4 * RECORD_BYTES;

/**
 * What undici hands on of a body is valid for the length of the call only, so the agent that connects this way must
 * not be asked for response streams: use `Downloads`.
 */
export function blockConnector(options: buildConnector.BuildOptions): buildConnector.connector {
  return (target, callback) => {
    const reader = new BlockReader();
    const connect = connectorOf({ ...options, onread: reader.onread } as buildConnector.BuildOptions);
    connect(target, (...[error, socket]) => {
      if (error) return callback(error, null);
      reader.socket = socket;
      socket.prependListener('error', asLoss);
      callback(null, socket);
    });
  };
}

/**
 * undici takes a reset connection for the end of a body that says no length, since macOS resets where others close. A body
 * that was cut off would pass for a whole one, so it must not hear that name.
 */
function asLoss(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = 'CONNECTION_RESET';
}

class BlockReader {
  /** Undefined until the connection stands; a server that talks before it is asked is cut off. */
  socket: Socket | undefined;
  #block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #spare = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #filledBytes = 0;

  readonly onread = {
    buffer: () => this.#block.subarray(this.#filledBytes),
    callback: (receivedBytes: number): boolean => {
      if (!this.socket) return false;
      const received = this.#block.subarray(this.#filledBytes, this.#filledBytes + receivedBytes);
      if (this.#filledBytes + receivedBytes > BLOCK_BYTES - RECORD_BYTES) this.#turnOver(this.socket);
      else this.#filledBytes += receivedBytes;
      return this.socket.push(received);
    },
  };

  /** The other block is filled anew, unless bytes of it still wait for a parser that was told to pause. */
  #turnOver({ readableLength: waitingBytes }: Socket): void {
    const areAllInThisBlock = waitingBytes <= this.#filledBytes;
    const next = areAllInThisBlock ? this.#spare : Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#spare = this.#block;
    this.#block = next;
    this.#filledBytes = 0;
  }
}
