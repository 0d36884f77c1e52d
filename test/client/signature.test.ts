// The signature of the events that Icehouse sends: what the client takes for genuine, and that it is what the sender makes.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SIGNATURE_HEADER, verifyIcehouseSignature } from '../../client/icehouse.ts';
import * as sender from '../../lambdas/domain/outgoing-signature.ts';
import { runs } from '../fuzz/fuzz.ts';

/** printf '1795348800.{"id":"e1"}' | openssl dgst -sha256 -hmac whsec_test */
const BY_OPENSSL = '1b436bd8dc244cf20aa2ea7f8a9299ce0dc8e689439d00b45f1841ccf744db6c';
const BODY = '{"id":"e1"}';
const SECRET = 'whsec_test';
const TIME = 1_795_348_800;
const NOW_MS = TIME * 1_000;
const HEADER = `t=${TIME},v1=${BY_OPENSSL}`;
const STRANGE = 'f'.repeat(64);
const MINUTE_MS = 60_000;

describe('a signature', () => {
  test.each<[string, string]>([
    ['of openssl', HEADER],
    ['behind that of a secret we do not know', `t=${TIME},v1=${STRANGE},v1=${BY_OPENSSL}`],
    ['before one, with blanks', `t=${TIME}, v1=${BY_OPENSSL}, v1=${STRANGE}`],
    ['beside a scheme of another day', `t=${TIME},v0=00,v1=${BY_OPENSSL},v2=11`],
    ['in capitals', `t=${TIME},v1=${BY_OPENSSL.toUpperCase()}`],
  ])('%s is genuine', (_, header) => {
    expect(verifyIcehouseSignature(BODY, header, SECRET, NOW_MS)).toBe(true);
  });

  test('covers the bytes as they came', () => {
    expect(verifyIcehouseSignature(Buffer.from(BODY), HEADER, SECRET, NOW_MS)).toBe(true);
    expect(verifyIcehouseSignature('{"id": "e1"}', HEADER, SECRET, NOW_MS)).toBe(false);
  });

  test.each<[string, string | null | undefined, string]>([
    ['no header', undefined, SECRET],
    ['null, as fetch says it', null, SECRET],
    ['an empty one', '', SECRET],
    ['no time', `v1=${BY_OPENSSL}`, SECRET],
    ['no signature', `t=${TIME}`, SECRET],
    ['another time', `t=${TIME + 1},v1=${BY_OPENSSL}`, SECRET],
    ['two times', `t=${TIME},t=${TIME},v1=${BY_OPENSSL}`, SECRET],
    ['a time that is none', `t=NaN,v1=${BY_OPENSSL}`, SECRET],
    ['a shorter signature', `t=${TIME},v1=${BY_OPENSSL.slice(2)}`, SECRET],
    ['another scheme', `t=${TIME},v0=${BY_OPENSSL}`, SECRET],
    ['another secret', HEADER, 'whsec_other'],
  ])('with %s is none', (_, header, secret) => {
    expect(verifyIcehouseSignature(BODY, header, secret, NOW_MS)).toBe(false);
  });

  test('made with an empty secret is none, though anybody can make it', () => {
    const hex = createHmac('sha256', '').update(`${TIME}.${BODY}`).digest('hex');

    expect(verifyIcehouseSignature(BODY, `t=${TIME},v1=${hex}`, '', NOW_MS)).toBe(false);
  });

  test.each([
    [-5 * MINUTE_MS, true],
    [5 * MINUTE_MS, true],
    [-5 * MINUTE_MS - 1, false],
    [5 * MINUTE_MS + 1, false],
  ])('looked at %i ms after it was made: %s', (afterMs, expected) => {
    expect(verifyIcehouseSignature(BODY, HEADER, SECRET, NOW_MS + afterMs)).toBe(expected);
  });

  test('of whatever header is a yes or a no, never an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        expect(verifyIcehouseSignature(BODY, `t=${TIME},v1=${header}`, SECRET, NOW_MS)).toBe(false);
      }),
      runs(50),
    );
  });
});

describe('sender and client', () => {
  test('agree on the header', () => {
    expect(sender.SIGNATURE_HEADER).toBe(SIGNATURE_HEADER);
  });

  test('agree on the signature of every body, by each secret that is in use', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (body) => {
        const header = sender.signatureOf(body, ['old', 'new'], NOW_MS + 999);

        const verdicts = ['old', 'new', 'other'].map((secret) =>
          verifyIcehouseSignature(Buffer.from(body), header, secret, NOW_MS),
        );

        expect(verdicts).toEqual([true, true, false]);
      }),
      runs(50),
    );
  });
});
