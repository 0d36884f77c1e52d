// A service that answers as the test says, for the SDK's clients to talk to over HTTP. Keeps what it was asked.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';

export interface AwsRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface AwsServer {
  /** For a client's constructor; one attempt, so that failures show at once. */
  readonly settings: {
    readonly endpoint: string;
    readonly region: string;
    readonly maxAttempts: number;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly requests: AwsRequest[];
  stop(): Promise<void>;
}

export async function startAwsServer(answer: (request: AwsRequest) => AwsAnswer): Promise<AwsServer> {
  const requests: AwsRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const text = await textOf(incoming);
    const request = { path: incoming.url ?? '', headers: incoming.headers, body: text && JSON.parse(text) };
    requests.push(request);
    const { status, headers, body } = answer(request);
    outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers });
    outgoing.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
