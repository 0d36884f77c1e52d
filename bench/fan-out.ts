// `node bench/fan-out.ts`: how much sooner a master is archived when workers help, where the origin gives each copier
// 4 MiB/s. The real stage functions on the embedded S3 server; takes about two minutes, fails above 1/6 of one's time.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../lambdas/adapters/clock.ts';
import { createSource } from '../lambdas/adapters/source.ts';
import type { SegmentMessage } from '../lambdas/contract/names.ts';
import { planParts } from '../lambdas/domain/part-plan.ts';
import { archive } from '../lambdas/stages/archive.ts';
import { copySegment } from '../lambdas/stages/copy-segment.ts';
import { MasterUrls } from '../lambdas/stages/master-urls.ts';
import type { Helpers, Platform } from '../lambdas/stages/ports.ts';
import { runStage } from '../lambdas/stages/stage.ts';
import { wake } from '../lambdas/stages/wake.ts';
import { type GeneratedMp4, generatedMp4 } from '../local/media/generated-mp4.ts';
import { house } from '../test/fakes/house.ts';
import { aRecord } from '../test/fakes/record.ts';
import { startS3Vault } from '../test/fakes/s3-vault.ts';

const MIB = 1024 ** 2;
const BYTES_PER_SECOND = 4 * MIB;
const SIZE_BYTES = 400 * MIB;
/** As small as S3 takes them, so that a file of this size has as many as a large master's share of one worker. */
const PART_BYTES = 5 * MIB;
const SEGMENT_BYTES = 2 * PART_BYTES;
const COPIERS = 8;
const BUDGET_MS = 14 * 60_000;

/** Serves the file by Range; whoever asks, named by the first folder of the path, gets his rate over all connections. */
async function startOrigin(file: GeneratedMp4) {
  const freeAtMs = new Map<string, number>();
  const sentBytes = new Map<string, number>();

  async function pass(copier: string, chunk: Uint8Array): Promise<void> {
    const startMs = Math.max(performance.now(), freeAtMs.get(copier) ?? 0);
    const untilMs = startMs + (chunk.length * 1000) / BYTES_PER_SECOND;
    freeAtMs.set(copier, untilMs);
    sentBytes.set(copier, (sentBytes.get(copier) ?? 0) + chunk.length);
    await setTimeout(Math.max(0, untilMs - performance.now()));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const copier = request.url?.split('/')[1] ?? '';
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(first), Math.min(Number(last), file.sizeBytes - 1)];
    response.writeHead(206, {
      etag: '"bench"',
      'content-length': end - start + 1,
      'content-range': `bytes ${start}-${end}/${file.sizeBytes}`,
    });
    for await (const chunk of file.read(start, end)) {
      await pass(copier, chunk);
      if (response.destroyed) return;
      response.write(chunk);
    }
    response.end();
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    sentBytes,
    urlFor: (copier: string) => `http://127.0.0.1:${port}/${copier}/master.mp4`,
    close: () => server.closeAllConnections(),
  };
}

/** Seconds until the record says `archived`, with so many at work: the archive stage and, but for it, workers. */
async function archiveWith(copiers: number) {
  const file = generatedMp4({ sizeBytes: SIZE_BYTES, durationSeconds: 30 });
  const origin = await startOrigin(file);
  const s3 = await startS3Vault();
  const { deps, ledger, platform, waking, dispatch, record } = house();
  const real = { vault: s3.vault, clock: systemClock };
  const settings = { ...deps.settings, segmentBytes: SEGMENT_BYTES, settleMs: 1_000 };
  const sourceOf = () => createSource({ hosts: [], loopback: true });
  platform.add({ id: 'asset1', master_access: 'temporary', master: { status: 'ready', url: '' } });

  /** The platform signs a URL for whoever asks. */
  const platformOf = (copier: string): Platform => ({
    ...platform,
    inspect: async (assetId) => {
      const asset = await platform.inspect(assetId);
      return asset && { ...asset, master: { kind: 'ready', url: origin.urlFor(copier) } };
    },
  });

  const working: Promise<unknown>[] = [];
  async function work(copier: string, queue: SegmentMessage[]): Promise<void> {
    const urls = new MasterUrls(platformOf(copier));
    const worker = { ...real, ledger, waking, log: deps.log, source: sourceOf(), urls };
    for (let message = queue.shift(); message; message = queue.shift()) {
      await copySegment(worker, message, { deadlineMs: Date.now() + BUDGET_MS });
    }
  }
  const helpers: Helpers = {
    async ask(segments) {
      const queue = [...segments];
      for (let n = 1; n < copiers; n += 1) working.push(work(`worker${n}`, queue));
    },
  };

  await ledger.save(await begun(s3.vault));
  await wake(record(), waking);
  const message = dispatch.invocations.shift()?.message;
  if (!message) throw new Error('The archive stage was not started.');
  const begunMs = Date.now();
  const archiveDeps = {
    ...deps,
    ...real,
    settings,
    helpers,
    source: sourceOf(),
    platform: platformOf('archive'),
  };
  await runStage('archive', archive, archiveDeps, message, begunMs + BUDGET_MS);
  const seconds = (Date.now() - begunMs) / 1000;
  await Promise.all(working);
  if (record().status !== 'archived') throw new Error(`The record is ${JSON.stringify(record())}.`);
  const sentBytes = [...origin.sentBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  origin.close();
  await s3.close();
  return { copiers, seconds, twiceMib: (sentBytes - SIZE_BYTES) / MIB, calls: platform.calls.inspect };
}

/** A record whose upload has been begun, with parts of the size above. */
async function begun(vault: Awaited<ReturnType<typeof startS3Vault>>['vault']) {
  const now = new Date().toISOString();
  const key = 'mux/environment1/asset1/1/master.mp4';
  const token = '0123456789abcdef0123456789abcdef';
  const upload_id = await vault.createUpload({
    key,
    contentType: 'video/mp4',
    storageClass: 'DEEP_ARCHIVE',
    token,
  });
  const source = { size_bytes: SIZE_BYTES, etag: '"bench"', probed_at: now };
  const part_size_bytes = planParts(SIZE_BYTES, PART_BYTES).partSizeBytes;
  return aRecord({
    status: 'archiving',
    environment: 'environment1',
    wake_at: now,
    updated_at: now,
    master: { requested_at: now, restarts: 0 },
    upload: { upload_id, key, token, part_size_bytes, source, restarts: 0 },
  });
}

const rows = [];
for (const copiers of [1, COPIERS]) rows.push(await archiveWith(copiers));
console.table(rows);
const [alone = Number.NaN, together = Number.NaN] = rows.map(({ seconds }) => seconds);
const isFastEnough = alone >= 60 && together <= alone / 6;
console.log(
  `${COPIERS} copiers took 1/${(alone / together).toFixed(2)} of one's time (at most 1/6 is asked for).`,
);
process.exit(isFastEnough ? 0 : 1);
