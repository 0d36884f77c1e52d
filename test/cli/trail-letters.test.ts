// Dead letters of the audit trail: which video they are about, and how the entry gets there after all.
import { expect, test } from 'vitest';
import { explain } from '../../cli/dead-letters/explain.ts';
import { assetOf, readLetter } from '../../cli/dead-letters/letter.ts';

const EVENT = {
  source: 'icehouse',
  'detail-type': 'Icehouse Transition',
  detail: { asset_id: 'asset1', version: 7, to: 'deleted' },
};
const FAILED = {
  timestamp: '2026-12-24T08:05:09.001Z',
  requestContext: {
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:IcehouseFunctions-trail:$LATEST',
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  },
  requestPayload: EVENT,
  responsePayload: { errorType: 'VAULT_DENIED', errorMessage: 'PutObject of trail/… failed.' },
};

test.each([
  ['the function could not write', FAILED, {}],
  ['the rule could not deliver', EVENT, { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'PutObject' }],
])('an entry that %s is a matter for people, who are told how to send it again', (_, body, attributes) => {
  const raw = { queue: 'invocations', id: 'a1b2c3d4', body: JSON.stringify(body), sentAtMs: 0, attributes };

  const letter = readLetter({ ...raw, queue: 'invocations' });

  const { verdict, what, why, to_do } = explain(letter, 'unasked', 0);
  expect(assetOf(letter)).toBe('asset1');
  expect(verdict).toBe('look');
  expect(what).toBe('An entry about asset1 did not get into the audit trail.');
  expect(why).toContain('PutObject');
  expect(to_do).toContain('aws lambda invoke --function-name …-trail');
});
