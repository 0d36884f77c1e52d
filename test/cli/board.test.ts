// The lines of a watch and of a list, as wide as a terminal is.
import { describe, expect, test } from 'vitest';
import { boardText } from '../../cli/board.ts';
import type { Followed } from '../../cli/follow.ts';
import { recordTable } from '../../cli/list-table.ts';
import type { Screen } from '../../cli/screen.ts';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import { ASSET, aRecord } from './stub-api.ts';

const record = (changes: object) => aRecord(changes) as unknown as PublicRecord;

function terminal(columns: number): Screen {
  return {
    stream: process.stdout,
    isTerminal: true,
    columns,
    paint: (_, text) => text,
    print: () => undefined,
  };
}

function copy(changes: object): Followed {
  const samples = [
    { atMs: 0, bytesDone: 0 },
    { atMs: 1000, bytesDone: 48_100_000 },
  ];
  const progress = { bytes_done: 12_300_000_000, bytes_total: 99_900_000_000 };
  const shown = record({ status: 'archiving', archive: undefined, progress, ...changes });
  return { assetId: ASSET, record: shown, samples, misses: 0, isOver: false };
}

describe('on 80 columns', () => {
  test('a copy shows bytes, bar, rate and time left on one line', () => {
    const videos = [
      copy({ title: undefined }),
      copy({ title: 'A title that is much too long for its column' }),
    ];

    const lines = boardText(videos, terminal(80)).split('\n');

    expect(lines).toEqual([
      '·  01Tq7hnCr…q5hZzk  archiving  █░░░░░░░░░ 12.3/99.9 GB  48.1 MB/s  ETA 0:30:21'.replace(
        '0:30:21',
        '30:21',
      ),
      '·  A title that is…  archiving  █░░░░░░░░░ 12.3/99.9 GB  48.1 MB/s  ETA 30:21',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });

  test('a list takes two lines a record, so that no id is cut', () => {
    const records = [record({}), record({ asset_id: 'b2', title: undefined, archive: undefined })];

    const lines = recordTable(records, terminal(80), Date.parse('2090-12-23T20:00:00Z')).split('\n');

    expect(lines).toEqual([
      'ASSET                                         STATUS     EXPIRES / NEXT  SIZE',
      'Summer party 2026                             archived   24 Dec 2090     1.23 GB',
      `${ASSET}             in 5h`,
      'b2                                            archived   24 Dec 2090     -',
      '                                                         in 5h',
    ]);
  });
});

test('a list takes one line a record where that fits', () => {
  const lines = recordTable([record({})], terminal(120), Date.parse('2090-12-23T20:00:00Z')).split('\n');

  expect(lines).toHaveLength(2);
});
