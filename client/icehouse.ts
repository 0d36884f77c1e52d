// `icehouse/client`: the API as typed methods, with the errors they throw and the check for the events it sends.
import { NotIcehouseError } from './errors.ts';
import { type Call, receive, send, type Transport } from './transport.ts';
import type {
  AssetRecord,
  Audit,
  BatchAnswers,
  Brake,
  CancelBody,
  Check,
  DeleteOnlyBody,
  DeleteRequestBody,
  Erasure,
  ErasureBody,
  ErasurePage,
  Fidelity,
  Findings,
  Group,
  GroupCancelBody,
  GroupMap,
  GroupRestoreBody,
  GroupWalk,
  HoldBody,
  PlaybackIdWhereabouts,
  Quote,
  RecordPage,
  ReleaseBody,
  RescheduleBody,
  RestoreBody,
  SlimBody,
  Slimmed,
  Status,
  StopErasureBody,
  Tier,
  TrackWhereabouts,
  Upcoming,
  Whereabouts,
} from './types.ts';

export { NotIcehouseError, ProblemError, type Refusal, UnreachableError } from './errors.ts';
export { SIGNATURE_HEADER, verifyIcehouseSignature } from './signature.ts';
export type { Authorize, Fetch, OutgoingRequest } from './transport.ts';
export type * from './types.ts';

export interface ListQuery {
  readonly status?: Status;
  readonly group_id?: string;
  /** 1 to 100; 50. */
  readonly limit?: number;
  readonly cursor?: string;
}

export type RestoreAnswer = AssetRecord & Required<Pick<AssetRecord, 'outcome'>>;

export interface ClientOptions {
  /** The API without /v1: the stack's output ApiUrl. */
  readonly base: URL | string;
  /** Signs each call (SigV4, service `execute-api`), or adds a token. @default calls go as they are, for the embedded cloud */
  readonly authorize?: Transport['authorize'];
  /** A bearer token, or a JWT, in the place of `authorize`. Not for a browser: whoever has it may do all of its scope. */
  readonly token?: string;
  /** @default the global fetch */
  readonly fetch?: Transport['fetch'];
  /** Waits between two attempts of a read. @default setTimeout */
  readonly sleep?: Transport['sleep'];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Answers are the API's JSON, untouched. Every method throws ProblemError (the API refused; `code`), UnreachableError and
 * NotIcehouseError. Reads are tried again, four times at most; a write never is.
 */
export class IcehouseClient {
  readonly #transport: Transport;

  constructor({ base, authorize, token, fetch, sleep }: ClientOptions) {
    const bearer = token && { authorization: `Bearer ${token}` };
    this.#transport = {
      base: new URL(base),
      authorize: authorize ?? (async ({ headers }) => ({ ...headers, ...(bearer || {}) })),
      fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
      sleep: sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    };
  }

  request(body: DeleteRequestBody): Promise<AssetRecord> {
    return this.#record({ method: 'POST', path: '/v1/delete-requests', body });
  }

  /** Up to 500 at once; of each what a single request would have been answered, in their order. */
  requestMany(items: readonly DeleteRequestBody[]): Promise<BatchAnswers> {
    const call = { method: 'POST', path: '/v1/delete-requests/batch', body: { items } } as const;
    return this.ask(call, ({ data }) => Array.isArray(data));
  }

  /** Has an asset deleted at its date WITHOUT a copy: nothing of it can be restored. Needs a permission of its own. */
  requestDeleteOnly(body: DeleteOnlyBody): Promise<AssetRecord> {
    return this.#record({ method: 'POST', path: '/v1/delete-requests/delete-only', body });
  }

  status(assetId: string): Promise<AssetRecord> {
    return this.#record({ method: 'GET', path: requestPath(assetId) });
  }

  list(query: ListQuery): Promise<RecordPage> {
    const call = { method: 'GET', path: '/v1/delete-requests', query: { ...query } } as const;
    return this.ask(call, ({ data }) => Array.isArray(data));
  }

  reschedule(assetId: string, body: RescheduleBody): Promise<AssetRecord> {
    return this.#record({ method: 'PATCH', path: requestPath(assetId), body });
  }

  cancel(assetId: string, body: CancelBody = {}): Promise<AssetRecord> {
    return this.#record({ method: 'POST', path: `${requestPath(assetId)}/cancel`, body });
  }

