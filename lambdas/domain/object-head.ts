// What a HEAD of one exact version says: the evidence that the proof is made of.

export interface ObjectHead {
  readonly versionId: string;
  readonly sizeBytes: number;
  /** Base64 of the big-endian CRC32. */
  readonly crc32?: string;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly storageClass: string;
  /** Our `icehouse-token` metadata. */
  readonly token?: string;
  /** A copy out of Glacier: under way, or readable until the time given. */
  readonly thaw?: { readonly ongoing: boolean; readonly untilMs?: number };
}
