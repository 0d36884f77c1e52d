// `icehouse audit` as a terminal sees it: what it asks, what it prints, the code it ends with.
import { expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ok, problem, stubApi } from './stub-api.ts';

const LATEST = '/v1/audits/latest';
const ID = '20261122T030000000Z';

const COUNTS = {
  records: 1_234,
  objects: 3_702,
  assets_at_mux: 45_000,
  assets_inspected: 2,
  versions: 4_000,
  superseded: 23,
  superseded_bytes: 1_200_000,
  uploads: 1,
  changed_meanwhile: 0,
};

const LOST = {
  code: 'ARCHIVE_WITHOUT_OBJECT',
  severity: 'error',
  asset_id: 'lost1',
  life: 2,
  key: 'mux/env1/lost1/2/master.mp4',
  expected: 'version v1',
  found: 'no such version',
  what_to_do: 'Look for the version in the bucket.',
};
const ORPHAN = {
  code: 'OBJECT_WITHOUT_RECORD',
  severity: 'warning',
  key: 'mux/env1/notes.txt',
  found: '1 version, 12 bytes',
  what_to_do: 'Keep it until you know what it is.',
};

const anAudit = (changes: object = {}) => ({
  id: ID,
  started_at: '2026-11-22T03:00:00.000Z',
  updated_at: '2026-11-22T03:04:00.000Z',
  finished_at: '2026-11-22T03:04:00.000Z',
  pass: 'uploads',
  counts: COUNTS,
  errors: 0,
  warnings: 0,
  found: {},
  findings_left_out: 0,
  findings: [],
  next_cursor: null,
  ...changes,
});

test('shows a clean audit and ends with 0', async () => {
  await using api = await stubApi({ [`GET ${LATEST}`]: [ok(anAudit())] });

  const ended = await icehouse(['audit', '--url', api.url]);

  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout.trimEnd().split('\n')).toEqual([
    `Audit ${ID}, finished 22 Nov 2026, 03:04 UTC`,
    '  began        22 Nov 2026, 03:00 UTC',
    '  records      1,234, 3,702 objects compared',
    '  vault        4,000 versions (23 superseded, 1.20 MB), 1 unfinished uploads',
    '  Mux          45,000 assets, 2 looked at one by one',
    '  found        nothing',
  ]);
});

test('shows the findings of all pages by kind, each kind with what to do, and ends with 1', async () => {
  const found = { errors: 3, warnings: 1 };
  const first = anAudit({ ...found, findings: [LOST, ORPHAN], next_cursor: '2' });
  const second = anAudit({ ...found, findings: [{ ...LOST, asset_id: 'lost2' }] });
  const answers = { [`GET ${LATEST}`]: [ok(first)], [`GET /v1/audits/${ID}`]: [ok(second)] };
  await using api = await stubApi(answers);

  const ended = await icehouse(['audit', '--url', api.url]);

  expect(ended.code).toBe(1);
  expect(api.seen.map(({ url }) => url)).toEqual([LATEST, `/v1/audits/${ID}?cursor=2`]);
  const [, ...kinds] = ended.stdout.trimEnd().split('\n\n');
  expect(kinds).toEqual([
    [
      'ARCHIVE_WITHOUT_OBJECT (error, 2)',
      '  lost1 life 2  no such version (expected: version v1)',
      '                mux/env1/lost1/2/master.mp4',
      '  lost2 life 2  no such version (expected: version v1)',
      '                mux/env1/lost1/2/master.mp4',
      '  to do  Look for the version in the bucket.',
    ].join('\n'),
    [
      'OBJECT_WITHOUT_RECORD (warning, 1)',
      '  mux/env1/notes.txt  1 version, 12 bytes',
      '  to do  Keep it until you know what it is.',
    ].join('\n'),
  ]);
});

test('begins one and waits for its end, a line for each step', async () => {
  const begun = anAudit({ finished_at: null, pass: 'platform', counts: { ...COUNTS, assets_at_mux: 0 } });
  const further = anAudit({ finished_at: null, pass: 'records' });
  await using api = await stubApi({
    'POST /v1/audits': [{ status: 202, body: begun }],
    [`GET /v1/audits/${ID}`]: [ok(further), ok(further), ok(anAudit())],
  });

  const ended = await icehouse(['audit', '--start', '--wait', '--interval', '0.01', '--url', api.url]);

  expect(ended.code).toBe(0);
  expect(ended.stdout.split('\n').slice(0, 3)).toEqual([
    'under way: 0 assets at Mux so far',
    'under way: 1,234 records so far',
    `Audit ${ID}, finished 22 Nov 2026, 03:04 UTC`,
  ]);
});

test('gives one JSON document with the findings of all pages', async () => {
  const first = anAudit({ errors: 1, warnings: 1, findings: [LOST], next_cursor: '1' });
  const second = anAudit({ errors: 1, warnings: 1, findings: [ORPHAN] });
  const answers = { [`GET ${LATEST}`]: [ok(first)], [`GET /v1/audits/${ID}`]: [ok(second)] };
  await using api = await stubApi(answers);

  const ended = await icehouse(['audit', '--json', '--url', api.url]);

  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.stdout)).toEqual({ ...first, findings: [LOST, ORPHAN], next_cursor: null });
});

test('says how to begin one when there is none', async () => {
  const none = problem(404, 'NO_SUCH_AUDIT', 'There is no audit of this id.', {
    action: 'Begin one with `icehouse audit --start`.',
  });
  await using api = await stubApi({ [`GET ${LATEST}`]: [none] });

  const ended = await icehouse(['audit', '--url', api.url]);

  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('icehouse audit --start');
});
