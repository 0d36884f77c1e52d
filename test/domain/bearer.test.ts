// Which token opens which route. Expected values by hand.
import { describe, expect, test } from 'vitest';
import { scopeGranted } from '../../lambdas/domain/bearer.ts';

const token = (letter: string) => letter.repeat(32);
const TOKENS = {
  request: [token('r'), token('q')],
  operate: [token('o')],
  erase: [token('e'), ''],
  delete_only: [''],
};

const ASK = 'POST /v1/delete-requests';
const RESTORE = 'POST /v1/delete-requests/{asset_id}/restore';
const ERASE = 'POST /v1/erasures';
const DELETE_ONLY = 'POST /v1/delete-requests/delete-only';

describe('a token', () => {
  test.each([
    ['r', ASK, 'request'],
    ['q', ASK, 'request'],
    ['o', ASK, 'operate'],
    ['e', ASK, undefined],
    ['r', RESTORE, undefined],
    ['o', RESTORE, 'operate'],
    ['o', ERASE, undefined],
    ['e', ERASE, 'erase'],
    ['o', DELETE_ONLY, undefined],
    ['r', 'PATCH /v1/delete-requests/{asset_id}', undefined],
    ['r', 'DELETE /v1/delete-requests/{asset_id}/hold', undefined],
    ['r', 'GET /v1/assets/{asset_id}/sidecars/{name}', undefined],
    ['r', '$default', 'request'],
    ['e', '$default', undefined],
    ['o', 'POST /v1/webhooks/mux', undefined],
    ['o', 'constructor', undefined],
    ['z', ASK, undefined],
  ])('of letters %s gives for %s: %s', (letter, route, expected) => {
    expect(scopeGranted(`Bearer ${token(letter)}`, TOKENS, route)).toBe(expected);
  });

  test('entered for two scopes has both', () => {
    const tokens = { operate: [token('x')], erase: [token('x')] };

    expect(scopeGranted(`Bearer ${token('x')}`, tokens, ASK)).toBe('operate');
    expect(scopeGranted(`Bearer ${token('x')}`, tokens, ERASE)).toBe('erase');
  });
});

describe('nobody is let in', () => {
  test.each([
    [undefined],
    [''],
    ['Bearer'],
    ['Bearer '],
    [token('r')],
    [`Basic ${token('r')}`],
    [`Bearer ${token('r')} ${token('r')}`],
    [`Bearer ${token('r')}x`],
    [`Bearer ${token('R')}`],
    ['Bearer undefined'],
  ])('by the header %j', (header) => {
    expect(scopeGranted(header, TOKENS, ASK)).toBeUndefined();
  });

  test('by a token of fewer than 32 characters, whoever wrote it into the secret', () => {
    const short = 'a'.repeat(31);

    expect(scopeGranted(`Bearer ${short}`, { request: [short] }, ASK)).toBeUndefined();
    expect(scopeGranted(`Bearer ${short}a`, { request: [`${short}a`] }, ASK)).toBe('request');
  });

  test('by no tokens at all', () => {
    expect(scopeGranted(`Bearer ${token('r')}`, {}, ASK)).toBeUndefined();
  });
});

test('the scheme is written as one likes', () => {
  expect(scopeGranted(`bearer  ${token('r')} `, TOKENS, ASK)).toBe('request');
});
