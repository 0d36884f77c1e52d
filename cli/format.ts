// Bytes, dates and foreign text as people read them in a terminal. Pure: now is an argument, times are UTC.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

function unitOf(sizeBytes: number): { name: string; divisor: number } {
  // 999.5 already rounds to 1000 of its unit, which reads better as 1.00 of the next.
  const power = sizeBytes < 999.5 ? 0 : Math.floor(Math.log10(sizeBytes * (1000 / 999.5)) / 3);
  const index = Math.min(power, UNITS.length - 1);
  return { name: UNITS[index] ?? 'B', divisor: 1000 ** index };
}

function threeDigits(value: number): string {
  if (Number.isInteger(value) && value < 1000) return String(value);
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

/** Decimal units, three digits: `1.23 GB`. */
export function bytes(sizeBytes: number): string {
  const unit = unitOf(sizeBytes);
  return `${threeDigits(sizeBytes / unit.divisor)} ${unit.name}`;
}

/** How much of how much, in the unit of the whole: `0.61/1.23 GB`. */
export function bytesOf(doneBytes: number, totalBytes: number): string {
  const unit = unitOf(totalBytes);
  return `${threeDigits(doneBytes / unit.divisor)}/${threeDigits(totalBytes / unit.divisor)} ${unit.name}`;
}

/** `24 Dec 2026`; text that is no date comes back as it is. */
export function day(isoTime: string): string {
  const ms = Date.parse(isoTime);
  if (Number.isNaN(ms)) return plain(isoTime);
  const [, date, month, year] = new Date(ms).toUTCString().split(' ');
  return `${Number(date)} ${month} ${year}`;
}

/** `24 Dec 2026, 00:00 UTC`. */
export function minute(isoTime: string): string {
  const ms = Date.parse(isoTime);
  if (Number.isNaN(ms)) return plain(isoTime);
  return `${day(isoTime)}, ${new Date(ms).toISOString().slice(11, 16)} UTC`;
}

/** `24 Dec 2026 00:00:07`, for columns that say UTC in their head. */
export function second(isoTime: string): string {
  const ms = Date.parse(isoTime);
  if (Number.isNaN(ms)) return plain(isoTime);
  return `${day(isoTime).padStart(11)} ${new Date(ms).toISOString().slice(11, 19)}`;
}

const STEPS = [
  { unit: 'year', seconds: 31_557_600 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;

/** `in 32 days`, `3 hours ago`; narrow: `in 32d`, `3h ago`. Counted down, so that nothing is later than it says. */
export function relative(isoTime: string, nowMs: number, style: 'long' | 'narrow' = 'long'): string {
  const seconds = (Date.parse(isoTime) - nowMs) / 1000;
  if (Number.isNaN(seconds)) return '';
  // From two of a unit on: `in 36 hours` says more than `in 1 day`.
  const step = STEPS.find((candidate) => Math.abs(seconds) >= 2 * candidate.seconds);
  if (!step) return 'now';
  const words = new Intl.RelativeTimeFormat('en', { style });
  return words.format(Math.trunc(seconds / step.seconds), step.unit);
}

/** `1 playback id`, `3 playback ids`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** `$5.37`; below one cent `less than $0.01`: a price that is not nothing never shows as nothing. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`;
}

/** Of an estimate: `about $5.37`, or `less than $0.01`. */
export function aboutDollars(usd: number): string {
  return usd < 0.01 ? 'less than $0.01' : `about ${dollars(usd)}`;
}

/** `0:31`, `1:02:03`. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/**
 * Text that somebody else wrote (titles, reasons), on one line and without control characters:
 * an escape sequence in a title must not move the cursor, nor a direction mark turn a line around.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}
