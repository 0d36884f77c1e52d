// Refusals in the words of RFC 9457.
import { expect, test } from 'vitest';
import { problemDocument } from '../../lambdas/domain/problem.ts';

test('a problem document has type, title, status, detail, and our code, field and action beside them', () => {
  const document = problemDocument({
    status: 409,
    code: 'REQUEST_DIFFERS',
    detail: 'Asset a already has a delete request.',
    action: 'PATCH moves the date.',
    field: 'expiration_date',
    current_asset_id: 'new1',
  });

  expect(document).toEqual({
    type: 'urn:icehouse:problem:request-differs',
    title: 'Not possible in this state',
    status: 409,
    detail: 'Asset a already has a delete request.',
    code: 'REQUEST_DIFFERS',
    action: 'PATCH moves the date.',
    field: 'expiration_date',
    current_asset_id: 'new1',
  });
});

test('the time to wait goes into a header, not into the document', () => {
  const document = problemDocument({ status: 503, code: 'BUSY', detail: 'd', retry_after_seconds: 5 });

  expect(document).toEqual({
    type: 'urn:icehouse:problem:busy',
    title: 'Not now',
    status: 503,
    code: 'BUSY',
    detail: 'd',
    action: 'Send the same call again.',
  });
});

test.each([400, 401, 404, 409, 413, 429, 500, 503])('status %i has a title of its own', (status) => {
  expect(problemDocument({ status, code: 'C', detail: 'd' }).title).not.toBe('Refused');
});

test('any other status is simply refused', () => {
  expect(problemDocument({ status: 418, code: 'TEAPOT', detail: 'd' }).title).toBe('Refused');
});
