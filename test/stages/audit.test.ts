// An audit on the fakes: what it finds, what it leaves alone, and that it goes on from wherever it was cut off.
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../lambdas/domain/audit.ts';
import { NotYetError, PermanentError, SetUpError, TransientError } from '../../lambdas/domain/failures.ts';
import { runAudit } from '../../lambdas/stages/audit.ts';
import { beginAudit, wakeAudit } from '../../lambdas/stages/audit-start.ts';
import { findAudit, publicAudit } from '../../lambdas/stages/audit-view.ts';
import { type AuditedWorld, auditedWorld } from '../fakes/audited.ts';
import { house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const MASTER = (assetId: string) => `mux/environment1/${assetId}/1/master.mp4`;
const MANIFEST = (assetId: string) => `mux/environment1/${assetId}/1/manifest.json`;
const DELETED = { status: 'deleted', deleted_at: '2026-10-31T12:00:00.000Z' } as const;

const inShort = (findings: readonly Finding[]) =>
  findings.map(({ code, asset_id }) => `${code} ${asset_id}`).sort();

describe('an audit finds', () => {
  test('nothing in a world that is in order, and says so in the log', async () => {
    const world = auditedWorld();
    await world.add('kept');
    await world.add('gone', DELETED);
    await world.add('takenback', { status: 'cancelled' });
    world.platform.add({ id: 'stranger' });

    const { audit, findings } = await world.audit();

    expect(findings).toEqual([]);
    expect(audit.counts).toEqual({
      records: 3,
      objects: 6,
      assets_at_mux: 3,
      assets_inspected: 0,
      versions: 6,
      superseded: 0,
      superseded_bytes: 0,
      uploads: 0,
      changed_meanwhile: 0,
    });
    expect(world.log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'info: audit found nothing',
    ]);
  });

  test('an archive whose master the vault no longer has', async () => {
    const world = auditedWorld();
    await world.add('kept', DELETED);
    await world.add('lost', DELETED);
    world.vault.versions.delete(MASTER('lost'));

    const { findings } = await world.audit();

    expect(findings).toEqual([
      expect.objectContaining({
        code: 'ARCHIVE_WITHOUT_OBJECT',
        severity: 'error',
        asset_id: 'lost',
        life: 1,
        key: MASTER('lost'),
        expected: `version ${MASTER('lost')}-v1`,
        found: 'no such version',
      }),
    ]);
  });

  test.each([
    ['size', { sizeBytes: 8 }, 'bytes 9', 'bytes 8', 'error'],
    ['CRC32', { crc32: 'AAAAAA==' }, 'CRC32 y/Q5Jg==', 'CRC32 AAAAAA==', 'error'],
    ['class', { storageClass: 'GLACIER' }, 'class DEEP_ARCHIVE', 'class GLACIER', 'warning'],
    ['token', { token: 'another' }, 'token ours', 'token not ours', 'error'],
  ])('an archive whose %s differs', async (_, change, expected, found, severity) => {
    const world = auditedWorld();
    await world.add('asset1');
    world.alter(MASTER('asset1'), change);

    const { findings } = await world.audit();

    expect(findings).toEqual([
      expect.objectContaining({ code: 'ARCHIVE_DIFFERS', severity, key: MASTER('asset1'), expected, found }),
    ]);
  });

  test('objects and uploads that no record knows, and counts the leftovers of those that are known', async () => {
    const world = auditedWorld();
    const { archive } = await world.add('asset1');
    world.addArchive('orphan');
    const older = { key: 'mux/environment1/asset1/1/captions/t.vtt', contentType: 'text/vtt', token: 't' };
    await world.vault.put({ ...older, body: Buffer.from('12345') });
    await world.vault.put({ ...older, key: 'mux/environment2/asset1/1/x', body: Buffer.from('x') });
    // What somebody took from an asset that stayed is no part of an archive, and needs no record.
    await world.vault.put({ ...older, key: 'mux/environment1/stayed/slim/x.json', body: Buffer.from('x') });
    const upload = { contentType: 'video/mp4', storageClass: 'DEEP_ARCHIVE', token: 't' } as const;
    await world.vault.createUpload({ ...upload, key: MASTER('asset1') });
    await world.clock.advance(3_600_001);
    await world.vault.createUpload({ ...upload, key: MASTER('asset1') });

    const { audit, findings } = await world.audit();

    expect(archive?.version_id).toBeDefined();
    expect(inShort(findings)).toEqual(['OBJECT_WITHOUT_RECORD orphan', 'UPLOAD_WITHOUT_RECORD asset1']);
    expect(findings[0]?.found).toBe('2 versions, 18 bytes');
    expect(audit.counts).toMatchObject({ versions: 6, superseded: 1, superseded_bytes: 5, uploads: 2 });
  });

  test('an asset that is deleted by its record, but still at Mux; and a master left open', async () => {
    const world = auditedWorld();
    await world.add('deleted', DELETED);
    world.platform.add({ id: 'deleted' });
    await world.add('open');
    await world.platform.requestMaster('open');
    world.platform.add({ id: 'stranger' });
    await world.platform.requestMaster('stranger');

    const { findings } = await world.audit();

    expect(inShort(findings)).toEqual(['MASTER_LEFT_OPEN open', 'STILL_AT_MUX deleted']);
  });

  test.each<[string, (world: AuditedWorld) => void, RegExp]>([
    [
      'whole',
      () => {},
      /^Whoever has its playback id .* then delete it there; the vault keeps the archive\.$/,
    ],
    [
      'gone from the vault',
      (world) => void world.vault.versions.delete(MASTER('asset1')),
      /^Do NOT delete it at Mux: the vault does not hold its archive \(ARCHIVE_WITHOUT_OBJECT: no such version\)/,
    ],
    [
      'of other bytes',
      (world) => world.alter(MASTER('asset1'), { crc32: 'AAAAAA==' }),
      /^Do NOT delete it at Mux: the vault does not hold its archive \(ARCHIVE_DIFFERS: CRC32 AAAAAA==\)/,
    ],
    [
      'in another class',
      (world) => world.alter(MASTER('asset1'), { storageClass: 'GLACIER' }),
      /^Do NOT delete it at Mux: it is not certain that the vault holds its archive \(ARCHIVE_DIFFERS: class GLACIER\)/,
    ],
  ])('an asset still at Mux whose archive is %s, and says whether it may go', async (_, harm, toDo) => {
    const world = auditedWorld();
    await world.add('asset1', DELETED);
    world.platform.add({ id: 'asset1' });
    harm(world);

    const { findings } = await world.audit();

    const still = findings.filter(({ code }) => code === 'STILL_AT_MUX');
    expect(still).toMatchObject([{ severity: 'error', what_to_do: expect.stringMatching(toDo) }]);
  });

  test('with HEADs for the suspects alone before the records are compared', async () => {
    const world = auditedWorld();
    await world.add('kept1');
    await world.add('kept2');
    await world.add('still', DELETED);
    world.platform.add({ id: 'still' });
    const heads: string[] = [];
    const { head } = world.vault;
    world.vault.head = async (object) => {
      if ((await world.audits.latest())?.pass === 'platform') heads.push(object.key);
      return head.call(world.vault, object);
    };

    await world.audit();

    expect(heads.sort()).toEqual([MANIFEST('still'), MASTER('still')]);
  });

  test('an asset that somebody else deleted, and wakes its record, which finds out by itself', async () => {
    const world = auditedWorld();
    await world.add('kept');
    await world.add('asset1');
    world.platform.remove('asset1');

    const { audit, findings } = await world.audit();

    expect(inShort(findings)).toEqual(['DELETED_ELSEWHERE asset1']);
    expect(audit.counts.assets_inspected).toBe(1);
    expect(world.dispatch.invocations).toEqual([
      { stage: 'expire', message: { asset_id: 'asset1', life: 1, version: 2 } },
    ]);
    expect(world.log.lines).toContainEqual({
      level: 'error',
      message: 'audit found',
      fields: expect.objectContaining({ errors: 1, warnings: 0, found: { DELETED_ELSEWHERE: 1 } }),
    });
  });

  test('what S3 refuses to say of one object, and goes on', async () => {
    const world = auditedWorld();
    await world.add('asset1');
    await world.add('asset2');
    world.vault.versions.delete(MASTER('asset2'));
    const { head } = world.vault;
    world.vault.head = async (o) => {
      if (o.key === MASTER('asset1'))
        throw new PermanentError('VAULT_REFUSED', 'S3 said 400.', { action: '' });
      return head.call(world.vault, o);
    };

    const { findings } = await world.audit();

    expect(inShort(findings)).toEqual(['ARCHIVE_UNREADABLE asset1', 'ARCHIVE_WITHOUT_OBJECT asset2']);
  });
});

