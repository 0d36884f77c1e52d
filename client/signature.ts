// Whether Icehouse sent an event, lately: the check that a receiver makes over the raw body before it reads it.
import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'icehouse-signature';

/** How far the signed time may be from now, either way. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * `header`: the value of `icehouse-signature`, `t=<unix seconds>,v1=<hex>`, with a further `v1=` for each further secret
 * while one is being changed. `rawBody`: the bytes as they came; parsed and written again they are others.
 */
export function verifyIcehouseSignature(
  rawBody: string | Uint8Array,
  header: string | null | undefined,
  secret: string,
  nowMs: number,
): boolean {
  const signed = parse(header ?? '');
  // Anybody can sign with an empty secret.
  if (!signed || secret === '') return false;
  const own = createHmac('sha256', secret).update(`${signed.time}.`).update(rawBody).digest();
  const isGenuine = signed.signatures.some((given) => timingSafeEqual(own, given));
  return isGenuine && Math.abs(nowMs - Number(signed.time) * 1_000) <= TOLERANCE_MS;
}

/** The time in the letters that were signed. */
function parse(
  header: string,
): { readonly time: string; readonly signatures: readonly Buffer[] } | undefined {
  const parts = header.split(',').map((part) => part.trim());
  const times = parts.filter((part) => part.startsWith('t='));
  const [time = ''] = times.map((part) => part.slice(2));
  if (times.length !== 1 || !/^\d{1,12}$/.test(time)) return undefined;
  const signatures = parts.flatMap((part) => {
    const [, hex] = /^v1=([0-9a-f]{64})$/i.exec(part) ?? [];
    return hex ? [Buffer.from(hex, 'hex')] : [];
  });
  return { time, signatures };
}
