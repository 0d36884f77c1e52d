// The Icehouse construct: everything that exists in the account, and who may do what to it.
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import type { FunctionName } from '../lambdas/contract/names.ts';
import { Api } from './api.ts';
import { type BearerTokens, newBearerTokens } from './authorizer.ts';
import { functionsDirectory } from './bundle.ts';
import { checkKey } from './encryption.ts';
import { Functions } from './functions.ts';
import type { IcehouseProps } from './icehouse-props.ts';
import { Ledger } from './ledger.ts';
import { MuxCredentials } from './mux-credentials.ts';
import { Queues } from './queues.ts';
import { Schedules } from './schedules.ts';
import { settings } from './settings.ts';
import { Transitions } from './transitions.ts';
import { Vault } from './vault.ts';
import { Watching } from './watching.ts';
import { Webhooks } from './webhooks.ts';

export type { IcehouseProps } from './icehouse-props.ts';

export class Icehouse extends Construct {
  /** The ledger. */
  readonly table: ITable;
  /** The vault. */
  readonly bucket: IBucket;
  /** Where every transition of a record is published. */
  readonly bus: IEventBus;
  /** The Mux credentials. */
  readonly secret: ISecret;
  /** Those that only read at Mux; with prop `readSecret`. */
  readonly readSecret: ISecret | undefined;
  /** What the webhook function verifies with, where that is not `secret`: it is where `icehouse connect` must put the signing secret. */
  readonly webhookSecret: ISecret | undefined;
  /** Segments of large masters: the archive function sends them, the copy function is run by them. */
  readonly copyQueue: IQueue;
  /** Segments that failed five times. */
  readonly copyDeadLetters: IQueue;
  /** Invocations that failed, of functions, schedules and the rule. */
  readonly failedInvocations: IQueue;
  /** The function that tells your app, the secret it signs with, and the queue of what nobody took; with prop `webhooks`. */
  readonly webhooks: Webhooks | undefined;
  /** The tokens that callers come with, and the function that judges them; with prop `bearerTokens`. */
  readonly bearerTokens: BearerTokens | undefined;
  /** Alarms and dashboard; undefined where prop `watching` is false. */
  readonly watching: Watching | undefined;
  /** By name: api, webhook, sweep, copy, audit, trail, and one for each stage. */
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>>;
  /** The HTTP API, for a domain name or a firewall of your own. */
  readonly api: HttpApi;
  /** Both URLs are without a slash at the end. */
  readonly apiUrl: string;
  /** Where Mux sends its webhooks: `icehouse connect` registers it. */
  readonly webhookUrl: string;
  readonly #api: Api;

  constructor(scope: Construct, id: string, props: IcehouseProps = {}) {
    super(scope, id);
    const { serverAccessLogsBucket, architecture, logRetention, throttle, expirySchedule } = props;
    const { copyWorkers = 10, encryptionKey } = props;
    checkKey(encryptionKey);
    const things: Things = {
      ledger: new Ledger(this, 'Ledger', props.table, encryptionKey),
      vault: new Vault(this, 'Vault', {
        existing: props.bucket,
        serverAccessLogsBucket,
        isLockable: props.objectLock !== undefined,
        encryptionKey,
      }),
      credentials: new MuxCredentials(this, 'MuxCredentials', props),
      transitions: new Transitions(this, 'Transitions', props.eventBus),
      queues: new Queues(this, 'Queues'),
    };
    const failures = things.queues.failedInvocations;
    const common = {
      directory: props.functionsDirectory ?? functionsDirectory(),
      failures,
      architecture,
      logRetention,
    };
    const isWatched = props.watching ?? true;
    const instance = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    const environment = { ...settings(props), ...(isWatched && { [ENVIRONMENT.instance]: instance }) };
    const functions = new Functions(this, 'Functions', { ...common, environment });
    grant(functions, things);
    if (props.objectLock) things.vault.grantLock(functions.all.expire);
    things.queues.runWorkers(functions.all.copy, copyWorkers);
    things.transitions.keepTrail(functions.all.trail, failures);
    this.bearerTokens = newBearerTokens(this, props, common);
    const authorizer = this.bearerTokens?.authorizer ?? props.authorizer;
    const { scopePrefix } = props;
    const api = new Api(this, 'Api', { ...functions.all, authorizer, scopePrefix, throttle, logRetention });
    new Schedules(this, 'Schedules', {
      ...functions.all,
      bucket: things.vault.bucket,
      failures,
      expirySchedule,
    });

    const { bus } = things.transitions;
    const loopback = props.sources?.loopback ?? false;
    this.webhooks =
      props.webhooks &&
      new Webhooks(this, 'Webhooks', { ...common, ...props.webhooks, bus, loopback, encryptionKey });
    this.watching = isWatched
      ? new Watching(this, 'Watching', {
          instance,
          alarmTopic: props.alarmTopic,
          ...{ api: api.httpApi, bucket: things.vault.bucket, functions: Object.values(functions.all) },
          ...{ failedInvocations: failures, copyDeadLetters: things.queues.copyDeadLetters },
          webhookDeadLetters: this.webhooks?.deadLetters,
        })
      : undefined;
    this.table = things.ledger.table;
    this.bucket = things.vault.bucket;
    this.bus = bus;
    this.secret = things.credentials.secret;
    this.readSecret = things.credentials.readSecret;
    this.webhookSecret = things.credentials.webhookSecret ?? things.credentials.readSecret;
    this.copyQueue = things.queues.copy;
    this.copyDeadLetters = things.queues.copyDeadLetters;
    this.failedInvocations = failures;
    this.functions = functions.all;
    this.api = api.httpApi;
    this.apiUrl = api.url;
    this.webhookUrl = api.webhookUrl;
    this.#api = api;
  }