describe('an audit is not fooled', () => {
  test('by a list that does not show an asset which is there', async () => {
    const world = auditedWorld();
    await world.add('asset1');
    world.platform.listAssets = async () => ({ assets: [], nextCursor: null });

    const { audit, findings } = await world.audit();

    expect(findings).toEqual([]);
    expect(audit.counts.assets_inspected).toBe(1);
  });

  test.each<[string, Record<string, unknown>]>([
    ['TEST_ASSET', { test: true }],
    ['ASSET_ERRORED', { status: 'errored' }],
  ])(
    'by an asset that was refused with %s, and which Mux or a person has removed since',
    async (code, raw) => {
      const home = house();
      home.addVideo(anMp4(), raw);
      await home.requestDeletion();
      await home.live();
      const refused = home.record();
      const world = auditedWorld();
      await world.ledger.save({ ...refused, version: 0 });
      await world.clock.advance(Math.max(0, Date.parse(refused.updated_at) - world.clock.nowMs()));

      const nights = [];
      for (let night = 0; night < 2; night += 1) {
        await world.clock.advance(86_400_000);
        nights.push(await world.audit());
      }

      expect(refused).toMatchObject({ status: 'failed', failure: { code, retryable: true } });
      expect(nights.map(({ findings }) => findings)).toEqual([[], []]);
      expect(nights.map(({ audit }) => audit.counts.changed_meanwhile)).toEqual([0, 0]);
    },
  );

  test('by a list that shows an asset which is gone', async () => {
    const world = auditedWorld();
    await world.add('asset1', DELETED);
    world.platform.listAssets = async () => ({
      assets: [{ id: 'asset1', isMasterOpen: false }],
      nextCursor: null,
    });

    const { findings } = await world.audit();

    expect(findings).toEqual([]);
  });

  test('by a record that changes between two looks', async () => {
    const world = auditedWorld();
    const record = await world.add('asset1');
    world.platform.remove('asset1');
    const { inspect } = world.platform;
    world.platform.inspect = async (id) => {
      await world.ledger.save({ ...record, status: 'deleting' });
      return inspect(id);
    };

    const { findings } = await world.audit();

    expect(findings).toEqual([]);
  });

  test('by records that changed after it began: they are for the next one', async () => {
    const world = auditedWorld();
    await world.add('asset1', { updated_at: '2026-11-01T00:00:00.001Z' });
    world.vault.versions.delete(MASTER('asset1'));

    const { audit, findings } = await world.audit();

    expect(findings).toEqual([]);
    expect(audit.counts.changed_meanwhile).toBe(1);
  });

  test('by a token of another environment, for which all would look lost', async () => {
    const world = auditedWorld();
    await world.ledger.pinEnvironment('environment1');
    await world.add('asset1');
    world.platform.setEnvironment('environment2');

    const run = runAudit(world.deps, undefined, world.clock.nowMs() + 1_000);

    await expect(run).rejects.toMatchObject({ code: 'WRONG_ENVIRONMENT' });
    expect((await world.audits.latest())?.finished_at).toBeUndefined();
  });

  test('by a vault that it may not read', async () => {
    const world = auditedWorld();
    await world.add('asset1');
    world.vault.head = async () => {
      throw new SetUpError('VAULT_DENIED', 'S3 said 403.', { action: '' });
    };

    const run = runAudit(world.deps, undefined, world.clock.nowMs() + 1_000);

    await expect(run).rejects.toMatchObject({ code: 'VAULT_DENIED' });
    expect(await world.audits.latest()).toMatchObject({ pass: 'records', findings_kept: 0 });
  });
});

