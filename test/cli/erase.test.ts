// `icehouse erase`, as a terminal sees it, and the certificate as a page.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { IcehouseApi } from '../../cli/api.ts';
import { addErase } from '../../cli/commands/erase.ts';
import { erasurePage } from '../../cli/erasure/erasure-page.ts';
import { erasureView } from '../../cli/erasure/erasure-view.ts';
import { CommandError } from '../../cli/problems.ts';
import type { Erasure, ErasureCertificate } from '../../client/icehouse.ts';
import { schemaFaults } from '../docs/openapi-answers.ts';

import { icehouse } from './run-program.ts';
import { ASSET, ok, stubApi } from './stub-api.ts';

const SCREEN = {
  stream: process.stdout,
  isTerminal: false,
  columns: 80,
  paint: (_: unknown, text: string) => text,
};

/** The command without the program around it, which test/cli/program.test.ts starts. */
async function erase(args: readonly string[], url = 'http://127.0.0.1:1') {
  const printed: string[] = [];
  const program = new Command('icehouse').exitOverride().option('--json');
  program.configureOutput({ writeErr: () => {} });
  addErase(program, () => ({
    api: new IcehouseApi({
      base: new URL(url),
      authorize: async ({ headers }) => headers,
      fetch,
      sleep: async () => {},
    }),
    screen: { ...SCREEN, print: (text) => void printed.push(text) },
    json: args.includes('--json'),
    nowMs: () => Date.parse('2090-12-24T12:00:00.000Z'),
    sleep: async () => {},
    exitWith: () => {},
    note: () => {},
    nameApi: () => {},
    apiUrl: new URL(url),
  }));
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  const error = await program.parseAsync(['erase', ...args], { from: 'user' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { stdout: printed.join('\n'), error };
}

const ID = '9f0c2b7d5a1e4c3f8b6d2e7a90c1f4d3';
const PATH = `/v1/erasures/${ID}`;

function anErasure(given: Partial<Erasure> = {}): Erasure {
  return {
    erasure_id: ID,
    state: 'waiting',
    summary: 'Everything stands still.',
    asset_id: ASSET,
    root_asset_id: ASSET,
    asset_ids: [ASSET, 'new1'],
    requested_by: 'privacy-2',
    legal_basis: 'GDPR Art. 17',
    ordered_at: '2090-12-24T12:00:00.000Z',
    executes_at: '2090-12-27T12:00:00.000Z',
    can_be_stopped: true,
    what_goes: {
      mux_assets: ['new1'],
      masters: 1,
      files: 3,
      bytes: 1_234_567_890,
      early_deletion_usd: 0.0068,
      prices_as_of: '2026-11-22',
    },
    runs_out_later: [{ what: 'backups of the ledger', until: '2091-01-31T12:00:00.000Z', detail: 'PITR' }],
    ...given,
  };
}

const CERTIFICATE: ErasureCertificate = {
  erasure_id: ID,
  asset_id: ASSET,
  root_asset_id: ASSET,
  asset_ids: [ASSET, 'new1'],
  ordered: { by: 'privacy-2', legal_basis: 'Art. 17 <GDPR>', at: '2090-12-24T12:00:00.000Z' },
  executes_at: '2090-12-27T12:00:00.000Z',
  begun_at: '2090-12-27T12:01:00.000Z',
  done_at: '2090-12-27T12:20:00.000Z',
  removed: { assets: ['new1'], versions: 7, bytes: 1_234_567_890, uploads: 1, trail_entries: 12 },
  stays: ['A tombstone.'],
  runs_out_later: [
    { what: 'backups of the ledger', until: '2091-01-31T12:20:00.000Z', detail: 'PITR' },
    { what: "Mux's own copies", until: null, detail: 'Unknown.' },
  ],
};

const DONE = anErasure({
  state: 'done',
  can_be_stopped: false,
  what_goes: undefined,
  runs_out_later: undefined,
  certificate: CERTIFICATE,
});

test('what is shown here is what the API says', () => {
  for (const each of [anErasure(), DONE])
    expect(schemaFaults({ $ref: '#/components/schemas/Erasure' }, JSON.parse(JSON.stringify(each)))).toEqual(
      [],
    );
});

describe('an order', () => {
  const ORDER = [ASSET, '--legal-basis', 'GDPR Art. 17', '--user', 'privacy-2'];

  test('says what goes and until when it can be stopped', async () => {
    await using api = await stubApi({ 'POST /v1/erasures': [{ status: 202, body: anErasure() }] });

    const ended = await erase([...ORDER, '--yes'], api.url);

    expect(ended.error).toBeUndefined();
    const expected = { asset_id: ASSET, legal_basis: 'GDPR Art. 17', requested_by: 'privacy-2' };
    expect(api.seen.map(({ body }) => body)).toEqual([expected]);
    expect(ended.stdout).toContain('not before 27 Dec 2090, 12:00 UTC');
    expect(ended.stdout).toContain('goes: new1');
    expect(ended.stdout).toContain('less than $0.01 for deleting it early');
    expect(ended.stdout).toContain(`icehouse erase --stop ${ID} --user ID --reason TEXT`);
    expect(ended.stdout).toContain('31 Jan 2091');
  });

  test.each([
    ['of a URL', ['https://stream.mux.com/p1.m3u8'], /icehouse find URL/],
    ['of an id that no asset has', ['p1', '--yes'], /icehouse erase --playback-id p1 …/],
  ])('%s says how to name the video', async (_, named, says) => {
    await using api = await stubApi({});

    const ended = await icehouse(['erase', ...named, ...ORDER.slice(1), '--url', api.url]);

    expect(ended.code).not.toBe(0);
    expect(ended.stderr.replaceAll(/\s+/g, ' ')).toMatch(says);
  });

  test('is not given without a word from somebody', async () => {
    await using api = await stubApi({});

    const ended = await icehouse(['erase', ...ORDER, '--json', '--url', api.url]);

    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.stdout).code).toBe('NOT_CONFIRMED');
    expect(api.seen).toEqual([]);
  });
});

