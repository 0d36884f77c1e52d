// The door between the functions and the engines: every request of a function passes here, is counted for the life it
// belongs to, and at the chosen effect the process that made it is killed, before the engine sees it or after it answered.
import { once } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { StartingProcess } from '../cloud/cloud.ts';
import { type HttpServer, listen, readBody } from '../cloud/http.ts';
import { effectOf, SERVICES, type Service, shortName } from './effects.ts';

export type When = 'before' | 'after';

/** One moment of a life: the n-th time, from 1, that it has this effect. */
export interface Point {
  readonly effect: string;
  readonly nth: number;
  readonly when: When;
}

/** What the door has seen of a life. */
export interface Watch {
  readonly assetId: string;
  /** In order. */
  readonly effects: string[];
  readonly point?: Point;
  /** Whether the point has come and the process was killed. */
  struck: boolean;
}

interface Visitor {
  readonly functionName: string;
  readonly kill: () => void;
  /** The life it named last: a function works on one at a time and begins by reading its record. */
  watch?: Watch;
  isDead: boolean;
}

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Mux calls carry no key of ours, so their process is told by the first folder of the path. */
const TAGGED_PATH = /^\/(process-\d+)(?=\/)/;
const TAGGED_AGENT = /\bapp\/(process-\d+)\b/;

export class Door {
  readonly #visitors = new Map<string, Visitor>();
  readonly #watches = new Set<Watch>();
  readonly #servers = new Map<string, Promise<HttpServer>>();
  readonly #agent = new Agent({ keepAlive: true });

  /** For `CloudOptions.onProcess`: the environment with this door in the place of each engine. */
  async adopt({ functionName, environment, kill }: StartingProcess): Promise<Record<string, string>> {
    const tag = `process-${this.#visitors.size + 1}`;
    this.#visitors.set(tag, { functionName: shortName(functionName), kill, isDead: false });
    const changed: Record<string, string> = { ...environment };
    for (const [variable, service] of Object.entries(SERVICES)) {
      const origin = environment[variable];
      if (origin === undefined) continue;
      const { url } = await this.#serverFor(origin, service);
      const own = service === 'Mux' ? `${url}/${tag}` : url;
      for (const [name, value] of Object.entries(changed)) {
        // Also the URL of a queue, and the other AWS services of the same server.
        if (value === origin || value.startsWith(`${origin}/`))
          changed[name] = own + value.slice(origin.length);
      }
    }
    return { ...changed, AWS_SDK_UA_APP_ID: tag };
  }

  watch(assetId: string, point?: Point): Watch {
    const watch = { assetId, point, effects: [], struck: false };
    this.#watches.add(watch);
    return watch;
  }

  unwatch(watch: Watch): void {
    this.#watches.delete(watch);
  }

  async close(): Promise<void> {
    for (const server of this.#servers.values()) await (await server).close();
    this.#agent.destroy();
  }

  #serverFor(origin: string, service: Service): Promise<HttpServer> {
    const known = this.#servers.get(origin);
    if (known) return known;
    const server = listen((request, response) => {
      this.#handle({ origin, service, request, response }).catch(() => response.destroy());
    });
    this.#servers.set(origin, server);
    return server;
  }

  async #handle(passing: Passing): Promise<void> {
    const { request, response, service } = passing;
    const tag = tagOf(request);
    const visitor = this.#visitors.get(tag);
    const path = (request.url ?? '/').replace(TAGGED_PATH, '');
    const body = service === 'S3' ? undefined : await readBody(request, MAX_BODY_BYTES);
    const strike = visitor && this.#meet(visitor, service, request, path, body?.toString() ?? '');
    if (visitor?.isDead) return void response.destroy();
    if (strike?.when === 'before') return strike.kill(response);
    const answer = await this.#pass(passing, path, body);
    if (strike) {
      answer.resume();
      await once(answer, 'end');
      return strike.kill(response);
    }
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    await pipeline(answer, response);
  }

  /** Counts the request for its life; answers how to kill the process, if the moment has come. */
  #meet(visitor: Visitor, service: Service, request: IncomingMessage, path: string, body: string) {
    if (visitor.isDead) return undefined;
    const named = [...this.#watches].find(({ assetId }) => path.includes(assetId) || body.includes(assetId));
    visitor.watch = named ?? visitor.watch;
    const { watch } = visitor;
    const target = String(request.headers['x-amz-target'] ?? '');
    const name = effectOf({ service, method: request.method ?? '', path, target, body });
    if (!watch || !name || !this.#watches.has(watch)) return undefined;
    const effect = `${visitor.functionName}: ${name}`;
    watch.effects.push(effect);
    const { point } = watch;
    if (watch.struck || point?.effect !== effect) return undefined;
    if (watch.effects.filter((one) => one === effect).length !== point.nth) return undefined;
    return { when: point.when, kill: (response: ServerResponse) => strike(visitor, watch, response) };
  }

  /** Sends it on as it is: the signature covers the name of this door, and the engines take it from the request. */
  async #pass(
    { origin, request }: Passing,
    path: string,
    body: Buffer | undefined,
  ): Promise<IncomingMessage> {
    const { method, rawHeaders } = request;
    const sent = sendRequest(`${origin}${path}`, { method, headers: [...rawHeaders], agent: this.#agent });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    // A process that dies in the middle of its body must not leave the engine waiting for the rest.
    const passed = body === undefined ? pipeline(request, sent) : void sent.end(body);
    const [[answer]] = await Promise.all([answered, passed]);
    return answer;
  }
}

interface Passing {
  readonly origin: string;
  readonly service: Service;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function tagOf({ url = '/', headers }: IncomingMessage): string {
  const [, tag = ''] = TAGGED_PATH.exec(url) ?? TAGGED_AGENT.exec(headers['user-agent'] ?? '') ?? [];
  return tag;
}

function strike(visitor: Visitor, watch: Watch, response: ServerResponse): void {
  watch.struck = true;
  visitor.isDead = true;
  visitor.kill();
  response.destroy();
}