/** One of everything that can be found. */
async function addTrouble(world: AuditedWorld): Promise<void> {
  await world.add('kept');
  await world.add('lost', DELETED);
  world.vault.versions.delete(MASTER('lost'));
  await world.add('small');
  world.alter(MANIFEST('small'), { sizeBytes: 1 });
  await world.add('stays', DELETED);
  world.platform.add({ id: 'stays' });
  await world.add('removed');
  world.platform.remove('removed');
  world.addArchive('orphan');
}

const TROUBLE = [
  'ARCHIVE_DIFFERS small',
  'ARCHIVE_WITHOUT_OBJECT lost',
  'DELETED_ELSEWHERE removed',
  'OBJECT_WITHOUT_RECORD orphan',
  'STILL_AT_MUX stays',
];

describe('an audit that is cut off', () => {
  test('at any call it makes, before or after its effect, goes on and finds each thing once', async () => {
    const whole = auditedWorld();
    await addTrouble(whole);
    await whole.audit();
    const calls = whole.calls();

    const stories: string[] = [];
    for (let call = 1; call <= calls; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const world = auditedWorld({ call, kind: 'killed', when });
        await addTrouble(world);
        const { audit, findings } = await world.audit();
        stories.push(inShort(findings).join(', '));
        expect(audit.errors + audit.warnings, `killed ${when} call ${call}`).toBe(findings.length);
      }
    }

    expect(calls).toBeGreaterThanOrEqual(50);
    expect(new Set(stories)).toEqual(new Set([TROUBLE.join(', ')]));
    expect(stories).toHaveLength(2 * calls);
  });

  test('after every page goes through 2,500 records, their assets and their objects', {
    timeout: 20_000,
  }, async () => {
    const world = auditedWorld();
    for (let at = 0; at < 2_500; at += 1) await world.add(`asset${String(at).padStart(4, '0')}`);
    world.vault.versions.delete(MASTER('asset0007'));
    world.alter(MASTER('asset1200'), { crc32: 'AAAAAA==' });
    world.platform.remove('asset2499');
    for (const orphan of ['orphan1', 'orphan2', 'orphan3']) world.addArchive(orphan);
    const { save } = world.deps.audits;
    Object.assign(world.deps, {
      audits: {
        ...world.audits,
        save: async (audit: Parameters<typeof save>[0]) => {
          const saved = await world.audits.save(audit);
          await world.clock.advance(60_000);
          return saved;
        },
      },
    });

    const { audit, invocations, findings } = await world.audit(90_000);

    // One that only begins; 25 pages of the platform, 51 of records (the last is empty), 6 of versions, 1 of uploads.
    expect(invocations).toBe(84);
    expect(inShort(findings)).toEqual([
      'ARCHIVE_DIFFERS asset1200',
      'ARCHIVE_WITHOUT_OBJECT asset0007',
      'DELETED_ELSEWHERE asset2499',
      'OBJECT_WITHOUT_RECORD orphan1',
      'OBJECT_WITHOUT_RECORD orphan2',
      'OBJECT_WITHOUT_RECORD orphan3',
    ]);
    expect(audit.counts).toMatchObject({
      records: 2_500,
      objects: 5_000,
      assets_at_mux: 2_499,
      assets_inspected: 1,
      versions: 5_005,
    });
  });

  test('in the middle of a folder reports the folder once', async () => {
    const world = auditedWorld();
    // 999 versions of a record that is known, then an orphan with three: the page ends behind its first.
    await world.add('asset1');
    const put = (key: string) =>
      world.vault.put({ key, contentType: 'text/vtt', token: 't', body: Buffer.from('x') });
    for (let at = 0; at < 997; at += 1) await put('mux/environment1/asset1/1/captions/t.vtt');
    for (const name of ['a', 'b', 'c']) await put(`mux/environment1/orphan/1/${name}`);

    const { audit, findings } = await world.audit();

    expect(audit.counts).toMatchObject({ versions: 1_002, superseded: 997 });
    expect(inShort(findings)).toEqual(['OBJECT_WITHOUT_RECORD orphan']);
  });
});

