// The way back begins in the vault: the thaw, by tier and by time.
import { describe, expect, test } from 'vitest';
import { NotYetError, SetUpError } from '../../lambdas/domain/failures.ts';
import { wake } from '../../lambdas/stages/wake.ts';
import { DAY_MS, deleted, HOUR_MS, KEY, thawsAsked } from './given-restore.ts';

describe('the thaw', () => {
  test('is asked for once per tier', async () => {
    const home = await deleted();
    const asked = thawsAsked(home);

    await home.requestRestore({ tier: 'Bulk' });
    await home.live();

    expect(asked).toEqual(['Bulk']);
    expect(home.record().status).toBe('restored');
  });

  test('passes a faster tier on', async () => {
    const home = await deleted({ thawMs: 10 * HOUR_MS });
    const asked = thawsAsked(home);
    await home.requestRestore({ tier: 'Bulk' });
    await home.round();

    await home.requestRestore({ tier: 'Standard' });
    await home.live();

    expect(asked).toEqual(['Bulk', 'Standard']);
    expect(home.record().restore).toMatchObject({ tier: 'Standard', asked_tier: 'Standard' });
  });

  test('passes a faster tier on that comes while the slower one is asked for', async () => {
    const home = await deleted({ thawMs: 10 * HOUR_MS });
    const thaw = home.vault.thaw.bind(home.vault);
    const asked: string[] = [];
    home.vault.thaw = async (o) => {
      asked.push(o.tier);
      if (o.tier === 'Bulk') await home.requestRestore({ tier: 'Standard' });
      return thaw(o);
    };

    await home.requestRestore({ tier: 'Bulk' });
    await home.live();

    expect(asked).toEqual(['Bulk', 'Standard']);
  });

  test('whose end S3 announces is not waited for any longer', async () => {
    const home = await deleted({ thawMs: 7 * HOUR_MS });
    await home.requestRestore();
    // From here on the sweep looks every hour; its next look is after the end.
    await home.live(() => home.clock.nowMs() > Date.parse(home.record().updated_at) + 6 * HOUR_MS);
    await home.clock.advance(Date.parse(home.record().updated_at) + 7 * HOUR_MS - home.clock.nowMs());

    expect(await wake(home.record(), home.waking)).toBe(true);
    await home.drain();

    expect(home.record().status).toBe('uploading');
  });

  test('that lapsed while nobody could look is asked for again', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.round();
    const environment = home.platform.environment;
    const untilMs = home.clock.nowMs() + 30 * DAY_MS;
    home.platform.environment = () =>
      Promise.reject(new SetUpError('MUX_DENIED', 'No.', { action: 'Mend it.' }));
    await home.live(() => home.clock.nowMs() > untilMs, 10_000);
    home.platform.environment = environment;

    await home.live();

    expect(home.record().status).toBe('restored');
  });

  test('asks Mux for nothing', async () => {
    const home = await deleted();
    await home.requestRestore();
    const before = { ...home.platform.calls };

    await home.live('uploading');

    expect(home.platform.calls).toEqual(before);
  });

  test('of bytes that are not those that were proved makes nothing of them', async () => {
    const home = await deleted();
    const key = home.record().archive?.key ?? '';
    const [version] = home.vault.versions.get(key) ?? [];
    if (version) home.vault.versions.set(key, [{ ...version, head: { ...version.head, crc32: 'AAAAAA==' } }]);

    await home.requestRestore();
    await home.live();

    expect(home.record().failure?.code).toBe('ARCHIVE_DIFFERS');
    expect(home.platform.calls.createAsset).toBeUndefined();
  });

  test('that lapsed before the platform had read it is done again', async () => {
    const home = await deleted();
    await home.requestRestore();
    await home.live('uploading');
    home.platform.fail('createAsset', new NotYetError(home.clock.nowMs() + 8 * DAY_MS, 'a slot'));

    await home.live();

    expect(
      home
        .record()
        .history.slice(-4)
        .map(({ to, cause }) => [to, cause]),
    ).toEqual([
      ['uploading', 'readable again'],
      ['thawing', 'the readable copy lapsed'],
      ['uploading', 'readable again'],
      ['restored', 'new asset ready'],
    ]);
  });

  test('is not needed for GLACIER_IR', async () => {
    const home = await deleted({ settings: { storageClass: 'GLACIER_IR' } });
    const asked = thawsAsked(home);

    await home.requestRestore();
    await home.live();

    expect(asked).toEqual([]);
    expect(home.record().status).toBe('restored');
  });

  test('of a master that the vault has lost fails, with the way on', async () => {
    const home = await deleted();
    home.vault.versions.delete(KEY);

    await home.requestRestore();
    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'ARCHIVE_MISSING', from: 'thawing' },
    });
  });

  test('with a token of another environment waits for the right one, and creates nothing', async () => {
    const home = await deleted();
    home.platform.setEnvironment('another');

    await home.requestRestore();
    await home.live(() => home.record().waiting_for?.startsWith('WRONG_ENVIRONMENT') === true);

    expect(home.record().status).toBe('uploading');
    expect(home.platform.calls.createAsset).toBeUndefined();
  });
});
