// What a user of the Icehouse construct may set. Every prop is optional; the defaults delete nothing.

import type { IHttpRouteAuthorizer, ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Duration, Size } from 'aws-cdk-lib/core';
import type { MuxPriceOverrides } from '../lambdas/contract/mux-prices.ts';
import type { ExpirySchedule, LockMode, StorageClass } from '../lambdas/contract/names.ts';

export interface IcehouseProps {
  /**
   * An existing vault. It must be versioned and should abort unfinished multipart uploads after 7 days and send
   * its events to EventBridge; without those events a restore goes on at the next sweep. Only `mux/` and `trail/` are touched.
   * @default - a new, locked-down bucket that outlives the stack
   */
  readonly bucket?: IBucket;

  /**
   * An existing ledger. Its key and indexes must be those of `TABLE` in lambdas/contract/names.ts.
   * @default - a new table that outlives the stack
   */
  readonly table?: ITable;

  /**
   * An existing secret, `{ "token_id", "token_secret", "webhook_secret" }` as JSON. Further keys are described at
   * `muxSecret` in lambdas/contract/environment.ts.
   * @default - a new secret with empty values, to be filled in after the first deployment
   */
  readonly secret?: ISecret;

  /**
   * A second secret with the same keys for the functions that only read at Mux (copy, audit), whose token needs Mux Video Read and
   * no more; they may not read `secret` then. `true` makes one to be filled in. Its token must be of the same environment. Without
   * `webhookSecret` the webhook function reads this one too. See docs/security.md.
   * @default - they use `secret`
   */
  readonly readSecret?: boolean | ISecret;

  /**
   * A secret for the webhook function, `{ "webhook_secret", "webhook_secret_previous"? }` as JSON, so that the one function that is
   * open to the internet can read no Mux token. `true` makes one to be filled in. The other secrets need no `webhook_secret` then:
   * leave the key out of them.
   * @default - it uses `readSecret`, or `secret`
   */
  readonly webhookSecret?: boolean | ISecret;

  /**
   * A KMS key of yours for the new vault, the new ledger and the new secrets. The vault uses it by an S3 Bucket Key, which takes
   * one KMS request for many objects. Its policy must leave it to IAM who may use it, as that of the CDK and of the console
   * does. Not an alias. What is imported keeps its own key: import it with it (`Bucket.fromBucketAttributes`, …), or no function
   * may use that key.
   * Queues stay with SSE-SQS, since EventBridge and Lambda would have to be named in the key's policy.
   *
   * WITHOUT THE KEY EVERY ARCHIVE IS LOST FOR GOOD, and the ledger with it: see docs/runbook.md, "The key of your own".
   * Objects stay with the key that they were written with: those from before this prop need none, and whoever changes it or takes
   * it away has to let the functions use the old key too.
   * @default - keys of AWS: SSE-S3, and those that DynamoDB and Secrets Manager own
   */
  readonly encryptionKey?: IKey;

  /**
   * An existing bus for the transitions of all records.
   * @default - a new bus
   */
  readonly eventBus?: IEventBus;

  /**
   * Where your app is told what happens to its videos, by signed POSTs: at most five https URLs. `secret` is an existing one,
   * `{ "signing_secret", "signing_secret_previous"? }` as JSON; without it one is made. See docs/webhooks.md.
   * @default - nobody is told; the bus has every transition all the same
   */
  readonly webhooks?: { readonly urls: readonly string[]; readonly secret?: ISecret };

  /**
   * Where the access logs of the new vault go. Not for an existing bucket.
   * @default - no server access logs
   */
  readonly serverAccessLogsBucket?: IBucket;

  /**
   * Who may call the API. The webhook route has none: its handler checks Mux's signature over the raw body. With one for JWTs
   * each route needs a scope (docs/api.md, "Who may call what"); any other has to tell the routes apart itself.
   * @default - IAM: callers sign with SigV4 and need execute-api:Invoke
   */
  readonly authorizer?: IHttpRouteAuthorizer;

  /**
   * What stands before `request`, `operate`, `erase` and `delete_only` in the scopes of a JWT: the identifier of the resource
   * server and a slash, as Cognito writes it.
   * @default 'icehouse/'
   */
  readonly scopePrefix?: string;

