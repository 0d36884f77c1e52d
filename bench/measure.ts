// Runs a shell command and measures what it took: CPU of it and all its children by the shell's own `times`, peak memory
// by VmHWM of every process below it (Linux only), looked at ten times a second.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** The sum over its processes; undefined where there is no /proc. */
  readonly peakRssBytes: number | undefined;
}

const LOOK_EVERY_MS = 100;

/** `env` is all of its environment. Throws an Error with what the command wrote when it fails. `prefix` is a command that runs a command. */
export async function measure(
  command: string,
  env: Readonly<Record<string, string>>,
  prefix: readonly string[] = [],
): Promise<Measured> {
  // The command's own output goes to the error stream, so that `times` has the other to itself.
  const script = `{ ${command} ; } >&2; code=$?; times; exit $code`;
  const [program = 'sh', ...args] = [...prefix, 'sh', '-c', script];
  const startedMs = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (said.stdout += text));
  child.stderr.on('data', (text) => (said.stderr += text));
  const peaks = new Map<number, number>();
  const looking = setInterval(() => lookAt(child.pid ?? 0, peaks), LOOK_EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  clearInterval(looking);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  if (code !== 0) throw new Error(`${command}\nended with ${code}: ${said.stderr.slice(-2000)}`);
  const peakRssBytes = [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0) || undefined;
  return { cpuSeconds: parseTimes(said.stdout), wallSeconds, peakRssBytes };
}

/**
 * The second line of what POSIX `times` prints: user and system time of all children that have ended.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#times
 */
export function parseTimes(text: string): number {
  const children = [...(text.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  if (children.length !== 2) throw new Error(`The shell's times are not understood: ${text}`);
  return children.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/** Notes the peak of each process below `pid`. The shell itself is left out: it is ours. */
function lookAt(pid: number, peaks: Map<number, number>): void {
  for (const child of read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)) {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${child}/status`))?.[1];
    if (kib !== undefined) peaks.set(child, Number(kib) * 1024);
    lookAt(child, peaks);
  }
}

/** Empty when the process has ended, or on a system without /proc. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