  /** `id` is any id of the lineage. */
  restore(id: string, body: RestoreBody = {}): Promise<RestoreAnswer> {
    return this.ask({ method: 'POST', path: `${requestPath(id)}/restore`, body }, isRecord);
  }

  /** What a restore would cost now; `needBy` as an ISO time or a date. */
  quote(id: string, needBy?: string): Promise<Quote> {
    const path = `${requestPath(id)}/quote`;
    return this.ask({ method: 'GET', path, query: { need_by: needBy } }, ({ offers }) =>
      Array.isArray(offers),
    );
  }

  /**
   * Videos by whatever a ticket names: any id, a URL with one in it, the customer's own id, a group, a person. The
   * cursor leads to the next page of a person's videos.
   */
  find(text: string, cursor?: string): Promise<Findings> {
    const call = { method: 'GET', path: '/v1/find', query: { q: text, cursor } } as const;
    return this.ask(call, ({ matches }) => Array.isArray(matches));
  }

  /** A group, or the stretch of it that begins at the cursor. At most one of `tier` and `need_by`. */
  group(groupId: string, query: { tier?: Tier; need_by?: string; cursor?: string } = {}): Promise<Group> {
    const call = { method: 'GET', path: groupPath(groupId), query } as const;
    return this.ask(call, ({ by_status }) => typeof by_status === 'object');
  }

  /** What plays now in the place of every playback id of a group. To be repeated with `next_cursor` until it is null. */
  groupMap(groupId: string, query: { limit?: number; cursor?: string } = {}): Promise<GroupMap> {
    const call = { method: 'GET', path: `${groupPath(groupId)}/map`, query } as const;
    return this.ask(call, ({ data }) => Array.isArray(data));
  }

  /** One stretch: to be repeated with `next_cursor` until it is null. */
  cancelGroup(groupId: string, body: GroupCancelBody): Promise<GroupWalk> {
    return this.ask({ method: 'POST', path: `${groupPath(groupId)}/cancel`, body }, isWalk);
  }

  /** One stretch: to be repeated with `next_cursor` until it is null. */
  restoreGroup(groupId: string, body: GroupRestoreBody): Promise<GroupWalk> {
    return this.ask({ method: 'POST', path: `${groupPath(groupId)}/restore`, body }, isWalk);
  }

  /** Keeps one asset from its deletion. */
  hold(assetId: string, body: HoldBody): Promise<AssetRecord> {
    return this.#record({ method: 'PUT', path: `${requestPath(assetId)}/hold`, body });
  }

  release(assetId: string, body: ReleaseBody = {}): Promise<AssetRecord> {
    return this.#record({ method: 'DELETE', path: `${requestPath(assetId)}/hold`, body });
  }

  /** The hold on everything, and how far the limits are used up. */
  brake(): Promise<Brake> {
    return this.ask({ method: 'GET', path: '/v1/hold' }, isBrake);
  }

  holdAll(body: HoldBody): Promise<Brake> {
    return this.ask({ method: 'PUT', path: '/v1/hold', body }, isBrake);
  }

  releaseAll(body: ReleaseBody = {}): Promise<Brake> {
    return this.ask({ method: 'DELETE', path: '/v1/hold', body }, isBrake);
  }

  /** Where the video is now; any id of its lineage. */
  whereIsAsset(assetId: string): Promise<Whereabouts> {
    return this.ask({ method: 'GET', path: assetPath(assetId) }, isWhereabouts);
  }

  /** What plays now in the place of a playback id. */
  whereIsPlaybackId(playbackId: string): Promise<PlaybackIdWhereabouts> {
    return this.ask(
      { method: 'GET', path: `/v1/playback-ids/${encodeURIComponent(playbackId)}` },
      isWhereabouts,
    );
  }

  whereIsTrack(trackId: string): Promise<TrackWhereabouts> {
    return this.ask({ method: 'GET', path: `/v1/tracks/${encodeURIComponent(trackId)}` }, isWhereabouts);
  }

  /** The comparison after a restore, the verdicts before it; `id` is any id of the lineage. */
  fidelity(id: string): Promise<Fidelity> {
    const call = { method: 'GET', path: `${assetPath(id)}/fidelity` } as const;
    return this.ask(call, ({ attributes }) => Array.isArray(attributes));
  }