test('a stop and a list say it in JSON too', async () => {
  const stopped = anErasure({ state: 'stopped', can_be_stopped: false });
  await using api = await stubApi({
    [`POST ${PATH}/stop`]: [ok(stopped)],
    'GET /v1/erasures': [
      ok({ data: [stopped], next_cursor: 'c1' }),
      ok({ data: [anErasure()], next_cursor: null }),
    ],
  });

  const why = ['--user', 'privacy-3', '--reason', 'another account'];
  const stop = await erase(['--stop', ID, ...why, '--json'], api.url);
  const list = await erase(['--list', '--json'], api.url);

  expect(JSON.parse(stop.stdout)).toEqual(JSON.parse(JSON.stringify(stopped)));
  expect(api.seen[0]?.body).toEqual({ user_id: 'privacy-3', reason: 'another account' });
  expect(JSON.parse(list.stdout).data).toHaveLength(2);
  expect(api.seen.map(({ url }) => url)).toContain('/v1/erasures?limit=100&cursor=c1');
});

test.each([
  ['nothing', []],
  ['two things', [ASSET, '--list']],
  ['no right', [ASSET, '--user', 'u', '--yes']],
  ['nobody', [ASSET, '--legal-basis', 'l', '--yes']],
  ['a stop without a reason', ['--stop', ID, '--user', 'u']],
  ['an id that is none', ['--status', '../records']],
])('%s is wrong usage, before any call', async (_, args) => {
  const { error } = await erase(args);

  expect(error).toBeInstanceOf(CommanderError);
});

describe('the certificate', () => {
  test('is a page that runs nothing, the same each time', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'icehouse-erase-'));
    await using api = await stubApi({ [`GET ${PATH}`]: [ok(DONE)] });
    const out = join(directory, 'erasure.html');

    const ended = await erase(['--certificate', ID, '--out', out], api.url);
    const page = await readFile(out, 'utf8').finally(() => rm(directory, { recursive: true }));

    expect(ended.stdout).toBe(`Written to ${out}.`);
    expect(page).toBe(erasurePage(CERTIFICATE));
    expect(page).toContain('Art. 17 &lt;GDPR&gt;');
    expect(page).not.toMatch(/<script|<GDPR|https?:/);
    for (const said of [
      ASSET,
      'new1',
      'privacy-2',
      '2090-12-27T12:20:00.000Z',
      '2091-01-31',
      'not known to Icehouse',
    ])
      expect(page).toContain(said);
    expect(page).toContain('<th>could be stopped until</th><td>2090-12-27T12:01:00.000Z</td>');
    expect(page).toContain('<th>object versions in the vault</th><td>7</td>');
  });

  test('is not there before all is done', async () => {
    await using api = await stubApi({ [`GET ${PATH}`]: [ok(anErasure())] });

    const ended = await erase(['--certificate', ID], api.url);

    expect(ended.error).toBeInstanceOf(CommandError);
    expect(ended.error).toMatchObject({ code: 'NOT_ERASED_YET', exitCode: 1 });
  });
});

test('an order whose time has come says when it begins, and a fee that is rounded away that there is one', () => {
  const screen = { ...SCREEN, columns: 200, print: () => {} };
  const nowMs = Date.parse('2090-12-27T12:00:01.000Z');
  const goes = anErasure().what_goes;
  const due = anErasure({
    waiting_for: 'its time',
    what_goes: goes && { ...goes, early_deletion_usd: 0 },
  });

  const view = erasureView(due, screen, nowMs);

  expect(view).toContain('begins as soon as nobody is at work on it any more (a quarter of an hour at most)');
  expect(view).not.toContain('its time');
  expect(view).toContain('less than $0.01 for deleting it early');
});

test('a screen says what waits, what is blocked and what is done', () => {
  const screen = { ...SCREEN, print: () => {} };
  const nowMs = Date.parse('2090-12-28T00:00:00.000Z');
  const blocked = anErasure({
    state: 'blocked',
    can_be_stopped: false,
    blocked_until: '2091-03-01T00:00:00.000Z',
  });

  expect(erasureView(blocked, screen, nowMs)).toMatch(/blocked +until 1 Mar 2091, 00:00 UTC/);
  expect(erasureView(DONE, screen, nowMs)).toContain(`icehouse erase --certificate ${ID}`);
  expect(erasureView({ ...DONE, removed: CERTIFICATE.removed }, screen, nowMs)).toContain(
    '7 object versions (1.23 GB)',
  );
});
