import { manualClock } from '../fakes/manual-clock.ts';
import { MemoryVault } from '../fakes/vault-memory.ts';
import { SimulatedVault } from '../simulation/vault.ts';
import { type VaultUnderTest, vaultContract } from './vault.ts';

vaultContract('in memory', async () => benchOf(MemoryVault));
vaultContract('in the simulation', async () => benchOf(SimulatedVault));

function benchOf(Kind: typeof MemoryVault): VaultUnderTest {
  const clock = manualClock();
  const vault = new Kind({ clock, thawMs: 1000 });
  return {
    vault,
    nowMs: clock.nowMs,
    thawDone: () => clock.advance(1000),
    lock: async ({ versionId }, untilMs = Infinity) => void vault.locks.set(versionId, untilMs),
    close: async () => undefined,
  };
}
