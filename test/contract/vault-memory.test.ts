import { manualClock } from '../fakes/manual-clock.ts';
import { MemoryVault } from '../fakes/vault-memory.ts';
import { SimulatedVault } from '../simulation/vault.ts';
import { vaultContract } from './vault.ts';

vaultContract('in memory', async () => {
  const clock = manualClock();
  const vault = new MemoryVault({ clock, thawMs: 1000 });
  return { vault, thawDone: () => clock.advance(1000), close: async () => undefined };
});

vaultContract('in the simulation', async () => {
  const clock = manualClock();
  const vault = new SimulatedVault({ clock, thawMs: 1000 });
  return { vault, thawDone: () => clock.advance(1000), close: async () => undefined };
});
