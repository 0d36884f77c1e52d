// Every function that is started by messages and events, under arbitrary ones: what cannot be read is refused by a code,
// what is stale or foreign does nothing, and neither reaches Mux, S3 or the ledger.
import type { Context, SQSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { STATUSES as ALL } from '../../lambdas/domain/record.ts';
import { aRecord } from '../fakes/record.ts';
import { anyJson, broken, oddNumber, oddText, runs, timeoutMs } from './fuzz.ts';
import { CONTEXT, type Surroundings, surround } from './surroundings.ts';

const RUNS = 40;

let around: Surroundings;

/** Of every status but the one that a bucket event may wake. */
const STATUSES = ALL.filter((status) => status !== 'thawing');

beforeAll(async () => {
  around = await surround();
  const ledger = createLedger(around);
  for (const status of STATUSES) {
    await ledger.save(
      aRecord({ asset_id: `${status}1`, status, upload: status === 'archiving' ? UPLOAD : undefined }),
    );
  }
});
afterAll(() => around.stop());

const UPLOAD = {
  upload_id: 'upload1',
  key: 'mux/env1/archiving1/1/master.mp4',
  token: 't'.repeat(32),
  part_size_bytes: 5_242_880,
  source: { size_bytes: 9, probed_at: '2026-11-01T00:00:00.000Z' },
  restarts: 0,
};

const assetId = fc.oneof(fc.constantFrom(...STATUSES.map((status) => `${status}1`), 'unknown1'), oddText());

/** Versions of the records are 1: none of these is a claim that stands. */
const stale = fc
  .record({
    asset_id: assetId,
    life: fc.oneof(fc.constantFrom(1, 2), oddNumber()),
    version: fc.oneof(fc.constantFrom(0, 2, 99), oddNumber()),
  })
  .filter(({ version }) => version !== 1);

const restoreEvent = oddText().chain((key) =>
  broken({
    source: 'aws.s3',
    'detail-type': 'Object Restore Completed',
    detail: { bucket: { name: 'vault' }, object: { key } },
  }),
);

/** Keys of ours, of records that do not thaw. */
const foreignRestore = assetId.map((id) => ({
  'detail-type': 'Object Restore Completed',
  detail: { object: { key: `mux/env1/${id}/1/master.mp4` } },
}));

const message = fc.oneof(
  anyJson(),
  stale,
  broken({ asset_id: 'archived1', life: 1, version: 99 }),
  restoreEvent,
  foreignRestore,
);

const segment = fc.oneof(
  broken({ asset_id: 'archiving1', life: 2, upload_id: 'upload1', first_part: 1, last_part: 2 }),
  fc.record({
    asset_id: assetId,
    life: fc.oneof(fc.constant(1), oddNumber()),
    upload_id: fc.constantFrom('upload0', ''),
    first_part: oddNumber(),
    last_part: oddNumber(),
  }),
  anyJson(),
);
const segments = fc
  .array(
    fc.oneof(
      segment.map((value) => JSON.stringify(value)),
      oddText(),
    ),
    { maxLength: 3 },
  )
  .map(
    (bodies) =>
      ({
        Records: bodies.map((body) => ({ body, attributes: { ApproximateReceiveCount: '1' } })),
      }) as unknown as SQSEvent,
  );

/** Nothing in the ledger has a wake, so that a sweep that is understood finds nobody. */
const sweepMessage = fc.oneof(anyJson(), broken({ lane: 'expire' }));

/** An object without an id begins an audit, so none is among these. */
const foreignAudit = fc.oneof(
  oddText().map((audit_id) => ({ audit_id })),
  fc
    .oneof(
      oddNumber(),
      anyJson().map((value) => [value]),
    )
    .map((audit_id) => ({ audit_id })),
  anyJson().map((value) => [value]),
  fc.oneof(oddText(), oddNumber(), fc.constantFrom(null, undefined, true)),
);

type Handler = (event: never, context: Context) => Promise<unknown>;

const FUNCTIONS: readonly [string, () => Promise<{ handler: Handler }>, fc.Arbitrary<unknown>][] = [
  ['master', () => import('../../lambdas/handlers/master.ts'), message],
  ['archive', () => import('../../lambdas/handlers/archive.ts'), message],
  ['expire', () => import('../../lambdas/handlers/expire.ts'), message],
  ['restore', () => import('../../lambdas/handlers/restore.ts'), message],
  ['cancel', () => import('../../lambdas/handlers/cancel.ts'), message],
  ['sweep', () => import('../../lambdas/handlers/sweep.ts'), sweepMessage],
  ['copy', () => import('../../lambdas/handlers/copy.ts'), segments],
  ['audit', () => import('../../lambdas/handlers/audit.ts'), foreignAudit],
];

/** The code of what was thrown; undefined when nothing was. */
async function codeOf(run: Promise<unknown>): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return `no error: ${String(error)}`;
    // Lambda keeps no more of an error than its name and message: some are named by their code.
    return 'code' in error ? String(error.code) : error.name;
  }
}

describe.each(FUNCTIONS)('the %s function', (_, load, events) => {
  test(
    'does nothing for a message that is not its own, and refuses one it cannot read by a code',
    async () => {
      const { handler } = await load();

      await fc.assert(
        fc.asyncProperty(events, async (event) => {
          const before = await around.written();

          const code = await codeOf(handler(event as never, CONTEXT));

          expect(code ?? 'NONE').toMatch(/^[A-Z][A-Z_]+$/);
          expect(await around.written()).toBe(before);
          expect([around.mux.requests(), around.s3.requests(), around.started()]).toEqual([0, 0, 0]);
        }),
        runs(RUNS),
      );
    },
    timeoutMs(RUNS),
  );
});
