// An asset as the platform shows it, in the few words the domain decides by. `raw` keeps the whole of it.
// Made by the platform adapter; nothing here knows Mux's SDK.

export interface PlatformAsset {
  readonly id: string;
  readonly status: 'preparing' | 'ready' | 'errored';
  readonly isLive: boolean;
  readonly isTest: boolean;
  /** Seconds; absent while the platform does not know. */
  readonly durationSeconds?: number;
  readonly createdAtMs?: number;
  readonly audioOnly: boolean;
  readonly master: MasterAccess;
  readonly playbackIds: readonly { id: string; policy: string; drmConfigurationId?: string }[];
  readonly tracks: readonly Track[];
  readonly uploadId?: string;
  readonly passthrough?: string;
  readonly meta?: { title?: string; creator_id?: string; external_id?: string };
  readonly errors?: readonly string[];
  /** The platform's own JSON, unknown keys included. May hold a master URL: cut it before storing. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export type MasterAccess =
  | { readonly kind: 'none' }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'errored' };

export interface Track {
  readonly id: string;
  readonly type: 'video' | 'audio' | 'text';
  readonly status?: string;
  readonly primary?: boolean;
  readonly textType?: string;
  readonly textSource?: string;
  readonly languageCode?: string;
  readonly name?: string;
  readonly closedCaptions?: boolean;
  readonly passthrough?: string;
}
