// Runs the command: in this process, with nothing of this environment but what is given, since a start of Node for each of
// some two hundred runs takes longer than all they do; as a process of its own where a test is about the process.
import { execFile } from 'node:child_process';
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { main } from '../../cli/main.ts';

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

/** What ran before in this process: there is one environment, so one run at a time. */
let before: Promise<unknown> = Promise.resolve();

export function icehouse(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const run = before.then(() => within(env, args));
  before = run;
  return run;
}

/** The libraries of AWS and of the command line read process.env by themselves. */
async function within(env: Record<string, string>, args: readonly string[]): Promise<Ended> {
  const ours = process.env;
  const [stdout, stderr] = [pipe(), pipe()];
  process.env = { ...env };
  try {
    const code = await main(args, { stdout: stdout.end, stderr: stderr.end });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    // As Node ends for what nobody caught.
    return { code: 1, stdout: stdout.text(), stderr: `${stderr.text()}${inspect(error)}\n` };
  } finally {
    process.env = ours;
  }
}

/** No terminal, and without a size: what a command has for stdout when somebody reads what it prints. */
function pipe() {
  const chunks: Buffer[] = [];
  const end = new Writable({
    write(chunk: Buffer, _, taken) {
      chunks.push(chunk);
      taken();
    },
  });
  return { end: end as object as WriteStream, text: () => Buffer.concat(chunks).toString() };
}

/** A process of its own, for who wants to stop it in the middle, or to see that it ends by itself. */
export function startIcehouse(args: readonly string[], env: Record<string, string> = {}): Running {
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  const command = [PROGRAM, ...args];
  const options = { env: { ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...env }, timeout: 30_000 };
  const child = execFile(process.execPath, command, options, (_, stdout, stderr) => {
    resolve({ code: child.exitCode, stdout, stderr });
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}
