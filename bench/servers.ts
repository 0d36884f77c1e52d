// Starts the origin and the sink, each a process of its own, on the core that the programs do not have.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

export interface Cores {
  /** Commands that run a command on one core; empty where that is not possible. */
  readonly programs: readonly string[];
  readonly servers: readonly string[];
}

export function chooseCores(): Cores {
  const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  return canPin
    ? { programs: ['taskset', '-c', '0'], servers: ['taskset', '-c', '1'] }
    : { programs: [], servers: [] };
}

export interface Servers {
  readonly originUrl: string;
  readonly s3Url: string;
  close(): void;
}

export async function startServers(cores: Cores, sizeBytes: number): Promise<Servers> {
  const origin = await start(cores, 'origin.ts', [String(sizeBytes)]);
  const sink = await start(cores, 'sink.ts', []);
  return {
    originUrl: origin.url,
    s3Url: sink.url,
    close: () => {
      for (const { child } of [origin, sink]) child.stdin?.end();
    },
  };
}

async function start({ servers }: Cores, file: string, args: readonly string[]) {
  const [program = '', ...rest] = [...servers, process.execPath, join(import.meta.dirname, file), ...args];
  const child: ChildProcess = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = child.stdout ? await Promise.race([once(child.stdout, 'data'), once(child, 'close')]) : [];
  const url = String(said[0]).trim();
  if (!URL.canParse(url)) throw new Error(`bench/${file} did not start.`);
  return { child, url };
}