  /** What a delete request for it would come to. Writes nothing. */
  check(assetId: string): Promise<Check> {
    const call = { method: 'GET', path: `${assetPath(assetId)}/check` } as const;
    return this.ask(call, ({ verdict }) => typeof verdict === 'string');
  }

  /** Takes parts from an asset that stays at Mux, or shows by `dry_run` what would go. */
  slim(assetId: string, body: SlimBody): Promise<Slimmed> {
    const call = { method: 'POST', path: `${assetPath(assetId)}/slim`, body } as const;
    return this.ask(call, ({ removed }) => Array.isArray(removed));
  }

  /** One page of what is going to be deleted within so many days. */
  upcoming(query: { days?: number; limit?: number; cursor?: string } = {}): Promise<Upcoming> {
    return this.ask({ method: 'GET', path: '/v1/upcoming', query }, ({ data }) => Array.isArray(data));
  }

  /** The manifest of the archive, as it lies in the vault; `id` is any id of the lineage. */
  manifest(id: string): Promise<Uint8Array> {
    return this.file(`${assetPath(id)}/manifest`);
  }

  /** One file beside the master, as it lies in the vault. */
  sidecar(id: string, name: string): Promise<Uint8Array> {
    return this.file(`${assetPath(id)}/sidecars/${encodeURIComponent(name)}`);
  }

  /** Begins one, or answers the one under way. */
  startAudit(): Promise<Audit> {
    return this.ask({ method: 'POST', path: '/v1/audits' }, isAudit);
  }

  /** `latest` or an id. */
  audit(id: string, cursor?: string): Promise<Audit> {
    const path = `/v1/audits/${encodeURIComponent(id)}`;
    return this.ask({ method: 'GET', path, query: { cursor } }, isAudit);
  }

  /** Erases a video along its whole lineage, for good, once the time to stop it is over. */
  erase(body: ErasureBody): Promise<Erasure> {
    return this.ask({ method: 'POST', path: '/v1/erasures', body }, isErasure);
  }

  /** How far an order of erasure is; with its certificate once it is done. */
  erasure(erasureId: string): Promise<Erasure> {
    return this.ask({ method: 'GET', path: erasurePath(erasureId) }, isErasure);
  }

  /** Newest last. */
  erasures(query: { limit?: number; cursor?: string } = {}): Promise<ErasurePage> {
    return this.ask({ method: 'GET', path: '/v1/erasures', query }, ({ data }) => Array.isArray(data));
  }

  stopErasure(erasureId: string, body: StopErasureBody): Promise<Erasure> {
    return this.ask({ method: 'POST', path: `${erasurePath(erasureId)}/stop`, body }, isErasure);
  }

  /** Answers what the call names it: only that it looks like that is checked, since it may have more fields tomorrow. */
  protected async ask<Answer>(call: Call, looksRight: (body: Json) => boolean): Promise<Answer> {
    const body = await send(this.#transport, call);
    if (!looksRight(body)) throw new NotIcehouseError(this.#transport.base, 200);
    return body as Answer;
  }

  protected file(path: string): Promise<Uint8Array> {
    return receive(this.#transport, path);
  }

  #record(call: Call): Promise<AssetRecord> {
    return this.ask(call, isRecord);
  }
}

function isWalk({ outcomes }: Json): boolean {
  return typeof outcomes === 'object';
}

function groupPath(groupId: string): string {
  return `/v1/groups/${encodeURIComponent(groupId)}`;
}

function isRecord({ asset_id, status, summary }: Json): boolean {
  return [asset_id, status, summary].every((field) => typeof field === 'string');
}

function isBrake({ limits, counted }: Json): boolean {
  return [limits, counted].every((field) => typeof field === 'object' && field);
}

function isWhereabouts({ asset_id, reason }: Json): boolean {
  return [asset_id, reason].every((field) => typeof field === 'string');
}

function isErasure({ erasure_id, state }: Json): boolean {
  return [erasure_id, state].every((field) => typeof field === 'string');
}

function isAudit({ id, findings }: Json): boolean {
  return typeof id === 'string' && Array.isArray(findings);
}

function erasurePath(erasureId: string): string {
  return `/v1/erasures/${encodeURIComponent(erasureId)}`;
}

function assetPath(assetId: string): string {
  return `/v1/assets/${encodeURIComponent(assetId)}`;
}

function requestPath(assetId: string): string {
  return `/v1/delete-requests/${encodeURIComponent(assetId)}`;
}
