// What `icehouse check` looks at: the ledger's record and the asset as Mux has it now. It reads, and writes nothing; of
// Mux's rate limit it spends two GETs at most.
import type { PlatformAsset } from '../domain/asset.ts';
import { type Check, type CheckRates, checkOf } from '../domain/check.ts';
import type { Problem } from '../domain/problem.ts';
import type { Loss } from '../domain/record.ts';
import { lossesOf, textTracks, unreachableCaption } from '../domain/verdict.ts';
import type { Ledger, Platform } from './ports.ts';

export interface CheckPorts {
  readonly ledger: Pick<Ledger, 'get' | 'resolveAlias'>;
  readonly platform: Pick<Platform, 'inspect' | 'inputInfo' | 'captionUrl'>;
}

export type CheckAnswer =
  | { readonly kind: 'check'; readonly check: Check }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Throws NotYetError when no slot of the rate limit is near. */
export async function checkAsset(
  { ledger, platform }: CheckPorts,
  assetId: string,
  rates: CheckRates,
  nowMs: number,
): Promise<CheckAnswer> {
  const [record, restoredFrom] = await Promise.all([
    ledger.get(assetId),
    ledger.resolveAlias('asset', assetId),
  ]);
  const asset = await platform.inspect(assetId);
  if (!asset && !record && restoredFrom === undefined) return { kind: 'problem', problem: notAtMux(assetId) };
  const losses = asset ? await allLosses(platform, asset) : (record?.losses ?? []);
  return { kind: 'check', check: checkOf({ assetId, asset, losses, record, restoredFrom }, rates, nowMs) };
}

async function allLosses(platform: CheckPorts['platform'], asset: PlatformAsset): Promise<readonly Loss[]> {
  const inputs = await platform.inputInfo(asset.id);
  const unreachable: Loss[] = [];
  for (const track of textTracks(asset)) {
    // Only whether there is a way to it: no file is fetched.
    if ((await platform.captionUrl(asset, track.id)) === undefined)
      unreachable.push(unreachableCaption(asset, track));
  }
  return [...lossesOf(asset, inputs), ...unreachable];
}

function notAtMux(assetId: string): Problem {
  return {
    status: 404,
    code: 'NOT_AT_MUX',
    detail: `Mux has no asset ${assetId}, and Icehouse knows nothing of it.`,
    action: 'Check the id, and whether the Mux token of this stack is of the right environment.',
  };
}
