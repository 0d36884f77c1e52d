// Why something failed, in words that may be kept and shown anywhere: a code, a message, and no URL (law 6).
import { IcehouseError } from './failures.ts';

export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** What fits on a screen, and into any queue's attributes. */
const MESSAGE_LIMIT = 1_000;

export function reasonOf(error: unknown): Reason {
  const message = error instanceof Error ? error.message : String(error);
  return { code: codeOf(error), message: keepable(message).slice(0, MESSAGE_LIMIT) || 'no message' };
}

/** Errors of ours have a code, those of the system too (`ECONNRESET`); the SDK's are known by their name. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNEXPECTED';
  const code = error instanceof IcehouseError || 'code' in error ? error.code : error.name;
  return typeof code === 'string' && /^[\w.]{1,100}$/.test(code) ? code : 'UNEXPECTED';
}

/** Of a URL only the host is left, and of control characters, which SQS refuses, nothing. */
export function keepable(text: string): string {
  return text.replace(/\bhttps?:\/\/[^\s"'<>]+/gi, hostOnly).replace(/\p{Cc}+/gu, ' ');
}

function hostOnly(url: string): string {
  if (!URL.canParse(url)) return '[URL]';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/…`;
}

/**
 * The error as an invocation may end with it: Lambda keeps `name`, `message` and `stack` in the failure record and in
 * its log, so the name is the code.
 */
export function failureOf(error: unknown): Error {
  const { code, message } = reasonOf(error);
  const failure = new Error(message);
  failure.name = code;
  const frames = (error instanceof Error ? error.stack : undefined)?.match(/^\s+at .*$/gm) ?? [];
  failure.stack = [`${code}: ${message}`, ...frames].join('\n');
  return failure;
}