  /**
   * Callers come with a bearer token in place of AWS credentials, for backends that have no identity provider either. Not together
   * with `authorizer`. `true` makes a secret to be filled in: `{ "request", "operate", "erase", "delete_only" }` as JSON, a token
   * of 32 characters or more for each scope, and `…_previous` while one is being changed. Empty ones let nobody in.
   * @default false
   */
  readonly bearerTokens?: boolean | ISecret;

  /**
   * How many requests per second the API takes, all callers and Mux's webhooks together.
   * @default - 50 per second, bursts of 100
   */
  readonly throttle?: ThrottleSettings;

  /**
   * Whether anything is really deleted. In `dry-run` nothing is taken from Mux or the vault: no asset, playback id, rendition, archive
   * end or erasure; only a double that a restore made itself.
   * @default 'dry-run'
   */
  readonly deletions?: 'on' | 'dry-run';

  /**
   * The most assets that are deleted from Mux: in an hour, in a day, and in a day for one `deleted_by_user_id`, by UTC.
   * What is over waits for the next hour or day and says so; it never fails. With a limit of 0 nothing is deleted.
   * @default - { perHour: 200, perDay: 2000, perUserDay: 500 }
   */
  readonly deletionLimits?: {
    readonly perHour?: number;
    readonly perDay?: number;
    readonly perUserDay?: number;
  };

  /**
   * No more masters than these are open at Mux at a time: each is readable for 24 hours only, and must be copied within
   * them. Further requests stay `requested`, in the order in which they came. At least 1.
   * @default 1000
   */
  readonly openMasters?: number;

  /**
   * The class a master is kept in. DEEP_ARCHIVE thaws in 12 to 48 hours, GLACIER in minutes to 12 hours,
   * GLACIER_IR at once; the price per month falls the other way.
   * @default 'DEEP_ARCHIVE'
   */
  readonly storageClass?: StorageClass;

  /**
   * When archives whose date has passed are looked at: every hour, or at 00:00 UTC each day, each Monday,
   * or on the first of each month or quarter.
   * @default 'hourly'
   */
  readonly expirySchedule?: ExpirySchedule;

  /**
   * Days until deletion when a request gives neither a date nor a grace.
   * @default 30
   */
  readonly graceDays?: number;

  /**
   * What happens to a request whose restore would lose something that may matter: a second audio track, an overlay, captions
   * that cannot be fetched, DRM. `hold`: it fails before anything is deleted and says how to go on (`accept_loss`).
   * What every restore loses, such as ids, holds nothing.
   * @default 'warn'
   */
  readonly onLoss?: 'warn' | 'hold';

  /**
   * A restore that names neither tier nor time takes Standard while it costs at most so many US dollars more than Bulk.
   * @default 10
   */
  readonly standardWorthUsd?: number;

  /**
   * Prices of your own Mux contract for quotes: whatever is left out is the list price in lambdas/domain/prices.ts.
   * @default - list prices
   */
  readonly muxPrices?: MuxPriceOverrides;

  /**
   * The least time between saying what a restore cannot bring back and the deletion.
   * @default Duration.hours(1)
   */
  readonly minNotice?: Duration;

  /**
   * How long an archive is kept after its asset was deleted, where a request has no `archive_until` of its own. The end is told
   * on the bus 30 days before.
   * @default - for ever
   */
  readonly retention?: Duration;

  /**
   * The least time between a deletion and the end of its archive that a request may ask for by `archive_until`: who may ask for
   * deletions and for nothing else must not be able to make the last copy go before anybody has noticed. An erasure is not bound by it; `retention` is at least as long.
   * @default Duration.days(7)
   */
  readonly minRetention?: Duration;

  /**
   * Locks every archive with S3 Object Lock when its asset is deleted: after the proof, just before the DELETE, and for so long
   * from then. In mode `governance` nobody deletes it before without s3:BypassGovernanceRetention, in `compliance` not even the
   * account's root user; an erasure and `archive_until` wait for it. A new bucket gets Object Lock, without a default retention.
   * A bucket or stack that is there already: docs/vault.md first, for it might be replaced.
   * @default - nothing is locked
   */
  readonly objectLock?: { readonly mode: LockMode; readonly for: Duration };

