// That the look for secrets at the end of each life has teeth: whatever is planted, wherever, is found, and by its name only.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../local/cloud/hand-made.ts';
import { accessKeysOf, leaksIn } from './leaks.ts';

const SECRETS = { 'the Mux token': 'tok/en+secret=', 'the webhook secret': 'whsec_0123' };

function found(file: string, text: string | Buffer) {
  using directory = temporaryDirectory();
  const path = join(directory.path, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return leaksIn(directory.path, SECRETS);
}

const ROOMS = [
  'logs/Icehouse-archive.log',
  'dynamodb/000003.log',
  'sqs/fauxqs.db-wal',
  's3/buckets/vault/objects/mux%2fenv%2fasset1%2f1%2fmanifest.json/1/data',
  's3/buckets/vault/objects/mux%2fenv%2fasset1%2f1%2fcaptions%2f1.vtt/1/head.json',
  's3/buckets/vault/objects/mux%2fenv%2fasset1%2f1%2fmaster.mp4/1/head.json',
  's3/buckets/vault/objects/trail%2f2026%2f12%2f24%2fx.json/1/data',
  'events.jsonl',
];

test.each(ROOMS)('a secret in %s is found', (file) => {
  expect(found(file, 'before tok/en+secret= behind')).toEqual([{ secret: 'the Mux token', file }]);
});

const MUX = 'https://mezzanine.mux.com/key';
const S3 = 'https://vault.s3.amazonaws.com/mux/env/asset1/1/master.mp4';

test.each([
  ['the webhook secret', '{"secret":"whsec_0123"}'],
  ['the query of a master', `"${MUX}/mezzanine.mp4?x=y"`],
  ['a token in a URL', encodeURIComponent('https://stream.mux.com/p1/text/t1.vtt?token=abc')],
  ['the query of a master', encodeURIComponent(`${MUX}/mezzanine.m4a?x=y`)],
  ['a token in a URL', `"${MUX}/master.mp4?skid=default&signature=NjVmZWM1"`],
  ['a token in a URL', 'https://stream.mux.com/p1/text/t1.vtt?token=abc'],
  ['a token in a URL', `"${S3}?response-content-type=x&x-icehouse-token=1-2"`],
  ['a presigned URL', `${S3}?X-Amz-Algorithm=x&X-Amz-Signature=00ff`],
  ['a presigned URL', encodeURIComponent(`${S3}?X-Amz-Credential=AKIA`)],
  ['a JWT', `got ${btoa('{"alg":"RS256"}')}.${btoa('{"sub":"playback1"}').replace(/=+$/, '')}.c2ln`],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ['a private key', btoa('-----BEGIN PRIVATE KEY-----')],
  ['credentials of a request', 'authorization: Basic aWQtMTpzZWNyZXQtMQ=='],
  ['credentials of a request', '"Bearer a-long-caller-token"'],
  ['credentials of a request', 'AWS4-HMAC-SHA256 Credential=AKIA/20261224/eu-west-1/s3/aws4_request'],
])('%s is known by its looks', (secret, text) => {
  const file = 'logs/f.log';

  const leaks = found(file, Buffer.concat([Buffer.from([0, 255]), Buffer.from(text), Buffer.from([0, 255])]));

  expect(leaks).toEqual([{ secret, file }]);
});

test('what is there by right is none', () => {
  const log = `{"message":"GET ${MUX}/mezzanine.mp4?[cut]","token":"1-2","page_token":"x","Basic":"plus"}`;

  expect(found('logs/f.log', log)).toEqual([]);
  expect(found('mux/state.json', 'tok/en+secret=')).toEqual([]);
  expect(found('s3/buckets/v/objects/mux%2fe%2fa%2f1%2fmaster.mp4/1/00001.part', 'whsec_0123')).toEqual([]);
});

test('the keys that functions sign with are among what is looked for', () => {
  using directory = temporaryDirectory();
  const pair = { accessKeyId: 'AKIA1', secretAccessKey: 'abc' };
  writeFileSync(join(directory.path, 'credentials.json'), JSON.stringify({ owner: pair, archive: pair }));

  expect(accessKeysOf(directory.path)).toEqual({
    'the AWS key of owner': 'abc',
    'the AWS key of archive': 'abc',
  });
});
