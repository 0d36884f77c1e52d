// The only room that reads process.env: once, into a frozen object. Durations come in seconds and leave in milliseconds.
import { ENVIRONMENT } from '../contract/environment.ts';
import type { MuxPrices } from '../contract/mux-prices.ts';
import {
  EXPIRY_SCHEDULES,
  LOCK_MODES,
  type LockMode,
  STORAGE_CLASSES,
  type Stage,
  type StorageClass,
} from '../contract/names.ts';
import { MOST_RECEIVERS } from '../contract/receiver-url.ts';
import type { DeletionLimits } from '../domain/brake.ts';
import { IcehouseError } from '../domain/failures.ts';
import { MUX_PRICES, withOverrides } from '../domain/prices.ts';
import type { Ticks } from '../domain/time.ts';

/** The function was deployed with variables it cannot work with. Never a record's fault. */
export class ConfigError extends IcehouseError {
  readonly code = 'CONFIG_INVALID';
}

export interface Config {
  readonly table: string;
  readonly bucket: string;
  readonly bucketOwner: string | undefined;
  /** By what name its metrics are known; undefined: it writes none. */
  readonly instance: string | undefined;
  readonly muxBaseUrl: string;
  readonly muxStreamBaseUrl: string;
  readonly muxImageBaseUrl: string;
  /** Calls per second. */
  readonly muxRates: { readonly post: number; readonly other: number };
  readonly storageClass: StorageClass;
  readonly sourceHosts: readonly string[];
  readonly sourceLoopback: boolean;
  readonly deletions: 'on' | 'dry-run';
  /** The most assets that are deleted. */
  readonly deletionLimits: DeletionLimits;
  readonly openMasters: number;
  readonly graceDays: number;
  readonly onLoss: 'warn' | 'hold';
  readonly onStillWatched: 'ignore' | 'warn' | 'hold';
  readonly standardWorthUsd: number;
  readonly muxPrices: MuxPrices;
  readonly expirySchedule: Ticks;
  readonly minNoticeMs: number;
  readonly noticeBeforeMs: number;
  readonly minRetentionMs: number;
  readonly retentionMs: number | undefined;
  readonly objectLock: { readonly mode: LockMode; readonly forMs: number } | undefined;
  readonly erasureDelayMs: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly settleMs: number;
  readonly createDoubtMs: number;
  readonly masterWaitMs: number;
  readonly segmentBytes: number;
  readonly thawDays: number;
  /** These six are set only for the functions that need them; each throws ConfigError where it is missing. */
  busName(): string;
  copyQueueUrl(): string;
  copyDeadLettersUrl(): string;
  muxSecretId(): string;
  functionName(stage: Stage): string;
  auditFunctionName(): string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Throws one ConfigError that names every variable that is missing or not as expected. */
export function readConfig(env: Variables = process.env): Config {
  const { read, optional, needed, problems } = reader(env);
  const seconds = (name: string, fallback: number) =>
    read(name, 'a number of seconds', milliseconds, fallback * 1_000);
  const lockMode = optional(ENVIRONMENT.objectLockMode, ...oneOf(LOCK_MODES));

  const config: Config = {
    table: read(ENVIRONMENT.table, 'the name of the ledger table', asText),
    bucket: read(ENVIRONMENT.bucket, 'the name of the vault bucket', asText),
    bucketOwner: optional(ENVIRONMENT.bucketOwner, 'a 12-digit account id', accountId),
    instance: optional(ENVIRONMENT.instance, 'a name', asText),
    muxBaseUrl: read(ENVIRONMENT.muxBaseUrl, URL_EXPECTED, baseUrl, 'https://api.mux.com'),
    muxStreamBaseUrl: read(ENVIRONMENT.muxStreamBaseUrl, URL_EXPECTED, baseUrl, 'https://stream.mux.com'),
    muxImageBaseUrl: read(ENVIRONMENT.muxImageBaseUrl, URL_EXPECTED, baseUrl, 'https://image.mux.com'),
    muxRates: Object.freeze({
      post: read(ENVIRONMENT.muxPostRate, 'calls per second, at least 0.02', rateFrom(0.02), 0.5),
      other: read(ENVIRONMENT.muxOtherRate, 'calls per second, at least 0.5', rateFrom(0.5), 2.5),
    }),
    storageClass: read(ENVIRONMENT.storageClass, ...oneOf(STORAGE_CLASSES), 'DEEP_ARCHIVE'),
    sourceHosts: read(ENVIRONMENT.sourceHosts, 'host names, comma-separated', hosts, hosts('*.mux.com')),
    sourceLoopback: read(ENVIRONMENT.sourceLoopback, ...oneOf(['true', 'false']), 'false') === 'true',
    deletions: read(ENVIRONMENT.deletions, ...oneOf(['on', 'dry-run']), 'dry-run'),
    deletionLimits: Object.freeze({
      perHour: read(ENVIRONMENT.deletionsPerHour, LIMIT_EXPECTED, limit, 200),
      perDay: read(ENVIRONMENT.deletionsPerDay, LIMIT_EXPECTED, limit, 2_000),
      perUserDay: read(ENVIRONMENT.deletionsPerUserDay, LIMIT_EXPECTED, limit, 500),
    }),
    openMasters: read(ENVIRONMENT.openMasters, WHOLE_EXPECTED, wholeNumber, 1_000),
    graceDays: read(
      ENVIRONMENT.graceDays,
      'a number of days, at most 3652',
      (text) => numberFrom(text, 0, LONGEST_GRACE_DAYS),
      30,
    ),
    onLoss: read(ENVIRONMENT.onLoss, ...oneOf(['warn', 'hold']), 'warn'),
    onStillWatched: read(ENVIRONMENT.onStillWatched, ...oneOf(['ignore', 'warn', 'hold']), 'ignore'),
    standardWorthUsd: read(
      ENVIRONMENT.standardWorthUsd,
      'a number of dollars, at least 0',
      (text) => numberFrom(text, 0),
      10,
    ),
    muxPrices: read(ENVIRONMENT.muxPrices, 'prices as in the prop muxPrices', muxPricesFrom, MUX_PRICES),
    expirySchedule: read(ENVIRONMENT.expirySchedule, SCHEDULE_EXPECTED, ticks, 'hourly'),
    minRetentionMs: seconds(ENVIRONMENT.minRetentionSeconds, 7 * 86_400),
    retentionMs: optional(ENVIRONMENT.retentionSeconds, 'a number of seconds', milliseconds),
    objectLock: lockMode && {
      mode: lockMode,
      forMs: read(ENVIRONMENT.objectLockSeconds, 'a number of seconds', milliseconds),
    },
    erasureDelayMs: seconds(ENVIRONMENT.erasureDelaySeconds, 72 * 3_600),
    minNoticeMs: seconds(ENVIRONMENT.minNoticeSeconds, 3_600),
    noticeBeforeMs: seconds(ENVIRONMENT.upcomingNoticeSeconds, 72 * 3_600),
    leaseMs: seconds(ENVIRONMENT.leaseSeconds, 90),
    pollMs: seconds(ENVIRONMENT.pollSeconds, 30),
    settleMs: seconds(ENVIRONMENT.settleSeconds, 15),
    createDoubtMs: seconds(ENVIRONMENT.createDoubtSeconds, 120),
    masterWaitMs: seconds(ENVIRONMENT.masterWaitSeconds, 43_200),
    segmentBytes: read(
      ENVIRONMENT.segmentBytes,
      'a number of bytes, at least 5 MiB',
      bytesOfSegment,
      4 * 1024 ** 3,
    ),
    thawDays: read(ENVIRONMENT.thawDays, WHOLE_EXPECTED, wholeNumber, 7),
    busName: () => needed(ENVIRONMENT.bus),
    copyQueueUrl: () => needed(ENVIRONMENT.copyQueue),
    copyDeadLettersUrl: () => needed(ENVIRONMENT.copyDeadLetters),
    muxSecretId: () => needed(ENVIRONMENT.muxSecret),
    functionName: (stage) => needed(ENVIRONMENT.functionOf[stage]),
    auditFunctionName: () => needed(ENVIRONMENT.auditFunction),
  };
  if (problems.length > 0) {
    throw new ConfigError(`These environment variables cannot be used: ${problems.join('; ')}.`);
  }
  return Object.freeze(config);
}

/** What the trail function needs: the vault, and nothing of the ledger, which it may not touch. Throws ConfigError. */
export function readTrailConfig(env: Variables = process.env): Pick<Config, 'bucket' | 'bucketOwner'> {
  const { read, optional, problems } = reader(env);
  const config = {
    bucket: read(ENVIRONMENT.bucket, 'the name of the vault bucket', asText),
    bucketOwner: optional(ENVIRONMENT.bucketOwner, 'a 12-digit account id', accountId),
  };
  return settled(config, problems);
}

/** What function `tell` needs: it has neither ledger nor vault. */
export interface TellConfig {
  /** The URL of each receiver, and of the queue that its events wait in. */
  readonly receivers: readonly { readonly url: string; readonly queueUrl: string }[];
  readonly signingSecretId: string;
  readonly deadLettersUrl: string;
  readonly sourceLoopback: boolean;
  readonly retryMs: number;
  readonly giveUpMs: number;
}

/** Throws ConfigError, as `readConfig` does. */
export function readTellConfig(env: Variables = process.env): TellConfig {
  const { read, optional, needed, problems } = reader(env);
  const seconds = (name: string, fallback: number) =>
    read(name, 'a number of seconds', milliseconds, fallback * 1_000);
  const receivers = Array.from({ length: MOST_RECEIVERS }, (_, at) => at + 1).flatMap((place) => {
    const url = optional(ENVIRONMENT.webhookUrl(place), URL_EXPECTED, asText);
    return url ? [{ url, queueUrl: needed(ENVIRONMENT.webhookQueue(place)) }] : [];
  });
  const config: TellConfig = {
    receivers: Object.freeze(receivers),
    signingSecretId: needed(ENVIRONMENT.signingSecret),
    deadLettersUrl: needed(ENVIRONMENT.webhookDeadLetters),
    sourceLoopback: read(ENVIRONMENT.sourceLoopback, ...oneOf(['true', 'false']), 'false') === 'true',
    retryMs: seconds(ENVIRONMENT.webhookRetrySeconds, 10),
    giveUpMs: seconds(ENVIRONMENT.webhookGiveUpSeconds, 86_400),
  };
  return settled(config, problems);
}

/** What function `authorize` needs. Throws ConfigError. */
export function readAuthorizeConfig(env: Variables = process.env): { readonly bearerTokensId: string } {
  return { bearerTokensId: reader(env).needed(ENVIRONMENT.bearerTokens) };
}

function settled<T>(config: T, problems: readonly string[]): T {
  if (problems.length > 0) {
    throw new ConfigError(`These environment variables cannot be used: ${problems.join('; ')}.`);
  }
  return Object.freeze(config);
}

/** Reads variables and collects what is wrong with them, so that one deployment mends them all. */
function reader(env: Variables) {
  const problems: string[] = [];
  const textOf = (name: string) => env[name]?.trim() || undefined;

  function optional<T>(
    name: string,
    expected: string,
    parse: (text: string) => T | undefined,
  ): T | undefined {
    const text = textOf(name);
    if (text === undefined) return undefined;
    try {
      const value = parse(text);
      if (value === undefined) problems.push(`${name} must be ${expected}, got "${text}"`);
      return value;
    } catch (error) {
      // From a parser that can name the place within.
      if (!(error instanceof RangeError)) throw error;
      problems.push(`${name}: ${error.message}`);
      return undefined;
    }
  }

  function read<T>(name: string, expected: string, parse: (text: string) => T | undefined, fallback?: T): T {
    const value = optional(name, expected, parse) ?? fallback;
    if (value === undefined && textOf(name) === undefined) problems.push(`${name} is missing: ${expected}`);
    // Where the value is missing there is a problem too, and then nobody sees this object.
    return value as T;
  }

  function needed(name: string): string {
    const text = textOf(name);
    if (text === undefined)
      throw new ConfigError(`This function needs ${name}, which its deployment did not set.`);
    return text;
  }

  return { read, optional, needed, problems };
}

const WHOLE_EXPECTED = 'a whole number, at least 1';
const LIMIT_EXPECTED = 'a whole number, at least 0';
const URL_EXPECTED = 'an http or https URL';
const SCHEDULE_EXPECTED = `one of ${EXPIRY_SCHEDULES.join(', ')}, or every:N with N seconds`;

const asText = (text: string) => text;

function oneOf<T extends string>(words: readonly T[]): [string, (text: string) => T | undefined] {
  return [`one of ${words.join(', ')}`, (text) => words.find((word) => word === text)];
}

/** Ten years, as in a request. */
const LONGEST_GRACE_DAYS = 3_652;

/** In seconds 30 years: a time further away than a Date can hold would stop every function at its first wait. */
const LARGEST_NUMBER = 1e9;

function numberFrom(text: string, least: number, most = LARGEST_NUMBER): number | undefined {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

/** The embedded cloud divides seconds by its time scale, so they come with decimals. */
function milliseconds(text: string): number | undefined {
  const seconds = numberFrom(text, 0);
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}

/** Were a step's calls further apart than it sleeps for a slot, it would begin anew each time and never get through. */
function rateFrom(least: number): (text: string) => number | undefined {
  return (text) => numberFrom(text, least);
}

function wholeNumber(text: string, least = 1): number | undefined {
  const count = numberFrom(text, least);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** Nought is a limit too: nothing is deleted, and whatever is due waits and says so. */
function limit(text: string): number | undefined {
  return wholeNumber(text, 0);
}

/** A segment is one part at least, and S3 takes no smaller ones than 5 MiB. */
function bytesOfSegment(text: string): number | undefined {
  const bytes = numberFrom(text, 5 * 1024 ** 2, Number.MAX_SAFE_INTEGER);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function accountId(text: string): string | undefined {
  return /^\d{12}$/.test(text) ? text : undefined;
}

/** Without the slash at its end, so that a path can be put behind it. */
function baseUrl(text: string): string | undefined {
  const isHttp = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  return isHttp ? text.replace(/\/+$/, '') : undefined;
}

function hosts(text: string): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  return names.every((name) => /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name))
    ? Object.freeze(names)
    : undefined;
}

/** A JSON object of overrides; what is in it is judged by the domain, which throws a RangeError that names the field. */
function muxPricesFrom(text: string): MuxPrices | undefined {
  const overrides = jsonFrom(text);
  return overrides === undefined ? undefined : Object.freeze(withOverrides(overrides));
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ticks(text: string): Ticks | undefined {
  const everyMs = milliseconds(/^every:(.*)$/.exec(text)?.[1] ?? '');
  if (everyMs) return Object.freeze({ everyMs });
  return EXPIRY_SCHEDULES.find((schedule) => schedule === text);
}
