// One JSON line per call on standard output, through the Powertools logger. Never a signed URL, whoever passes one.
import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFields } from '../stages/ports.ts';
import { type EmfOptions, emf } from './emf.ts';

/**
 * `fields` stand on every line; a field named `error` that is an Error is written out with its causes. With `counting` the
 * line's `metrics` are CloudWatch's to count; without it they are left out.
 */
export function createLog(fields: Record<string, unknown> = {}, counting?: EmfOptions): Log {
  const logger = new Logger({
    serviceName: 'icehouse',
    persistentKeys: fields,
    jsonReplacerFn: (_key, value) => (typeof value === 'string' ? withoutQueries(value) : value),
  });
  const lineOf = ({ metrics = {}, ...more }: LogFields) => ({
    ...more,
    ...(counting && emf(metrics, { ...fields, ...more }, counting)),
  });
  return {
    info: (message, more) => logger.info(message, lineOf(more)),
    error: (message, more) => logger.error(message, lineOf(more)),
  };
}

/** Cuts the query string, which is where signatures are, from every URL in a text. */
function withoutQueries(text: string): string {
  return text.replace(/(https?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, '$1?[cut]');
}
