// What can be looked up of the text in a support ticket.
import { describe, expect, test } from 'vitest';
import { cluesIn } from '../../lambdas/domain/ticket.ts';

const muxIds = (text: string) =>
  cluesIn(text)
    .filter(({ isMuxId }) => isMuxId)
    .map((clue) => clue.text);

describe('a ticket', () => {
  test.each<[string, string, string]>([
    ['an id', 'PLAY1', 'PLAY1'],
    ['an id in brackets and blanks', '  <PLAY1>, ', 'PLAY1'],
    ['a stream', 'https://stream.mux.com/PLAY1.m3u8', 'PLAY1'],
    ['a signed stream', 'https://stream.mux.com/PLAY1.m3u8?token=eyJhbGciOi.eyJzdWIi.c2ln', 'PLAY1'],
    ['a stream without its scheme', 'stream.mux.com/PLAY1.m3u8', 'PLAY1'],
    ['a rendition', 'https://stream.mux.com/PLAY1/high.mp4', 'PLAY1'],
    ['captions', 'https://stream.mux.com/PLAY1/text/TRACK1.vtt', 'TRACK1'],
    ['a player', 'https://player.mux.com/PLAY1?metadata-video-title=x', 'PLAY1'],
    ['a picture', 'https://image.mux.com/PLAY1/thumbnail.jpg?width=200', 'PLAY1'],
    ['a page of the school', 'https://school.example/courses/12/watch/PLAY1#comments', 'PLAY1'],
  ])('with %s names it', (_, text, id) => {
    expect(muxIds(text)).toContain(id);
  });

  test.each([
    'https://stream.mux.com/PLAY1.m3u8?token=SECRET.SECRET.SECRET',
    'school.example/PLAY1?jwt=SECRET',
    'https://school.example/PLAY1#SECRET',
    'https://user:SECRET@school.example/PLAY1',
  ])('keeps the secrets of %s to itself', (text) => {
    const clues = cluesIn(text);

    expect(clues.map((clue) => clue.text)).toContain('PLAY1');
    expect(JSON.stringify(clues)).not.toContain('SECRET');
  });

  test('with a name of the customer is taken as it stands', () => {
    expect(cluesIn('Kurs Köln/2026')).toContainEqual({
      text: 'Kurs Köln/2026',
      isMuxId: false,
      isAlone: true,
    });
    expect(cluesIn('lesson_7.final')).toEqual([{ text: 'lesson_7.final', isMuxId: false, isAlone: true }]);
  });

  test.each(['', '  ', '""', 'x'.repeat(2_049), `https://a.example/${'y'.repeat(300)}`])(
    'without anything that can be a name has no clue (%#)',
    (text) => {
      expect(cluesIn(text)).toEqual([]);
    },
  );

  test('with a path of two hundred names looks at the last of them only', () => {
    const path = Array.from({ length: 200 }, (_, at) => `n${at}`).join('/');

    const clues = cluesIn(`https://school.example/${path}`);

    expect(clues).toHaveLength(10);
    expect(clues.at(-1)?.text).toBe('n199');
  });
});
