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

test('counts what a line measures, on the line itself, and writes no count where nobody watches', () => {
  const text = capture();
  const watched = createLog({}, { instance: 'Icehouse-prod', nowMs: () => 1_800_000_000_000 });

  watched.info('step', { stage: 'archive', bytes: 42, metrics: { Moves: 1 } });
  createLog().info('step', { stage: 'archive', metrics: { Moves: 1 } });

  const [counted, plain] = text
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(counted).toMatchObject({
    message: 'step',
    stage: 'archive',
    bytes: 42,
    _aws: { CloudWatchMetrics: [{ Dimensions: [['Instance', 'Stage']] }] },
    Instance: 'Icehouse-prod',
    Stage: 'archive',
    Moves: 1,
  });
  expect(counted).not.toHaveProperty('metrics');
  expect(plain).not.toHaveProperty('_aws');
  expect(plain).not.toHaveProperty('metrics');
});
