// What retrieving is asked for, what it works with and what it answers.
import type { S3Vault } from '../../lambdas/adapters/vault.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import type { Clock } from '../../lambdas/stages/ports.ts';
import type { PublicRecord } from '../api.ts';
import type { Problem } from '../problems.ts';
import type { S3Calls } from './s3-calls.ts';

export type ArchiveFacts = NonNullable<PublicRecord['archive']>;

/** An archived asset, by its record. */
export interface Archived {
  readonly assetId: string;
  readonly title?: string;
  readonly archive: ArchiveFacts;
}

export interface RetrievePorts {
  readonly record: (assetId: string) => Promise<PublicRecord>;
  readonly vaultOf: (bucket: string) => Pick<S3Vault, 'head' | 'get' | 'thaw'>;
  readonly reads: Pick<S3Calls, 'readRange'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Rejects at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface RetrieveOrder {
  readonly assetIds: readonly string[];
  readonly tier?: Tier;
  /** How long S3 keeps a thawed copy readable. */
  readonly days: number;
  /** The first wait between two looks at thaws under way; grows while nothing changes. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** One object of an archive: its name in the destination, and the exact bytes that it has to be. */
export interface ProvedObject {
  /** `master.mp4`, `manifest.json`, `captions/….vtt`, `sidecars/….jpg`. */
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  /** Of the master; what lies beside it is read in its latest version. */
  readonly versionId?: string;
  readonly sizeBytes: number;
  /** Base64. */
  readonly crc32: string;
}

/** How one object arrived. `present`: it was there already, with the same bytes. */
export interface Placed {
  readonly name: string;
  readonly outcome: 'written' | 'present';
  /** A path, or s3://bucket/key. */
  readonly at: string;
  readonly size_bytes: number;
  readonly crc32: string;
  /** What shows that these are the proved bytes: `size` where the destination keeps no CRC32 of the whole. */
  readonly checked_by: 'crc32' | 'size';
}

/** Where archives go: a directory, or a bucket. Both throw CommandError; nothing is overwritten unasked. */
export interface Destination {
  /** As the user named it. */
  readonly name: string;
  /** The place of one asset. */
  placeOf(assetId: string): string;
  /** Answers what is there already, if it has the proved bytes. Throws EXISTS when other bytes stand there. */
  find(assetId: string, object: ProvedObject): Promise<Placed | undefined>;
  /** Objects that were read and checked already. */
  putSmall(assetId: string, object: ProvedObject, body: Uint8Array): Promise<Placed>;
  /** Throws ARCHIVE_BYTES_DIFFER when what the vault holds is not what was proved. */
  putMaster(assetId: string, object: ProvedObject, o: PutMaster): Promise<Placed>;
}

export interface PutMaster {
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
}

export interface ThawAsked {
  readonly tier: Tier;
  /** Of the retrieval, in US dollars; 0 for a thaw that was under way already. */
  readonly cost_usd: number;
  readonly asked_at: string;
  readonly ready_by: string;
}

/** One asset of the report. */
export interface Retrieved {
  readonly asset_id: string;
  readonly title?: string;
  readonly outcome: 'retrieved' | 'failed';
  readonly at: string;
  readonly files: readonly Placed[];
  readonly thaw?: ThawAsked;
  readonly problems: readonly Problem[];
  readonly seconds: number;
}

export interface RetrieveView {
  readonly note: (text: string) => void;
  /** Shown until the next call; undefined when there is nothing left to wait for. */
  readonly waiting: (text: string | undefined) => void;
  readonly copying: (name: string) => {
    readonly progress: (doneBytes: number, totalBytes: number) => void;
    readonly done: () => void;
  };
}
