// The queues of dead letters through SQS, with your own AWS credentials. What is looked at stays where it is.
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { isLoopback } from '../credentials.ts';
import type { QueueName, RawLetter } from './letter.ts';
import { sqsProblem } from './mailbox-problems.ts';

export interface HeldLetter extends RawLetter {
  readonly receipt: string;
}

export interface Mailbox extends Disposable {
  /** All letters of a queue, each once, the oldest first; and how many others are in somebody else's hands. */
  open(
    queue: QueueName,
    url: URL,
  ): Promise<{ readonly letters: readonly HeldLetter[]; readonly hidden: number }>;
  /** Shows the letters to others again. */
  release(url: URL, letters: readonly HeldLetter[]): Promise<void>;
  drop(url: URL, letter: HeldLetter): Promise<void>;
  /** First there, then no longer here: cut off in between it is in both, and is copied once all the same. */
  sendBack(url: URL, to: URL, letter: HeldLetter): Promise<void>;
}

/** Others do not see a letter for so long; shortened as soon as the list is complete. */
const HELD_SECONDS = 60;
/** Each receive asks all of SQS's servers when it may wait: an empty answer means that nothing is left. */
const WAIT_SECONDS = 1;
const MOST_PER_CALL = 10;
/** Not 0, which makes the queues of the embedded cloud lose the message. */
const RELEASED_SECONDS = 1;

/** Throws CommandError: QUEUE_MISSING, QUEUE_DENIED, NO_CREDENTIALS, UNREACHABLE. */
export function openMailbox(): Mailbox {
  const clients = new Map<string, SQSClient>();
  const clientFor = (url: URL) => {
    const client = clients.get(url.host) ?? new SQSClient(settingsFor(url));
    clients.set(url.host, client);
    return client;
  };
  async function at<T>(url: URL, call: (client: SQSClient) => Promise<T>): Promise<T> {
    try {
      return await call(clientFor(url));
    } catch (error) {
      throw sqsProblem(error, url);
    }
  }
  return {
    open: (queue, url) =>
      at(url, async (client) => {
        const letters = await receiveAll(client, queue, url);
        return { letters, hidden: Math.max(0, (await countHeld(client, url)) - letters.length) };
      }),
    release: (url, letters) => at(url, (client) => release(client, url, letters)),
    drop: (url, { receipt }) => at(url, (client) => deleteOne(client, url, receipt)),
    async sendBack(url, to, { body, receipt }) {
      await at(to, (client) => client.send(new SendMessageCommand({ QueueUrl: to.href, MessageBody: body })));
      await at(url, (client) => deleteOne(client, url, receipt));
    },
    [Symbol.dispose]: () => {
      for (const client of clients.values()) client.destroy();
    },
  };
}

/** A queue is asked where its URL says. The region is in the host's name, else that of your profile; this machine gets no credentials of yours. */
function settingsFor(url: URL) {
  const [, named] = /^sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname) ?? [];
  const endpoint = url.origin;
  if (!isLoopback(url)) return named ? { endpoint, region: named } : { endpoint };
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

async function receiveAll(client: SQSClient, queue: QueueName, url: URL): Promise<HeldLetter[]> {
  const letters = new Map<string, HeldLetter>();
  for (;;) {
    const command = new ReceiveMessageCommand({
      QueueUrl: url.href,
      MaxNumberOfMessages: MOST_PER_CALL,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: HELD_SECONDS,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp'],
    });
    const { Messages = [] } = await client.send(command);
    const before = letters.size;
    for (const message of Messages) {
      const letter = letterOf(queue, message);
      letters.set(letter.id, letter);
    }
    // In a long list the first come again before the last is seen.
    if (letters.size === before) break;
  }
  return [...letters.values()].sort((one, other) => one.sentAtMs - other.sentAtMs);
}

function letterOf(queue: QueueName, message: Message): HeldLetter {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes, MessageAttributes = {} } = message;
  const attributes = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [
    name,
    StringValue,
  ]);
  return {
    queue,
    id: MessageId,
    receipt: ReceiptHandle,
    body: Body,
    sentAtMs: Number(Attributes?.SentTimestamp ?? 0),
    attributes: Object.fromEntries(attributes),
  };
}

async function countHeld(client: SQSClient, url: URL): Promise<number> {
  const name = 'ApproximateNumberOfMessagesNotVisible';
  const command = new GetQueueAttributesCommand({ QueueUrl: url.href, AttributeNames: [name] });
  return Number((await client.send(command)).Attributes?.[name] ?? 0);
}

async function release(client: SQSClient, url: URL, letters: readonly HeldLetter[]): Promise<void> {
  for (let start = 0; start < letters.length; start += MOST_PER_CALL) {
    const Entries = letters.slice(start, start + MOST_PER_CALL).map(({ receipt }, at) => ({
      Id: String(at),
      ReceiptHandle: receipt,
      VisibilityTimeout: RELEASED_SECONDS,
    }));
    // One that is refused here is seen again a minute later all the same.
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url.href, Entries }));
  }
}

async function deleteOne(client: SQSClient, url: URL, ReceiptHandle: string): Promise<void> {
  await client.send(new DeleteMessageCommand({ QueueUrl: url.href, ReceiptHandle }));
}
