// Which asset a delete request is about when it names a playback id or an upload id.
import { beforeEach, expect, test } from 'vitest';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import { type NamedVideo, targetOf } from '../../lambdas/stages/target.ts';
import { BULK, inStatus } from '../domain/decision-records.ts';
import { house } from '../fakes/house.ts';

let home: ReturnType<typeof house>;
beforeEach(() => {
  home = house();
});
const ask = (named: NamedVideo) => targetOf({ ledger: home.ledger, platform: () => home.platform }, named);

test('an asset id is taken as it is, and nobody is asked', async () => {
  expect(await ask({ asset_id: 'asset1' })).toEqual({ kind: 'asset', assetId: 'asset1' });

  expect(home.platform.calls).toEqual({});
});

test.each<[string, NamedVideo]>([
  ['playback', { playback_id: 'PLAY1' }],
  ['upload', { upload_id: 'UPLOAD1' }],
])('a %s id that nobody has met costs one question to Mux', async (_, named) => {
  const playback_ids = [{ id: 'PLAY1', policy: 'public' }];
  home.platform.add({ id: 'asset1', playback_ids, upload_id: 'UPLOAD1' });

  expect(await ask(named)).toEqual({ kind: 'asset', assetId: 'asset1' });
  expect(home.platform.calls).toEqual({ ownerOf: 1 });
});

test.each<[string, NamedVideo]>([
  ['playback', { playback_id: 'PLAY1' }],
  ['upload', { upload_id: 'UPLOAD1' }],
])('a %s id that was met before costs none', async (_, named) => {
  await home.ledger.putAlias('playback', 'PLAY1', 'asset1');
  await home.ledger.putAlias('upload', 'UPLOAD1', 'asset1');

  expect(await ask(named)).toEqual({ kind: 'asset', assetId: 'asset1' });
  expect(home.platform.calls).toEqual({});
});

test.each([
  ['OLD', 'asset1'],
  ['MIDDLE', 'asset2'],
  ['NEW', 'asset3'],
])('of a video that was restored twice, playback id %s is about %s', async (id, assetId) => {
  const to = (new_asset_id: string, play: string) => ({
    new_asset_id,
    new_playback_ids: [{ id: play, policy: 'public' }],
  });
  await home.ledger.save(
    inStatus('restored', {
      version: 0,
      asset_id: 'asset1',
      playback_ids: [{ id: 'OLD', policy: 'public' }],
      earlier_restores: [to('asset2', 'MIDDLE')],
      restore: { ...BULK, ...to('asset3', 'NEW') },
      current_asset_id: 'asset3',
    }),
  );
  for (const each of ['OLD', 'MIDDLE', 'NEW']) await home.ledger.putAlias('playback', each, 'asset1');

  expect(await ask({ playback_id: id })).toEqual({ kind: 'asset', assetId });
});

test.each<[NamedVideo, number, string]>([
  [{ playback_id: 'LIVE1' }, 409, 'LIVE_STREAM_PLAYBACK_ID'],
  [{ upload_id: 'EMPTY1' }, 409, 'UPLOAD_WITHOUT_ASSET'],
  [{ playback_id: 'NOBODY' }, 404, 'NOT_AT_MUX'],
  [{ upload_id: 'NOBODY' }, 404, 'NOT_AT_MUX'],
])('%j is refused: %i %s', async (named, status, code) => {
  home.platform.addForeign('playback', 'LIVE1');
  home.platform.addForeign('upload', 'EMPTY1');

  expect(await ask(named)).toMatchObject({ kind: 'problem', problem: { status, code } });
});

test('without a slot of the rate limit the caller is told when', async () => {
  const later = new NotYetError(home.clock.nowMs() + 60_000, 'a slot');
  home.platform.fail('ownerOf', later);

  await expect(ask({ playback_id: 'PLAY1' })).rejects.toBe(later);
});
