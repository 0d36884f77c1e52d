// The asset is no longer at the platform: what that means depends on whose token we hold and what the vault has.
import { SetUpError } from '../domain/failures.ts';
import type { AssetRecord } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import type { Deps, Next, Work } from './stage.ts';

/**
 * Makes sure that our token belongs to the environment this stack serves, for a token of another environment sees
 * a 404 for every asset of ours. Answers the environment's id. Throws SetUpError WRONG_ENVIRONMENT: whatever was
 * begun waits until the right token is there.
 */
export async function confirmEnvironment({
  deps,
}: {
  deps: Pick<Deps, 'ledger' | 'platform'>;
}): Promise<string> {
  const ours = await deps.platform.environment();
  const pinned = await deps.ledger.pinEnvironment(ours);
  if (ours === pinned) return ours;
  throw new SetUpError(
    'WRONG_ENVIRONMENT',
    `The Mux token belongs to environment ${ours}, but this stack serves ${pinned}.`,
    {
      action:
        'Put a token of the right environment into the secret. If this stack is to serve the other one from now on, delete the item pin#environment from the ledger.',
      retryable: true,
    },
  );
}

/**
 * Before the archive is proved, a missing asset is lost to us: `failed ASSET_GONE`, and nothing is ever deleted.
 * An archive of an earlier life is the video's only copy then, and a restore must find it.
 */
export async function goneBeforeArchived(work: Work): Promise<Next> {
  const environment = await confirmEnvironment(work);
  if (work.record.archive) return deletedFromPlatform(work, 'deleted elsewhere');
  const failure = {
    code: 'ASSET_GONE',
    message: `Mux has no asset ${work.record.asset_id} in environment ${environment}.`,
    action:
      'Check the id, and whether the token is of the right environment. If somebody deleted the asset in Mux, only the original file can bring it back.',
    from: 'requested' as const,
    retryable: false,
  };
  return { kind: 'move', to: 'failed', cause: 'ASSET_GONE', set: { failure, lost_at: iso(work.nowMs) } };
}

/** The asset is gone from the platform; a restore asked for meanwhile, even a moment ago, starts now. */
export function deletedFromPlatform({ nowMs }: Work, cause: string): Next {
  const set = { deleted_at: iso(nowMs), waiting_for: undefined };
  const wakeAtMs = (record: AssetRecord) => (wantsRestore(record) ? nowMs : undefined);
  return { kind: 'move', to: 'deleted', cause, set, wakeAtMs };
}

/** A restore that was asked for and has made nothing yet. */
export function wantsRestore({ restore }: AssetRecord): boolean {
  return restore !== undefined && restore.new_asset_id === undefined;
}
