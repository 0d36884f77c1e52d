// What a warm environment remembers of the masters it copies.
import { expect, test } from 'vitest';
import { KeptMasters } from '../../lambdas/stages/kept-masters.ts';
import { createMemoryPlatform } from '../fakes/platform-memory.ts';

const platform = createMemoryPlatform({ clock: { nowMs: () => 0 } });
const anAsset = (id: string) => platform.describe({ id, status: 'ready' });

test('keeps the newest twenty, for a URL is a secret', () => {
  const kept = new KeptMasters();

  for (let n = 1; n <= 21; n += 1) kept.keep(anAsset(`asset${n}`), `https://mux.test/${n}`);

  expect(kept.of('asset1')).toBeUndefined();
  expect(kept.of('asset2')?.url).toBe('https://mux.test/2');
  expect(kept.of('asset21')?.url).toBe('https://mux.test/21');
});

test('keeps the last URL of an asset, and forgets it when told', () => {
  const kept = new KeptMasters();
  kept.keep(anAsset('asset1'), 'https://mux.test/first');

  kept.keep(anAsset('asset1'), 'https://mux.test/second');
  expect(kept.of('asset1')?.url).toBe('https://mux.test/second');
  kept.forget('asset1');

  expect(kept.of('asset1')).toBeUndefined();
});
