// What stands in an audit's way and does not pass: a record that nobody can read, a page that is always refused.
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../lambdas/adapters/ledger-schema.ts';
import type { Finding } from '../../lambdas/domain/audit.ts';
import { PermanentError, SetUpError } from '../../lambdas/domain/failures.ts';
import { runAudit } from '../../lambdas/stages/audit.ts';
import { wakeAudit } from '../../lambdas/stages/audit-start.ts';
import { type AuditedWorld, auditedWorld } from '../fakes/audited.ts';

const MASTER = (assetId: string) => `mux/environment1/${assetId}/1/master.mp4`;
const CAPTIONS = 'mux/environment1/broken/1/captions/t.vtt';

const SCRIBBLED = { status: 'nonsense' };
const OF_A_LATER_DEPLOY = { schema: 99 };

/** As the table's ledger has it: a read is refused, and a list leaves the item out. */
function breakItem({ ledger }: AuditedWorld, assetId: string, fields: Record<string, unknown>): void {
  const { get, list } = ledger;
  ledger.get = async (id) => (id === assetId ? readRecord(fields, `asset#${id}`) : get(id));
  ledger.list = async (query) => {
    const { records, nextCursor } = await list(query);
    return { records: records.filter(({ asset_id }) => asset_id !== assetId), nextCursor };
  };
}

const inShort = (findings: readonly Finding[]) =>
  findings.map(({ code, asset_id }) => `${code} ${asset_id}`).sort();

describe('a record that cannot be read', () => {
  test.each([
    [
      'that somebody scribbled on',
      SCRIBBLED,
      /no record that can be read, at /,
      /from a backup of the table/,
    ],
    ['that a later deploy wrote', OF_A_LATER_DEPLOY, /has schema 99/, /Deploy the newer version again/],
  ])('%s is one finding, and the others are looked at all the same', async (_, fields, found, toDo) => {
    const world = auditedWorld();
    await world.add('broken');
    await world.add('small');
    world.alter(MASTER('small'), { sizeBytes: 1 });
    breakItem(world, 'broken', fields);

    const { findings, invocations } = await world.audit();

    expect(invocations).toBe(1);
    expect(inShort(findings)).toEqual(['ARCHIVE_DIFFERS small', 'RECORD_UNREADABLE broken']);
    expect(findings.find(({ asset_id }) => asset_id === 'broken')).toEqual({
      code: 'RECORD_UNREADABLE',
      severity: 'error',
      asset_id: 'broken',
      expected: 'a record that can be read',
      found: expect.stringMatching(found),
      what_to_do: expect.stringMatching(toDo),
    });
  });

  test('whose asset Mux no longer has is told of once, however many pages its objects fill', async () => {
    const world = auditedWorld();
    await world.add('broken', { status: 'deleted' });
    const sidecar = { key: CAPTIONS, contentType: 'text/vtt', token: 't', body: Buffer.from('x') };
    for (let at = 0; at < 1_500; at += 1) await world.vault.put(sidecar);
    breakItem(world, 'broken', SCRIBBLED);

    const { audit, findings } = await world.audit();

    expect(audit.counts).toMatchObject({ versions: 1_502, superseded: 0 });
    expect(inShort(findings)).toEqual(['RECORD_UNREADABLE broken']);
  });

  test('of which nothing is left but an unfinished upload is told of, and the upload is not said to be strange', async () => {
    const world = auditedWorld();
    const upload = { contentType: 'video/mp4', storageClass: 'DEEP_ARCHIVE', token: 't' } as const;
    await world.vault.createUpload({ ...upload, key: MASTER('broken') });
    breakItem(world, 'broken', SCRIBBLED);
    await world.clock.advance(2 * 3_600_000);

    const { findings } = await world.audit();

    expect(inShort(findings)).toEqual(['RECORD_UNREADABLE broken']);
  });

  test('between two looks has changed: its archive is no finding yet', async () => {
    const world = auditedWorld();
    await world.add('asset1', { status: 'deleted' });
    world.vault.versions.delete(MASTER('asset1'));
    const { head } = world.vault;
    world.vault.head = async (object) => {
      breakItem(world, 'asset1', SCRIBBLED);
      return head.call(world.vault, object);
    };

    const { findings } = await world.audit();

    expect(inShort(findings)).toEqual(['RECORD_UNREADABLE asset1']);
  });

  test('is not what a ledger is that may not be read at all: that stops the audit', async () => {
    const world = auditedWorld();
    await world.add('asset1');
    world.ledger.get = async () => {
      throw new SetUpError('LEDGER_DENIED', 'DynamoDB said AccessDeniedException.', { action: '' });
    };

    const run = runAudit(world.deps, undefined, world.clock.nowMs() + 1_000);

    await expect(run).rejects.toMatchObject({ code: 'LEDGER_DENIED' });
    expect((await world.audits.latest())?.findings_kept).toBe(0);
  });
});

describe('a page that is refused each time', () => {
  /** The night's beginning, then the sweep each minute; answers how many invocations ended in an error. */
  async function aDay(world: AuditedWorld): Promise<number> {
    let failed = 0;
    const run = (id?: string) =>
      runAudit(world.deps, id, world.clock.nowMs() + 600_000).catch(() => {
        failed += 1;
      });
    await run();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      await world.clock.advance(60_000);
      await wakeAudit(world.audits, world.clock, ({ audit_id }) => run(audit_id));
    }
    return failed;
  }

  test('does not hold up the audits for a week: the next night begins anew, and ends once it is mended', async () => {
    const world = auditedWorld();
    await world.add('asset1');
    const { listAssets } = world.platform;
    world.platform.listAssets = async () => {
      throw new PermanentError('MUX_REFUSED', 'Mux answered 400.', { action: '' });
    };

    const failed = await aDay(world);
    const first = await world.audits.latest();
    world.platform.listAssets = listAssets;
    const failedAfter = await aDay(world);
    const second = await world.audits.latest();

    expect(failed).toBeGreaterThan(10);
    expect(first).toMatchObject({ id: '20261101T000000000Z' });
    expect(first?.finished_at).toBeUndefined();
    expect(failedAfter).toBe(0);
    expect(second).toMatchObject({ id: '20261102T000000000Z', finished_at: '2026-11-02T00:00:00.000Z' });
    expect(await world.audits.kept('20261101T000000000Z')).toMatchObject({ errors: 0, pass: 'platform' });
  });
});
