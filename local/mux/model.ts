// What the simulator keeps: environments, assets, jobs. Everything here is plain JSON, so that it survives a restart.
import type Mux from '@mux/mux-node';

export type Asset = Mux.Video.Asset;
export type Track = Mux.Video.Track;
export type StaticRendition = NonNullable<NonNullable<Asset['static_renditions']>['files']>[number];
export type InputSettings = Mux.Video.InputSettings;
export type InputInfo = Mux.Video.InputInfo;

/** One Mux environment: one token, its own assets, its own webhooks, its own rate limit. */
export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly tokenId: string;
  readonly tokenSecret: string;
  readonly webhookSecret: string;
  /** A second token, with the permission Mux Video Read and no more. */
  readonly readToken?: { readonly id: string; readonly secret: string };
  readonly webhookUrls: readonly string[];
  /** Of the token, as whoami spells them. Default: Video and System, read and write. */
  readonly permissions?: readonly string[];
  /** With a key, the tokens of signed playback ids are checked; without, they must only be there. */
  readonly signingKey?: { readonly id: string; readonly publicKeyPem: string };
  /** With a list, DRM is granted to these only; without, any id will do. */
  readonly drmConfigurations?: readonly string[];
}

export type Media =
  | { readonly kind: 'file'; readonly sha256: string; readonly sizeBytes: number }
  | {
      readonly kind: 'generated';
      readonly sizeBytes: number;
      readonly durationSeconds: number;
      readonly seed: number;
    };

export interface StoredAsset {
  readonly environmentId: string;
  readonly createdAtMs: number;
  /** From when on lists show it. */
  readonly listedFromMs: number;
  /** As the API shows it; only `master.url` is made when it is shown. */
  readonly asset: Asset;
  inputs: InputInfo[];
  media?: Media;
  /** Grows by one whenever the file at the master URL turns into another one of the same size. */
  representation: number;
  master?: MasterFile;
  /** WebVTT by track id. */
  readonly captions: Record<string, string>;
}

/** The download that master access opened. Every number is what it is, not scaled. */
export interface MasterFile {
  readonly key: string;
  readonly requestedAtMs: number;
  readyAtMs?: number;
  expiresAtMs?: number;
  signature?: string;
}

export interface WebhookDelivery {
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  readonly type: string;
  readonly firstAtMs: number;
  attempts: number;
  /** The first attempt's signature, for retries that carry the old one. */
  signature?: string;
}

/** Work to be done at a time; what has not been done is done after a restart. */
export type Work =
  | { readonly kind: 'ingest'; readonly assetId: string }
  | { readonly kind: 'track'; readonly assetId: string; readonly trackId: string; readonly url: string }
  | { readonly kind: 'rendition'; readonly assetId: string; readonly renditionId: string }
  | { readonly kind: 'shots'; readonly assetId: string }
  | { readonly kind: 'master-ready'; readonly assetId: string; readonly key: string }
  | { readonly kind: 'master-expire'; readonly assetId: string; readonly key: string }
  | { readonly kind: 'webhook'; readonly delivery: WebhookDelivery };

export interface Job {
  readonly id: string;
  readonly atMs: number;
  readonly work: Work;
}

/** A webhook that the API made; `secret` is told once. */
export interface StoredWebhook {
  readonly environmentId: string;
  readonly id: string;
  readonly address: string;
  readonly createdAt: string;
  readonly enabled: boolean;
  readonly secret: string;
}

export interface State {
  assets: Record<string, StoredAsset>;
  /** The oldest first. */
  webhooks: StoredWebhook[];
  /** Ids of deleted assets, with their environment. */
  deleted: Record<string, string>;
  jobs: Record<string, Job>;
}
