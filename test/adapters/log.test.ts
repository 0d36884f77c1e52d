// What a log line looks like, and what never gets into one.
import { afterEach, expect, test, vi } from 'vitest';
import { createLog } from '../../lambdas/adapters/log.ts';

afterEach(() => vi.restoreAllMocks());

function capture() {
  const text: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => text.push(String(chunk)) > 0);
  }
  return text;
}

test('writes one JSON line for each call', () => {
  const text = capture();
  const log = createLog({ stage: 'archive' });

  log.info('part copied', { asset: 'asset1', outcome: 'copied', bytes: 42 });
  log.error('part lost', { asset: 'asset1', error: new Error('socket hang up\nat once') });

  const lines = text.join('').trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'INFO',
    message: 'part copied',
    service: 'icehouse',
    stage: 'archive',
    asset: 'asset1',
    outcome: 'copied',
    bytes: 42,
  });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    level: 'ERROR',
    message: 'part lost',
    error: { name: 'Error', message: 'socket hang up\nat once' },
  });
});

test('cuts the signature from every URL, wherever it stands', () => {
  const text = capture();
  const log = createLog();
  const url = 'https://master.mux.com/a/master.mp4?skid=default&signature=NjVmZWM1';

  log.error(`no answer from ${url}`, { url, deep: { list: [url] }, error: new Error(`GET ${url} failed`) });

  const line = text.join('');
  expect(line).not.toContain('NjVmZWM1');
  expect(JSON.parse(line)).toMatchObject({
    message: 'no answer from https://master.mux.com/a/master.mp4?[cut]',
    url: 'https://master.mux.com/a/master.mp4?[cut]',
    error: { message: 'GET https://master.mux.com/a/master.mp4?[cut] failed' },
  });
});
