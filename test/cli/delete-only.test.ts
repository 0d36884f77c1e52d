// `icehouse delete-only` and `request --mode`, as a terminal sees them.
import { expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, stubApi } from './stub-api.ts';

const ROUTE = 'POST /v1/delete-requests/delete-only';
const ASKED = ['delete-only', ASSET, '--user', 'u-17', '--grace-days', '7'];

test('delete-only does nothing in a script without --yes, and says what to say', async () => {
  await using api = await stubApi({});

  const ended = await icehouse([...ASKED, '--url', api.url]);

  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('Say --yes.');
  expect(api.seen).toEqual([]);
});

test('delete-only with --yes asks for it, and shows what is lost and how to take it back', async () => {
  const record = aRecord({
    status: 'scheduled',
    mode: 'delete_only',
    warnings: ['NOTHING_IS_KEPT: no copy.'],
  });
  await using api = await stubApi({ [ROUTE]: [ok(record)] });

  const ended = await icehouse([...ASKED, '--reason', 'Spam', '--yes', '--url', api.url]);

  expect(ended.code).toBe(0);
  expect(api.seen[0]?.body).toEqual({
    asset_id: ASSET,
    deleted_by_user_id: 'u-17',
    grace_days: 7,
    reason: 'Spam',
  });
  expect(ended.stdout).toContain('deleted WITHOUT a copy');
  expect(ended.stdout).toContain('NOTHING_IS_KEPT');
  expect(ended.stdout).toContain(`Take back: icehouse cancel ${ASSET}`);
});

test('request --mode archive_only passes it on, and shows no date', async () => {
  const record = aRecord({ mode: 'archive_only', expiration_date: '9999-12-31T23:59:59.999Z' });
  await using api = await stubApi({ 'POST /v1/delete-requests': [ok(record)] });

  const ended = await icehouse(['request', ASSET, '--user', 'u', '--mode', 'archive_only', '--url', api.url]);

  expect(ended.code).toBe(0);
  expect(api.seen[0]?.body).toMatchObject({ mode: 'archive_only' });
  expect(ended.stdout).toContain('copied, never deleted');
  expect(ended.stdout).not.toContain('9999');
});
