// Rows as spreadsheets write them, and everything that can be wrong with them, found before a call is made.
import { describe, expect, test } from 'vitest';
import { readLines } from '../../../cli/bulk/csv.ts';
import { importSheet } from '../../../cli/bulk/import-sheet.ts';
import { restoreSheet } from '../../../cli/bulk/restore-sheet.ts';
import { readRows, type Sheet } from '../../../cli/bulk/rows.ts';
import type { CommandError } from '../../../cli/problems.ts';

const NOW_MS = Date.UTC(2026, 10, 22);

/** In chunks of three bytes, so that none ends where something else does. */
async function* chunks(text: string | Buffer) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
}

function read<Order>(
  text: string | Buffer,
  sheet: Sheet<Order>,
  defaults: Record<string, string | undefined> = {},
) {
  return readRows(readLines(chunks(text)), sheet, defaults);
}

const imported = (text: string | Buffer, defaults = {}) =>
  read(text, importSheet(NOW_MS), { deleted_by_user_id: 'u-17', ...defaults });

async function problemOf(reading: Promise<unknown>): Promise<CommandError['problem']> {
  return reading.then(
    () => {
      throw new Error('It was read.');
    },
    (error: CommandError) => error.problem,
  );
}

describe('a file from a spreadsheet', () => {
  test('with byte order mark, semicolons, CRLF and quotes is read as it looks there', async () => {
    const text =
      '\uFEFFasset_id;reason;grace_days\r\nabc1;"old; and ""dusty""";7\r\nabc2;"two\r\nlines";\r\n\r\nabc3;;0\r\n';

    const { rows } = await imported(text);

    expect(rows.map(({ line, order }) => [line, order.asset_id, order.reason, order.grace_days])).toEqual([
      [2, 'abc1', 'old; and "dusty"', 7],
      [3, 'abc2', 'two\r\nlines', undefined],
      [6, 'abc3', undefined, 0],
    ]);
  });

  test('with commas or tabs, with or without a last line end, is read too', async () => {
    const commas = await imported('asset_id,group_id\nabc1,"a;b"');
    const tabs = await imported('asset_id\tgroup_id\nabc1\ta, b\n');

    expect(commas.rows[0]?.order.group_id).toBe('a;b');
    expect(tabs.rows[0]?.order.group_id).toBe('a, b');
  });
});

describe('columns', () => {
  test('that nobody knows are named', async () => {
    const problem = await problemOf(imported('asset_id,titel,user\nabc1,x,y\n'));

    expect(problem).toMatchObject({ code: 'CSV_HEADER', detail: 'Unknown columns: "titel", "user".' });
    expect(problem.action).toContain('deleted_by_user_id');
  });

  test.each([
    ['', 'CSV_EMPTY'],
    ['abc1\nabc2\n', 'CSV_HEADER'],
    ['asset_id,asset_id\na,b\n', 'CSV_HEADER'],
    ['asset_id,reason\nabc1,"never closed\n', 'CSV_UNREADABLE'],
  ])('%j is no table: %s', async (text, code) => {
    const problem = await problemOf(imported(text));

    expect(problem.code).toBe(code);
  });

  test('left empty take the option, and a date of its own takes no grace', async () => {
    const text = 'asset_id,deleted_by_user_id,expiration_date\nabc1,,\nabc2,u-2,2027-01-31\n';

    const { rows } = await imported(text, { grace_days: '30' });

    expect(rows.map(({ order }) => order)).toEqual([
      { asset_id: 'abc1', deleted_by_user_id: 'u-17', grace_days: 30 },
      { asset_id: 'abc2', deleted_by_user_id: 'u-2', expiration_date: '2027-01-31' },
    ]);
  });
});

describe('rows', () => {
  test('are all judged, each fault with its line and column', async () => {
    const text = [
      'asset_id,expiration_date,grace_days,accept_loss',
      'abc 1,,,',
      'abc2,31.12.2027,,',
      'abc3,2027-01-31,5,',
      'abc4,,4000,',
      ',,,',
      'abc5,,',
      'abc6,2040-01-01,,',
      'abc7,,,MADE_UP',
    ].join('\n');

    const problem = await problemOf(imported(text));

    expect(
      (problem.problems as { line: number; column?: string }[]).map(({ line, column }) => [line, column]),
    ).toEqual([
      [2, 'asset_id'],
      [3, 'expiration_date'],
      [4, undefined],
      [5, 'grace_days'],
      [7, undefined],
      [8, 'expiration_date'],
      [9, 'accept_loss'],
    ]);
    expect(problem.detail).toContain('line 3, expiration_date: "31.12.2027" is neither');
  });

  test('that are no UTF-8 are not sent as something else', async () => {
    const problem = await problemOf(imported(Buffer.from('asset_id,reason\nabc1,caf\xe9\n', 'latin1')));

    expect(problem.detail).toContain('not UTF-8');
  });

  test('that name an asset once more are set apart, with the line that came first', async () => {
    const { rows, duplicates } = await imported('asset_id\nabc1\nabc2\nabc1\n');

    expect(rows.map(({ assetId }) => assetId)).toEqual(['abc1', 'abc2']);
    expect(duplicates).toEqual([{ line: 4, assetId: 'abc1', first: 2 }]);
  });

  test('without a user say so', async () => {
    const problem = await problemOf(imported('asset_id\nabc1\n', { deleted_by_user_id: undefined }));

    expect(problem.detail).toContain('line 2: Who asks for it?');
  });

  test('of a restore have a tier or a time, not both, and no time that is past', async () => {
    const sheet = restoreSheet(NOW_MS);
    const { rows } = await read('asset_id,tier,need_by\nabc1,bulk,\nabc2,,2026-12-01\n', sheet, {
      user: 'u-3',
    });
    const problem = await problemOf(
      read('asset_id,tier,need_by\nabc1,Bulk,2026-12-01\nabc2,Slow,\nabc3,,2025-01-01\n', sheet),
    );

    expect(rows.map(({ order }) => order)).toEqual([
      { tier: 'Bulk', user_id: 'u-3' },
      { need_by: '2026-12-01', user_id: 'u-3' },
    ]);
    expect((problem.problems as { line: number }[]).map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});
