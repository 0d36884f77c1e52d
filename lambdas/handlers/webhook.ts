// Function "webhook". Checks that Mux sent the notice, wakes the record it is about, answers at once (law 4).
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { clock, ledger, log, waking, webhookSecrets } from '../adapters/host.ts';
import { subjectOf, verifyWebhook } from '../adapters/mux-webhook.ts';
import { IcehouseError } from '../domain/failures.ts';
import { notice } from '../stages/notice.ts';
import { json, problem } from './answers.ts';

type Result = Promise<APIGatewayProxyStructuredResultV2>;

/** Also what cannot be served now gets an answer with a code; on 503 Mux sends the notice again. */
export async function handler(event: APIGatewayProxyEventV2): Result {
  try {
    return await receive(event);
  } catch (error) {
    log.error('webhook not served', { error });
    const code = error instanceof IcehouseError ? error.code : 'TEMPORARILY_UNAVAILABLE';
    return problem({ status: 503, code, detail: 'The notice could not be taken now.' });
  }
}

async function receive(event: APIGatewayProxyEventV2): Result {
  const rawBody = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const header = event.headers?.['mux-signature'];
  const verdict = verifyWebhook({ rawBody, header, secrets: await webhookSecrets(), nowMs: clock.nowMs() });
  if (!verdict.ok) {
    log.error('webhook refused', { code: verdict.code, metrics: { WebhookRefusals: 1 } });
    const status = verdict.code === 'WEBHOOK_BODY_UNREADABLE' ? 400 : 401;
    return problem({ status, code: verdict.code, detail: verdict.message });
  }
  const subject = subjectOf(verdict.event);
  const { type } = verdict.event;
  const outcome =
    subject.interest === 'wake' ? await notice(subject.assetId, type, { ledger, waking }) : 'ignored';
  log.info('webhook', { stage: 'webhook', type, outcome });
  return json(200, { outcome });
}
