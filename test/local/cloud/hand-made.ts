// Hand-made plans for the tests of the runner, and what they have in common.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlannedFunction } from '../../../local/cloud/plan.ts';

export const REAL_TIME = { timeScale: 1 };

export function plannedFunction(handler: string, more: Partial<PlannedFunction> = {}): PlannedFunction {
  return {
    logicalId: handler,
    name: `the-${handler}`,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:the-${handler}`,
    bundleDirectory: join(import.meta.dirname, 'fixtures'),
    handler: `index.${handler}`,
    memoryMb: 256,
    timeoutSeconds: 5,
    environment: {},
    statements: [],
    asyncInvoke: { maximumRetryAttempts: 0 },
    ...more,
  };
}

export interface TemporaryDirectory extends Disposable {
  readonly path: string;
}

export function temporaryDirectory(): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), 'icehouse-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Polls until `find` finds something; fails after 10 s. */
export async function eventually<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const endMs = Date.now() + 30_000;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error('did not happen within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function jsonLines(file: string): Record<string, unknown>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