  /**
   * For the backend of an app: ask, take back, look; by IAM. Without `DELETE …/{asset_id}` and `GET /v1/assets/{asset_id}`, whose
   * ARNs would reach further. Which route needs what, and what holds for the grants below too: docs/api.md, "Who may call what".
   */
  grantRequest(grantee: IGrantable): Grant {
    return this.#api.grant('request', grantee);
  }

  /**
   * For people who run it: all of `grantRequest`, and restores, dates, holds, audits, slim, and what lies in the vault; by IAM. To a
   * role or a group: it is too long for the 2,048 characters of a user's own policies.
   */
  grantOperate(grantee: IGrantable): Grant {
    return this.#api.grant('operate', grantee);
  }

  /**
   * Lets somebody order, stop and look at erasures, by IAM and by nothing else of the API. With an authorizer of your own
   * it grants nothing: who may call which route is that one's to say.
   */
  grantErase(grantee: IGrantable): Grant {
    return this.#api.grant('erase', grantee);
  }

  /**
   * Lets somebody ask for deletions WITHOUT a copy (spam, errored or moderated assets), by IAM and nothing else of the API.
   * With an authorizer of your own it grants nothing: who may call which route is that one's to say.
   */
  grantDeleteOnly(grantee: IGrantable): Grant {
    return this.#api.grant('delete_only', grantee);
  }
}

interface Things {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly credentials: MuxCredentials;
  readonly transitions: Transitions;
  readonly queues: Queues;
}

/** Who may do what. Each grant also sets the environment variable that names the thing. */
function grant(functions: Functions, things: Things): void {
  const { api, webhook, sweep, copy, audit, master, archive, expire, restore, cancel, purge } = functions.all;
  const { credentials, transitions, queues } = things;

  grantLedger(functions, things);
  for (const handler of [api, master, archive, expire, restore, cancel, purge]) credentials.grantUse(handler);
  for (const handler of [copy, audit]) credentials.grantRead(handler);
  credentials.grantVerify(webhook);
  for (const handler of [api, master, archive, expire, restore, cancel, purge])
    transitions.grantPublish(handler);
  functions.grantInvokeStages([api, webhook, sweep, copy, audit, restore]);
  functions.grantInvokeAudit([api, sweep]);
  grantVault(functions, things);
  queues.grantSend(archive);
  queues.grantGiveUp(copy);
}

function grantLedger({ all }: Functions, { ledger }: Things): void {
  const { trail: _, ...onRecords } = all;
  const { api, webhook, sweep, copy, audit, master, archive, expire, restore, cancel, purge } = onRecords;

  for (const handler of Object.values(onRecords)) ledger.grantUse(handler);
  for (const handler of [webhook, sweep, copy, archive]) ledger.grantPut(handler, 'records');
  for (const handler of [master, expire, restore, cancel]) ledger.grantPut(handler, 'records', 'aliases');
  ledger.grantPut(api, 'records', 'hold', 'audits', 'erasures');
  ledger.grantPut(audit, 'records', 'audits', 'seen');
  ledger.grantPut(purge, 'records', 'erasures');
  ledger.grantDropAliases(purge);
  ledger.grantUpdate(sweep, 'records');
  for (const handler of [api, copy, audit, master, archive, restore, cancel])
    ledger.grantUpdate(handler, 'slots', 'pin');
  for (const handler of [expire, purge]) ledger.grantUpdate(handler, 'slots', 'pin', 'counts');
  ledger.grantQuery(api, 'wake', 'status', 'group', 'creator', 'user');
  for (const handler of [sweep, master]) ledger.grantQuery(handler, 'wake', 'status');
  ledger.grantQuery(audit, 'status');
  for (const handler of [api, audit]) ledger.grantReadMany(handler);
}

function grantVault({ all }: Functions, { vault }: Things): void {
  const { api, copy, audit, trail, master, archive, expire, restore, cancel, purge } = all;

  for (const handler of Object.values(all)) vault.nameTo(handler);
  for (const handler of [master, archive, expire, restore]) vault.grantRead(handler);
  for (const handler of [master, archive, expire]) vault.grantPutSidecars(handler);
  vault.grantReadSidecars(api);
  vault.grantPutSlim(api);
  vault.grantAudit(audit);
  vault.grantPutTrail(trail);
  vault.grantCopy(archive);
  vault.grantUploadParts(copy);
  vault.grantThaw(restore);
  vault.grantPutComparisons(restore);
  for (const handler of [master, cancel]) vault.grantAbort(handler);
  vault.grantListParts(cancel);
  vault.grantPurge(purge);
}
