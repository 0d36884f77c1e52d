// What every store of erasure orders keeps to: the fake of the tests and DynamoDB alike.
import { expect, test } from 'vitest';
import type { ErasureFile, Erasures } from '../../lambdas/stages/ports.ts';

export function anOrder(id: string, changes: Partial<ErasureFile> = {}): ErasureFile {
  return {
    id,
    asset_id: 'asset2',
    root_asset_id: 'asset1',
    requested_by: 'dpo@example.org',
    legal_basis: 'GDPR Art. 17, ticket 4711',
    ordered_at: '2026-11-22T12:00:00.000Z',
    executes_at: '2026-11-29T12:00:00.000Z',
    ...changes,
  };
}

/** `open` answers an empty store each time. */
export function erasuresContract(open: () => Promise<Erasures>): void {
  test('holds no order at first', async () => {
    const erasures = await open();

    expect(await erasures.get('order1')).toBeUndefined();
    expect(await erasures.list({ limit: 10 })).toEqual({ files: [], nextCursor: null });
  });

  test('gives back an order as it was put, without the fields that are undefined', async () => {
    const erasures = await open();
    const order = anOrder('order1');
    const stopped = { at: '2026-11-23T12:00:00.000Z', user_id: 'ops1', reason: undefined };

    await erasures.put({ ...order, principal: undefined, stopped });

    const { reason: _, ...said } = stopped;
    expect(await erasures.get('order1')).toStrictEqual({ ...order, stopped: said });
    expect((await erasures.list({ limit: 10 })).files).toStrictEqual([{ ...order, stopped: said }]);
  });

  test('keeps the later of two writes, once', async () => {
    const erasures = await open();
    await erasures.put(anOrder('order1', { stopped: { at: '2026-11-23T00:00:00.000Z', user_id: 'ops1' } }));
    const done = anOrder('order1', { done_at: '2026-11-29T13:00:00.000Z', asset_ids: ['asset1', 'asset2'] });

    await erasures.put(done);

    expect(await erasures.get('order1')).toStrictEqual(done);
    expect((await erasures.list({ limit: 10 })).files).toStrictEqual([done]);
  });

  test.each([1, 2, 3, 4, 5])('lists the newest last, by pages of %i', async (limit) => {
    const erasures = await open();
    const day = (date: number) => ({ ordered_at: `2026-11-0${date}T00:00:00.000Z` });
    await erasures.put(anOrder('third', day(3)));
    await erasures.put(anOrder('first', day(1)));
    await erasures.put(anOrder('b-together', day(2)));
    await erasures.put(anOrder('a-together', day(2)));

    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await erasures.list({ cursor, limit });
      pages.push(page.files.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);

    expect(pages.flat()).toEqual(['first', 'a-together', 'b-together', 'third']);
    expect(Math.max(...pages.map((page) => page.length))).toBe(Math.min(limit, 4));
  });

  test.each([
    ['an empty text', ''],
    ['no base64', '%%%'],
    ['no key of the list', Buffer.from('asset#a1').toString('base64url')],
    ['a key with more behind it', Buffer.from('2026-11-22T12:00:00.000Z#a#b').toString('base64url')],
  ])('refuses a cursor that is %s', async (_, cursor) => {
    const erasures = await open();
    await erasures.put(anOrder('order1'));

    const list = erasures.list({ cursor, limit: 10 });

    await expect(list).rejects.toMatchObject({ code: 'INVALID_CURSOR', name: 'PermanentError' });
  });
}
