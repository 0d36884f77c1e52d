// What a warm environment keeps of the URLs of masters, and when it asks for another.
import { describe, expect, test } from 'vitest';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import { assetsOfOurs, MasterUrls } from '../../lambdas/stages/master-urls.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { createMemoryPlatform } from '../fakes/platform-memory.ts';

const FIRST = 'https://mezzanine.mux.test/asset1/mezzanine.mp4?signature=first';
const SECOND = 'https://mezzanine.mux.test/asset1/mezzanine.mp4?signature=second';
const COPY = { assetId: 'asset1', uploadId: 'upload1' };

function setUp() {
  const platform = createMemoryPlatform({ clock: manualClock() });
  const offer = (url: string) => ({ master_access: 'temporary', master: { status: 'ready', url } });
  platform.add({ id: 'asset1', ...offer(FIRST) });
  return { platform, offer, urls: new MasterUrls(platform) };
}

describe('the URL of a master', () => {
  test('is asked for once, however many segments are copied', async () => {
    const { platform, urls } = setUp();

    const given = [await urls.of(COPY), await urls.of(COPY), await urls.of(COPY)];

    expect(given).toEqual([FIRST, FIRST, FIRST]);
    expect(platform.calls.inspect).toBe(1);
  });

  test('is asked for again when it was refused, and the fresh one is kept', async () => {
    const { platform, offer, urls } = setUp();
    await urls.of(COPY);
    platform.change('asset1', offer(SECOND));

    const given = [await urls.of(COPY, FIRST), await urls.of(COPY)];

    expect(given).toEqual([SECOND, SECOND]);
    expect(platform.calls.inspect).toBe(2);
  });

  test('is none when the platform has no other than the one that was refused', async () => {
    const { platform, urls } = setUp();
    await urls.of(COPY);

    const given = await urls.of(COPY, FIRST);

    expect(given).toBeUndefined();
    expect(platform.calls.inspect).toBe(2);
  });

  test.each([
    ['is gone', (platform: ReturnType<typeof setUp>['platform']) => platform.remove('asset1')],
    [
      'has no master',
      (platform: ReturnType<typeof setUp>['platform']) =>
        platform.change('asset1', { master_access: 'none', master: undefined }),
    ],
    [
      'is preparing one',
      (platform: ReturnType<typeof setUp>['platform']) =>
        platform.change('asset1', { master: { status: 'preparing' } }),
    ],
  ])('is none when the asset %s', async (_, happens) => {
    const { platform, urls } = setUp();
    happens(platform);

    expect(await urls.of(COPY)).toBeUndefined();
  });

  test('of another upload is asked for anew: it may be another file', async () => {
    const { platform, offer, urls } = setUp();
    await urls.of(COPY);
    platform.change('asset1', offer(SECOND));

    const given = await urls.of({ ...COPY, uploadId: 'upload2' });

    expect(given).toBe(SECOND);
  });

  test('is not remembered when the platform could not be asked', async () => {
    const { platform, urls } = setUp();
    platform.fail('inspect', new NotYetError(Date.UTC(2026, 10, 2), 'a slot'));

    await expect(urls.of(COPY)).rejects.toThrow(NotYetError);

    expect(await urls.of(COPY)).toBe(FIRST);
  });

  test('is forgotten after twenty others: a secret does not linger', async () => {
    const { platform, urls } = setUp();
    for (let at = 0; at <= 20; at += 1) await urls.of({ ...COPY, uploadId: `upload${at}` });

    await urls.of({ ...COPY, uploadId: 'upload0' });

    expect(platform.calls.inspect).toBe(22);
  });
});

test('an asset that is not there is taken for gone by a token of our environment only', async () => {
  const { platform } = setUp();
  const pinnedTo = (environment: string) => ({ pinEnvironment: async () => environment });
  const own = await platform.environment();

  const ours = assetsOfOurs(platform, pinnedTo(own));
  const others = assetsOfOurs(platform, pinnedTo('another'));

  expect(await ours.inspect('gone')).toBeUndefined();
  await expect(others.inspect('gone')).rejects.toMatchObject({ code: 'WRONG_ENVIRONMENT' });
  expect(await others.inspect('asset1')).toBeDefined();
});
