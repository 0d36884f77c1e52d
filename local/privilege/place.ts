// Where grants are tried: the whole stack on the embedded cloud and the simulator, an app's calls, and a receiver of events.
import { setTimeout } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { Key } from 'aws-cdk-lib/aws-kms';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { boot } from '../boot.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { listen } from '../cloud/http.ts';
import type { Simulator } from '../mux/simulator.ts';

export interface Place extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly simulator: Simulator;
  /** One call of the API. Throws for an answer of 400 and above. */
  call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Looks at the record until it is as wanted. Throws when it failed, when `stop` says so, and after three minutes. */
  until(assetId: string, isReached: (record: PublicRecord) => boolean): Promise<PublicRecord>;
  /** One call of Mux behind Icehouse's back. */
  atMux(method: string, path: string, body?: unknown): Promise<void>;
  /** The vault, with its owner's key. */
  readonly s3: S3Client;
}

/** Sweeps every half second, thaws in one; other durations are a thirtieth of what they are in AWS. */
const CLOCKWORK = {
  sweepSeconds: 0.5,
  expireSeconds: 0.5,
  thawSeconds: 1,
  settleSeconds: 0.2,
  timeScale: 30,
};

/** With all that gives roles more to do: a lock of two seconds here, over before anything is removed; a key, and secrets apart. */
const OPTIONS = {
  objectLock: { mode: 'governance', for: Duration.minutes(1) },
  encryptionKey: Key.fromKeyArn(
    new Stack(new App()),
    'Key',
    'arn:aws:kms:us-east-1:000000000000:key/the-customers',
  ),
  readSecret: true,
  webhookSecret: true,
} as const;

const LIMIT_MS = 180_000;

/** `onDenied` hears each call that AWS would refuse, once. */
export async function openPlace(onDenied: (line: string) => void): Promise<Place> {
  let deliveries = 0;
  const receiver = await listen((request, response) => {
    request.resume();
    deliveries += 1;
    // Refused now and then, so that a delivery has to wait.
    response.writeHead(deliveries % 10 === 1 ? 500 : 200).end();
  });
  const quiet = { tour: false, exit: false, verbose: false, port: 0 };
  const onLine = (from: string, line: string) => {
    if (from === 'cloud' && / was refused: /.test(line)) onDenied(line);
  };
  const running = await boot(
    { ...CLOCKWORK, ...quiet, webhookTo: [receiver.url], onLine, props: OPTIONS },
    {},
  );
  const { cloud, simulator, mux } = running;
  if (!simulator) throw new Error('Grants are tried on the simulator only.');
  const s3 = new S3Client({
    ...{ endpoint: cloud.urls.s3, region: cloud.plan.region, forcePathStyle: true },
    credentials: cloud.owner,
  });
  const call: Place['call'] = async (method, path, body) => {
    const answer = await fetch(`${cloud.urls.api}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  return {
    cloud,
    simulator,
    call,
    until: (assetId, isReached) => until(call, assetId, isReached),
    s3,
    async atMux(method, path, body) {
      const authorization = `Basic ${btoa(`${mux.tokenId}:${mux.tokenSecret}`)}`;
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`${mux.url}/video/v1${path}`, {
        ...{ method, headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`Mux: ${method} ${path}: ${answer.status} ${await answer.text()}`);
    },
    async [Symbol.asyncDispose]() {
      s3.destroy();
      await running.close();
      await receiver.close();
    },
  };
}

/** The same place until the signal: then every call of the API throws. */
export function untilSignal(place: Place, signal: AbortSignal): Place {
  const call: Place['call'] = (method, path, body) => {
    signal.throwIfAborted();
    return place.call(method, path, body);
  };
  return { ...place, call, until: (assetId, isReached) => until(call, assetId, isReached) };
}

async function until(
  call: Place['call'],
  assetId: string,
  isReached: (record: PublicRecord) => boolean,
): Promise<PublicRecord> {
  const deadlineMs = Date.now() + LIMIT_MS;
  for (;;) {
    const record = (await call('GET', `/v1/delete-requests/${assetId}`)) as unknown as PublicRecord;
    if (isReached(record)) return record;
    if (record.status === 'failed' || Date.now() > deadlineMs) {
      throw new Error(`${assetId} is ${record.status}: ${record.summary} (waits for ${record.waiting_for})`);
    }
    await setTimeout(100);
  }
}
