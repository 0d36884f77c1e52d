// Losses on the stack that would be deployed, where policy is to hold: an asset that nobody can play, one with signed ids
// only, one whose caption came late, and one with more sound than a master keeps.
import Mux from '@mux/mux-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { CAPTIONS, ENGLISH, FILM, FILM_SHA256, GERMAN } from './full-asset.ts';
import { type House, inSeconds, until } from './house.ts';
import { deleteAndRestore, objectsOf, request, sha256 } from './steps.ts';

let house: House;
let api: string;

/** In a house whose policy is to hold. */
export function losses(shared: () => House): void {
  beforeAll(() => {
    house = shared();
    api = house.running.cloud.urls.api;
  });

  describe('an asset that nobody can play', () => {
    test('comes back, and stays closed all the while', async () => {
      const asset = await house.simulator.addAsset({
        file: FILM,
        policies: [],
        captions: [{ text: ENGLISH, language_code: 'en', name: 'English' }],
      });

      await request(house, asset.id, { accept_loss: true });
      const { record, asset: back } = await deleteAndRestore(house, asset.id);

      expect(record.losses.map(({ code }) => code)).toEqual(expect.arrayContaining(['CAPTION_UNREACHABLE']));
      const opened = house.simulator
        .requests()
        .filter(({ method, path }) => method === 'POST' && path.includes('/playback-ids'));
      expect(opened.filter(({ path }) => path.includes(asset.id))).toEqual([]);
      expect(back.playback_ids).toEqual([]);
      expect(await house.simulator.sha256(back.id)).toBe(FILM_SHA256);
    });

    test('but by signed ids has its captions and pictures in the vault', async () => {
      const asset = await house.simulator.addAsset({
        file: FILM,
        policies: ['signed'],
        captions: [{ id: 'signedCaption', text: GERMAN, language_code: 'de', name: 'Deutsch' }],
      });

      await request(house, asset.id, { expiration_date: inSeconds(600) });
      const record = await until(api, asset.id, ({ status }) => status === 'archived');
      const inVault = await objectsOf(house, asset.id, 'master.mp4');

      expect(record.losses.map(({ code }) => code)).toEqual(['NEW_PLAYBACK_IDS']);
      expect([...inVault.keys()]).toEqual(
        expect.arrayContaining(['poster.jpg', 'storyboard.jpg', 'storyboard.vtt']),
      );
      expect([...inVault.values()].map(sha256)).toContain(sha256(GERMAN));
    });
  });

  test('a caption added after the archiving is in the vault before the asset is gone', async () => {
    const { simulator, running } = house;
    const asset = await simulator.addAsset({ file: FILM });
    const { tokenId, tokenSecret, url: baseURL } = running.mux;
    const mux = new Mux({ tokenId, tokenSecret, baseURL });

    await request(house, asset.id, { expiration_date: inSeconds(6) });
    await until(api, asset.id, ({ status }) => status === 'archived');
    const url = simulator.hostFile('late.vtt', CAPTIONS);
    const { id } = await mux.video.assets.createTrack(asset.id, { url, type: 'text', language_code: 'en' });
    await until(api, asset.id, ({ status }) => status === 'deleted');
    const late = await fetch(`${api}/v1/assets/${asset.id}/sidecars/${id}.vtt`);

    expect(await late.text()).toBe(ENGLISH);
  });

  test('an asset with two audio tracks is held until its loss is accepted', async () => {
    const commentary = { type: 'audio', name: 'Commentary', language_code: 'en', primary: false } as const;
    const asset = await house.simulator.addAsset({ file: FILM, furtherTracks: [commentary] });
    const expiration_date = inSeconds(5);

    await request(house, asset.id, { expiration_date });
    const held = await until(api, asset.id, ({ status }) => status === 'failed');
    const same = await request(house, asset.id, { expiration_date, accept_loss: ['ADDITIONAL_AUDIO_TRACK'] });
    const deleted = await until(api, asset.id, ({ status }) => status === 'deleted');

    expect(held.failure).toMatchObject({ code: 'LOSS_REFUSED', retryable: true });
    expect(held.losses).toContainEqual(expect.objectContaining({ code: 'ADDITIONAL_AUDIO_TRACK' }));
    expect(same.status).toBe(202);
    expect(deleted.accepted_losses).toEqual(['ADDITIONAL_AUDIO_TRACK']);
  });
}
