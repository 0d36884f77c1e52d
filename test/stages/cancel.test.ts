// Taking a request back: what was uploaded so far is given up until S3 shows it gone; a finished archive is kept.
import { describe, expect, test } from 'vitest';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import type { ReadFault } from '../fakes/source-memory.ts';

const KEY = 'mux/environment1/asset1/1/master.mp4';

/** A copy that broke off before its first part, so that its upload is unfinished. */
async function copying(): Promise<House> {
  const home = house({ prepareMs: 0 });
  home.addVideo(anMp4());
  home.source.faults.set(0, Array<ReadFault>(50).fill('unavailable'));
  await home.requestDeletion();
  await home.live(() => home.record().waiting_for?.includes('SOURCE_UNAVAILABLE') === true);
  expect(home.vault.uploads.size).toBe(1);
  return home;
}

describe('a request taken back', () => {
  test('in the middle of the copy has its upload aborted twice, a lease apart', async () => {
    const home = await copying();
    const abortedAt: number[] = [];
    const abort = home.vault.abortUpload.bind(home.vault);
    home.vault.abortUpload = async (o) => {
      abortedAt.push(home.clock.nowMs());
      return abort(o);
    };

    const answer = await home.cancelRequest();
    await home.live();

    expect(answer).toMatchObject({ status: 200, outcome: 'cancelled' });
    const [first = 0, second = 0, ...more] = abortedAt;
    expect(second - first).toBeGreaterThanOrEqual(90_000);
    expect(more).toEqual([]);
    expect(home.record().upload).toBeUndefined();
    expect(home.record().wake_at).toBeUndefined();
  });

  test('is not at rest before ListParts is empty', async () => {
    const home = await copying();
    const abort = home.vault.abortUpload.bind(home.vault);
    let refusals = 3;
    home.vault.abortUpload = async (o) => {
      // As S3 does while a part is on its way: the abort is accepted and the parts stay.
      if (refusals-- > 0) return;
      return abort(o);
    };

    await home.cancelRequest();
    await home.live();

    expect(home.vault.uploads.size).toBe(0);
    expect(home.record().upload).toBeUndefined();
  });

  test('also has an upload aborted that the ledger never heard of', async () => {
    const home = await copying();
    await home.vault.createUpload({
      key: KEY,
      contentType: 'video/mp4',
      storageClass: 'DEEP_ARCHIVE',
      token: 'x',
    });
    await home.vault.createUpload({
      key: 'mux/environment1/asset2/1/master.mp4',
      contentType: 'video/mp4',
      storageClass: 'DEEP_ARCHIVE',
      token: 'x',
    });

    await home.cancelRequest();
    await home.live();

    expect([...home.vault.uploads.values()].map(({ key }) => key)).toEqual([
      'mux/environment1/asset2/1/master.mp4',
    ]);
  });

  test('has an upload aborted of which the ledger holds nothing at all', async () => {
    const home = house({ prepareMs: 0 });
    home.addVideo(anMp4());
    await home.requestDeletion();
    await home.live('preparing');
    await home.vault.createUpload({
      key: KEY,
      contentType: 'video/mp4',
      storageClass: 'DEEP_ARCHIVE',
      token: 'x',
    });

    await home.cancelRequest();
    await home.live();

    expect(home.vault.uploads.size).toBe(0);
    expect(home.record()).toMatchObject({ status: 'cancelled' });
  });

  test('after the archive keeps it', async () => {
    const home = house();
    home.addVideo(anMp4());
    await home.requestDeletion();
    await home.live('archived');

    await home.cancelRequest();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'cancelled', archive: { key: KEY } });
    expect(home.vault.bytesOf(KEY)).toBeDefined();
    expect(home.platform.assetIds()).toEqual(['asset1']);
  });

  test('and asked for again at once, at any moment, comes to one archive and no upload', async () => {
    for (let rounds = 0; rounds < 6; rounds += 1) {
      const home = await copying();
      await home.cancelRequest();
      for (let done = 0; done < rounds; done += 1) {
        await home.round();
        await home.clock.advance(45_000);
      }
      home.source.faults.clear();
      await home.requestDeletion();

      await home.live('archived');

      expect(home.record().archive, `after ${rounds} rounds`).toBeDefined();
      expect(home.vault.uploads.size).toBe(0);
    }
  });
});

test('a record that failed because its master was refused keeps no parts of it, and rests', async () => {
  const home = house({ prepareMs: 0 });
  home.addVideo(anMp4({ seconds: 20 }));
  await home.requestDeletion();

  await home.live();

  expect(home.record().status).toBe('failed');
  expect(home.record().upload).toBeUndefined();
  expect(home.record().wake_at).toBeUndefined();
  expect(home.vault.uploads.size).toBe(0);
});
