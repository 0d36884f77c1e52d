// The simulator's own controls over HTTP, the same as its methods; README.md shows them with curl.
import { type Answer, json, noContent, Refusal } from './answers.ts';
import type { BehaviourChange } from './behaviour.ts';
import type { Fault } from './faults.ts';
import type { AddAsset, Delivery, Simulator } from './simulator.ts';

export const CONTROL_PREFIX = '/_simulator/';

/** Whoever drives the simulator is trusted: bodies are taken for what they claim to be. */
type Control = (simulator: Simulator, body: never, id: string) => Answer | Promise<Answer>;

const controls: Record<string, Control> = {
  'GET health': () => json(200, { ready: true }),
  'POST assets': async (simulator, body: AddAsset) => json(201, await simulator.addAsset(body)),
  'GET assets/{}': (simulator, _, id) => json(200, simulator.asset(id)),
  'GET assets/{}/sha256': async (simulator, _, id) => json(200, { sha256: await simulator.sha256(id) }),
  'POST assets/{}/expire-master': (simulator, _, id) => {
    simulator.expireMaster(id);
    return noContent();
  },
  'GET requests': (simulator) => json(200, simulator.requests()),
  'GET webhooks': (simulator) => json(200, simulator.webhooks()),
  'DELETE records': (simulator) => {
    simulator.clearRecords();
    return noContent();
  },
  'GET behaviour': (simulator) => json(200, simulator.behaviour()),
  'PATCH behaviour': (simulator, body: BehaviourChange) => json(200, simulator.change(body)),
  'GET faults': (simulator) => json(200, simulator.faults()),
  'POST faults': (simulator, body: Fault) => {
    simulator.addFault(body);
    return json(201, simulator.faults());
  },
  'DELETE faults': (simulator) => {
    simulator.clearFaults();
    return noContent();
  },
  'PUT webhook-urls': (simulator, body: { urls: string[]; environmentId?: string }) => {
    simulator.setWebhookUrls(body.urls, body.environmentId);
    return noContent();
  },
  'PUT delivery-usage': (simulator, body: Delivery[]) => {
    simulator.setDeliveries(body);
    return noContent();
  },
  'PUT hosted/{}': (simulator, body: { file: string }, id) =>
    json(200, { url: simulator.hostFile(id, body.file) }),
};

export async function answerControl(
  simulator: Simulator,
  method: string,
  url: URL,
  body: unknown,
): Promise<Answer> {
  const [name = '', id = '', action = ''] = url.pathname.slice(CONTROL_PREFIX.length).split('/');
  const control = controls[`${method} ${name}${id && '/{}'}${action && `/${action}`}`];
  if (!control) return json(404, { error: `No control ${method} ${url.pathname}` });
  try {
    return await control(simulator, body as never, id);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return json(400, { error: String(error) });
  }
}
