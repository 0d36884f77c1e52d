// Answers as data, and the three shapes in which Mux reports errors (mux.md: api hosts, rate limit, playback hosts).

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AnswerBody;
}

export type AnswerBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly lengthBytes: number; readonly chunks: AsyncIterable<Uint8Array> };

export function ok(data: unknown): Answer {
  return { status: 200, body: { kind: 'json', value: { data } } };
}

export function created(data: unknown): Answer {
  return { status: 201, body: { kind: 'json', value: { data } } };
}

export function noContent(): Answer {
  return { status: 204 };
}

export function json(status: number, value: unknown): Answer {
  return { status, body: { kind: 'json', value } };
}

/** An answer thrown from any depth of a request. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`Refused with ${answer.status}`);
    this.answer = answer;
  }
}

export function notFound(): Refusal {
  const message = "The requested resource either doesn't exist or you don't have access to it.";
  return apiRefusal(404, 'not_found', message);
}

/** The type `invalid_parameters` is assumed: no source states it. */
export function badRequest(message: string): Refusal {
  return apiRefusal(400, 'invalid_parameters', message);
}

export function apiRefusal(status: number, type: string, message: string): Refusal {
  return new Refusal(json(status, { error: { type, messages: [message] } }));
}

export function tooManyRequests(): Answer {
  return json(429, { errors: ['Too many requests, retry later.'] });
}

/** The codes are gRPC's, of which Mux documents 3 and 5. */
export function playbackRefusal(status: 400 | 403 | 404): Refusal {
  const shapes = {
    400: { code: 3, message: 'Invalid parameter' },
    403: { code: 7, message: 'Permission denied' },
    404: { code: 5, message: 'Not Found' },
  };
  return new Refusal(json(status, shapes[status]));
}
