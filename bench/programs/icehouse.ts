// Icehouse as a program of the benchmark: the copy function that the Lambda calls, with the Lambda's own S3 client.
// `node icehouse.mjs URL BUCKET KEY`; bundled as the functions are.
import { setTimeout } from 'node:timers/promises';
import { s3 } from '../../lambdas/adapters/clients.ts';
import { createSource } from '../../lambdas/adapters/source.ts';
import { createVault } from '../../lambdas/adapters/vault.ts';
import { combineParts } from '../../lambdas/domain/crc32.ts';
import { missingParts, planParts } from '../../lambdas/domain/part-plan.ts';
import { copyParts } from '../../lambdas/stages/copy-master.ts';

const DEADLINE_MS = 3_600_000;

const [url = '', bucket = '', key = ''] = process.argv.slice(2);
const clock = { nowMs: Date.now, sleep: (ms: number) => setTimeout(ms) };
const source = createSource({ hosts: [], loopback: true });
const vault = createVault({ client: s3(), bucket });

const { sizeBytes, etag } = await source.probe(url);
const plan = planParts(sizeBytes);
const uploadId = await vault.createUpload({
  key,
  contentType: 'video/mp4',
  storageClass: 'DEEP_ARCHIVE',
  token: 'bench',
});
const { kind } = await copyParts(
  { vault, source, clock },
  {
    url,
    key,
    uploadId,
    plan,
    etag,
    partNumbers: missingParts(plan, []),
    deadlineMs: Date.now() + DEADLINE_MS,
  },
);
if (kind !== 'complete') throw new Error('The copy did not end in time.');
const parts = (await vault.listParts({ key, uploadId })) ?? [];
await vault.completeUpload({ key, uploadId, parts, sizeBytes, crc32: combineParts(parts) });
// As a Lambda does after its answer: its connections are frozen, not closed.
process.exit();
