// Sends an answer over a socket, or as much of it as the faults let through.
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer, AnswerBody } from './answers.ts';
import { type Effect, effectOf } from './faults.ts';

export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  effects: readonly Effect[],
): Promise<void> {
  const stall = effectOf(effects, 'stall');
  const broken = effectOf(effects, 'cut') ?? stall;
  if (broken?.afterBytes === 0) {
    if (!stall) response.destroy();
    return;
  }
  response.writeHead(answer.status, { ...headersOf(answer.body), ...answer.headers });
  if (!answer.body || response.req.method === 'HEAD') {
    response.end();
    return;
  }
  const body = bytesOf(answer.body);
  if (broken) return sendSome(response, body, broken.afterBytes, stall !== undefined);
  // A client that goes away in the middle is its own affair.
  await pipeline(Readable.from(body, { objectMode: false }), response).catch(() => response.destroy());
}

function headersOf(body: AnswerBody | undefined): Record<string, string | number> {
  switch (body?.kind) {
    case 'json':
      return {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(JSON.stringify(body.value)),
      };
    case 'bytes':
      return { 'content-length': body.bytes.length };
    case 'stream':
      return { 'content-length': body.lengthBytes };
    default:
      return {};
  }
}

async function* bytesOf(body: AnswerBody): AsyncIterable<Uint8Array> {
  if (body.kind === 'json') yield Buffer.from(JSON.stringify(body.value));
  else if (body.kind === 'bytes') yield body.bytes;
  else if (body.lengthBytes > 0) yield* body.chunks;
}

/** Then breaks the connection, or leaves it open and silent. */
async function sendSome(
  response: ServerResponse,
  body: AsyncIterable<Uint8Array>,
  bytes: number,
  stays: boolean,
) {
  let rest = bytes;
  for await (const chunk of body) {
    await new Promise((written) => response.write(chunk.subarray(0, rest), written));
    rest -= chunk.length;
    if (rest <= 0) break;
  }
  if (!stays) response.destroy();
}
