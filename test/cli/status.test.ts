// `icehouse status`: what happened, where it stands, what comes next and when, for every status and any id of the lineage.
import { expect, test } from 'vitest';
import type { LineageEntry, PublicRecord } from '../../cli/api.ts';
import { screenOn } from '../../cli/screen.ts';
import { statusView } from '../../cli/status-view.ts';
import { STATUSES } from '../../lambdas/domain/record.ts';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, stubApi } from './stub-api.ts';

const NOW_MS = Date.parse('2026-12-01T10:00:00.000Z');
const screen = screenOn(process.stdout, { colour: false });

/** As the API answers it: the stub's record is one with all that these views read. */
function record(changes: object): PublicRecord {
  const next = { expiration_date: '2026-12-24T00:00:00.000Z', next_action_at: '2026-12-24T01:00:00.000Z' };
  return aRecord({ ...next, ...changes }) as unknown as PublicRecord;
}

/** Rows behind `now`, each on one line. */
function ahead(changes: object): string[] {
  const view = statusView({ asked: ASSET, record: record(changes), lineage: [] }, screen, NOW_MS);
  const timeline = view.split('\n\n').find((block) => block.includes('when (UTC)')) ?? '';
  const lines = timeline.split('\n');
  const behind = lines.slice(lines.findIndex((line) => line.startsWith(' ▶')) + 1);
  const rows = behind.join('\n').replace(/\n {20,}/g, ' ');
  return rows.split('\n').map((row) => row.replace(/^ ○ */, '').trim().replace(/ +/g, ' '));
}

const PREPARED = 'archiving once Mux has prepared the master';
const PROVED = 'archived once the copy is proved';
const LATER = 'free to take back until then';
const IF_PROVED = `24 Dec 2026, 01:00 deleted in 22 days: from Mux, if the copy is proved; ${LATER}`;
const REST = 'Nothing more happens unless somebody asks.';
const NEW_ASSET = 'restored once Mux has made the new asset';
const COPYING = { archive: undefined, location: 'mux' };
const GONE = { location: 'vault', playable: false, next_action_at: undefined };
const ORDER = {
  id: 'er1',
  requested_by: 'dpo',
  legal_basis: 'GDPR 17',
  ordered_at: '2026-12-01T09:00:00.000Z',
};
const PURGE = { from: 'archived', executes_at: '2026-12-04T09:00:00.000Z' };

const CASES: [
  why: string,
  changes: { status: (typeof STATUSES)[number]; [field: string]: unknown },
  string[],
][] = [
  [
    'in line',
    { status: 'requested', ...COPYING, position: 342, expected_by: '2026-12-01T12:00:00.000Z' },
    ['1 Dec 2026, 12:00 preparing in 2 hours: its turn: number 342 in line', PREPARED, PROVED, IF_PROVED],
  ],
  ['at Mux', { status: 'preparing', ...COPYING }, [PREPARED, PROVED, IF_PROVED]],
  ['being copied', { status: 'archiving', ...COPYING }, [PROVED, IF_PROVED]],
  [
    'deleted elsewhere, its master still there',
    { status: 'archiving', archive: undefined, location: 'none' },
    [PROVED],
  ],
  ['waiting', { status: 'archived' }, [`24 Dec 2026, 01:00 deleted in 22 days: from Mux; ${LATER}`]],
  [
    'due, and at the limits',
    { status: 'archived', expiration_date: '2026-11-30T00:00:00.000Z', waiting_for: 'the limit of today' },
    ['24 Dec 2026, 01:00 deleted in 22 days: from Mux; waits for the limit of today'],
  ],
  [
    'held without an end',
    { status: 'archived', hold: { reason: 'Court', user_id: 'legal', since: '2026-11-30T00:00:00.000Z' } },
    ['held not deleted until the hold of legal is lifted'],
  ],
  [
    'never to be deleted',
    { status: 'archived', mode: 'archive_only' },
    ['kept on Mux for good: archive only'],
  ],
  [
    'without a copy',
    { status: 'scheduled', mode: 'delete_only', ...COPYING },
    [`24 Dec 2026, 01:00 deleted in 22 days: from Mux WITHOUT A COPY, for good; ${LATER}`],
  ],
  [
    'being deleted',
    { status: 'deleting', next_action_at: undefined },
    ['deleted as soon as Mux has done it'],
  ],
  ['for ever', { status: 'deleted', ...GONE }, ['for ever the archive stays in the vault']],
  [
    'until its archive ends',
    { status: 'deleted', ...GONE, archive_until: '2031-12-24T00:00:00.000Z' },
    ['24 Dec 2031, 00:00 purged in 5 years: its archive ends; nothing is left then'],
  ],
  [
    'on its way',
    { status: 'thawing', ...GONE, restore: restoring({}) },
    ['3 Dec 2026, 09:00 uploading in 47 hours: readable by then', NEW_ASSET],
  ],
  ['back soon', { status: 'uploading', ...GONE, restore: restoring({}) }, [NEW_ASSET]],
  [
    'back',
    { status: 'restored', next_action_at: undefined, restore: restoring({ new_asset_id: 'new1' }) },
    [REST],
  ],
  ['taken back', { status: 'cancelled', next_action_at: undefined }, [REST]],
  [
    'stopped',
    {
      status: 'failed',
      ...COPYING,
      failure: { code: 'X', message: 'M', action: 'Send it again.', from: 'preparing' },
    },
    ['you Send it again.'],
  ],
  [
    'about to be erased',
    { status: 'purging', purge: { ...PURGE, order: ORDER } },
    [
      '4 Dec 2026, 09:00 purged in 2 days: all of it is removed for good',
      'or not if stopped before: icehouse erase --stop er1',
    ],
  ],
  [
    'about to be erased, and due',
    {
      status: 'purging',
      purge: { from: 'archived', executes_at: '2026-12-01T09:59:00.000Z' },
      waiting_for: 'its time',
    },
    ['as soon as can be purged all of it is removed for good, once nobody is at work on it'],
  ],
  [
    'being erased',
    { status: 'purging', purge: { ...PURGE, order: ORDER, begun_at: '2026-12-01T09:59:00.000Z' } },
    ['purged as soon as all of it is removed'],
  ],
  [
    'locked',
    { status: 'purging', purge: { ...PURGE, blocked_until: '2026-12-31T00:00:00.000Z' } },
    ['31 Dec 2026, 00:00 purged in 29 days: the Object Lock of S3 keeps some of it until then'],
  ],
  ['gone', { status: 'purged', archive: undefined, location: 'none', playable: false, purge: PURGE }, [REST]],
];

