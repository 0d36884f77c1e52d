// Parsers of arguments and options: what they refuse is a usage error before any call is made.
import { InvalidArgumentError } from 'commander';

/** An asset id, or another of Mux's ids. */
export function id(text: string): string {
  if (!/^[A-Za-z0-9]{1,255}$/.test(text)) throw new InvalidArgumentError('An id is letters and digits.');
  return text;
}

/** For `<asset...>`: commander hands each value over with those before it. */
export function ids(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...new Set([...(earlier ?? []), id(text)])];
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on.');
  return Number(text);
}

export function days(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('A whole number of days, 0 or more.');
  return Number(text);
}

export function seconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0) {
    throw new InvalidArgumentError('Seconds, more than 0.');
  }
  return Number(text);
}

export function apiUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new InvalidArgumentError(
      'An http or https URL without a query, such as https://icehouse.example.com.',
    );
  }
  return url;
}

/** The URL of an SQS queue. */
export function queueUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new InvalidArgumentError('The URL of a queue: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.');
  }
  return url;
}

/** The id of a message, or how it begins. */
export function messageId(text: string): string {
  if (!/^[\w-]{4,100}$/.test(text))
    throw new InvalidArgumentError('An id, or its first four letters at least.');
  return text;
}

export function messageIds(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...new Set([...(earlier ?? []), messageId(text)])];
}

export function sourceUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidArgumentError('An https URL.');
  return url;
}

export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

export function s3Location(text: string): S3Location {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*[^/])$/s.exec(text) ?? [];
  if (!bucket || !key) throw new InvalidArgumentError('A bucket and the whole key: s3://bucket/key.');
  return { bucket, key };
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  M: 1024 ** 2,
  MIB: 1024 ** 2,
  G: 1024 ** 3,
  GIB: 1024 ** 3,
};

/** Bytes, or MiB or GiB with their unit: `64MiB`, `64M`. */
export function sizeBytes(text: string): number {
  const [, number, unit = ''] = /^([1-9]\d{0,12})([A-Za-z]*)$/.exec(text) ?? [];
  const factor = SIZE_UNITS[unit.toUpperCase()];
  if (!number || !factor) throw new InvalidArgumentError('A size such as 64MiB.');
  return Number(number) * factor;
}

/** When something ends, as the API has it: null for never. */
export function neverOr(text: string | undefined): string | null | undefined {
  return text === 'never' ? null : text;
}
