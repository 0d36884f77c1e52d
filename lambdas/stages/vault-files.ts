// Manifest and sidecars of an archive, by file name: the exact version that the ledger names, proved by its checksum. All lie
// in the standard class, so nothing here waits for a thaw.
import { crc32, encodeCrc32 } from '../domain/crc32.ts';
import type { Problem } from '../domain/problem.ts';
import type { Archive, AssetRecord, StoredObject } from '../domain/record.ts';
import { type Chain, lineageOf } from './lineage.ts';
import type { Ledger, Vault } from './ports.ts';
import { notTracked } from './request.ts';

export const MANIFEST = 'manifest.json';

/** Lambda answers at most 6 MB, and base64 makes a third more of a body. */
export const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** Long enough to begin a download, and of little use to whoever finds it in a log. */
const URL_SECONDS = 300;

export interface VaultFile extends StoredObject {
  readonly name: string;
  readonly contentType: string;
}

export type FoundFile =
  | { readonly kind: 'file'; readonly file: VaultFile }
  | { readonly kind: 'problem'; readonly problem: Problem };

export type FileContent =
  | { readonly kind: 'body'; readonly body: Uint8Array }
  /** Too large to be answered: whoever has this URL reads this one version, for some minutes. */
  | { readonly kind: 'elsewhere'; readonly url: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** All that can be read of an archive without a thaw. */
export function filesOf({ manifest, captions, sidecars = [] }: Archive): readonly VaultFile[] {
  return [
    { ...manifest, name: MANIFEST, contentType: 'application/json' },
    ...captions.map((caption) => ({
      ...caption,
      name: `${caption.track_id}.vtt`,
      contentType: 'text/vtt; charset=utf-8',
    })),
    ...sidecars.map((sidecar) => ({ ...sidecar, contentType: sidecar.content_type })),
  ];
}

/** Of the asset's own archive; of one that Icehouse made and nobody has archived again, the archive it was made from. */
export async function findFile(ledger: Ledger, assetId: string, name: string): Promise<FoundFile> {
  const chain = await lineageOf(ledger, assetId);
  if (!chain) return { kind: 'problem', problem: notTracked(assetId) };
  const { archive } = nearestArchived(chain) ?? {};
  if (!archive) return { kind: 'problem', problem: notArchived(chain.asked) };
  const files = filesOf(archive);
  const file = files.find((each) => each.name === name);
  return file ? { kind: 'file', file } : { kind: 'problem', problem: noSuchFile(assetId, name, files) };
}

function nearestArchived({ asked, ancestors }: Chain): AssetRecord | undefined {
  return [...ancestors, asked].findLast(({ archive }) => archive);
}

export async function readFile(vault: Vault, file: VaultFile): Promise<FileContent> {
  const { key, version_id: versionId } = file;
  if (file.size_bytes > LARGEST_ANSWER_BYTES) return readElsewhere(vault, file);
  const body = await vault.get({ key, versionId });
  if (!body) return { kind: 'problem', problem: missing(file) };
  const isWhole = body.length === file.size_bytes && encodeCrc32(crc32(body)) === file.crc32;
  return isWhole ? { kind: 'body', body } : { kind: 'problem', problem: differs(file) };
}

async function readElsewhere(vault: Vault, file: VaultFile): Promise<FileContent> {
  const { key, version_id: versionId } = file;
  const head = await vault.head({ key, versionId });
  if (!head) return { kind: 'problem', problem: missing(file) };
  const isWhole = head.sizeBytes === file.size_bytes && head.crc32 === file.crc32;
  if (!isWhole) return { kind: 'problem', problem: differs(file) };
  // The token of a restore tells assets of ours from others; this one tells nobody anything.
  const url = await vault.presign({ key, versionId, token: 'reader', expiresSeconds: URL_SECONDS });
  return { kind: 'elsewhere', url };
}

function notArchived({ asset_id, status }: AssetRecord): Problem {
  return {
    status: 404,
    code: 'NOT_ARCHIVED',
    detail: `Asset ${asset_id} is ${status}, and the vault has no archive of it.`,
    action: 'Ask again once its record is archived.',
  };
}

function noSuchFile(assetId: string, name: string, files: readonly VaultFile[]): Problem {
  const available = files.map((file) => file.name);
  return {
    status: 404,
    code: 'NO_SUCH_SIDECAR',
    detail: `The archive of asset ${assetId} has no ${JSON.stringify(name)}.`,
    action: `Ask for one of: ${available.join(', ')}.`,
    available,
  };
}

function missing({ key, version_id }: VaultFile): Problem {
  return {
    status: 500,
    code: 'ARCHIVE_MISSING',
    detail: `${key}: S3 does not have version ${version_id}.`,
    action: 'Run an audit (icehouse audit --start --wait): it shows what else is missing, and what to do.',
  };
}

function differs({ key, version_id, crc32: expected }: VaultFile): Problem {
  return {
    status: 500,
    code: 'ARCHIVE_DIFFERS',
    detail: `${key}: version ${version_id} is not what was archived (CRC32 ${expected}).`,
    action: 'Run an audit (icehouse audit --start --wait), and find out who wrote it.',
  };
}
