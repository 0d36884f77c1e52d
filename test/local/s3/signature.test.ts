// Signature Version 4 against the worked examples that AWS publishes.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, sigv4-query-string-auth.html
// and sigv4-streaming.html
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { decodeAwsChunked } from '../../../local/s3/aws-chunked.ts';
import { readRequest, type S3Request } from '../../../local/s3/request.ts';
import { authenticate } from '../../../local/s3/signature.ts';

const ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const NOW_MS = Date.parse('2013-05-24T00:05:00Z');
const HOST = 'examplebucket.s3.amazonaws.com';
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function request(method: string, url: string, headers: Record<string, string>): S3Request {
  const message = new IncomingMessage(new Socket());
  Object.assign(message, { method, url, headers: { host: HOST, ...headers } });
  return readRequest(message);
}

function authorization(signedHeaders: string, signature: string): string {
  return `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY_ID}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
}

function check(one: S3Request, nowMs = NOW_MS): string {
  return authenticate(one, (id) => (id === ACCESS_KEY_ID ? SECRET : undefined), nowMs).accessKeyId;
}

const RANGED_GET = {
  range: 'bytes=0-9',
  'x-amz-content-sha256': EMPTY_SHA256,
  'x-amz-date': '20130524T000000Z',
  authorization: authorization(
    'host;range;x-amz-content-sha256;x-amz-date',
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ),
};

describe('header signatures', () => {
  test('the example GET with a range is accepted', () => {
    expect(check(request('GET', '/test.txt', RANGED_GET))).toBe(ACCESS_KEY_ID);
  });

  test('the example PUT with a special character in its key is accepted', () => {
    const put = request('PUT', '/test%24file.text', {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization: authorization(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    });

    expect(check(put)).toBe(ACCESS_KEY_ID);
  });

  test('the example listing, with query parameters, is accepted', () => {
    const list = request('GET', '/?max-keys=2&prefix=J', {
      'x-amz-content-sha256': EMPTY_SHA256,
      'x-amz-date': '20130524T000000Z',
      authorization: authorization(
        'host;x-amz-content-sha256;x-amz-date',
        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      ),
    });

    expect(check(list)).toBe(ACCESS_KEY_ID);
  });

  test('another key, a later clock and an unsigned header are each refused', () => {
    expect(() => check(request('GET', '/other.txt', RANGED_GET))).toThrow(/signature/);
    expect(() => check(request('GET', '/test.txt', RANGED_GET), NOW_MS + 15 * 60_000)).toThrow(/difference/);
    expect(() => check(request('GET', '/test.txt', { ...RANGED_GET, 'x-amz-acl': 'private' }))).toThrow(
      /not signed/,
    );
  });
});

describe('presigned URLs', () => {
  const presigned = (expires = 86_400) =>
    `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${ACCESS_KEY_ID}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=${expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`;

  test('the example is accepted for its day and not a second longer', () => {
    const day = Date.parse('2013-05-25T00:00:00Z');

    expect(check(request('GET', presigned(), {}), day)).toBe(ACCESS_KEY_ID);
    expect(() => check(request('GET', presigned(), {}), day + 1000)).toThrow('Request has expired');
  });

  test('more than seven days are refused', () => {
    expect(() => check(request('GET', presigned(604_801), {}))).toThrow(/X-Amz-Expires/);
  });
});

describe('signed chunks', () => {
  const SIGNATURES = [
    'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
    '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
    'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  ];
  const seed = () =>
    authenticate(
      request('PUT', '/examplebucket/chunkObject.txt', {
        host: 's3.amazonaws.com',
        'content-encoding': 'aws-chunked',
        'content-length': '66824',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'x-amz-date': '20130524T000000Z',
        'x-amz-decoded-content-length': '66560',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        authorization: authorization(
          'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
          '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
        ),
      }),
      () => SECRET,
      NOW_MS,
    ).signing;

  const framed = (fill: string) =>
    Buffer.from(
      [65_536, 1024, 0]
        .map(
          (size, at) => `${size.toString(16)};chunk-signature=${SIGNATURES[at]}\r\n${fill.repeat(size)}\r\n`,
        )
        .join(''),
    );

  async function decode(bytes: Buffer, pieceBytes: number): Promise<string> {
    async function* source() {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    }
    let text = '';
    const options = { signing: seed(), hasTrailers: false, trailers: new Map<string, string>() };
    for await (const piece of decodeAwsChunked(source(), options)) text += piece.toString();
    return text;
  }

  test.each([1, 7, 1000, 100_000])(
    'the example upload is accepted in pieces of %i bytes',
    async (pieceBytes) => {
      expect(await decode(framed('a'), pieceBytes)).toBe('a'.repeat(66_560));
    },
  );

  test('a changed byte breaks the signature of its chunk', async () => {
    await expect(decode(framed('b'), 1000)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  test('a body cut short is IncompleteBody', async () => {
    await expect(decode(framed('a').subarray(0, -100), 1000)).rejects.toMatchObject({
      code: 'IncompleteBody',
    });
  });
});
