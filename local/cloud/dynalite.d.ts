// The part of dynalite 4.0.0 that the embedded cloud uses; the package has no types of its own.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options: {
    /** LevelDB directory; in memory without it. */
    path?: string;
    /** Time that a table stays in CREATING. */
    createTableMs?: number;
  }): Server;
}
