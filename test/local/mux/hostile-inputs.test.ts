// Inputs from servers that know little of HTTP (`python3 -m http.server` speaks HTTP/1.0) or break it: an asset may fail, the simulator never.
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { download } from '../../../local/mux/download.ts';
import { type Play, says, saysAndResets, saysAndStays, startHostile } from '../../fakes/hostile-server.ts';
import { VIDEO } from './fixtures.ts';
import { startRig } from './rig.ts';

const FILE = await readFile(VIDEO.path);
const LENGTH = `Content-Length: ${FILE.length}\r\n`;

async function ingested(play: Play, type: 'ready' | 'errored') {
  const server = await startHostile(play);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const rig = await startRig();
  const { id } = await rig.mux.video.assets.create({ inputs: [{ url: server.url }] });
  await rig.event(`video.asset.${type}`);
  return { rig, asset: await rig.mux.video.assets.retrieve(id) };
}

test.each([
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n'],
  ['HTTP/1.0 with a length', `HTTP/1.0 200 OK\r\n${LENGTH}\r\n`],
  ['a connection to be closed', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'],
])('an input over %s is taken whole', async (_, head) => {
  const { rig, asset } = await ingested(says(head, FILE), 'ready');

  expect(await rig.simulator.sha256(asset.id)).toBe(VIDEO.sha256);
});

// Node 24's own fetch died of this: the last bytes fill what waits to be read, and the server closes before they are.
test('an answer that ends while its reader is busy is taken whole, and ends no process', async () => {
  await using server = await startHostile(async (socket) => {
    socket.write('HTTP/1.0 200 OK\r\n\r\nx');
    await setTimeout(20);
    socket.end(Buffer.alloc(65_536));
  });

  let sizeBytes = 0;
  for await (const chunk of download(server.url, new AbortController().signal)) {
    sizeBytes += chunk.length;
    await setTimeout(60);
  }

  expect(sizeBytes).toBe(65_537);
});

test.each<[string, Play]>([
  ['closes in the middle', says(`HTTP/1.1 200 OK\r\n${LENGTH}\r\n`, FILE.subarray(0, 99_999))],
  ['resets in the middle', saysAndResets(`HTTP/1.1 200 OK\r\n${LENGTH}\r\n`, FILE.subarray(0, 99_999))],
  [
    'turns to garbage',
    saysAndStays('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'),
  ],
  ['floods with headers', saysAndStays('HTTP/1.1 200 OK\r\n', 'X-Flood: more\r\n'.repeat(50_000))],
  ['says 101', saysAndStays('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: ws\r\n\r\n')],
  ['hangs up', says()],
])('a server that %s fails this one asset', async (_, play) => {
  const { asset } = await ingested(play, 'errored');

  expect(asset.errors).toMatchObject({ type: 'download_failed' });
});
