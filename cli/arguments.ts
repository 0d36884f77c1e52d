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
