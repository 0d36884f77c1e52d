// Where an order of erasure stands, what it will remove, and what its certificate says.
import { describe, expect, test } from 'vitest';
import { erasureCertificate, runsOutLater } from '../../lambdas/domain/erasure-certificate.ts';
import { type KeptErasure, viewErasure } from '../../lambdas/domain/erasure-view.ts';
import type { PurgeState } from '../../lambdas/domain/record.ts';
import { whatGoes } from '../../lambdas/domain/what-goes.ts';
import { ARCHIVE, BULK, EARLIER, inStatus, NOW } from './decision-records.ts';

const NOW_MS = Date.parse(NOW);
const LATER = '2026-11-25T12:00:00.000Z';
const KEPT: KeptErasure = {
  id: 'e'.repeat(32),
  asset_id: 'new1',
  root_asset_id: 'asset1',
  requested_by: 'privacy-2',
  legal_basis: 'GDPR Art. 17, request 114',
  principal: 'arn:aws:iam::123456789012:user/privacy',
  ordered_at: EARLIER,
  executes_at: LATER,
};
const DONE = { ...KEPT, done_at: NOW };

function leader(purge: Partial<PurgeState>, more: object = {}) {
  const given = { from: 'deleted' as const, order: KEPT, executes_at: LATER, ...purge };
  return inStatus('purging', { purge: given, ...more });
}

const BEGUN = { begun_at: NOW };
const GONE = inStatus('purged', {
  purge: { from: 'deleted', order: KEPT, executes_at: EARLIER, begun_at: EARLIER, done_at: NOW },
});
const OTHER = { ...KEPT, id: 'f'.repeat(32) };
const AFTER_MS = Date.parse(LATER) + 1;

describe('an order', () => {
  test.each([
    ['whose time has not come', KEPT, leader({}), NOW_MS, 'waiting', true],
    ['kept by a hold when it has', KEPT, leader({}, { waiting_for: 'a hold' }), AFTER_MS, 'held', true],
    [
      'that waits for others to end',
      KEPT,
      leader({}, { waiting_for: 'its time' }),
      AFTER_MS,
      'waiting',
      true,
    ],
    ['that has begun', KEPT, leader(BEGUN), AFTER_MS, 'erasing', false],
    ['under Object Lock', KEPT, leader({ ...BEGUN, blocked_until: LATER }), AFTER_MS, 'blocked', false],
    ['that is done', DONE, GONE, AFTER_MS, 'done', false],
    ['whose file was lost behind its record', KEPT, GONE, AFTER_MS, 'done', false],
    ['whose record stands for another', KEPT, leader({ order: OTHER }), NOW_MS, 'stopped', false],
    ['whose record goes on', KEPT, inStatus('deleted'), NOW_MS, 'stopped', false],
    ['done, and its record lost', DONE, undefined, NOW_MS, 'done', false],
  ])('%s', (_, kept, record, nowMs, state, canBeStopped) => {
    const view = viewErasure(kept, record, nowMs);

    expect([view.state, view.can_be_stopped]).toEqual([state, canBeStopped]);
    expect(view.summary).not.toContain('undefined');
  });

  test('says until when S3 refuses', () => {
    const view = viewErasure(KEPT, leader({ ...BEGUN, blocked_until: '2027-01-31T00:00:00.000Z' }), AFTER_MS);

    expect(view.blocked_until).toBe('2027-01-31T00:00:00.000Z');
    expect(view.summary).toContain('until 2027-01-31 00:00 UTC');
  });
});

describe('what goes', () => {
  test('is each asset at Mux, and each object once, with the rest of the 180 days', () => {
    const root = inStatus('restored', { archive: ARCHIVE, restore: { ...BULK, new_asset_id: 'new1' } });
    const second = inStatus('archived', { asset_id: 'new1', archive: ARCHIVE });

    // 150 days after the archive was made: 30 days of 9.3132 GB at $0.00099 are left to pay.
    const goes = whatGoes([root, second], Date.parse(EARLIER) + 150 * 86_400_000);

    expect(goes).toMatchObject({ mux_assets: ['new1'], masters: 1, files: 1, bytes: 10_000_000_009 });
    expect(goes.early_deletion_usd).toBeCloseTo(0.00922, 5);
  });

  test.each([
    ['archived', undefined, ['asset1']],
    ['cancelled', undefined, ['asset1']],
    ['deleted', undefined, []],
    ['uploading', 'new2', ['new2']],
    ['restored', 'new2', ['new2']],
  ] as const)('of one that is %s, Mux has what it has', (status, made, expected) => {
    const record = inStatus(status, made && { restore: { ...BULK, new_asset_id: made } });

    expect(whatGoes([record], NOW_MS).mux_assets).toEqual(expected);
  });

  test('costs nothing more after 180 days, and nothing without an archive', () => {
    const old = Date.parse(EARLIER) + 181 * 86_400_000;

    expect(whatGoes([inStatus('deleted', { archive: ARCHIVE })], old).early_deletion_usd).toBe(0);
    expect(whatGoes([inStatus('requested')], NOW_MS)).toMatchObject({ masters: 0, early_deletion_usd: 0 });
  });
});

describe('the certificate', () => {
  const removed = { assets: ['new1'], versions: 7, bytes: 12, uploads: 1, trail_entries: 4 };

  test('is there when all is done, and says who, why, what and when', () => {
    const view = viewErasure({ ...DONE, removed, asset_ids: ['asset1', 'new1'] }, GONE, AFTER_MS);

    expect(erasureCertificate(view)).toMatchObject({
      asset_ids: ['asset1', 'new1'],
      ordered: { by: 'privacy-2', legal_basis: 'GDPR Art. 17, request 114', at: EARLIER },
      begun_at: EARLIER,
      done_at: NOW,
      removed,
    });
    expect(erasureCertificate(viewErasure(KEPT, leader(BEGUN), AFTER_MS))).toBeUndefined();
  });

  test('names what runs out later with its day, and what nobody here can know without one', () => {
    const days = runsOutLater(NOW_MS).map(({ what, until }) => [what, until?.slice(0, 10) ?? null]);

    expect(days).toEqual([
      ['backups of the ledger', '2026-12-27'],
      ['replicas and backups of the vault', null],
      ['logs of the functions and of the API', '2027-02-20'],
      ['webhook deliveries and their dead letters', '2026-12-20'],
      ['failed invocations and segments', '2026-12-06'],
      ["Mux's own copies, logs and viewing data", null],
      ['what your own consumers of events have kept', null],
      ['access logs of the account', null],
    ]);
  });
});
