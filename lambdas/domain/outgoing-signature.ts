// The signature of the events we send: Mux's own scheme under our name, so that one verifier's code serves both. Pure.
// https://www.mux.com/docs/core/verify-webhook-signatures
import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'icehouse-signature';

/** `t=<unix seconds>,v1=<hex>`, a further `v1=` for each further secret: who knows one of them can verify. */
export function signatureOf(body: string, secrets: readonly string[], nowMs: number): string {
  const time = Math.floor(nowMs / 1_000);
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${time}.${body}`, 'utf8').digest('hex')}`,
  );
  return [`t=${time}`, ...signatures].join(',');
}
