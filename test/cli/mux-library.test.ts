// What `icehouse advise` asks of Mux, how fast, and what it does not take for an answer.
import { describe, expect, test } from 'vitest';
import { type MuxLibrary, openMuxLibrary, windowOf } from '../../cli/advise/mux-library.ts';
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts';
import { type Answer, ok, type StubApi, stubApi } from './stub-api.ts';

const USAGE = 'GET /video/v1/delivery-usage';
const ASSETS = 'GET /video/v1/assets';
const WINDOW = { fromMs: 1_607_817_600_000, toMs: 1_607_990_400_000 };

function libraryOn(mux: StubApi, clock: ManualClock = manualClock()): MuxLibrary {
  return openMuxLibrary({ tokenId: 'id', tokenSecret: 'secret', baseUrl: mux.url }, clock);
}

/** As Mux's OpenAPI file has it; `undefined` ends the list. */
function usage(...rows: readonly (readonly [string, number])[]): Answer {
  return ok({
    data: rows.map(([asset_id, delivered_seconds]) => ({ asset_id, delivered_seconds })),
    timeframe: [1_607_817_600, 1_607_990_400],
    page: 1,
    limit: 100,
  });
}

const asset = (id: string) => ({ id, status: 'ready', duration: 10 });

describe('delivery usage', () => {
  test('is read page by page until one is empty, by the window in seconds', async () => {
    await using mux = await stubApi({ [USAGE]: [usage(['a', 206.4], ['b', 30]), usage(['c', 1]), usage()] });

    const seconds = await libraryOn(mux).deliveredSeconds(WINDOW);

    expect(Object.fromEntries(seconds)).toEqual({ a: 206.4, b: 30, c: 1 });
    const timeframe = 'timeframe%5B%5D=1607817600&timeframe%5B%5D=1607990400';
    expect(mux.seen.map(({ url }) => url)).toEqual([
      `/video/v1/delivery-usage?${timeframe}&page=1&limit=100`,
      `/video/v1/delivery-usage?${timeframe}&page=2&limit=100`,
      `/video/v1/delivery-usage?${timeframe}&page=3&limit=100`,
    ]);
  });

  test('ends when a page brings nothing new, so that no proxy keeps it going for ever', async () => {
    await using mux = await stubApi({ [USAGE]: [usage(['a', 1])] });

    const seconds = await libraryOn(mux).deliveredSeconds(WINDOW);

    expect([...seconds.keys()]).toEqual(['a']);
    expect(mux.seen).toHaveLength(2);
  });

  test('of one asset is one call', async () => {
    await using mux = await stubApi({ [USAGE]: [usage(['a', 5])] });

    await libraryOn(mux).deliveredSeconds(WINDOW, 'a');

    expect(mux.seen.map(({ url }) => new URL(url, mux.url).searchParams.get('asset_id'))).toEqual(['a']);
  });

  test.each([
    ['no list', ok({})],
    ['a page of HTML', ok('<html>')],
    ['rows without seconds', ok({ data: [{ asset_id: 'a' }] })],
  ])('in the form of %s is not taken for "nobody watched"', async (_, answer) => {
    await using mux = await stubApi({ [USAGE]: [answer] });

    await expect(libraryOn(mux).deliveredSeconds(WINDOW)).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/),
    });
  });

  test('reaches from a whole hour within the last 90 days to 12 hours ago', () => {
    const window = windowOf(90, Date.parse('2026-11-22T09:40:00.000Z'));

    expect(new Date(window.fromMs).toISOString()).toBe('2026-08-24T10:00:00.000Z');
    expect(new Date(window.toMs).toISOString()).toBe('2026-11-21T21:00:00.000Z');
  });
});

describe('assets', () => {
  test('are listed from cursor to cursor, and what cannot be read is counted', async () => {
    const pages = [
      ok({ data: [asset('a'), { id: 'b' }], next_cursor: 'more' }),
      ok({ data: [asset('c')], next_cursor: null }),
    ];
    await using mux = await stubApi({ [ASSETS]: pages });

    const seen: unknown[] = [];
    for await (const page of libraryOn(mux).pages()) {
      seen.push([page.assets.map(({ id }) => id), page.unreadable]);
    }

    expect(seen).toEqual([
      [['a'], 1],
      [['c'], 0],
    ]);
    expect(mux.seen.map(({ url }) => url)).toEqual([
      '/video/v1/assets?limit=100',
      '/video/v1/assets?limit=100&cursor=more',
    ]);
  });

  test('that Mux does not have are none', async () => {
    const error = {
      error: { type: 'not_found', messages: ['The requested resource either does not exist'] },
    };
    await using mux = await stubApi({ 'GET /video/v1/assets/x': [{ status: 404, body: error }] });

    expect(await libraryOn(mux).asset('x')).toBeUndefined();
  });
});

describe('the pace', () => {
  test('stays under two and a half calls a second', async () => {
    const clock = manualClock();
    await using mux = await stubApi({
      [USAGE]: [usage(['a', 1]), usage(['b', 1]), usage(['c', 1]), usage()],
    });
    const startMs = clock.nowMs();

    await libraryOn(mux, clock).deliveredSeconds(WINDOW);

    expect(mux.seen).toHaveLength(4);
    expect((clock.nowMs() - startMs) / 3).toBeGreaterThan(400);
  });

  test('waits after a 429 and asks again', async () => {
    const clock = manualClock();
    const tooMany = { status: 429, body: { errors: ['Too Many Requests'] } };
    await using mux = await stubApi({ [USAGE]: [tooMany, tooMany, usage()] });
    const startMs = clock.nowMs();

    await libraryOn(mux, clock).deliveredSeconds(WINDOW);

    // Mux sends no Retry-After: five seconds each.
    expect(mux.seen).toHaveLength(3);
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(10_000);
  });

  test('gives up after six tries', async () => {
    await using mux = await stubApi({ [USAGE]: [{ status: 503, body: {} }] });

    await expect(libraryOn(mux).deliveredSeconds(WINDOW)).rejects.toMatchObject({ code: 'MUX_UNAVAILABLE' });
    expect(mux.seen).toHaveLength(6);
  });
});
