// `icehouse slim`, as a terminal sees it.
import { expect, test } from 'vitest';
import { icehouse } from './run-program.ts';
import { ASSET, ok, problem, stubApi } from './stub-api.ts';

const CALL = `POST /v1/assets/${ASSET}/slim`;
const FREES = {
  currency: 'USD',
  prices_as_of: '2026-11-22',
  usd_per_month: 0.045,
  unwatched_usd_per_month: 0.153,
  size_bytes: 3_600_000_000,
  detail: 'It may go cold.',
};
const RENDITION = {
  kind: 'static_rendition',
  id: 'r1',
  name: 'highest.mp4',
  size_bytes: 3_600_000_000,
  usd_per_month: 0.045,
};
const NONE = { ...FREES, usd_per_month: 0, unwatched_usd_per_month: 0, size_bytes: null, detail: '-' };
const answer = (scope: string, removed: readonly object[], more: object = {}) => ({
  asset_id: ASSET,
  scope,
  dry_run: true,
  removed,
  frees: removed.length > 0 ? FREES : NONE,
  undo: removed.map(() => 'POST https://api.mux.com/again'),
  entry: null,
  warnings: [],
  ...more,
});

test('without a scope shows all there is to take, and sends dry runs only', async () => {
  const text = {
    kind: 'text_track',
    id: 't1',
    name: 'Deutsch\u001b[31m',
    language_code: 'de',
    usd_per_month: 0,
  };
  const pages = [
    answer('static_renditions', [RENDITION]),
    answer('track', [text]),
    answer('playback_id', []),
  ];
  await using api = await stubApi({ [CALL]: pages.map(ok) });

  const ended = await icehouse(['slim', ASSET, '--url', api.url]);

  expect(ended).toMatchObject({ code: 0, stderr: `API: ${api.url} (--url)\n` });
  expect(api.seen.map(({ body }) => body)).toMatchObject([
    { scope: 'static_renditions', dry_run: true },
    { scope: 'track', dry_run: true },
    { scope: 'playback_id', dry_run: true },
  ]);
  expect(ended.stdout).toMatch(/^ {2}renditions +r1, highest\.mp4, 3\.60 GB, \$0\.0450 a month$/m);
  expect(ended.stdout).toMatch(/^ {2}tracks +t1, text, Deutsch.*, de$/m);
  expect(ended.stdout).toMatch(/^ {2}playback +none$/m);
  expect(ended.stdout).not.toContain('\u001b');
  expect(ended.stdout).toContain('Nothing was changed.');
});

test('takes what is named, and says what it frees, how it is undone and where it is kept', async () => {
  const entry = { bucket: 'vault', key: 'mux/e/a/slim/x.json', version_id: 'v1' };
  const taken = answer('static_renditions', [RENDITION], { dry_run: false, entry, warnings: ['Links end.'] });
  await using api = await stubApi({ [CALL]: [ok(taken), problem(409, 'HELD', 'Held.')] });
  const args = ['slim', ASSET, '--scope', 'static_renditions', '--user', 'ann', '--reason', 'dear'];

  const ended = await icehouse([...args, '--url', api.url]);
  const refused = await icehouse([...args, '--url', api.url]);

  expect(ended).toMatchObject({ code: 0, stderr: `API: ${api.url} (--url)\n` });
  expect(api.seen[0]?.body).toEqual({ scope: 'static_renditions', user_id: 'ann', reason: 'dear' });
  expect(ended.stdout).toContain(`${ASSET}  1 gone`);
  expect(ended.stdout).toMatch(/^ {2}frees +3\.60 GB, \$0\.0450 a month; unwatched for 90 days \$0\.1530$/m);
  expect(ended.stdout).toContain('To have it again:\nPOST https://api.mux.com/again\n');
  expect(ended.stdout).toContain('Kept in s3://vault/mux/e/a/slim/x.json\n');
  expect(refused.code).toBe(1);
});

test.each([
  ['nobody', ['--scope', 'static_renditions']],
  ['no id', ['--scope', 'track', '--user', 'ann', '--reason', 'r']],
  ['an unknown scope', ['--scope', 'video']],
])('with %s is a wrong usage, and nothing is sent', async (_, args) => {
  await using api = await stubApi({});

  const ended = await icehouse(['slim', ASSET, ...args, '--url', api.url]);

  expect(ended.code).toBe(2);
  expect(api.seen).toEqual([]);
});
