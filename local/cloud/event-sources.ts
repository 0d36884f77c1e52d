// SQS event sources: each polls its queue, invokes its function with what came and deletes what was done. All else
// is left to its visibility timeout: fauxqs loses messages that are made visible at once.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Outcome } from './function-process.ts';
import type { CloudPlan, PlannedEventSource } from './plan.ts';

export interface EventSourcesOptions {
  readonly timeScale: number;
  readonly sqs: SQSClient;
  /** Real URL of each queue by its ARN in the plan. */
  readonly queueUrls: ReadonlyMap<string, string>;
  invoke(functionArn: string, payload: string): Promise<Outcome>;
  onError(message: string): void;
}

export interface RunningEventSources {
  /** Takes no more messages at once; resolves when the invocations under way have ended. */
  stop(): Promise<void>;
}

/** The longest that SQS knows. */
const LONG_POLL_SECONDS = 20;

/** A queue that cannot be reached is asked again after this. */
const PAUSE_MS = 1000;

export function startEventSources(plan: CloudPlan, options: EventSourcesOptions): RunningEventSources {
  const stopping = new AbortController();
  const polls = plan.eventSources.map((source) =>
    new EventSource(source, plan.region, options, stopping.signal).poll(),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all(polls);
    },
  };
}

class EventSource {
  readonly #source: PlannedEventSource;
  readonly #region: string;
  readonly #options: EventSourcesOptions;
  readonly #stopping: AbortSignal;

  constructor(source: PlannedEventSource, region: string, options: EventSourcesOptions, stopping: AbortSignal) {
    this.#source = source;
    this.#region = region;
    this.#options = options;
    this.#stopping = stopping;
  }

  /** Ends after `stopping`, with its last invocation. */
  async poll(): Promise<void> {
    const running = new Set<Promise<void>>();
    while (!this.#stopping.aborted) {
      const messages = await this.#batch().catch((error: unknown) => this.#pause(error));
      if (messages.length === 0) continue;
      const run = this.#run(messages).finally(() => running.delete(run));
      running.add(run);
      // Messages are taken only when there is room for them, since their time hidden is running.
      if (running.size >= this.#source.maximumConcurrency) await Promise.race(running);
    }
    await Promise.all(running);
  }

  /** What is there, and what comes within the batching window. */
  async #batch(): Promise<Message[]> {
    const { batchSize, batchingWindowSeconds } = this.#source;
    const messages = await this.#receive(batchSize, LONG_POLL_SECONDS);
    const endMs = Date.now() + (1000 * batchingWindowSeconds) / this.#options.timeScale;
    const isOpen = () => messages.length > 0 && messages.length < batchSize && Date.now() < endMs;
    while (isOpen()) messages.push(...(await this.#receive(batchSize - messages.length, 1)));
    return messages;
  }

  async #receive(most: number, waitSeconds: number): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#queueUrl,
      MaxNumberOfMessages: most,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.#options.sqs.send(command, { abortSignal: this.#stopping });
    return Messages;
  }

  async #pause(error: unknown): Promise<Message[]> {
    if (this.#stopping.aborted) return [];
    this.#complain(error);
    await sleep(PAUSE_MS, undefined, { signal: this.#stopping }).catch(() => {});
    return [];
  }

  async #run(messages: readonly Message[]): Promise<void> {
    const { sqs, invoke } = this.#options;
    try {
      const event = { Records: messages.map((message) => this.#record(message)) };
      const outcome = await invoke(this.#source.functionArn, JSON.stringify(event));
      const deletions = this.#done(messages, outcome).map(({ ReceiptHandle }) =>
        sqs.send(new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle })),
      );
      await Promise.all(deletions);
    } catch (error) {
      this.#complain(error);
    }
  }

  #done(messages: readonly Message[], outcome: Outcome): readonly Message[] {
    if (!outcome.ok) return [];
    if (!this.#source.reportsItemFailures) return messages;
    const failed = failedIds(outcome.payload);
    const isOurs = (id: string) => messages.some(({ MessageId }) => MessageId === id);
    // An answer that cannot be understood is the failure of all (Lambda guide, "Success and failure conditions").
    if (failed?.every(isOurs)) return messages.filter(({ MessageId = '' }) => !failed.includes(MessageId));
    this.#complain(`no answer to a batch: ${outcome.payload}`);
    return [];
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, "Example standard queue message event". */
  #record(message: Message) {
    return {
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes,
      messageAttributes: Object.fromEntries(Object.entries(message.MessageAttributes ?? {}).map(attribute)),
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.#source.queueArn,
      awsRegion: this.#region,
    };
  }

  get #queueUrl(): string | undefined {
    return this.#options.queueUrls.get(this.#source.queueArn);
  }

  #complain(error: unknown): void {
    this.#options.onError(`event source ${this.#source.logicalId}: ${String(error)}`);
  }
}

const ANSWER = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullable();

/** Undefined for an answer that is none. Nothing, `{}` and an empty list say that all went well. */
function failedIds(payload: string): string[] | undefined {
  const { success, data } = ANSWER.safeParse(JSON.parse(payload));
  return success ? (data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier) : undefined;
}

const attribute = ([name, { DataType, StringValue, BinaryValue }]: [string, MessageAttributeValue]) => [
  name,
  {
    dataType: DataType,
    stringValue: StringValue,
    binaryValue: BinaryValue && Buffer.from(BinaryValue).toString('base64'),
  },
];
