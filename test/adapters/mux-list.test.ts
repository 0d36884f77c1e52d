// Which assets a search by date finds, whatever order the list comes in.
import { expect, test } from 'vitest';
import { listCreatedSince } from '../../lambdas/adapters/mux-list.ts';

const SINCE_MS = 1_700_000_000_000;

function listOf(...pages: readonly (readonly number[])[]) {
  const fetched: (string | undefined)[] = [];
  const fetchPage = async (cursor: string | undefined) => {
    fetched.push(cursor);
    const at = Number(cursor ?? 0);
    const data = (pages[at] ?? []).map((offset) => ({ created_at: String(1_700_000_000 + offset) }));
    return { data, next_cursor: at + 1 < pages.length ? String(at + 1) : null };
  };
  return { fetched, fetchPage };
}

const offsets = (raw: readonly unknown[]) =>
  raw.map((asset) => Number((asset as { created_at: string }).created_at) - 1_700_000_000);

test('stops at the first page of a list that is newest first and has passed the moment', async () => {
  const list = listOf([20, 5, -9], [-10, -11]);

  const found = await listCreatedSince(SINCE_MS, list.fetchPage);

  expect(offsets(found)).toEqual([20, 5]);
  expect(list.fetched).toEqual([undefined]);
});

test.each([
  ['oldest first', [[-20, -10], [-5, 3], [9]], [3, 9]],
  ['in no order', [[-20, 4, -30], [-5, -6], [7]], [4, 7]],
  ['newest first, all of it new', [[9, 8], [7], [6]], [9, 8, 7, 6]],
])('reads a list %s to its end', async (_, pages, expected) => {
  const list = listOf(...pages);

  const found = await listCreatedSince(SINCE_MS, list.fetchPage);

  expect(offsets(found)).toEqual(expected);
  expect(list.fetched).toEqual([undefined, '1', '2']);
});

test('keeps an asset of the same second, since Mux cuts its times to the second', async () => {
  const list = listOf([1, 0, -1]);

  const found = await listCreatedSince(SINCE_MS + 999, list.fetchPage);

  expect(offsets(found)).toEqual([1, 0]);
});

test('keeps assets that do not say when they were created', async () => {
  const found = await listCreatedSince(SINCE_MS, async () => ({ data: [{ id: 'a' }], next_cursor: '' }));

  expect(found).toEqual([{ id: 'a' }]);
});

test('a list that does not end within fifty pages is an error, never "not there"', async () => {
  const list = listOf(...Array.from({ length: 51 }, () => [-1, 1]));

  const found = listCreatedSince(SINCE_MS, list.fetchPage);

  await expect(found).rejects.toMatchObject({ name: 'TransientError', code: 'MUX_LIST_UNFINISHED' });
  expect(list.fetched).toHaveLength(50);
});
