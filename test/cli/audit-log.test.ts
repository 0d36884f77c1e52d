// The command against a vault on a real wire: the trail by day for people, spreadsheets and programs, and the certificate.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateOf } from '../../cli/trail/certificate.ts';
import { certificatePage } from '../../cli/trail/certificate-page.ts';
import { readTrail } from '../../cli/trail/read-trail.ts';
import type { Manifest } from '../../lambdas/domain/manifest.ts';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { type TrailEntry, trailKey } from '../../lambdas/domain/trail.ts';
import { startRetrievePlace } from './retrieve-place.ts';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, type StubApi, stubApi } from './stub-api.ts';

const ARN = 'arn:aws:iam::123456789012:role/app';

const transition = (at: string, version: number, changes: Partial<TrailEntry> = {}): TrailEntry => ({
  schema: 1,
  kind: 'transition',
  at,
  asset_id: ASSET,
  life: 1,
  version,
  from: 'requested',
  to: 'preparing',
  cause: 'master asked for',
  actor: { kind: 'system', id: 'icehouse' },
  ...(changes as object),
});

const ASKED = transition('2026-12-01T09:00:00.000Z', 1, {
  from: null,
  to: 'requested',
  cause: 'delete request',
  actor: { kind: 'user', id: 'teacher-7', principal: ARN },
  request_id: 'request-1',
} as Partial<TrailEntry>);
const ARCHIVED = transition('2026-12-01T09:05:00.000Z', 5, {
  from: 'archiving',
  to: 'archived',
  cause: 'archive verified',
} as Partial<TrailEntry>);
const DELETED = transition('2026-12-24T00:00:05.000Z', 9, {
  from: 'deleting',
  to: 'deleted',
  cause: 'deleted after proof',
  platform_request_id: 'mux-1',
} as Partial<TrailEntry>);
const REFUSED: TrailEntry = {
  schema: 1,
  kind: 'refusal',
  at: '2026-12-02T10:00:00.000Z',
  call: 'POST /v1/delete-requests',
  status: 400,
  code: 'INVALID_FIELD',
  field: '=HYPERLINK("x")',
  actor: { kind: 'user', id: 'teacher-8', principal: ARN },
  request_id: 'request-2',
};
/** Of another asset, at the same time. */
const OTHER = { ...transition('2026-12-01T09:05:00.000Z', 3), asset_id: 'asset2' } as TrailEntry;

let place: Awaited<ReturnType<typeof startRetrievePlace>>;
let api: StubApi;
let directory: string;

const historyEntry = (entry: TrailEntry) => {
  if (entry.kind !== 'transition') throw new Error('Only transitions are in a history.');
  const { at, from, to, cause, actor, request_id } = entry;
  return { at, from, to, cause, actor: actor.id, principal: actor.principal, request_id };
};

const ARCHIVE = {
  bucket: 'vault',
  key: `mux/env1/${ASSET}/1/master.mp4`,
  version_id: 'v1',
  size_bytes: 9,
  crc32: 'y/Q5Jg==',
  storage_class: 'DEEP_ARCHIVE',
};
const RECORD = aRecord({
  status: 'deleted',
  title: '<script>alert(1)</script>',
  deleted_by_user_id: 'teacher-7',
  created_at: ASKED.at,
  updated_at: DELETED.at,
  deleted_at: DELETED.at,
  deletion: { at: DELETED.at, request_id: 'mux-1' },
  archive: {
    ...ARCHIVE,
    verified_at: ARCHIVED.at,
    manifest_key: `mux/env1/${ASSET}/1/manifest.json`,
    captions: [],
    sidecars: [],
    sidecar_bytes: 1,
  },
  history: [ASKED, transition('2026-12-01T09:01:00.000Z', 2), ARCHIVED, DELETED].map(historyEntry),
});

const MANIFEST = { asset_id: ASSET, life: 1, environment: 'env1', master: ARCHIVE, captions: [] };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'icehouse-trail-'));
  place = await startRetrievePlace();
  for (const entry of [DELETED, REFUSED, ARCHIVED, OTHER, ASKED])
    await place.put(trailKey(entry), JSON.stringify(entry));
  api = await stubApi({
    [`GET /v1/delete-requests/${ASSET}`]: [ok(RECORD)],
    [`GET /v1/assets/${ASSET}/manifest`]: [ok(MANIFEST)],
  });
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await place.films.close();
  await place.close();
  await rm(place.root, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
});

const auditLog = (...args: string[]) =>
  icehouse(['audit-log', '--bucket', 'vault', '--no-color', ...args], place.env);

