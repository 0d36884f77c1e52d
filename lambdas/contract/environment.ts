// The environment variables the functions read. lib/ sets them, lambdas/adapters/config.ts parses them.
// Every duration ends in _SECONDS: the embedded cloud divides those, and only those, by its time scale.

export const ENVIRONMENT = {
  table: 'TABLE_NAME',
  bucket: 'BUCKET_NAME',
  /** The account that must own the bucket (ExpectedBucketOwner). Optional. */
  bucketOwner: 'BUCKET_OWNER',
  /** By what name this Icehouse's metrics are known among others of the account. Optional: without it there are none. */
  instance: 'INSTANCE_NAME',
  bus: 'EVENT_BUS_NAME',
  copyQueue: 'COPY_QUEUE_URL',
  /** Where the copy function keeps segments that it gave up. */
  copyDeadLetters: 'COPY_DEAD_LETTERS_URL',
  /** Secrets Manager id of a JSON secret: `{ "token_id", "token_secret", "webhook_secret", "webhook_secret_previous"? }`,
   * and `signing_key_id` with `signing_private_key` (base64 PEM) where signed playback ids have captions.
   * `webhook_id` is for `icehouse connect` alone: which registration at Mux `webhook_secret` is of. */
  muxSecret: 'MUX_SECRET_ID',
  muxBaseUrl: 'MUX_BASE_URL',
  muxStreamBaseUrl: 'MUX_STREAM_BASE_URL',
  muxImageBaseUrl: 'MUX_IMAGE_BASE_URL',
  /** Sustained Mux calls per second that Icehouse may make: POST, and all other verbs. */
  muxPostRate: 'MUX_POST_RATE',
  muxOtherRate: 'MUX_OTHER_RATE',
  storageClass: 'STORAGE_CLASS',
  /** Comma-separated hosts that masters, captions, posters and overlay images may come from, `*.` for any subdomain. */
  sourceHosts: 'SOURCE_HOSTS',
  /** `true` also allows plain http and loopback addresses. Only the embedded cloud sets it. */
  sourceLoopback: 'SOURCE_LOOPBACK',
  /** `on` or `dry-run`: in dry-run everything happens but the DELETE. */
  deletions: 'DELETIONS',
  /** The most assets that are deleted from Mux in an hour, in a day, and in a day for one user (UTC). */
  deletionsPerHour: 'DELETIONS_PER_HOUR',
  deletionsPerDay: 'DELETIONS_PER_DAY',
  deletionsPerUserDay: 'DELETIONS_PER_USER_DAY',
  /** No more masters than these are open at Mux at a time; further requests wait for their turn. */
  openMasters: 'OPEN_MASTERS',
  graceDays: 'GRACE_DAYS',
  /** `warn` or `hold`: what happens to a request whose restore would lose something that may matter. */
  onLoss: 'ON_LOSS',
  /** A restore that names no tier takes Standard while it costs at most so many dollars more than Bulk. */
  standardWorthUsd: 'STANDARD_WORTH_USD',
  /** Prices of one's own Mux contract, as JSON of `MuxPriceOverrides` in contract/mux-prices.ts. */
  muxPrices: 'MUX_PRICES',
  /** An ExpirySchedule, or `every:N` (seconds) on the embedded cloud. */
  expirySchedule: 'EXPIRY_SCHEDULE',
  minNoticeSeconds: 'MIN_NOTICE_SECONDS',
  /** How long before a deletion the bus is told of it; 0: it is not. */
  upcomingNoticeSeconds: 'UPCOMING_NOTICE_SECONDS',
  /** `ignore`, `warn` or `hold`: what happens to an asset that was watched after the request. */
  onStillWatched: 'ON_STILL_WATCHED',
  /** How long an archive is kept after the deletion where a request does not say; absent: for ever. */
  retentionSeconds: 'RETENTION_SECONDS',
  /** The least time between a deletion and the end of its archive that a request may ask for. */
  minRetentionSeconds: 'MIN_RETENTION_SECONDS',
  /** `governance` or `compliance`: what is deleted from Mux has its archive locked. Optional: without it nothing is. */
  objectLockMode: 'OBJECT_LOCK_MODE',
  /** How long from the deletion; set with the mode. */
  objectLockSeconds: 'OBJECT_LOCK_SECONDS',
  /** The least time in which an order of erasure can be stopped. */
  erasureDelaySeconds: 'ERASURE_DELAY_SECONDS',
  leaseSeconds: 'LEASE_SECONDS',
  /** The first wait when something at Mux or S3 is not ready; later waits grow to 20 times this. */
  pollSeconds: 'POLL_SECONDS',
  /** The time that must lie between the two probes of a master. */
  settleSeconds: 'SETTLE_SECONDS',
  /** How long a create whose answer was lost is looked for before another is made. */
  createDoubtSeconds: 'CREATE_DOUBT_SECONDS',
  /** Masters of more than one segment of so many bytes are copied by many workers. */
  segmentBytes: 'SEGMENT_BYTES',
  /** How long a master may be in preparation before it is asked for again. */
  masterWaitSeconds: 'MASTER_WAIT_SECONDS',
  /** Days a thawed copy stays readable. */
  thawDays: 'THAW_DAYS',
  /** Name of each stage's function, for direct invocation: `FUNCTION_MASTER`, `FUNCTION_ARCHIVE`, … */
  functionOf: {
    master: 'FUNCTION_MASTER',
    archive: 'FUNCTION_ARCHIVE',
    expire: 'FUNCTION_EXPIRE',
    restore: 'FUNCTION_RESTORE',
    cancel: 'FUNCTION_CANCEL',
    purge: 'FUNCTION_PURGE',
  },
  /** Function `tell`: one of each per receiver, numbered from 1 (`WEBHOOK_URL_1`, `WEBHOOK_QUEUE_URL_1`). */
  webhookUrl: (place: number) => `WEBHOOK_URL_${place}`,
  webhookQueue: (place: number) => `WEBHOOK_QUEUE_URL_${place}`,
  /** Secrets Manager id of `{ "signing_secret", "signing_secret_previous"? }`. */
  signingSecret: 'SIGNING_SECRET_ID',
  /** Where events are kept that no receiver took. */
  webhookDeadLetters: 'WEBHOOK_DEAD_LETTERS_URL',
  /** The wait before the second delivery; each further one is twice as long. */
  webhookRetrySeconds: 'WEBHOOK_RETRY_SECONDS',
  /** How long after the event a delivery is still tried. */
  webhookGiveUpSeconds: 'WEBHOOK_GIVE_UP_SECONDS',
  /** Function `authorize`: Secrets Manager id of the bearer tokens, `{ "request", "operate", "erase", "delete_only" }`, and of each a `…_previous`. */
  bearerTokens: 'BEARER_TOKENS_ID',
  /** Name of the audit function, for those who start it. */
  auditFunction: 'FUNCTION_AUDIT',
} as const;
