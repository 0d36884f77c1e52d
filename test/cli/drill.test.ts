// Drills on a real S3: what passes, what fails and with which reason, and that a stopped one goes on.
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkCaptions } from '../../cli/drill/check-captions.ts';
import { mediaChecks } from '../../cli/drill/checks.ts';
import { demux } from '../../cli/drill/demux.ts';
import { type DrillWish, ownDirectory, planDrill, runDrill } from '../../cli/drill/drill.ts';
import { reportText } from '../../cli/drill/drill-screen.ts';
import { type DrillReport, readReport } from '../../cli/drill/report.ts';
import { drawSample } from '../../cli/drill/sample.ts';
import { interrupted } from '../../cli/retrieve/retrieve-problems.ts';
import { SILENT } from '../../cli/retrieve/retrieve-screen.ts';
import { toDirectory } from '../../cli/retrieve/to-directory.ts';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { type ArchiveSpec, type RetrievePlace, startRetrievePlace } from './retrieve-place.ts';
import { icehouse, startIcehouse } from './run-program.ts';
import { aRecord, ok, problem, stubApi } from './stub-api.ts';

const MEDIA = new URL('../fixtures/media/', import.meta.url);
/** Ten seconds of H.264 and AAC: test/fixtures/media/README.md. */
const FILM = await readFile(new URL('motion-and-tone.mp4', MEDIA));
const TRACKS = { tracks: [{ type: 'video' }, { type: 'audio' }, { type: 'text' }] };

let place: RetrievePlace;
beforeEach(async () => {
  place = await startRetrievePlace();
});
afterEach(() => place.close());

const film = (spec: Partial<ArchiveSpec> = {}): ArchiveSpec => ({ body: FILM, asset: TRACKS, ...spec });

/** The API over the records of the place, with a quote for each. */
function api() {
  return {
    list: async ({ status }: { status?: string }) => ({
      data: [...place.records.values()].filter((record) => record.status === status),
      next_cursor: null,
    }),
    quote: async () => {
      throw new Error('No quotes here.');
    },
  };
}

function wish(more: Partial<DrillWish> = {}): DrillWish {
  const directory = ownDirectory(place.root, 'one');
  const usual = { api: 'http://api', count: 5, seed: 's', tier: 'Standard', days: 1, directory } as const;
  return { ...usual, keep: false, onMux: false, ...more };
}

async function planned(more: Partial<DrillWish> = {}): Promise<DrillReport> {
  const quote = async () => ({ offers: [] }) as never;
  return planDrill({ ...api(), quote }, wish(more), Date.parse('2026-11-22T10:00:00Z'));
}

function drill(plan: DrillReport, signal = new AbortController().signal): Promise<DrillReport> {
  const ports = place.ports();
  const to = toDirectory({ directory: plan.directory, overwrite: true, reads: ports.reads });
  const reportPath = join(place.root, 'drill.json');
  return runDrill({ ports, to, view: SILENT, signal, pollMs: 50, reportPath, each: () => undefined }, plan);
}

describe('a whole archive', () => {
  test('passes, with everything that was looked at in the report', async () => {
    await place.archive('asset1', film({ storageClass: 'DEEP_ARCHIVE', title: 'A film' }));

    const report = await drill(await planned());

    const [result] = report.results;
    expect(result).toMatchObject({
      asset_id: 'asset1',
      outcome: 'passed',
      problems: [],
      thaw: { tier: 'Standard' },
    });
    expect(result?.checks.map(({ name, found }) => `${name}: ${found}`)).toEqual([
      expect.stringMatching(/^crc32: 654855 bytes, CRC32 /),
      'manifest: asset asset1, 3 tracks, 1 captions',
      'format: MP4, 2 tracks',
      'duration: 10 s',
      'tracks: video (avc), audio (aac)',
      // 25 frames a second; audio at 48 kHz in packets of 1,024 samples, and one to warm the decoder.
      'packets: 250 packets up to 10.000 s',
      expect.stringMatching(/^packets: 470 packets up to 10\.0/),
      'webvtt: 1 cues',
    ]);
    expect(await readReport(join(place.root, 'drill.json'))).toEqual(report);
    expect(reportText(report)).toContain('1 of 1 archives play as they were archived, 0 failed');
  });

  test('leaves no file behind, unless they are kept', async () => {
    await place.archive('asset1', film());

    await drill(await planned());
    const kept = await planned({ keep: true, directory: ownDirectory(place.root, 'two') });
    await drill(kept);

    await expect(access(ownDirectory(place.root, 'one'))).rejects.toThrow('ENOENT');
    expect(await place.filesBelow(kept.directory)).toContain('asset1/master.mp4');
  });
});

