// The record knows what Mux charged by, so that its saving can be told after the asset is gone.
import { expect, test } from 'vitest';
import { house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

test('what Mux bills an asset as is on the record as soon as the asset has been read', async () => {
  const home = house();
  home.addVideo(anMp4(), { resolution_tier: '2160p', video_quality: 'premium', mp4_support: 'none' });
  await home.requestDeletion();

  await home.live('preparing');

  expect(home.record().billed_as).toEqual({
    resolution_tier: '2160p',
    video_quality: 'premium',
    has_static_renditions: false,
  });
});
