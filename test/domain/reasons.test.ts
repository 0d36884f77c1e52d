// Why somebody took a request back or wanted the video again, in their words: kept in the history of the record.
import { expect, test } from 'vitest';
import { decideCancel } from '../../lambdas/domain/decisions-request.ts';
import { decideRestore, decideRestoreOfPresent } from '../../lambdas/domain/decisions-restore.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import { BULK, CALLER, FRESH_TOKEN, failedFrom, inStatus, written } from './decision-records.ts';

const WHY = 'ticket 4711';
const wish = { token: FRESH_TOKEN, reason: WHY };
const restore = (record: AssetRecord, more = {}) =>
  written(decideRestore(record, { ...wish, ...more }, CALLER, LIST_RATES));
const last = ({ history }: AssetRecord) => history.at(-1);

test.each([
  ['a cancel', written(decideCancel(inStatus('archived'), CALLER, WHY)), 'taken back: ticket 4711'],
  ['a restore before the deletion', restore(inStatus('archived')), 'taken back: ticket 4711'],
  ['a restore', restore(inStatus('deleted')), 'restore: ticket 4711'],
  ['a restore of what failed', restore(failedFrom('deleted')), 'restore: ticket 4711'],
  ['a restore while it is being deleted', restore(inStatus('deleting')), 'restore: ticket 4711'],
  [
    'a faster tier for one under way',
    restore(inStatus('thawing', { restore: BULK }), { tier: 'Standard' }),
    'restore: ticket 4711',
  ],
  [
    'a restore of what somebody deleted at Mux',
    written(decideRestoreOfPresent(inStatus('cancelled'), false, wish, CALLER, LIST_RATES)),
    'restore of an asset deleted elsewhere: ticket 4711',
  ],
])('%s keeps it', (_, record, cause) => {
  expect(last(record)).toMatchObject({ cause, actor: 'user-9', version: record.version + 1 });
});

test.each([
  ['a cancel', written(decideCancel(inStatus('archived'), CALLER)), 'taken back'],
  ['a restore', restore(inStatus('deleted'), { reason: undefined }), 'restore'],
])('%s without one says what was done', (_, record, cause) => {
  expect(last(record)?.cause).toBe(cause);
});

test('a wish that changes no status and gives none leaves the history as it is', () => {
  const record = inStatus('deleting');

  expect(restore(record, { reason: undefined }).history).toEqual(record.history);
});
