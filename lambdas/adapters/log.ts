// One JSON line per call on standard output, through the Powertools logger. Never a signed URL, whoever passes one.
import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../stages/ports.ts';

/** `fields` stand on every line; a field named `error` that is an Error is written out with its causes. */
export function createLog(fields: Record<string, unknown> = {}): Log {
  const logger = new Logger({
    serviceName: 'icehouse',
    persistentKeys: fields,
    jsonReplacerFn: (_key, value) => (typeof value === 'string' ? withoutQueries(value) : value),
  });
  return {
    info: (message, more) => logger.info(message, more),
    error: (message, more) => logger.error(message, more),
  };
}

/** Cuts the query string, which is where signatures are, from every URL in a text. */
function withoutQueries(text: string): string {
  return text.replace(/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, '$1?[cut]');
}
