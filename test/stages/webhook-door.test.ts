// Somebody who has the webhook's URL, or a delivery that was genuine once, and what that is worth: nothing, or a look.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { subjectOf, verifyWebhook } from '../../lambdas/adapters/mux-webhook.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { aRecord } from '../fakes/record.ts';

const BODY = '{"type":"video.asset.deleted","id":"event1","data":{"id":"asset1"}}';
const SIGNED_AT_MS = 1_700_000_000_000;

function headerOf(secret: string, body = BODY): string {
  const hex = createHmac('sha256', secret).update(`1700000000.${body}`).digest('hex');
  return `t=1700000000,v1=${hex}`;
}

function receive(secrets: readonly string[], header: string, afterSeconds = 0, rawBody = BODY) {
  return verifyWebhook({ rawBody, header, secrets, nowMs: SIGNED_AT_MS + afterSeconds * 1_000 });
}

/** As the webhook function does with what got through. */
async function deliver(home: House) {
  const verdict = receive(['now'], headerOf('now'));
  const subject = verdict.ok && subjectOf(verdict.event);
  if (!verdict.ok || !subject || subject.interest === 'ignore') throw new Error('It did not get through.');
  return notice(subject.assetId, verdict.event.type, { ledger: home.ledger, waking: home.waking });
}

test.each([
  ['its signature was made with another secret', headerOf('a guess'), BODY],
  ['its body was written by somebody else', headerOf('now'), BODY.replace('asset1', 'asset2')],
  ['it is signed with nothing, while no secret is set before', headerOf(''), BODY],
  ['it is not signed', '', BODY],
])('a forged delivery is refused: %s', (_, header, body) => {
  expect(receive(['now', ''], header, 0, body).ok).toBe(false);
});

test('a genuine delivery is taken for five minutes of skew in either direction, and not a second longer', () => {
  const taken = [-301, -300, 0, 300, 301].map((seconds) => receive(['now'], headerOf('now'), seconds).ok);

  expect(taken).toEqual([false, true, true, true, false]);
});

test('a delivery that is played again and again wakes its record once, and calls Mux never', async () => {
  const home = house();
  await home.ledger.save(aRecord({ status: 'archived' }));

  const outcomes: string[] = [];
  for (let times = 0; times < 20; times += 1) outcomes.push(await deliver(home));

  expect(outcomes).toEqual(['woken', ...Array(19).fill('busy')]);
  expect(home.dispatch.invocations).toHaveLength(1);
  expect(home.platform.calls).toEqual({});
  expect(home.record().status).toBe('archived');
});

test('a genuine "deleted" is not believed: the stage asks Mux, and an asset that is there stays archived', async () => {
  const home = house({ prepareMs: 0 });
  home.addVideo(anMp4());
  await home.requestDeletion({ expirationMs: Date.UTC(2026, 10, 15) });
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  const asksBefore = home.platform.calls.inspect ?? 0;

  expect(await deliver(home)).toBe('woken');
  await home.live(() => home.record().leased_until === undefined);

  expect(home.platform.calls.inspect).toBe(asksBefore + 1);
  expect(home.record().status).toBe('archived');
  expect(home.bus.events.filter(({ entry }) => entry.alarm)).toEqual([]);
});

test('while the secret is changed both are taken; afterwards only the new one', () => {
  const old = headerOf('old');
  const now = headerOf('now');

  const before = [receive(['old'], old).ok, receive(['old'], now).ok];
  const during = [receive(['now', 'old'], old).ok, receive(['now', 'old'], now).ok];
  const after = [receive(['now'], old).ok, receive(['now'], now).ok];

  expect([before, during, after]).toEqual([
    [true, false],
    [true, true],
    [false, true],
  ]);
});