describe('an audit under way', () => {
  test('is gone on with by the sweep only when nobody has it', async () => {
    const world = auditedWorld();
    const started: unknown[] = [];
    const sweep = () => wakeAudit(world.audits, world.clock, async (message) => void started.push(message));
    await sweep();
    const audit = await beginAudit(world.audits, world.clock);
    await world.audits.save({ ...audit, wake_at: '2026-11-01T00:04:30.000Z' });

    await sweep();
    await world.clock.advance(270_000);
    await sweep();

    expect(started).toEqual([{ audit_id: audit.id }]);
  });

  test('waits for a slot that is far away without staying awake', async () => {
    const world = auditedWorld();
    await world.add('asset1');
    const slotMs = world.clock.nowMs() + 30 * 60_000;
    world.platform.fail('listAssets', new NotYetError(slotMs, 'a slot of the Mux rate limit (prepare)'));

    await runAudit(world.deps, undefined, world.clock.nowMs() + 600_000);

    expect(await world.audits.latest()).toMatchObject({
      wake_at: '2026-11-01T00:30:00.000Z',
      waiting_for: 'a slot of the Mux rate limit (prepare)',
      attempts: 0,
    });
    expect((await world.audit()).audit.finished_at).toBeDefined();
  });

  test('tries again quietly after a fault that passes, and says so to a person when it does not', async () => {
    const world = auditedWorld();
    for (let fault = 0; fault < 11; fault += 1) {
      world.platform.fail('listAssets', new TransientError('MUX_UNAVAILABLE', 'Mux answered 503.'));
    }
    const { id } = await beginAudit(world.audits, world.clock);

    const outcomes: string[] = [];
    while ((await world.audits.latest())?.finished_at === undefined) {
      await world.clock.advance(2 * 3_600_000);
      const run = runAudit(world.deps, id, world.clock.nowMs() + 600_000);
      outcomes.push(await run.then(() => 'quiet', String));
    }

    expect(outcomes.map((outcome) => outcome.replace(/Error: .*/, ''))).toEqual([
      ...Array(10).fill('quiet'),
      'Transient',
      'quiet',
    ]);
    expect(world.log.lines[0]?.fields).toMatchObject({ waiting_for: 'Mux answered 503.' });
  });

  test('sleeps for a slot that is near', async () => {
    const world = auditedWorld();
    world.platform.fail('listAssets', new NotYetError(world.clock.nowMs() + 30_000, 'a slot'));

    const { invocations } = await world.audit();

    expect(invocations).toBe(1);
  });

  test('has one run at a time: the other ends quietly', async () => {
    const world = auditedWorld();
    await addTrouble(world);
    const { id } = await beginAudit(world.audits, world.clock);
    const run = () => runAudit(world.deps, id, world.clock.nowMs() + 600_000);

    await Promise.all([run(), run(), run()]);

    const audit = await world.audits.latest();
    expect(audit?.finished_at).toBeDefined();
    expect(audit?.findings_kept).toBe(TROUBLE.length);
  });

  test('that nobody could finish in a week makes room for a new one', async () => {
    const world = auditedWorld();
    const first = await beginAudit(world.audits, world.clock);
    await world.clock.advance(6 * 86_400_000);
    const same = await beginAudit(world.audits, world.clock);
    await world.clock.advance(86_400_000);
    const second = await beginAudit(world.audits, world.clock);

    expect(same.id).toBe(first.id);
    expect(second.id).toBe('20261108T000000000Z');
    expect((await findAudit(world.audits, first.id))?.finished_at).toBeUndefined();
    expect((await findAudit(world.audits, 'latest'))?.id).toBe(second.id);
  });

  test('a late message for an audit that is over begins no other', async () => {
    const world = auditedWorld();
    const { audit } = await world.audit();

    await runAudit(world.deps, audit.id, world.clock.nowMs() + 600_000);

    expect(await world.audits.latest()).toEqual(audit);
  });
});

describe('findings', () => {
  test('are kept up to a thousand, counted beyond, and shown by pages', async () => {
    const world = auditedWorld();
    for (let at = 0; at < 1_060; at += 1) {
      await world.add(`asset${at}`, DELETED);
      world.vault.versions.delete(MASTER(`asset${at}`));
    }

    const { audit, findings } = await world.audit();

    const shown: Finding[] = [];
    let cursor: string | null = '0';
    while (cursor !== null) {
      const page = await publicAudit(world.audits, audit, Number(cursor), world.clock.nowMs());
      expect(page.findings.length).toBeLessThan(150);
      expect(page.findings_left_out).toBe(60);
      shown.push(...page.findings);
      cursor = page.next_cursor;
    }
    expect(findings).toHaveLength(1_000);
    expect(shown).toEqual(findings);
    expect(audit).toMatchObject({ errors: 1_060, warnings: 0, found: { ARCHIVE_WITHOUT_OBJECT: 1_060 } });
  });
});