describe('fails with its reason', () => {
  const failing = async (spec: ArchiveSpec) => {
    await place.archive('asset1', spec);
    const { results } = await drill(await planned());
    expect(results[0]?.outcome).toBe('failed');
    const checks = results[0]?.checks.filter((check) => !check.ok) ?? [];
    return [
      ...checks.map(({ name, found }) => `${name}: ${found}`),
      ...(results[0]?.problems ?? []).map((p) => p.code),
    ];
  };

  test('a master that was archived truncated: its packets end before its index does', async () => {
    const reasons = await failing(film({ body: FILM.subarray(0, FILM.length - 100_000) }));

    expect(reasons).toEqual(['packets: 207 packets up to 8.280 s', 'packets: 386 packets up to 8.213 s']);
  });

  test('a master of which nothing but the last byte is missing', async () => {
    const reasons = await failing(film({ body: FILM.subarray(0, FILM.length - 1) }));

    expect(reasons).toEqual(['packets: 469 packets up to 9.984 s']);
  });

  test('a master that is no media file', async () => {
    const reasons = await failing(film({ body: Buffer.from('<html>Sorry</html>') }));

    expect(reasons).toEqual([expect.stringContaining('format: ')]);
  });

  test('another video under its name', async () => {
    const reasons = await failing(film({ asset: { ...TRACKS, duration: 25 } }));

    expect(reasons).toEqual(['duration: 10 s']);
  });

  test('a track that the manifest has and the file has not', async () => {
    const body = await readFile(new URL('tone.m4a', MEDIA));

    expect(await failing(film({ body }))).toEqual(['tracks: audio (aac)']);
  });

  test('bytes that are not those proved', async () => {
    // The CRC-32 of "123456789".
    expect(await failing(film({ crc32: 'y/Q5Jg==' }))).toContain('ARCHIVE_BYTES_DIFFER');
  });

  test('captions that are an error page', async () => {
    const reasons = await failing(film({ captions: '<html>' }));

    expect(reasons).toEqual(['webvtt: it does not begin with WEBVTT']);
  });

  test('a manifest that is no JSON', async () => {
    const reasons = await failing(film({ manifest: '{' }));

    expect(reasons).toEqual([expect.stringContaining('manifest: '), 'MANIFEST_UNREADABLE']);
  });
});

test('one audio of several will do, since a master may hold the primary alone', async () => {
  const path = join(place.root, 'film.mp4');
  await writeFile(path, FILM);

  const tracks = [{ type: 'video' }, { type: 'audio' }, { type: 'audio' }];
  const checks = mediaChecks(await demux(path), { seconds: 10, tracks });

  expect(checks.filter(({ ok: isOk }) => !isOk)).toEqual([]);
});

test('a drill that was stopped goes on with what it has not tried', async () => {
  await place.archive('frozen', film({ storageClass: 'GLACIER' }));
  await place.archive('warm', film());
  const stop = new AbortController();
  setTimeout(() => stop.abort(interrupted()), 1_000);
  // A Bulk thaw takes a minute here.
  await expect(drill(await planned({ tier: 'Bulk' }), stop.signal)).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  const left = await readReport(join(place.root, 'drill.json'));

  const report = await drill({ ...left, tier: 'Standard' });

  const outcomes = ({ results }: DrillReport) => results.map((one) => `${one.asset_id} ${one.outcome}`);
  expect(outcomes(left)).toEqual(['frozen pending', 'warm passed']);
  expect(outcomes(report)).toEqual(['frozen passed', 'warm passed']);
  expect(report.results[1]).toEqual(left.results[1]);
});

