// SQS event sources: each polls its queue, invokes its function with what came and deletes what was done. What was
// not done waits for its visibility timeout: fauxqs loses messages that are made visible at once.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { Outcome } from './function-process.ts';
import type { CloudPlan, PlannedEventSource } from './plan.ts';

export interface EventSourcesOptions {
  readonly sqs: SQSClient;
  /** Real URL of each queue by its ARN in the plan. */
  readonly queueUrls: ReadonlyMap<string, string>;
  invoke(functionArn: string, payload: string): Promise<Outcome>;
  onError(message: string): void;
  /** Lambda polls with the function's own role. */
  mayUse?(functionArn: string, action: string, queueArn: string): boolean;
}

export interface RunningEventSources {
  /** Invokes no more; resolves when the invocations under way have ended, however they end. */
  stop(): Promise<void>;
}

/** What Lambda does with the function's role (Lambda guide, "Using Lambda with Amazon SQS"). */
export const POLLING_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** The longest that SQS knows. */
const LONG_POLL_SECONDS = 20;

/** A queue that could not be read is asked again after this. */
const PAUSE_MS = 1000;

export function startEventSources(plan: CloudPlan, options: EventSourcesOptions): RunningEventSources {
  const stopping = new AbortController();
  const polls = plan.eventSources.map((source) => {
    const queue = { QueueUrl: options.queueUrls.get(source.queueArn) };
    return poll({ ...options, source, queue, region: plan.region, stopping: stopping.signal });
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all(polls);
    },
  };
}

interface Polled extends EventSourcesOptions {
  readonly source: PlannedEventSource;
  readonly queue: { readonly QueueUrl: string | undefined };
  readonly region: string;
  readonly stopping: AbortSignal;
}

async function poll(polled: Polled): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!polled.stopping.aborted) {
    const may = mayPoll(polled);
    const messages = may ? await receive(polled) : [];
    if (!may) await pause(polled);
    if (messages.length === 0) continue;
    const one = run(polled, messages).finally(() => running.delete(one));
    running.add(one);
    // Messages are taken only when a process is there for them, since their hidden time is running.
    if (running.size >= polled.source.maximumConcurrency) await Promise.race(running);
  }
  await Promise.all(running);
}

async function receive({ source, queue, sqs, stopping, onError }: Polled): Promise<Message[]> {
  const wanted = { MaxNumberOfMessages: source.batchSize, WaitTimeSeconds: LONG_POLL_SECONDS };
  const command = new ReceiveMessageCommand({ ...queue, ...wanted, MessageSystemAttributeNames: ['All'] });
  try {
    const { Messages = [] } = await sqs.send(command, { abortSignal: stopping });
    return Messages;
  } catch (error) {
    if (stopping.aborted) return [];
    onError(`event source ${source.logicalId}: ${String(error)}`);
    await pause({ stopping });
    return [];
  }
}

async function pause({ stopping }: Pick<Polled, 'stopping'>): Promise<void> {
  await sleep(PAUSE_MS, undefined, { signal: stopping }).catch(() => {});
}

/** Lambda polls with the function's role. Each action is asked for, so that all are noted. */
function mayPoll({ source: { functionArn, queueArn }, mayUse }: Polled): boolean {
  if (!mayUse) return true;
  const answers = POLLING_ACTIONS.map((action) => mayUse(functionArn, action, queueArn));
  return answers.every((may) => may);
}

/** Never rejects: what goes wrong here leaves the messages to the next time. */
async function run(
  { source, queue, region, ...options }: Polled,
  messages: readonly Message[],
): Promise<void> {
  const { sqs, invoke, onError } = options;
  try {
    const Records = messages.map((message) => recordOf(message, source.queueArn, region));
    const outcome = await invoke(source.functionArn, JSON.stringify({ Records }));
    for (const { ReceiptHandle } of done(messages, outcome, source)) {
      await sqs.send(new DeleteMessageCommand({ ...queue, ReceiptHandle }));
    }
  } catch (error) {
    onError(`event source ${source.logicalId}: ${String(error)}`);
  }
}

/** Lambda guide, "Example standard queue message event". Message attributes are left out: nobody here sends any. */
function recordOf(
  { MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }: Message,
  eventSourceARN: string,
  awsRegion: string,
) {
  const origin = { eventSource: 'aws:sqs', eventSourceARN, awsRegion };
  const content = { body: Body, attributes: Attributes, messageAttributes: {}, md5OfBody: MD5OfBody };
  return { messageId: MessageId, receiptHandle: ReceiptHandle, ...content, ...origin };
}

const ANSWER = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullable();

/**
 * The messages to delete. Where failures are reported, nothing, `{}` and an empty list say that all went well, and an
 * answer that cannot be read is the failure of all (Lambda guide, "Implementing partial batch responses").
 */
function done(
  messages: readonly Message[],
  outcome: Outcome,
  { reportsItemFailures }: PlannedEventSource,
): readonly Message[] {
  if (!outcome.ok) return [];
  if (!reportsItemFailures) return messages;
  const answer = ANSWER.parse(JSON.parse(outcome.payload));
  const failed = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const stranger = failed.find((id) => !messages.some(({ MessageId }) => MessageId === id));
  if (stranger !== undefined) throw new Error(`the answer names a message that was not sent: ${stranger}`);
  return messages.filter(({ MessageId = '' }) => !failed.includes(MessageId));
}
