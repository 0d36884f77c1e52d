// What the example's player page shows for each answer that Icehouse gives of a playback id.
import { expect, test } from 'vitest';
import type { PlaybackIdWhereabouts } from '../../../client/icehouse.ts';
import { createResolver, playerPage, type Shown, whatToShow } from '../../../docs/examples/player.ts';
import { notTracked } from './recorded-lives.ts';

const answer = (fields: object) =>
  ({ current_playback_id: null, playback_ids: [], ...fields }) as unknown as PlaybackIdWhereabouts;

test.each<[object, Partial<Shown>]>([
  [
    { reason: 'PLAYING', current_playback_id: 'new' },
    { kind: 'video', playbackId: 'new', isSigned: false },
  ],
  [
    {
      reason: 'PLAYING',
      current_playback_id: 'new',
      playback_ids: [{ id: 'old', policy: 'signed', current_id: 'new' }],
    },
    { kind: 'video', playbackId: 'new', isSigned: true },
  ],
  [
    { reason: 'RESTORING', ready_by: '2026-11-24T12:00:00.000Z' },
    { text: 'This video is on its way back, until 2026-11-24T12:00:00.000Z.' },
  ],
  [{ reason: 'DELETED' }, { text: 'This video was deleted. Its owner can bring it back.' }],
  [{ reason: 'DELETING' }, { text: 'This video was deleted. Its owner can bring it back.' }],
  [{ reason: 'REVOKED' }, { text: 'This link does not lead to the video any more.' }],
  [{ reason: 'NO_SUCCESSOR' }, { text: 'This link does not lead to the video any more.' }],
  [{ reason: 'LOST' }, { text: 'This video is gone.' }],
  [{ reason: 'PURGED' }, { text: 'This video is gone.' }],
  [{ reason: 'A_REASON_OF_TOMORROW' }, { text: 'This video is gone.' }],
])('%j', (fields, expected) => {
  expect(whatToShow(answer(fields))).toMatchObject(expected);
});

test('a video that nobody asked to delete plays as it is, and is asked for once in half a minute', async () => {
  let count = 0;
  const resolve = createResolver({
    whereIsPlaybackId: () => {
      count += 1;
      return Promise.reject(notTracked());
    },
  });

  const shown = [await resolve('play1'), await resolve('play1')];

  expect(shown[0]).toEqual({ kind: 'video', playbackId: 'play1', isSigned: false });
  expect(shown[1]).toEqual(shown[0]);
  expect(count).toBe(1);
});

test('no viewer waits for an Icehouse that does not answer', async () => {
  const resolve = createResolver({ whereIsPlaybackId: () => new Promise(() => {}) }, { waitMs: 5 });

  expect(await resolve('play1')).toEqual({ kind: 'video', playbackId: 'play1', isSigned: false });
});

test('an id that somebody made up is no markup', () => {
  const page = playerPage({ kind: 'video', playbackId: '"><script>', isSigned: false });

  expect(page).not.toContain('"><script>');
});
