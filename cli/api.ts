// Icehouse's own client (icehouse/client) for the commands: the same calls, with errors for somebody at a terminal.
import * as client from '../client/icehouse.ts';
import { type Call, explained, type Transport } from './transport.ts';

export type {
  AssetRecord as PublicRecord,
  Audit,
  Brake as BrakeAnswer,
  LineageEntry,
  RecordPage as Page,
  RestoreBody as RestoreWish,
} from '../client/icehouse.ts';

/** What somebody typed goes as it was typed: which words there are, the API says. */
export type DeleteRequest = Omit<client.DeleteRequestBody, 'accept_loss'> & {
  readonly accept_loss?: true | readonly string[];
};
export type ListQuery = Omit<client.ListQuery, 'status'> & { readonly status?: string };

/** Every method throws CommandError: refused, unreachable or not Icehouse. */
export class IcehouseApi extends client.IcehouseClient {
  readonly #base: URL;

  constructor(transport: Transport) {
    super(transport);
    this.#base = transport.base;
  }

  override request(body: DeleteRequest): Promise<client.AssetRecord> {
    return super.request(body as client.DeleteRequestBody);
  }

  override list(query: ListQuery): Promise<client.RecordPage> {
    return super.list(query as client.ListQuery);
  }

  protected override ask<Answer>(
    call: Call,
    looksRight: (body: Readonly<Record<string, unknown>>) => boolean,
  ): Promise<Answer> {
    return explained(this.#base, call.method, super.ask<Answer>(call, looksRight));
  }

  protected override file(path: string): Promise<Uint8Array> {
    return explained(this.#base, 'GET', super.file(path));
  }
}
