// What docs/webhooks.md says: its verifier takes what we sign, and its table has every event.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../../lambdas/domain/outgoing.ts';
import { signatureOf } from '../../lambdas/domain/outgoing-signature.ts';

const PAGE = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');

test('names every event', () => {
  const named = [...PAGE.matchAll(/^\| `(icehouse\.[\w.]+)` \|/gm)].map(([, type]) => type);

  expect(named.sort()).toEqual([...EVENT_TYPES].sort());
});

test('has a verifier that takes our signatures and no others', async () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(PAGE) ?? [];
  const { isFromIcehouse } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const body = '{"data":{"title":"Köln"}}';
  const header = signatureOf(body, ['new', 'old'], Date.now());

  const verdicts = [
    isFromIcehouse(Buffer.from(body), header, 'new'),
    isFromIcehouse(Buffer.from(body), header, 'old'),
    isFromIcehouse(Buffer.from(body), header, 'other'),
    isFromIcehouse(Buffer.from(`${body} `), header, 'new'),
    isFromIcehouse(Buffer.from(body), signatureOf(body, ['new'], Date.now() - 301_000), 'new'),
    isFromIcehouse(Buffer.from(body), undefined, 'new'),
    isFromIcehouse(Buffer.from(body), 't=x,v1', 'new'),
  ];

  expect(verdicts).toEqual([true, true, false, false, false, false, false]);
});
