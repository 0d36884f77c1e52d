// What a downloaded sidecar is by its bytes, and what a storyboard says of its image once it lies in the vault.
import { describe, expect, test } from 'vitest';
import { besideItsImage, isWebVtt, kindOf } from '../../lambdas/domain/sidecar-file.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('a file', () => {
  test.each([
    ['a JPEG', hex('ff d8 ff e0 00 10 4a 46 49 46'), 'image/jpeg'],
    ['a PNG', hex('89 50 4e 47 0d 0a 1a 0a 00 00 00 0d'), 'image/png'],
    ['WebVTT', bytes('WEBVTT\n\n00:00.000 --> 00:01.000\nHi'), 'text/vtt'],
    ['WebVTT behind a byte order mark', bytes('\uFEFFWEBVTT'), 'text/vtt'],
  ])('that is %s is known as such', (_, body, contentType) => {
    expect(kindOf(body)?.contentType).toBe(contentType);
  });

  test.each([
    ['an error page', bytes('<!doctype html><title>404</title>')],
    ['an error of the platform', bytes('{"code":5,"message":"Not Found"}')],
    ['nothing', bytes('')],
    ['half of a signature', hex('89 50 4e 47')],
    ['a script', bytes('#!/bin/sh')],
  ])('that is %s is none', (_, body) => {
    expect(kindOf(body)).toBeUndefined();
    expect(isWebVtt(body)).toBe(false);
  });
});

test('a storyboard names the image beside it, and no token', () => {
  const fetched = bytes(
    [
      'WEBVTT',
      '',
      '00:00:00.000 --> 00:00:05.000',
      'https://image.mux.com/abc/storyboard.jpg?token=eyJhbG.S3CRET#xywh=0,0,256,160',
      '',
      '00:00:05.000 --> 00:00:10.000',
      'https://image.mux.com/abc/storyboard.jpg#xywh=256,0,256,160',
      '',
    ].join('\r\n'),
  );

  const kept = new TextDecoder().decode(besideItsImage(fetched));

  expect(kept.split('\r\n')).toEqual([
    'WEBVTT',
    '',
    '00:00:00.000 --> 00:00:05.000',
    'storyboard.jpg#xywh=0,0,256,160',
    '',
    '00:00:05.000 --> 00:00:10.000',
    'storyboard.jpg#xywh=256,0,256,160',
    '',
  ]);
});
