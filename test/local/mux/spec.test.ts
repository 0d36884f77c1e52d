import { describe, expect, test } from 'vitest';
import { answerFaults, webhookFaults } from './spec.ts';

const ASSET = {
  id: 'a',
  created_at: '1',
  status: 'ready',
  max_resolution_tier: '1080p',
  encoding_tier: 'smart',
  master_access: 'none',
  progress: { state: 'completed', progress: 100 },
};
const judge = (data: unknown) =>
  answerFaults('GET', '/video/v1/assets/a', 200, 'application/json', JSON.stringify({ data }));

describe('the judge by the OpenAPI file', () => {
  test('finds nothing wrong with an asset as Mux describes it', () => {
    expect(judge(ASSET)).toEqual([]);
  });

  test.each([
    ['a wrong type', { ...ASSET, created_at: 1 }],
    ['a wrong word', { ...ASSET, master: { status: 'done' } }],
    ['a missing key', { ...ASSET, progress: undefined }],
    ['an unknown key', { ...ASSET, pass_through: 'x' }],
  ])('finds %s', (_, asset) => {
    expect(judge(asset)).toHaveLength(1);
  });

  test('finds a webhook that shows an asset as the API does', () => {
    const envelope = { id: 'e', created_at: '2026-11-22T00:00:00.000000Z', attempts: [] };
    const environment = { name: 'n', id: 'i' };
    const event = { ...envelope, type: 'video.asset.ready', object: { type: 'asset', id: 'a' }, environment };

    expect(webhookFaults({ ...event, data: ASSET }).join()).toContain('/data/created_at must be integer');
    expect(webhookFaults({ ...event, data: { ...ASSET, created_at: 1 } })).toEqual([]);
    expect(webhookFaults({ ...event, type: 'video.asset.finished', data: {} })).toHaveLength(1);
  });

  test('finds a 404 that has the shape of another host', () => {
    const body = JSON.stringify({ code: 5, message: 'Not Found' });

    expect(answerFaults('GET', '/video/v1/assets/a', 404, 'application/json', body)).toHaveLength(1);
    expect(answerFaults('GET', '/p/text/t.vtt', 404, 'application/json', body)).toEqual([]);
  });
});