describe('the sample', () => {
  const many = Array.from(
    { length: 1_000 },
    (_, n) => aRecord({ asset_id: `a${n}`, status: 'deleted' }) as object as PublicRecord,
  );
  /** Ten pages of archives, and one page of what is not archived yet. */
  const ledger = {
    list: async ({ status, cursor = '0' }: { status?: string; cursor?: string }) => {
      const from = Number(cursor);
      if (status !== 'deleted') return { data: [], next_cursor: null };
      return { data: many.slice(from, from + 100), next_cursor: from < 900 ? String(from + 100) : null };
    },
  };

  test('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = await Promise.all(['x', 'x', 'y'].map((seed) => drawSample(ledger, 5, seed)));

    expect(one).toEqual(again);
    expect(one?.drawnFrom).toBe(1_000);
    expect(new Set(one?.records.map(({ asset_id }) => asset_id)).size).toBe(5);
    expect(one?.records).not.toEqual(other?.records);
  });

  test('takes every part of the ledger alike', async () => {
    const seeds = Array.from({ length: 100 }, (_, n) => `seed ${n}`);

    const samples = await Promise.all(seeds.map((seed) => drawSample(ledger, 10, seed)));

    const places = samples.flatMap(({ records }) => records.map(({ asset_id }) => Number(asset_id.slice(1))));
    const inFirstHalf = places.filter((at) => at < 500).length;
    // 1,000 draws: 500 expected, with a standard deviation of 16.
    expect(inFirstHalf).toBeGreaterThan(430);
    expect(inFirstHalf).toBeLessThan(570);
  });

  test('of fewer archives than asked for is all of them', async () => {
    const { records } = await drawSample(ledger, 5_000, 'x');

    expect(records).toHaveLength(1_000);
  });
});

describe('captions', () => {
  test.each([
    ['no cue at all', 'WEBVTT\n', 0],
    [
      'a header and Windows line ends',
      'WEBVTT - English\r\n\r\n1\r\n00:00:01.000 --> 00:00:02.500 align:start\r\nHello\r\n',
      1,
    ],
    [
      'a byte order mark',
      '\uFEFFWEBVTT\n\n00:01.000 --> 00:02.000\nx\n\n100:00:00.000 --> 100:00:01.000\ny',
      2,
    ],
  ])('%s is WebVTT', (_, text, cues) => {
    expect(checkCaptions(Buffer.from(text))).toEqual({ ok: true, cues });
  });

  test.each([
    ['SubRip', '1\n00:00:01,000 --> 00:00:02,000\nHello'],
    ['a comma in a time', 'WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nHello'],
    ['an end before the beginning', 'WEBVTT\n\n00:02.000 --> 00:01.000\nHello'],
    ['nothing', ''],
  ])('%s is not', (_, text) => {
    expect(checkCaptions(Buffer.from(text)).ok).toBe(false);
  });
});

