// Runs the command as somebody would: a process of its own, with nothing of this environment but what is given, and where
// Node keeps what it has compiled (vitest.config.ts), which halves the time of each of some hundred runs.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const { NODE_COMPILE_CACHE } = process.env;
const PROGRAM = fileURLToPath(new URL('../../cli/icehouse.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

export function icehouse(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return startIcehouse(args, env).ended;
}

/** For who wants to stop it in the middle. */
export function startIcehouse(args: readonly string[], env: Record<string, string> = {}): Running {
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  const command = [PROGRAM, ...args];
  const options = { env: { ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...env }, timeout: 30_000 };
  const child = execFile(process.execPath, command, options, (_, stdout, stderr) => {
    resolve({ code: child.exitCode, stdout, stderr });
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}
