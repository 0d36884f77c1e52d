// An audit on the stack that would be deployed: somebody was in the bucket and at Mux, and the audit says what is wrong.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import type { PublicAudit } from '../../lambdas/stages/audit-view.ts';
import { call, type House, inSeconds, until } from './house.ts';

const MEDIA = join(import.meta.dirname, '../fixtures/media');

export function audit(shared: () => House): void {
  test('an audit finds what was done behind the back of Icehouse', async () => {
    const house = shared();
    const { s3, simulator, running, bucket: Bucket } = house;
    const { api } = running.cloud.urls;
    const { mux } = running;
    simulator.change({ webhooks: { on: false } });
    const archive = async () => {
      const { id } = await simulator.addAsset({ file: join(MEDIA, 'tone.m4a') });
      const body = { asset_id: id, deleted_by_user_id: 'user-7', expiration_date: inSeconds(86_400) };
      await call(api, 'POST', '/v1/delete-requests', body);
      const record = await until(api, id, ({ status }) => status === 'archived');
      return { id, key: record.archive?.key ?? '', versionId: record.archive?.version_id };
    };
    const [sound, emptied, removed] = await Promise.all([archive(), archive(), archive()]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: emptied.key, VersionId: emptied.versionId }));
    const strange = sound.key.replace(sound.id, 'stranger');
    await s3.send(new PutObjectCommand({ Bucket, Key: strange, Body: 'hello' }));
    const authorization = `Basic ${btoa(`${mux.tokenId}:${mux.tokenSecret}`)}`;
    await fetch(`${mux.url}/video/v1/assets/${removed.id}`, { method: 'DELETE', headers: { authorization } });

    const begun = await call(api, 'POST', '/v1/audits');
    const look = async () =>
      (await call(api, 'GET', `/v1/audits/${begun.body.id}`)).body as unknown as PublicAudit;
    let audit = await look();
    for (let looks = 0; audit.finished_at === null && looks < 300; looks += 1) {
      await setTimeout(100);
      audit = await look();
    }

    expect(begun.status).toBe(202);
    expect(audit.finished_at).not.toBeNull();
    expect(audit.findings.map(({ code, asset_id, key }) => ({ code, asset_id, key }))).toEqual(
      expect.arrayContaining([
        { code: 'ARCHIVE_WITHOUT_OBJECT', asset_id: emptied.id, key: emptied.key },
        { code: 'DELETED_ELSEWHERE', asset_id: removed.id, key: undefined },
        { code: 'OBJECT_WITHOUT_RECORD', asset_id: 'stranger', key: strange },
      ]),
    );
    expect(audit).toMatchObject({ errors: 2, warnings: 1, findings_left_out: 0, next_cursor: null });
    const { deleted_at } = await until(api, removed.id, ({ status }) => status === 'deleted');
    expect(deleted_at).toBeDefined();
    expect((await call(api, 'GET', '/v1/audits/latest')).body.id).toBe(audit.id);
    expect((await call(api, 'GET', '/v1/audits/20200101T000000000Z')).status).toBe(404);
    expect((await call(api, 'GET', '/v1/audits/latest?cursor=x')).body.code).toBe('INVALID_FIELD');
    simulator.change({ webhooks: { on: true } });
  });
}