describe('the command', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'icehouse-drill-test-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const served = async () => {
    const list = { data: [...place.records.values()], next_cursor: null };
    const none = { data: [], next_cursor: null };
    const [first] = place.records.values();
    const quote = {
      offers: [
        {
          ...{ tier: 'Bulk', total_usd: 9.5, within_seconds: 43_200, ready_by: '2026-11-22T22:00:00.000Z' },
          items: [
            { item: 'retrieval', usd: 0.25, note: '' },
            { item: 'egress', usd: 1, note: '' },
            { item: 'encoding', usd: 8.25, note: '' },
          ],
        },
      ],
    };
    return stubApi({
      'GET /v1/delete-requests': [ok(none), ok(list)],
      [`GET /v1/delete-requests/${first?.asset_id}/quote`]: [ok(quote)],
      [`GET /v1/delete-requests/${first?.asset_id}`]: [ok(first)],
    });
  };

  test('says cost and time first, and does nothing where nobody can say yes', async () => {
    await place.archive('asset1', film());
    await using stub = await served();

    const ended = await icehouse(['--url', stub.url, 'drill', '--sample', '1', '--seed', 'x'], place.env);

    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain('1 of 1 archives, seed x');
    // The quote without encoding: nothing is made on Mux.
    expect(ended.stdout).toContain('about $1.25 by quote');
    expect(ended.stdout).toContain('S3 thaws within 12 hours');
    expect(ended.stderr).toContain('NOT_CONFIRMED');
  });

  test('writes the report as JSON and as text, and ends with 0', async () => {
    await place.archive('asset1', film());
    await using stub = await served();
    const report = join(directory, 'good.json');

    const ended = await icehouse(
      ['--url', stub.url, 'drill', '--sample', '1', '--yes', '--report', report, '--to', directory],
      place.env,
    );

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('1 of 1 archives play as they were archived');
    expect((await readReport(report)).results[0]).toMatchObject({
      outcome: 'passed',
      estimated_cost_usd: 1.25,
    });
    expect(await readFile(join(directory, 'good.txt'), 'utf8')).toContain('PASSED  asset1');
  });

  test('ends with 1 when one failed, and --json is the report', async () => {
    await place.archive('asset1', film({ body: FILM.subarray(0, 400_000) }));
    await using stub = await served();
    const report = join(directory, 'bad.json');

    const ended = await icehouse(
      ['--url', stub.url, '--json', 'drill', '--yes', '--report', report, '--to', directory],
      place.env,
    );

    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      kind: 'icehouse-drill',
      results: [{ outcome: 'failed' }],
    });
  });

  test('stopped by Ctrl-C it says how to go on, and does', async () => {
    await place.archive('asset1', film({ storageClass: 'GLACIER' }));
    await using stub = await served();
    const report = join(directory, 'stopped.json');
    const start = ['--url', stub.url, 'drill', '--yes', '--tier', 'Standard', '--interval', '30'];
    const running = startIcehouse([...start, '--report', report, '--to', directory], place.env);
    await expect
      .poll(() => readFile(report, 'utf8').catch(() => ''), { timeout: 10_000 })
      .toContain('pending');
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.kill('SIGINT');
    const stopped = await running.ended;

    const resume = ['drill', '--resume', report, '--interval', '0.1'];
    const ended = await icehouse(['--url', stub.url, ...resume], place.env);

    expect(stopped.code).toBe(130);
    expect(stopped.stderr.replace(/\s+/g, ' ')).toContain(`icehouse drill --resume ${report}`);
    expect(ended.code).toBe(0);
    expect((await readReport(report)).results[0]?.outcome).toBe('passed');
  });

  test('a report that is none is refused before anything is asked', async () => {
    await writeFile(join(directory, 'other.json'), '{"kind":"else"}');

    const ended = await icehouse(['drill', '--resume', join(directory, 'other.json')], place.env);

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('NO_REPORT');
  });

  test('an empty ledger is said', async () => {
    await using stub = await stubApi({ 'GET /v1/delete-requests': [ok({ data: [], next_cursor: null })] });

    const ended = await icehouse(['--url', stub.url, 'drill', '--yes'], place.env);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('NOTHING_ARCHIVED');
  });

  test('without quotes the list prices are taken', async () => {
    await place.archive('asset1', film({ storageClass: 'DEEP_ARCHIVE' }));
    const list = { data: [...place.records.values()], next_cursor: null };
    await using stub = await stubApi({
      'GET /v1/delete-requests': [ok(list), ok({ data: [], next_cursor: null })],
      'GET /v1/delete-requests/asset1/quote': [problem(404, 'NOT_FOUND', 'No such route.')],
    });

    const ended = await icehouse(['--url', stub.url, 'drill'], place.env);

    expect(ended.stdout).toContain('less than $0.01 by list prices');
    expect(ended.stdout).toContain('S3 thaws within 48 hours');
  });
});
