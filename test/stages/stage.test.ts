import { describe, expect, test } from 'vitest';
import { house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

describe('a whole life', () => {
  test('goes from the request to the restored asset', async () => {
    const home = house();
    home.addVideo(anMp4());

    await home.requestDeletion();
    const r = await home.live();
    console.log(r, home.log.lines.filter(l=>l.level==='error'));
    await home.requestRestore();
    console.log(await home.live());
    expect(home.bus.events.map((e) => e.entry.to)).toEqual([]);
  });
});
