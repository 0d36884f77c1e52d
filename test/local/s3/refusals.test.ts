// What the server refuses: requests that no SDK sends, and sub-resources it does not have.
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalServer, type RawRequest, sendRaw, startLocalServer } from './local-server.ts';

let server: LocalServer;
beforeAll(async () => {
  server = await startLocalServer();
});
afterAll(() => server.close());

function send(raw: RawRequest): Promise<{ status: number; text: string }> {
  return sendRaw(server.url, raw);
}

async function exists(Key: string): Promise<boolean> {
  const { Contents = [] } = await server.s3.listObjectsV2({ Bucket: 'bkt' });
  return Contents.some((one) => one.Key === Key);
}

describe('sub-resources', () => {
  test.each(['tagging', 'acl', 'retention&torrent', 'torrent', 'partNumber=1'])(
    'PUT ?%s is 501 and does not write over the object',
    async (query) => {
      await server.s3.putObject({ Bucket: 'bkt', Key: 'precious', Body: 'precious' });

      const answer = await send({ method: 'PUT', path: `/bkt/precious?${query}`, body: 'overwritten' });

      const kept = await server.s3.getObject({ Bucket: 'bkt', Key: 'precious' });
      expect(answer.status).toBe(501);
      expect(answer.text).toContain('<Code>NotImplemented</Code>');
      expect(await kept.Body?.transformToString()).toBe('precious');
    },
  );

  test.each(['lifecycle', 'policy', 'accelerate', 'notification'])(
    'PUT and GET of a bucket?%s are 501',
    async (name) => {
      const put = await send({ method: 'PUT', path: `/bkt?${name}`, body: '<x/>' });
      const get = await send({ method: 'GET', path: `/bkt?${name}` });

      expect([put.status, get.status]).toEqual([501, 501]);
    },
  );

  test('parameters beginning with x- are ignored', async () => {
    await server.s3.putObject({ Bucket: 'bkt', Key: 'logged', Body: 'logged' });

    const answer = await send({ method: 'GET', path: '/bkt/logged?x-user=ann' });

    expect(answer).toEqual({ status: 200, text: 'logged' });
  });

  test.each(['x-amz-server-side-encryption', 'x-amz-tagging', 'x-amz-object-lock-elsewhere'])(
    'the header %s is 501 rather than ignored',
    async (name) => {
      const answer = await send({ method: 'PUT', path: '/bkt/header', headers: { [name]: 'x' } });

      expect(answer.status).toBe(501);
    },
  );
});

describe('bodies', () => {
  const CHUNKED = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': '5',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };
  const payload = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

  function trailer(text: string): string {
    const out = Buffer.alloc(4);
    out.writeUInt32BE(crc32(text));
    return `x-amz-checksum-crc32:${out.toString('base64')}\r\n\r\n`;
  }

  test('a right trailer is accepted', async () => {
    const body = `5\r\nhello\r\n0\r\n${trailer('hello')}`;

    const answer = await send({ method: 'PUT', path: '/bkt/right', headers: CHUNKED, payload, body });

    expect(answer.status).toBe(200);
    expect(await exists('right')).toBe(true);
  });

  test.each([
    ['a trailer of other bytes', `5\r\nhello\r\n0\r\n${trailer('other')}`, 'BadDigest'],
    ['a missing trailer', '5\r\nhello\r\n0\r\n\r\n', 'IncompleteBody'],
    ['fewer bytes than announced', `4\r\nhell\r\n0\r\n${trailer('hell')}`, 'IncompleteBody'],
    ['more bytes than announced', `6\r\nhello!\r\n0\r\n${trailer('hello!')}`, 'IncompleteBody'],
    ['an end without a last chunk', '5\r\nhello\r\n', 'IncompleteBody'],
    ['no framing at all', 'hello', 'IncompleteBody'],
  ])('%s is refused and nothing is written', async (_, body, code) => {
    const answer = await send({ method: 'PUT', path: '/bkt/wrong', headers: CHUNKED, payload, body });

    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining(`<Code>${code}</Code>`) });
    expect(await exists('wrong')).toBe(false);
  });

  test('a refusal in the middle of a large body reaches the client', async () => {
    const body = `1\r\nx\r\n2000000\r\n${'y'.repeat(0x2000000)}\r\n0\r\n\r\n`;
    const headers = { ...CHUNKED, 'x-amz-decoded-content-length': String(0x2000001) };

    const answer = await send({ method: 'PUT', path: '/bkt/large', headers, payload, body });

    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('InvalidChunkSizeError') });
  });

  test('a body that is not what was signed is refused', async () => {
    const other = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

    const answer = await send({ method: 'PUT', path: '/bkt/hash', payload: other, body: 'hellO' });

    expect(answer.text).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
    expect(await exists('hash')).toBe(false);
  });

  test('a body without a length is MissingContentLength', async () => {
    const headers = { 'transfer-encoding': 'chunked' };

    const answer = await send({ method: 'PUT', path: '/bkt/endless', headers, body: 'x' });

    expect(answer).toMatchObject({ status: 411, text: expect.stringContaining('MissingContentLength') });
  });

  test('a document that is not XML is MalformedXML', async () => {
    const answer = await send({ method: 'PUT', path: '/bkt?versioning', body: 'Enabled, please' });

    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('MalformedXML') });
  });

  test('an entity tag in numeric references, as Go writes it, is read', async () => {
    const at = { Bucket: 'bkt', Key: 'from-go' };
    const { UploadId } = await server.s3.createMultipartUpload(at);
    await server.s3.uploadPart({ ...at, UploadId, PartNumber: 1, Body: 'hello' });
    const part = '<PartNumber>1</PartNumber><ETag>&#34;5d41402abc4b2a76b9719d911017c592&#34;</ETag>';
    const body = `<CompleteMultipartUpload><Part>${part}</Part></CompleteMultipartUpload>`;

    const answer = await send({ method: 'POST', path: `/bkt/from-go?uploadId=${UploadId}`, body });

    expect(answer.status).toBe(200);
  });
});
