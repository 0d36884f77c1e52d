// Opens the audit trail for a command, and says what to do where AWS does not let it be read.
import type { S3Client } from '@aws-sdk/client-s3';
import { IcehouseError, TransientError } from '../../lambdas/domain/failures.ts';
import { openClient } from '../copy/copy-ports.ts';
import { CommandError, EXIT } from '../problems.ts';
import { readTrail, type TrailReader } from './read-trail.ts';

const ACTIONS: Readonly<Record<string, string>> = {
  VAULT_BUCKET_MISSING: 'Check --bucket: it is the output VaultBucket of the stack.',
  VAULT_DENIED:
    'Check who you are (`aws sts get-caller-identity`) and that you may s3:ListBucket on the vault and s3:GetObject on its ' +
    'trail/* (and kms:Decrypt for a key of your own).',
};

/** Runs `work` with the trail. Throws CommandError, also NO_REGION and NO_CREDENTIALS. */
export async function withTrail<T>(
  place: { readonly bucket: string; readonly pathStyle: boolean; readonly region?: string },
  work: (trail: TrailReader) => Promise<T>,
): Promise<T> {
  let client: S3Client | undefined;
  try {
    client = await openClient(place);
    // The vault may lie in another region than that of your profile.
    client.config.followRegionRedirects = true;
    return await work(readTrail(client, place.bucket));
  } catch (error) {
    throw explained(error);
  } finally {
    client?.destroy();
  }
}

/** Of no region and no credentials the engine of the copies speaks, which this is none of. */
function untold({ problem, code, exitCode, cause }: CommandError): CommandError {
  return new CommandError({ ...problem, code, title: UNREADABLE }, exitCode, { cause });
}

const UNREADABLE = 'The trail cannot be read';

function explained(error: unknown): unknown {
  if (error instanceof CommandError) return untold(error);
  if (!(error instanceof IcehouseError)) return error;
  const isPassing = error instanceof TransientError;
  const problem = {
    title: UNREADABLE,
    code: error.code,
    detail: error.message,
    action:
      ACTIONS[error.code] ??
      (isPassing ? 'Check your network and try again.' : 'Look the code up in the S3 API reference.'),
  };
  return new CommandError(problem, isPassing ? EXIT.unreachable : EXIT.refused, { cause: error });
}
