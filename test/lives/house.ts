// A whole Icehouse for tests of whole lives: the stack on the embedded cloud, the simulator, and an app's view of both.
import { setTimeout } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import type { IcehouseProps } from '../../lib/icehouse-props.ts';
import { boot, type Running } from '../../local/boot.ts';
import type { Simulator } from '../../local/mux/simulator.ts';
import { signingSecret } from '../../local/surroundings.ts';
import { answerFaults } from '../docs/openapi-answers.ts';
import { temporaryDirectory } from '../local/cloud/hand-made.ts';
import { accessKeysOf, leaksIn } from './leaks.ts';

export interface House extends AsyncDisposable {
  readonly running: Running;
  readonly simulator: Simulator;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly directory: string;
}

/** Sweeps every half second, thaws in one; other durations are a thirtieth of what they are in AWS. */
const CLOCKWORK = {
  sweepSeconds: 0.5,
  expireSeconds: 0.5,
  thawSeconds: 1,
  settleSeconds: 0.2,
  timeScale: 30,
};

export async function openHouse(props: IcehouseProps = {}): Promise<House> {
  const directory = temporaryDirectory();
  const place = { port: 0, data: directory.path, props };
  const options = { ...CLOCKWORK, tour: false, exit: false, verbose: false, ...place };
  const running = await boot({ ...options, onLine: () => {} }, {});
  const { cloud, simulator } = running;
  if (!simulator) throw new Error('The house stands on the simulator.');
  // Started before any date is counted from: on a busy machine its first start outlasts some of them.
  await fetch(`${cloud.urls.api}/v1/delete-requests?limit=1`);
  const s3 = new S3Client({ endpoint: cloud.urls.s3, region: 'us-east-1', credentials: cloud.owner });
  return {
    running,
    simulator,
    s3,
    bucket: cloud.plan.buckets[0]?.name ?? '',
    directory: directory.path,
    async [Symbol.asyncDispose]() {
      s3.destroy();
      // Before the end, which clears up what queues still hold.
      const leaks = leaksIn(directory.path, secretsOf(running, directory.path));
      await running.close();
      directory[Symbol.dispose]();
      const denied = cloud
        .access()
        .flatMap(({ functionName, denied }) => denied.map((one) => [functionName, one]));
      if (denied.length > 0) throw new Error(`AWS would have refused: ${JSON.stringify(denied)}`);
      if (leaks.length > 0) throw new Error(`A secret was left behind: ${JSON.stringify(leaks)}`);
    },
  };
}

/** Whatever of it stands anywhere at the end of a life fails the life. */
function secretsOf({ mux }: Running, directory: string): Readonly<Record<string, string>> {
  return {
    'the Mux token': mux.tokenSecret,
    'the Mux token, encoded': btoa(`${mux.tokenId}:${mux.tokenSecret}`),
    'the Mux token that only reads': mux.readToken?.secret ?? mux.tokenSecret,
    "Mux's webhook secret": mux.webhookSecret,
    'our signing secret': signingSecret({}),
    ...accessKeysOf(directory),
  };
}

export interface Reply {
  readonly status: number;
  readonly type: string | null;
  readonly body: Record<string, unknown>;
}

/** One call as curl would make it. Throws for an answer that docs/openapi.yaml does not name. */
export async function call(base: string, method: string, path: string, body?: unknown): Promise<Reply> {
  const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const answer = await fetch(`${base}${path}`, { method, ...init });
  const { status } = answer;
  const type = answer.headers.get('content-type');
  const text = await answer.text();
  const faults = answerFaults(method, path, { status, contentType: type, text });
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { status, type, body: JSON.parse(text) };
}

/** Each look is an invocation of the API, on cores that the life needs too. */
const LOOK_EVERY_MS = 200;

export async function recordOf(base: string, assetId: string): Promise<PublicRecord> {
  return (await call(base, 'GET', `/v1/delete-requests/${assetId}`)).body as unknown as PublicRecord;
}

/** Looks until the record is as wanted; a failed one, or 90 s, end it with what the record says. */
export async function until(
  base: string,
  assetId: string,
  isReached: (record: PublicRecord) => boolean,
): Promise<PublicRecord> {
  const deadlineMs = Date.now() + 90_000;
  for (;;) {
    const record = await recordOf(base, assetId);
    if (isReached(record)) return record;
    const isOver = record.status === 'failed' || Date.now() > deadlineMs;
    if (isOver) throw new Error(`${record.status}: ${record.summary} (waits for ${record.waiting_for})`);
    await setTimeout(LOOK_EVERY_MS);
  }
}

export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString();
}
