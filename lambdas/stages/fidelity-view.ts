// What a restore brings back of one asset: after it, the comparison in the vault; before it, the verdicts of the manifest.
import type { ComparisonRow, Outcome } from '../domain/comparison.ts';
import { type AttributeVerdict, verdictsOf } from '../domain/fidelity.ts';
import type { FidelityVerdict } from '../domain/fidelity-table.ts';
import type { Problem } from '../domain/problem.ts';
import type { AssetRecord, StoredObject } from '../domain/record.ts';
import type { Comparison } from './compare.ts';
import { lineageOf } from './lineage.ts';
import type { Ledger, Vault } from './ports.ts';
import { notTracked } from './request.ts';
import { readFile } from './vault-files.ts';

export type FidelityView =
  | {
      readonly kind: 'comparison';
      readonly asset_id: string;
      readonly life: number;
      readonly new_asset_id: string;
      readonly compared_at: string;
      readonly counts: Readonly<Record<Outcome, number>>;
      readonly attributes: readonly ComparisonRow[];
    }
  | {
      readonly kind: 'verdicts';
      readonly asset_id: string;
      readonly life: number;
      readonly counts: Readonly<Record<FidelityVerdict, number>>;
      readonly attributes: readonly AttributeVerdict[];
    };

export type FidelityAnswer =
  | { readonly kind: 'view'; readonly view: FidelityView }
  | { readonly kind: 'problem'; readonly problem: Problem };

/**
 * Of the asset's own record; of one that Icehouse made and nobody has archived again, the record that it was made from:
 * so every id of the lineage leads to the latest that is known of it.
 */
export async function fidelityOf(
  { ledger, vault }: { readonly ledger: Ledger; readonly vault: Vault },
  assetId: string,
): Promise<FidelityAnswer> {
  const chain = await lineageOf(ledger, assetId);
  if (!chain) return { kind: 'problem', problem: notTracked(assetId) };
  const record = [...chain.ancestors, chain.asked].findLast(({ archive }) => archive);
  if (!record?.archive) return { kind: 'problem', problem: notKnownYet(chain.asked) };
  const comparison = record.restore?.comparison;
  return comparison
    ? viewComparison(vault, record, comparison)
    : viewManifest(vault, record, record.archive.manifest);
}

async function viewComparison(
  vault: Vault,
  { asset_id, life }: AssetRecord,
  stored: StoredObject,
): Promise<FidelityAnswer> {
  const read = await readJson<Comparison>(vault, stored, ({ attributes }) => Array.isArray(attributes));
  if (read.kind === 'problem') return read;
  const { attributes, new_asset_id, made_at: compared_at } = read.json;
  const counts = { equal: 0, derived: 0, lost: 0, differs: 0 };
  for (const { outcome } of attributes) counts[outcome] += 1;
  const view = { kind: 'comparison', asset_id, life, new_asset_id, compared_at, counts, attributes } as const;
  return { kind: 'view', view };
}

interface KeptManifest {
  readonly asset: Readonly<Record<string, unknown>>;
  /** Manifests of earlier days have none. */
  readonly fidelity?: readonly AttributeVerdict[];
}

async function viewManifest(
  vault: Vault,
  { asset_id, life }: AssetRecord,
  stored: StoredObject,
): Promise<FidelityAnswer> {
  const isManifest = ({ asset }: Partial<KeptManifest>) => typeof asset === 'object' && asset !== null;
  const read = await readJson<KeptManifest>(vault, stored, isManifest);
  if (read.kind === 'problem') return read;
  const attributes = read.json.fidelity ?? verdictsOf(read.json.asset);
  const counts = { set: 0, after: 0, derived: 0, lost: 0, 'not-restored': 0 };
  for (const { verdict } of attributes) counts[verdict] += 1;
  return { kind: 'view', view: { kind: 'verdicts', asset_id, life, counts, attributes } };
}

type Read<T> =
  | { readonly kind: 'json'; readonly json: T }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Only bytes of our own, proved by their checksum, are taken at their word. */
async function readJson<T>(
  vault: Vault,
  stored: StoredObject,
  isRight: (json: Partial<T>) => boolean,
): Promise<Read<T>> {
  const found = await readFile(vault, { ...stored, name: stored.key, contentType: 'application/json' });
  if (found.kind === 'problem') return found;
  const json = found.kind === 'body' ? parse(found.body) : undefined;
  if (typeof json === 'object' && json !== null && isRight(json)) return { kind: 'json', json: json as T };
  return { kind: 'problem', problem: unreadable(stored) };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function notKnownYet({ asset_id, status }: AssetRecord): Problem {
  return {
    status: 404,
    code: 'NOT_ARCHIVED',
    detail: `Asset ${asset_id} is ${status}, and the vault has no archive of it: what a restore brings back is told by its manifest.`,
    action: 'Ask again once its record is archived. docs/fidelity.md has the answer for every attribute.',
  };
}

function unreadable({ key, version_id }: StoredObject): Problem {
  return {
    status: 500,
    code: 'ARCHIVE_DIFFERS',
    detail: `${key}: version ${version_id} cannot be read as what it should be.`,
    action: 'Read it with aws s3api get-object; icehouse status shows the warnings of the restore.',
  };
}
