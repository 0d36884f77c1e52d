// `npm run bench`: what it takes to move a file from a TLS server to an S3 sink, by our engine and by what people would
// use instead. The servers run on one core, the program that is measured has another for itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { buildSync } from 'esbuild';
import { encodeCrc32 } from '../lambdas/domain/crc32.ts';
import { BUNDLE_OPTIONS } from '../lib/bundle.ts';
import { type BenchOptions, parseOptions } from './arguments.ts';
import { type Contender, contenders, isInstalled } from './contenders.ts';
import { figuresOf } from './figures.ts';
import { benchFile } from './file.ts';
import { type Measured, measure } from './measure.ts';
import { costTable, programTable, type Result } from './report.ts';
import { type Cores, chooseCores, type Servers, startServers } from './servers.ts';
import { CREDENTIALS } from './sink.ts';
import { CERTIFICATE_FILE, tlsIdentity } from './tls/identity.ts';

const BUCKET = 'bench';

async function main(options: BenchOptions): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'icehouse-bench-'));
  const cores = chooseCores();
  const servers = await startServers(cores, options.sizeBytes);
  try {
    buildPrograms(directory);
    const wanted = contenders(directory, servers.s3Url).filter(({ name }) => options.only.includes(name));
    const present = wanted.filter(isInstalled);
    for (const { title } of wanted.filter((one) => !present.includes(one))) note(`not installed: ${title}`);
    const results = await runAll(options, cores, servers, present);
    process.stdout.write(options.json ? asJson(options, results) : asText(options, cores, results));
  } finally {
    servers.close();
    await rm(directory, { recursive: true });
  }
}

function buildPrograms(directory: string): void {
  const entryPoints = ['icehouse', 'lib-storage'].map((name) =>
    join(import.meta.dirname, 'programs', `${name}.ts`),
  );
  buildSync({ ...BUNDLE_OPTIONS, write: true, entryPoints, outdir: directory });
}

/** Each program once, then each once more: what disturbs the machine for a while disturbs all alike. */
async function runAll(
  options: BenchOptions,
  cores: Cores,
  servers: Servers,
  present: readonly Contender[],
): Promise<Result[]> {
  const runs = new Map<Contender, Measured[]>(present.map((contender) => [contender, []]));
  const check = checker(options.sizeBytes, servers);
  for (let run = 1; run <= options.runs; run += 1) {
    for (const [contender, done] of runs) {
      const KEY = `${contender.name}-${run}.mp4`;
      const measured = await measure(
        contender.command,
        environment(options, servers, contender, KEY),
        cores.programs,
      );
      await check(KEY);
      done.push(measured);
      note(`${contender.title}, run ${run}: ${measured.cpuSeconds.toFixed(2)} s CPU`);
    }
  }
  return [...runs].map(([{ name, title }, done]) => ({ name, title, ...figuresOf(done, options.sizeBytes) }));
}

function environment(options: BenchOptions, servers: Servers, { env }: Contender, KEY: string) {
  // Nothing else of ours: a proxy or a certificate bundle that somebody has set would change what is measured.
  const { PATH = '', HOME = '' } = process.env;
  return {
    PATH,
    HOME,
    URL: `${servers.originUrl}/master.mp4`,
    BUCKET,
    KEY,
    SIZE: String(options.sizeBytes),
    NODE_EXTRA_CA_CERTS: CERTIFICATE_FILE,
    AWS_ENDPOINT_URL_S3: servers.s3Url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    ...env,
  };
}

/** The sink compared every part with what its sender said of it; this compares the whole with the file itself. */
function checker(sizeBytes: number, servers: Servers) {
  const expectedCrc32 = encodeCrc32(benchFile(sizeBytes).crc32());
  const client = new S3Client({
    endpoint: servers.s3Url,
    region: 'us-east-1',
    credentials: CREDENTIALS,
    requestHandler: { httpsAgent: { ca: tlsIdentity().cert } },
  });
  return async (Key: string) => {
    const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
    if (head.ContentLength !== sizeBytes || head.ChecksumCRC32 !== expectedCrc32) {
      throw new Error(`${Key} is not the file: ${head.ContentLength} bytes, CRC32 ${head.ChecksumCRC32}.`);
    }
  };
}

function asJson({ sizeBytes, runs }: BenchOptions, results: readonly Result[]): string {
  return `${JSON.stringify({ sizeBytes, runs, results }, undefined, 2)}\n`;
}

function asText({ sizeBytes, runs }: BenchOptions, { programs }: Cores, results: readonly Result[]): string {
  const how = programs.length > 0 ? 'on a core of its own' : 'not pinned to a core';
  return [
    `${(sizeBytes / 1024 ** 3).toFixed(2)} GiB from TLS to TLS, ${how}; medians of ${runs}`,
    '',
    programTable(results),
    '',
    costTable(results) ?? '',
    '',
  ].join('\n');
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

await main(parseOptions(process.argv.slice(2)));
