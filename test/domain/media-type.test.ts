import { expect, test } from 'vitest';
import { mediaTypeOf } from '../../lambdas/domain/media-type.ts';

const ftyp = (brand: string) => Buffer.from(`\x00\x00\x00\x20ftyp${brand}\x00\x00\x02\x00isomiso2`, 'latin1');

test.each([
  ['isom', 'mp4', 'video/mp4'],
  ['mp42', 'mp4', 'video/mp4'],
  ['qt  ', 'mp4', 'video/mp4'],
  ['M4V ', 'mp4', 'video/mp4'],
  ['M4A ', 'm4a', 'audio/mp4'],
  ['M4B ', 'm4a', 'audio/mp4'],
])('brand %j is kept as %s', (brand, extension, contentType) => {
  expect(mediaTypeOf(ftyp(brand))).toEqual({ kind: 'media', extension, contentType });
});

test.each([
  ['nothing', '', 'MASTER_EMPTY'],
  ['an HTML page', '\n<!DOCTYPE html>\n<html lang="en">', 'MASTER_IS_HTML'],
  ['an HTML page without doctype', '<html><head>', 'MASTER_IS_HTML'],
  ["S3's XML error", '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'MASTER_IS_TEXT'],
  ['JSON', '{"error":{"type":"not_found"}}', 'MASTER_IS_TEXT'],
  ['plain text with an umlaut', 'Zugriff verweigert für Sie', 'MASTER_IS_TEXT'],
  ['one letter', 'x', 'MASTER_IS_TEXT'],
  ['zeros', '\x00\x00\x00\x00\x00\x00\x00\x00', 'MASTER_NOT_MEDIA'],
  ['a PNG', '\x89PNG\r\n\x1a\n', 'MASTER_NOT_MEDIA'],
  ['a transport stream', 'G@\x11\x10\x00B', 'MASTER_NOT_MEDIA'],
])('refuses %s', (_, head, code) => {
  const bytes = Buffer.from(head, head.includes('ü') ? 'utf8' : 'latin1');

  expect(mediaTypeOf(bytes)).toMatchObject({ kind: 'refused', code });
});

test('says what text it is', () => {
  expect(mediaTypeOf(Buffer.from('{"error":1}'))).toMatchObject({ message: expect.stringContaining('JSON') });
});