  /**
   * The time in which an order of erasure can be stopped: nothing is removed before it is over. An order may ask for more.
   * @default Duration.hours(72)
   */
  readonly erasureDelay?: Duration;

  /**
   * How long before its deletion the bus is told that an asset is going to be deleted, so that an app can put a hold on it.
   * With less time than that left it is told at once; nothing is deleted less than `minNotice` after it. With 0 it is not told.
   * @default Duration.hours(72)
   */
  readonly noticeBefore?: Duration;

  /**
   * What happens to an asset that viewers watched after the request, by Mux's delivery usage: `ignore` does not look, `warn`
   * says it on the record and goes on, `hold` keeps the asset until a person lifts the hold. What cannot be read is unknown:
   * `hold` waits for it.
   * @default 'ignore'
   */
  readonly onStillWatched?: 'ignore' | 'warn' | 'hold';

  /**
   * Days a thawed copy stays readable.
   * @default 7
   */
  readonly thawDays?: number;

  /**
   * Mux calls per second that Icehouse may make: POST (at least 0.02), and all other verbs (at least 0.5).
   * @default - { post: 0.5, other: 2.5 }, half of what Mux allows
   */
  readonly muxRates?: { readonly post: number; readonly other: number };

  /**
   * @default 'https://api.mux.com'
   */
  readonly muxBaseUrl?: string;

  /**
   * Where captions are downloaded.
   * @default 'https://stream.mux.com'
   */
  readonly muxStreamBaseUrl?: string;

  /**
   * Where posters and storyboards are downloaded.
   * @default 'https://image.mux.com'
   */
  readonly muxImageBaseUrl?: string;

  /**
   * Where masters, captions, posters and overlay images may come from. `*.` stands for any subdomain; `loopback` also
   * allows plain http and loopback addresses, for the embedded cloud only. Name the hosts of overlay images here: an image
   * from any other host is not kept, and the record's `losses` say so.
   * @default - { hosts: ['*.mux.com'], loopback: false }
   */
  readonly sources?: { readonly hosts: readonly string[]; readonly loopback: boolean };

  /**
   * How many workers may copy segments of large masters at the same time, over all masters. At least 2.
   * @default 10
   */
  readonly copyWorkers?: number;

  /**
   * Masters larger than this are shared among the workers in segments of this size. A worker copies 4 GiB in
   * 60 to 120 s at what one function's network gives.
   * @default Size.gibibytes(4)
   */
  readonly copySegment?: Size;

  /**
   * The time between the two probes that show that a master no longer grows.
   * @default Duration.seconds(15)
   */
  readonly settle?: Duration;

  /**
   * How long a claim keeps others away from a record without a sign of life.
   * @default Duration.seconds(90)
   */
  readonly lease?: Duration;

  /**
   * The first wait when something at Mux or S3 is not ready. Later waits grow to 20 times this.
   * @default Duration.seconds(30)
   */
  readonly poll?: Duration;

  /**
   * How long a create whose answer was lost is looked for before another is made.
   * @default Duration.seconds(120)
   */
  readonly createDoubt?: Duration;

  /**
   * How long a master may be in preparation before it is asked for again.
   * @default Duration.hours(12)
   */
  readonly masterWait?: Duration;

  /**
   * @default Architecture.ARM_64, which costs a fifth less than x86_64
   */
  readonly architecture?: Architecture;

  /**
   * How long the logs of the functions and of the API are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;

  /**
   * Metrics, alarms and a dashboard in CloudWatch: docs/runbook.md says what each alarm means, docs/decisions/0033 what they cost.
   * @default true
   */
  readonly watching?: boolean;

  /**
   * Who is told when an alarm goes off. An encrypted topic needs a key that CloudWatch may use.
   * @default - nobody: the alarms are to be looked at
   */
  readonly alarmTopic?: ITopic;

  /**
   * A directory with `<function>/index.mjs` for every function, as `bundle()` makes it.
   * @default - those of the npm package; in the repository they are bundled now, into dist/functions
   */
  readonly functionsDirectory?: string;
}
