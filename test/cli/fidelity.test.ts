// `icehouse fidelity` as a terminal sees it: verdicts before a restore, the comparison after it.
import { expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, ok, problem, stubApi } from './stub-api.ts';

const PATH = `GET /v1/assets/${ASSET}/fidelity`;

const COMPARISON = {
  kind: 'comparison',
  asset_id: ASSET,
  life: 1,
  new_asset_id: 'new1',
  compared_at: '2026-11-22T03:00:00.000Z',
  counts: { equal: 1, derived: 1, lost: 1, differs: 1 },
  attributes: [
    { attribute: 'id', verdict: 'lost', was: 'old1', is: 'new1', outcome: 'lost', note: 'Look it up.' },
    { attribute: 'passthrough', verdict: 'set', was: 'order 66', is: 'order 66', outcome: 'equal' },
    { attribute: 'duration', verdict: 'derived', was: 30.5, is: 30.51, outcome: 'derived' },
    { attribute: 'video_quality', verdict: 'set', was: 'plus', is: null, outcome: 'differs' },
  ],
};

test('groups what came back, what was computed again, what is lost, and what differs', async () => {
  await using api = await stubApi({ [PATH]: [ok(COMPARISON)] });

  const ended = await icehouse(['fidelity', ASSET, '--url', api.url]);

  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout.trimEnd().split('\n')).toEqual([
    ASSET,
    'was restored as new1, compared 22 Nov 2026, 03:00 UTC',
    '',
    'equal (1): came back as it was',
    '  passthrough  order 66',
    '',
    'derived (1): Mux computed it again',
    '  duration  30.5 → 30.51',
    '',
    'lost (1): cannot come back',
    '  id  old1 → new1 (Look it up.)',
    '',
    'differs (1): should have come back and did not',
    '  video_quality  plus → absent',
  ]);
});

test('says before a restore what will come back and how', async () => {
  const verdicts = {
    kind: 'verdicts',
    asset_id: ASSET,
    life: 1,
    counts: { set: 1, after: 0, derived: 0, lost: 1, 'not-restored': 0 },
    attributes: [
      { attribute: 'upload_id', verdict: 'lost', how: 'the new asset is made from a URL' },
      { attribute: 'passthrough', verdict: 'set', how: 'passthrough', note: 'Letter by letter.' },
    ],
  };
  await using api = await stubApi({ [PATH]: [ok(verdicts)] });

  const ended = await icehouse(['fidelity', ASSET, '--url', api.url]);

  expect(ended.stdout.trimEnd().split('\n').slice(1)).toEqual([
    'what a restore would bring back',
    '',
    'set (1): comes back with the create',
    '  passthrough  passthrough (Letter by letter.)',
    '',
    'lost (1): cannot come back',
    '  upload_id  the new asset is made from a URL',
  ]);
});

test('gives machines the answer as it is', async () => {
  await using api = await stubApi({ [PATH]: [ok(COMPARISON)] });

  const ended = await icehouse(['fidelity', ASSET, '--json', '--url', api.url]);

  expect(JSON.parse(ended.stdout)).toEqual(COMPARISON);
});

test('ends with 1 where nothing is known yet', async () => {
  const notYet = problem(404, 'NOT_ARCHIVED', 'It is preparing.', { action: 'Ask again.' });
  await using api = await stubApi({ [PATH]: [notYet] });

  const ended = await icehouse(['fidelity', ASSET, '--url', api.url]);

  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('NOT_ARCHIVED');
});

test('explains itself', async () => {
  const ended = await icehouse(['fidelity', '--help']);

  expect(ended.stdout).toContain('$ icehouse fidelity 01Tq7hnCrmxvE8OrKhQ7');
});
