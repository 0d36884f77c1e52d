// What every store of audits keeps to: the fake of the tests and DynamoDB alike.
import { expect, test } from 'vitest';
import { type Audit, type Finding, NOTHING_COUNTED } from '../../lambdas/domain/audit.ts';
import { ConflictError } from '../../lambdas/domain/failures.ts';
import type { Audits } from '../../lambdas/stages/ports.ts';

const AT = '2026-11-22T03:00:00.000Z';

const AUDIT: Audit = {
  id: '20261122T030000000Z',
  version: 0,
  started_at: AT,
  updated_at: AT,
  wake_at: AT,
  attempts: 0,
  waiting_for: undefined,
  pass: 'platform',
  counts: NOTHING_COUNTED,
  errors: 0,
  warnings: 0,
  found: {},
  findings_kept: 0,
  finding_pages: 0,
};

export function auditsContract(open: () => Promise<Audits>): void {
  test('holds no audit at first', async () => {
    const audits = await open();

    expect(await audits.latest()).toBeUndefined();
    expect(await audits.kept(AUDIT.id)).toBeUndefined();
    expect(await audits.findings(AUDIT.id, 0)).toEqual([]);
  });

  test('stores what was saved, one version on, without what is undefined', async () => {
    const audits = await open();

    const saved = await audits.save({ ...AUDIT, found: { STILL_AT_MUX: 2 }, cursor: 'page 2' });

    const { waiting_for: _, ...stored } = AUDIT;
    expect(saved.version).toBe(1);
    expect(await audits.latest()).toStrictEqual({
      ...stored,
      version: 1,
      found: { STILL_AT_MUX: 2 },
      cursor: 'page 2',
    });
  });

  test('of two who go on from the same version, refuses the second', async () => {
    const audits = await open();
    const saved = await audits.save(AUDIT);
    await audits.save({ ...saved, cursor: 'first' });

    await expect(audits.save({ ...saved, cursor: 'second' })).rejects.toBeInstanceOf(ConflictError);
    await expect(audits.save(AUDIT)).rejects.toBeInstanceOf(ConflictError);
    expect(await audits.latest()).toMatchObject({ version: 2, cursor: 'first' });
  });

  test('keeps an audit beside the one that takes its place', async () => {
    const audits = await open();
    const first = await audits.save(AUDIT);
    await audits.keep(first);

    await audits.save({ ...AUDIT, id: '20261123T030000000Z', version: first.version });

    expect((await audits.latest())?.id).toBe('20261123T030000000Z');
    expect((await audits.kept(AUDIT.id))?.id).toBe(AUDIT.id);
  });

  test('keeps pages of findings, the later of two writes', async () => {
    const audits = await open();
    const finding: Finding = { code: 'STILL_AT_MUX', severity: 'error', asset_id: 'a1', what_to_do: 'Look.' };
    await audits.putFindings(AUDIT.id, 0, [finding, finding]);

    await audits.putFindings(AUDIT.id, 0, [{ ...finding, key: undefined }]);

    expect(await audits.findings(AUDIT.id, 0)).toEqual([finding]);
  });

  test('knows which assets this audit saw, and not another', async () => {
    const audits = await open();
    await audits.markSeen('asset1', 'yesterday');
    await audits.markSeen('asset1', 'today');
    await audits.markSeen('asset2', 'yesterday');

    expect(await audits.wasSeen('asset1', 'today')).toBe(true);
    expect(await audits.wasSeen('asset2', 'today')).toBe(false);
    expect(await audits.wasSeen('asset3', 'today')).toBe(false);
  });
}
