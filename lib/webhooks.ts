// Events to the customer's app: a rule on the bus, a queue for each receiver, the function that signs and sends.
// One queue each, so that a receiver that is slow or away holds up nobody else's events. Why a queue: docs/decisions/0023.
import { createHash } from 'node:crypto';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { MOST_DELIVERIES } from '../lambdas/contract/dead-letters.ts';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { ALARM_EVENT, TRANSITION_EVENT } from '../lambdas/contract/names.ts';
import { MOST_RECEIVERS, receiverUrlProblem } from '../lambdas/contract/receiver-url.ts';
import { FUNCTION_SIZES } from './function-sizes.ts';
import { type FunctionsProps, newFunction } from './functions.ts';
import { KEPT, runBy } from './queues.ts';
import { grantReadSecret } from './secret-reading.ts';

export interface WebhooksProps extends Omit<FunctionsProps, 'environment'> {
  readonly urls: readonly string[];
  /** Plain http and loopback hosts too: for the embedded cloud only. */
  readonly loopback: boolean;
  readonly secret?: ISecret;
  readonly bus: IEventBus;
  /** Of a secret that is made here. */
  readonly encryptionKey?: IKey;
}

/** Deliveries of one receiver under way at a time: enough for thousands an hour, and no flood for a small app. */
const MOST_AT_ONCE = 5;

const RETRY = Duration.seconds(10);
const GIVE_UP = Duration.hours(24);

export class Webhooks extends Construct {
  readonly tell: LambdaFunction;
  /** What events are signed with. */
  readonly secret: ISecret;
  /** Events that no receiver took within a day. */
  readonly deadLetters: IQueue;

  /** Throws an Error for a URL that no event may be sent to. */
  constructor(scope: Construct, id: string, props: WebhooksProps) {
    super(scope, id);
    checkUrls(props);
    this.secret = props.secret ?? this.#newSecret(props.encryptionKey);
    this.deadLetters = new Queue(this, 'DeadLetters', KEPT);
    const queues = props.urls.map((url) => this.#newQueue(url));
    this.tell = newFunction(this, 'tell', { ...props, environment: environmentOf(props, queues) });
    this.#grant();
    this.#addRule(queues, props);
    for (const queue of queues) {
      runBy(this.tell, queue, {
        batchSize: 1,
        maxConcurrency: MOST_AT_ONCE,
        reportBatchItemFailures: true,
      });
      // Whoever is told when he is there again: the function puts the message off by itself.
      const actions = ['sqs:ChangeMessageVisibility'];
      this.tell.addToRolePolicy(new PolicyStatement({ actions, resources: [queue.queueArn] }));
    }
  }

  /** Known by its URL, so that a list in another order leaves every event where it belongs. */
  #newQueue(url: string): Queue {
    const name = createHash('sha256').update(url).digest('hex').slice(0, 12);
    return new Queue(this, `Receiver-${name}`, {
      // An app that is away while thousands of videos go must not outlast what waits for it.
      ...KEPT,
      visibilityTimeout: Duration.seconds(3 * FUNCTION_SIZES.tell.timeoutSeconds),
      // For a function that dies of a message: whoever gives up after a day puts it there himself, with the reason.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MOST_DELIVERIES },
    });
  }

  #addRule(queues: readonly Queue[], { bus, failures }: WebhooksProps): void {
    new Rule(this, 'Told', {
      eventBus: bus,
      eventPattern: {
        source: [TRANSITION_EVENT.source],
        detailType: [TRANSITION_EVENT.detailType, ALARM_EVENT.detailType],
      },
      targets: queues.map((queue) => new SqsQueue(queue, { deadLetterQueue: failures })),
    });
  }

  #grant(): void {
    const { tell, secret, deadLetters } = this;
    grantReadSecret(tell, secret, ENVIRONMENT.signingSecret);
    tell.addEnvironment(ENVIRONMENT.webhookDeadLetters, deadLetters.queueUrl);
    tell.addToRolePolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
    );
  }

  #newSecret(encryptionKey: IKey | undefined): Secret {
    const secret = new Secret(this, 'Secret', {
      description: "What Icehouse signs its events to the customer's app with",
      encryptionKey,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ signing_secret_previous: '' }),
        generateStringKey: 'signing_secret',
        excludePunctuation: true,
        passwordLength: 48,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The app that verifies must know a new secret first, so a person changes it; events carry both signatures meanwhile.',
    });
    return secret;
  }
}

function environmentOf({ urls, loopback }: WebhooksProps, queues: readonly Queue[]): Record<string, string> {
  const receivers = urls.flatMap((url, at) => [
    [ENVIRONMENT.webhookUrl(at + 1), url],
    [ENVIRONMENT.webhookQueue(at + 1), queues[at]?.queueUrl ?? ''],
  ]);
  return {
    ...Object.fromEntries(receivers),
    [ENVIRONMENT.sourceLoopback]: String(loopback),
    [ENVIRONMENT.webhookRetrySeconds]: String(RETRY.toSeconds()),
    [ENVIRONMENT.webhookGiveUpSeconds]: String(GIVE_UP.toSeconds()),
  };
}

function checkUrls({ urls, loopback }: WebhooksProps): void {
  if (urls.length < 1 || urls.length > MOST_RECEIVERS || new Set(urls).size < urls.length) {
    throw new Error(
      `Prop webhooks.urls: expected 1 to ${MOST_RECEIVERS} different URLs, got ${urls.length}.`,
    );
  }
  for (const url of urls) {
    const problem = receiverUrlProblem(url, { loopback });
    if (problem) throw new Error(`Prop webhooks.urls: expected ${problem}, got ${url}.`);
  }
}
