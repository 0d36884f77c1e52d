// Mux's webhooks on their way to us: late, lost, doubled, about things nobody waits for, and forged ones among them.
import { createHmac } from 'node:crypto';
import { subjectOf, verifyWebhook } from '../../lambdas/adapters/mux-webhook.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lambdas/domain/time.ts';
import { notice } from '../../lambdas/stages/notice.ts';
import type { World } from './world.ts';

const SECRET = 'a secret of the simulation';
const LIMIT_MS = 10 * SECOND_MS;

export function createWebhooks(world: World) {
  const { timeline, chance, modes, records, isChaos, counted, oracle } = world;

  /** A webhook is late, lost, there twice; and with each there may be a forged one. */
  function deliver(type: string, assetId: string): void {
    if (modes.onlySweep) return;
    if (isChaos() && chance.is(0.15)) {
      counted('webhook lost');
      return;
    }
    const delayMs =
      isChaos() && chance.is(0.2) ? chance.between(MINUTE_MS, 20 * MINUTE_MS) : chance.between(50, 2_000);
    timeline.after(delayMs, () => receive(type, assetId, SECRET));
    if (isChaos() && chance.is(0.15)) {
      counted('webhook twice');
      timeline.after(delayMs * 2, () => receive(type, assetId, SECRET));
    }
    if (isChaos() && chance.is(0.1)) forge(assetId);
  }

  /** Mux tells of more than we wait for. */
  function chatter(assetId: string): void {
    deliver(
      chance.pick([
        'video.asset.ready',
        'video.asset.updated',
        'video.asset.master.ready',
        'video.asset.deleted',
      ]),
      assetId,
    );
  }

  function forge(assetId: string): void {
    counted('webhook forged');
    const [secret, aheadMs] = chance.pick<[string, number]>([
      ['not the secret', 0],
      [SECRET, HOUR_MS],
      [SECRET, -HOUR_MS],
    ]);
    timeline.after(chance.between(0, MINUTE_MS), () =>
      receive('video.asset.deleted', assetId, secret, aheadMs),
    );
  }

  /** `aheadMs`: how far from now the sender says it was signed. */
  function receive(type: string, assetId: string, secret: string, aheadMs = 0): void {
    const who = world.whoIsAt(`webhook ${type} ${assetId}`, records.get(assetId), chance.pick([1, 3]), 1);
    const isForged = secret !== SECRET || aheadMs !== 0;
    const status = records.get(assetId)?.status;
    const body = JSON.stringify({ type, id: chance.token(), data: { id: assetId } });
    const time = Math.floor((timeline.nowMs + aheadMs) / 1000);
    const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    const waking = world.wakingOf(who);
    const handler = async () => {
      const header = `t=${time},v1=${signature}`;
      const verdict = verifyWebhook({
        rawBody: body,
        header,
        secrets: [SECRET],
        nowMs: who.clock.nowMs(),
      });
      if (!verdict.ok) return verdict.code;
      if (isForged) oracle.violated(4, `a forged webhook about ${assetId} was believed`);
      const subject = subjectOf(verdict.event);
      return subject.interest === 'wake'
        ? notice(subject.assetId, type, { ledger: waking.ledger, waking })
        : 'ignored';
    };
    who.run(handler, LIMIT_MS, () => {
      world.note(status, isForged ? 'forged webhook' : 'webhook', who);
    });
  }

  return { deliver, chatter, forge };
}
