// Icehouse's HTTP API as typed methods.
import type { PublicRecord } from '../lambdas/domain/public-record.ts';
import type { Quote } from '../lambdas/domain/quote.ts';
import type { Tier } from '../lambdas/domain/record.ts';
import type { PublicAudit } from '../lambdas/stages/audit-view.ts';
import type { FidelityView } from '../lambdas/stages/fidelity-view.ts';
import type { BrakeState } from '../lambdas/stages/hold-all.ts';
import { notIcehouse } from './problems.ts';
import { type Call, receive, send, type Transport } from './transport.ts';

export interface DeleteRequest {
  readonly asset_id: string;
  readonly deleted_by_user_id: string;
  readonly expiration_date?: string;
  readonly grace_days?: number;
  readonly reason?: string;
  readonly group_id?: string;
  readonly accept_loss?: true | readonly string[];
}

export interface ListQuery {
  readonly status?: string;
  readonly group_id?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Page {
  readonly data: readonly PublicRecord[];
  readonly next_cursor: string | null;
}

export interface HoldBody {
  readonly reason: string;
  readonly user_id: string;
  readonly until?: string;
}

export interface ReleaseBody {
  readonly user_id?: string;
  readonly reason?: string;
}

export type BrakeAnswer = BrakeState & { readonly warnings?: readonly string[] };

export type Audit = PublicAudit;

export interface RestoreWish {
  readonly tier?: Tier;
  readonly need_by?: string;
  readonly user_id?: string;
}

export type RestoreAnswer = PublicRecord & { readonly outcome: string };

/** Answers are the API's JSON, untouched. Every method throws CommandError: refused, unreachable or not Icehouse. */
export class IcehouseApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  request(body: DeleteRequest): Promise<PublicRecord> {
    return this.#record({ method: 'POST', path: '/v1/delete-requests', body });
  }

  status(assetId: string): Promise<PublicRecord> {
    return this.#record({ method: 'GET', path: requestPath(assetId) });
  }

  async list(query: ListQuery): Promise<Page> {
    const page = await send(this.#transport, {
      method: 'GET',
      path: '/v1/delete-requests',
      query: { ...query },
    });
    if (!Array.isArray(page.data)) throw notIcehouse(this.#transport.base, 200);
    return page as unknown as Page;
  }

  cancel(assetId: string, userId: string | undefined): Promise<PublicRecord> {
    return this.#record({
      method: 'POST',
      path: `${requestPath(assetId)}/cancel`,
      body: { user_id: userId },
    });
  }

  /** `id` is any id of the lineage. */
  async restore(id: string, wish: RestoreWish): Promise<RestoreAnswer> {
    const record = await this.#record({ method: 'POST', path: `${requestPath(id)}/restore`, body: wish });
    return record as RestoreAnswer;
  }

  /** What a restore would cost now; `needBy` as an ISO time or a date. */
  async quote(id: string, needBy?: string): Promise<Quote> {
    const path = `${requestPath(id)}/quote`;
    const body = await send(this.#transport, { method: 'GET', path, query: { need_by: needBy } });
    if (!Array.isArray(body.offers)) throw notIcehouse(this.#transport.base, 200);
    return body as unknown as Quote;
  }

  /** The comparison after a restore, the verdicts before it; `id` is any id of the lineage. */
  async fidelity(id: string): Promise<FidelityView> {
    const body = await send(this.#transport, { method: 'GET', path: `${assetPath(id)}/fidelity` });
    if (!Array.isArray(body.attributes)) throw notIcehouse(this.#transport.base, 200);
    return body as unknown as FidelityView;
  }

  /** The manifest of the archive, as it lies in the vault; `id` is any id of the lineage. */
  manifest(id: string): Promise<Uint8Array> {
    return receive(this.#transport, `${assetPath(id)}/manifest`);
  }

  /** One file beside the master, as it lies in the vault. */
  sidecar(id: string, name: string): Promise<Uint8Array> {
    return receive(this.#transport, `${assetPath(id)}/sidecars/${encodeURIComponent(name)}`);
  }

  reschedule(
    assetId: string,
    body: { expiration_date: string; user_id: string; reason: string },
  ): Promise<PublicRecord> {
    return this.#record({ method: 'PATCH', path: requestPath(assetId), body });
  }

  /** Keeps one asset from its deletion. */
  hold(assetId: string, body: HoldBody): Promise<PublicRecord> {
    return this.#record({ method: 'PUT', path: `${requestPath(assetId)}/hold`, body });
  }

  release(assetId: string, body: ReleaseBody): Promise<PublicRecord> {
    return this.#record({ method: 'DELETE', path: `${requestPath(assetId)}/hold`, body });
  }

  /** The hold on everything, and how far the limits are used up. */
  brake(): Promise<BrakeAnswer> {
    return this.#brake({ method: 'GET', path: '/v1/hold' });
  }

  holdAll(body: HoldBody): Promise<BrakeAnswer> {
    return this.#brake({ method: 'PUT', path: '/v1/hold', body });
  }

  releaseAll(body: ReleaseBody): Promise<BrakeAnswer> {
    return this.#brake({ method: 'DELETE', path: '/v1/hold', body });
  }

  async #brake(call: Call): Promise<BrakeAnswer> {
    const body = await send(this.#transport, call);
    const looksRight = [body.limits, body.counted].every((field) => typeof field === 'object' && field);
    if (!looksRight) throw notIcehouse(this.#transport.base, 200);
    return body as unknown as BrakeAnswer;
  }

  /** Begins one, or answers the one under way. */
  startAudit(): Promise<Audit> {
    return this.#audit({ method: 'POST', path: '/v1/audits' });
  }

  /** `latest` or an id. */
  audit(id: string, cursor?: string): Promise<Audit> {
    return this.#audit({ method: 'GET', path: `/v1/audits/${encodeURIComponent(id)}`, query: { cursor } });
  }

  async #audit(call: Call): Promise<Audit> {
    const body = await send(this.#transport, call);
    const looksRight = typeof body.id === 'string' && Array.isArray(body.findings);
    if (!looksRight) throw notIcehouse(this.#transport.base, 200);
    return body as unknown as Audit;
  }

  async #record(call: Call): Promise<PublicRecord> {
    const body = await send(this.#transport, call);
    const looksRight = [body.asset_id, body.status, body.summary].every((field) => typeof field === 'string');
    if (!looksRight) throw notIcehouse(this.#transport.base, 200);
    return body as unknown as PublicRecord;
  }
}

function assetPath(assetId: string): string {
  return `/v1/assets/${encodeURIComponent(assetId)}`;
}

function requestPath(assetId: string): string {
  return `/v1/delete-requests/${encodeURIComponent(assetId)}`;
}
