// lib/ sees the contract that it shares with the functions, and nothing else of ours.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LIB = join(import.meta.dirname, '../../lib');

function importsOf(file: string): readonly string[] {
  const source = readFileSync(join(LIB, file), 'utf8');
  return [...source.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gms)].flatMap(
    ([, path]) => path ?? [],
  );
}

test.each(readdirSync(LIB))('lib/%s imports nothing of ours but lib and lambdas/contract', (file) => {
  const ours = importsOf(file).filter((path) => path.startsWith('.'));

  for (const path of ours) expect(path).toMatch(/^(\.|\.\.\/lambdas\/contract)\/[a-z-]+\.ts$/);
});

test.each(readdirSync(LIB))(
  'lib/%s imports the CDK by module, since the whole of it takes seconds',
  (file) => {
    expect(importsOf(file)).not.toContain('aws-cdk-lib');
  },
);
