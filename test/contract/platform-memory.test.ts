// The fake platform keeps the contract, so that what the stages are tested against is what they meet.
import { TransientError } from '../../lambdas/domain/failures.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { createMemoryPlatform } from '../fakes/platform-memory.ts';
import { platformContract } from './platform.ts';

platformContract('the platform in memory', async () => {
  const clock = manualClock();
  const unreachableUrl = 'https://vault.test/gone.mp4';
  const platform = createMemoryPlatform({
    clock,
    environment: 'environment7',
    prepareMs: 1_000,
    download: async (url) => {
      if (url === unreachableUrl) throw new Error('404');
    },
  });
  return {
    platform,
    environmentId: 'environment7',
    nowMs: clock.nowMs,
    add: async (raw) => platform.add(raw),
    masterUrl: 'https://vault.test/master.mp4',
    captionUrl: 'https://vault.test/de.vtt',
    unreachableUrl,
    loseNextCreate: () =>
      platform.fail('createAsset', new TransientError('LOST', 'The answer was lost.'), 'after'),
    deliver: platform.deliver,
    wait: () => clock.advance(500),
    close: async () => undefined,
  };
});