describe('icehouse audit-log', () => {
  test('lists the days in the order of time, for people', async () => {
    const { code, stdout } = await auditLog('--from', '2026-12-01', '--to', '2026-12-02');

    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(
      ` 1 Dec 2026 09:00:00  ${ASSET}  new → requested  by teacher-7 (${ARN}): delete request`,
    );
    expect(lines[3]).toContain('refused POST /v1/delete-requests: 400 INVALID_FIELD  by teacher-8');
  });

  test('of one asset and one user is an array of JSON', async () => {
    const { stdout } = await auditLog(
      ...['--from', '2026-12-01', '--to', '2026-12-24', '--asset', ASSET, '--user', 'icehouse', '--json'],
    );

    expect(JSON.parse(stdout)).toEqual([
      { ...ARCHIVED, key: trailKey(ARCHIVED) },
      { ...DELETED, key: trailKey(DELETED) },
    ]);
  });

  test('as CSV runs no formula of others, and shows what is no entry', async () => {
    await place.put('trail/2026/12/03/20261203T000000000Z-asset1-1-requested.json', 'not an entry');

    const { code, stdout } = await auditLog('--from', '2026-12-02', '--to', '2026-12-03', '--csv');

    const [head, refusal, unreadable] = stdout.split('\r\n');
    expect(code).toBe(1);
    expect(head).toMatch(
      /^at,kind,asset_id,.*,actor,principal,request_id,platform_request_id,group_id,alarm,key$/,
    );
    expect(refusal).toContain(`,400,INVALID_FIELD,"'=HYPERLINK(""x"")",user,teacher-8,${ARN},request-2,`);
    expect(unreadable).toMatch(/^,unreadable,.*,trail\/2026\/12\/03\//);
  });

  test('refuses a day that there is not', async () => {
    const { code, stderr } = await auditLog('--from', '2026-02-31');

    expect(code).toBe(2);
    expect(stderr).toContain('A day as 2026-12-24.');
  });

  test('is of the deployed stack, and in its region, where nothing else is named', async () => {
    const { AWS_REGION: _, ...env } = place.env;
    const ApiUrl = 'https://abc.execute-api.us-east-1.amazonaws.com/';
    const stack = { ApiUrl, VaultBucket: 'vault', MuxSecret: 's', WebhookUrl: `${ApiUrl}v1/webhooks/mux` };
    const file = join(directory, 'outputs.json');
    await writeFile(file, JSON.stringify({ Icehouse: stack }));

    const ended = await icehouse(
      ['audit-log', '--from', '2026-12-02', '--to', '2026-12-02', '--outputs', file],
      env,
    );

    expect(ended).toMatchObject({ code: 0, stderr: `Vault: vault (stack Icehouse in ${file})\n` });
    expect(ended.stdout).toContain('teacher-8');
  });

  test('of a bucket that is not there says what to check', async () => {
    const { code, stderr } = await icehouse(['audit-log', '--bucket', 'elsewhere'], place.env);

    expect(code).toBe(1);
    expect(stderr).toContain('output VaultBucket');
  });
});

describe('icehouse certificate', () => {
  const record = RECORD as unknown as PublicRecord;
  const manifest = MANIFEST as unknown as Manifest;

  test('says who asked, what was kept and what Mux answered, each held against the trail', async () => {
    const certificate = await certificateOf(record, manifest, readTrail(place.client, 'vault'));

    expect(certificate).toMatchObject({
      asset_id: ASSET,
      as_of: '2026-12-24T00:00:05.000Z',
      environment: 'env1',
      asked: { user_id: 'teacher-7', principal: ARN, request_id: 'request-1', at: ASKED.at },
      archived: { ...ARCHIVE, at: ARCHIVED.at, manifest_agrees: true },
      deleted: { at: DELETED.at, cause: 'deleted after proof', platform_request_id: 'mux-1' },
      history: [
        { to: 'requested', in_trail: 'same', trail_key: trailKey(ASKED) },
        { to: 'preparing', in_trail: 'missing' },
        { to: 'archived', in_trail: 'same' },
        { to: 'deleted', in_trail: 'same' },
      ],
    });
  });

  test('is one page that runs nothing of others, and the same each time', async () => {
    const file = join(directory, 'certificate.html');
    const args = ['certificate', ASSET, '--url', api.url, '--out', file];

    const { code } = await icehouse(args, place.env);

    const page = await readFile(file, 'utf8');
    const again = await certificateOf(record, manifest, readTrail(place.client, 'vault'));
    expect(code).toBe(0);
    expect(page).toBe(certificatePage(again));
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toMatch(/<script|src=|href=/);
    for (const fact of ['teacher-7', 'request-1', 'y/Q5Jg==', 'mux-1', '3 of 4 entries'])
      expect(page).toContain(fact);
  });

  test('without a region says what to set, and that the trail can be left out', async () => {
    const { AWS_REGION, ...env } = place.env;

    const { code, stderr } = await icehouse(['certificate', ASSET, '--url', api.url], env);

    const text = stderr.replaceAll(/\s+/g, ' ');
    expect(AWS_REGION).toBeDefined();
    expect(code).toBe(2);
    expect(text).toContain('No certificate: the trail cannot be read (NO_REGION)');
    expect(text).toMatch(/Set AWS_REGION .*ICEHOUSE_BUCKET.* --no-trail\./);
  });

  test('without the trail or the manifest says so', async () => {
    const page = certificatePage(await certificateOf(record, undefined, undefined));

    expect(page).toContain('this page rests on the ledger alone');
    expect(page).toContain('<th>manifest names the same object</th><td>not read</td>');
  });

  test('says of a manifest and a trail that tell it otherwise that they do', async () => {
    const other = { ...manifest, master: { ...manifest.master, crc32: 'AAAAAA==' } };
    const changed = { ...record, history: record.history.map((entry) => ({ ...entry, actor: 'nobody' })) };

    const certificate = await certificateOf(changed, other, readTrail(place.client, 'vault'));

    expect(certificate.archived?.manifest_agrees).toBe(false);
    expect(certificate.history.map(({ in_trail }) => in_trail)).toEqual([
      'differs',
      'missing',
      'differs',
      'differs',
    ]);
  });
});