function restoring(changes: object) {
  const times = { requested_at: '2026-12-01T09:00:00.000Z', ready_by: '2026-12-03T09:00:00.000Z' };
  return { tier: 'Bulk', ...times, estimated_cost_usd: 0.02, new_playback_ids: [], ...changes };
}

test.each(CASES)('says what comes next for one that is %s', (_, changes, expected) => {
  expect(ahead(changes)).toEqual(expected);
});

test('no status is without a word on what comes next', () => {
  const said = new Set(CASES.map(([, { status }]) => status));

  expect(STATUSES.filter((status) => !said.has(status))).toEqual([]);
});

test('a deleted one ends with the way back, and of an erased one nobody is named', () => {
  const viewOf = (changes: object) =>
    statusView({ asked: ASSET, record: record(changes), lineage: [] }, screen, NOW_MS);

  const deleted = viewOf({ status: 'deleted', ...GONE });
  const spam = viewOf({ status: 'deleted', ...GONE, archive: undefined, mode: 'delete_only' });
  const erased = viewOf({ status: 'purged', deleted_by_user_id: 'erased', purge: PURGE });

  expect(deleted).toMatch(new RegExp(`icehouse quote ${ASSET}\nHave it back: icehouse restore ${ASSET}$`));
  expect(spam).not.toContain('icehouse restore');
  expect(erased).toContain('asked by     (names erased), ');
});

test('a long history shows how it began and how it came to where it is', () => {
  const entry = (n: number) => ({
    at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
    from: 'archived',
    to: 'archived',
    cause: `word ${n}`,
    actor: 'u',
  });
  const history = Array.from({ length: 60 }, (_, n) => entry(n));

  const view = statusView({ asked: ASSET, record: record({ history }), lineage: [] }, screen, NOW_MS);

  expect(view.match(/word \d+/g)).toEqual(
    [0, 1, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59].map((n) => `word ${n}`),
  );
  expect(view).toContain('… 46 more');
});

const OLD = 'old1';
const WHERE = {
  ...{
    asset_id: ASSET,
    status: 'archived',
    reason: 'PLAYING',
    summary: 's',
    location: 'both',
    playable: true,
  },
  ...{ current_asset_id: ASSET, playback_ids: [], tracks: [], as_of: '2026-12-01T10:00:00.000Z' },
  lineage: [
    { asset_id: OLD, status: 'restored', deleted_at: '2026-01-02T00:00:00.000Z' },
    { asset_id: ASSET, status: 'archived', restored_at: '2026-02-02T00:00:00.000Z' },
  ] satisfies LineageEntry[],
};

test('an id that the video had before leads to what it is now, and says so', async () => {
  await using api = await stubApi({
    [`GET /v1/delete-requests/${OLD}`]: [ok(aRecord({ asset_id: OLD, status: 'restored' }))],
    [`GET /v1/assets/${OLD}`]: [ok(WHERE)],
    [`GET /v1/delete-requests/${ASSET}`]: [ok(aRecord({ restored_from: OLD }))],
  });

  const ended = await icehouse(['status', OLD, '--url', api.url]);

  expect(ended.code).toBe(0);
  expect(ended.stdout.split('\n')[0]).toBe(`${OLD} became asset ${ASSET}, whose record this is.`);
  expect(ended.stdout).toContain('  lineage      old1 restored, deleted 2 Jan 2026, 00:00 UTC\n');
  expect(ended.stdout).toContain(' ▶   now                   archived ');
});

test('an id that a restore made leads to the record that made it', async () => {
  const lineage = [
    { asset_id: ASSET, status: 'restored' },
    { asset_id: 'new1', status: 'available' },
  ];
  await using api = await stubApi({
    'GET /v1/delete-requests/new1': [ok(aRecord({ status: 'restored', current_asset_id: 'new1' }))],
    'GET /v1/assets/new1': [ok({ ...WHERE, lineage })],
  });

  const ended = await icehouse(['status', 'new1', '--url', api.url]);

  expect(ended.stdout.split('\n')[0]).toBe(
    `new1 is what asset ${ASSET} was restored as; this is the record of both.`,
  );
  expect(api.seen).toHaveLength(2);
});
