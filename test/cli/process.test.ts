// The command as a process of its own: that it ends by itself, whatever its libraries keep open, and with the code it should. All
// other tests of what a command says run it in theirs.
import { expect, test } from 'vitest';
import { startIcehouse } from './run-program.ts';
import { ASSET, aRecord, ok, stubApi } from './stub-api.ts';

const PATH = `/v1/delete-requests/${ASSET}`;

test('a command that has its answer ends, its connection kept alive or not', async () => {
  await using api = await stubApi({ [`GET ${PATH}`]: [ok(aRecord())] });

  const ended = await startIcehouse(['status', ASSET, '--url', api.url]).ended;

  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toContain(ASSET);
});

test('a command that is refused ends with the code of a refusal, and says why', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Not tracked',
    status: 404,
    code: 'NOT_TRACKED',
    detail: 'None.',
  };
  await using api = await stubApi({ [`GET ${PATH}`]: [{ status: 404, body: problem }] });

  const ended = await startIcehouse(['status', ASSET, '--json', '--url', api.url]).ended;

  expect(ended.code).toBeGreaterThan(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({ code: 'NOT_TRACKED' });
});

test.each([
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
  [['no-such-command'], 2, /^$/],
])('%j ends with %i', async (args, code, stdout) => {
  const ended = await startIcehouse(args).ended;

  expect(ended.code).toBe(code);
  expect(ended.stdout).toMatch(stdout);
});
