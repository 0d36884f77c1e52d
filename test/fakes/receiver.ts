// An app that is told: a small web server on loopback that keeps what it gets, raw, and answers as a test says.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Envelope } from '../../lambdas/domain/outgoing.ts';

export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawBody: Buffer;
  readonly event: Envelope;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** The status of each answer in turn, the last one for all others; `silent` never answers. @default 200 */
  answers: (number | 'silent')[];
  /** In place of all that. */
  instead?: (response: ServerResponse) => void;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const rawBody = Buffer.concat(chunks);
    receiver.received.push({
      headers: request.headers,
      rawBody,
      event: JSON.parse(rawBody.toString('utf8')),
    });
    if (receiver.instead) return receiver.instead(response);
    const answer = receiver.answers.length > 1 ? receiver.answers.shift() : receiver.answers[0];
    if (answer !== 'silent') response.writeHead(answer ?? 200).end('thank you');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hooks/icehouse`,
    received: [],
    answers: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
