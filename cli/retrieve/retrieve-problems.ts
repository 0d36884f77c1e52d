// What can go wrong when an archive is fetched out of the vault, for somebody at a terminal: what to do about it.
import { s3ErrorCode } from '../../lambdas/adapters/vault-errors.ts';
import { IcehouseError, PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import { CommandError, EXIT, type ExitCode } from '../problems.ts';

const GOES_ON = 'Run the same command again: it goes on where it stopped.';

const ACTIONS: Readonly<Record<string, string>> = {
  VAULT_BUCKET_MISSING: 'Check the name of the bucket, and AWS_ENDPOINT_URL_S3 if you set it.',
  VAULT_DENIED:
    'Check who you are (`aws sts get-caller-identity`). The vault wants s3:GetObject, s3:GetObjectVersion and ' +
    's3:RestoreObject (and kms:Decrypt for a key of your own), a destination bucket s3:PutObject, s3:GetObject, ' +
    's3:AbortMultipartUpload, s3:ListMultipartUploadParts and s3:ListBucketMultipartUploads.',
  VAULT_REFUSED: 'Look the code up in the S3 API reference.',
  ARCHIVE_MISSING:
    'Somebody deleted this version. `aws s3api list-object-versions --bucket BUCKET --prefix KEY` shows which there are.',
};

/** The stop that Ctrl-C asks for. */
export function interrupted(goesOn = GOES_ON): CommandError {
  const detail = 'Stopped. What was fetched so far stays where it is, and a thaw under way goes on in S3.';
  return retrieveProblem('INTERRUPTED', detail, goesOn, { exitCode: EXIT.interrupted });
}

export function retrieveProblem(
  code: string,
  detail: string,
  action: string,
  { exitCode = EXIT.refused, cause }: { readonly exitCode?: ExitCode; readonly cause?: unknown } = {},
): CommandError {
  return new CommandError({ title: 'Not retrieved', code, detail, action }, exitCode, { cause });
}

/** The error with advice for the command line; what is none of ours is answered as it is. */
export function explained(error: unknown): unknown {
  if (error instanceof CommandError || !(error instanceof IcehouseError)) return ofDisk(error);
  if (s3ErrorCode(error.cause ?? {}) === 'InvalidObjectState') return lapsed(error);
  if (error.code === 'EXPEDITED_UNAVAILABLE') {
    const action = 'Run it again with --tier Standard, or in an hour.';
    return retrieveProblem(error.code, error.message, action, { cause: error });
  }
  if (error instanceof TransientError) {
    const options = { exitCode: EXIT.unreachable, cause: error };
    return retrieveProblem(error.code, error.message, `Check your network. ${GOES_ON}`, options);
  }
  const own = error instanceof PermanentError ? error.action : GOES_ON;
  return retrieveProblem(error.code, error.message, ACTIONS[error.code] ?? own, { cause: error });
}

function lapsed(cause: IcehouseError): CommandError {
  const detail = 'The thawed copy has lapsed before all of it was read.';
  const action =
    'Run the same command again with more --days: it thaws once more and goes on at the same byte.';
  return retrieveProblem('THAW_LAPSED', detail, action, { cause });
}

/** Which of them end the whole run, since the next archive would meet the same. */
export function endsTheRun(error: unknown): boolean {
  if (!(error instanceof CommandError)) return true;
  return error.exitCode !== EXIT.refused || DISK_CODES.has(error.code);
}

const DISK: Readonly<Record<string, readonly [code: string, action: string]>> = {
  ENOSPC: ['DISK_FULL', `Make room, or name another directory by --to. ${GOES_ON}`],
  EDQUOT: ['DISK_FULL', `Your quota is used up: make room. ${GOES_ON}`],
  EFBIG: ['DISK_FULL', 'The file system takes no file of this size: name a directory on another by --to.'],
  EACCES: ['DISK_REFUSED', 'Check who owns the directory, or name another by --to.'],
  EPERM: ['DISK_REFUSED', 'Check who owns the directory, or name another by --to.'],
  EROFS: ['DISK_REFUSED', 'The file system is read-only: name another directory by --to.'],
  ENOTDIR: ['DISK_REFUSED', 'A file stands where a directory is needed: name another directory by --to.'],
  EEXIST: ['DISK_REFUSED', 'A file stands where a directory is needed: name another directory by --to.'],
  EIO: ['DISK_REFUSED', 'The disk failed: look at its health before you trust it with an archive.'],
};
const DISK_CODES: ReadonlySet<string> = new Set(['DISK_FULL', 'DISK_REFUSED']);

function ofDisk(error: unknown): unknown {
  if (error instanceof CommandError || !(error instanceof Error) || !('code' in error)) return error;
  const [code, action] = DISK[String(error.code)] ?? [];
  return code && action ? retrieveProblem(code, `${error.message}.`, action, { cause: error }) : error;
}

/** Before the first byte, so that nobody waits for hours to learn it. */
export function noRoom(directory: string, neededBytes: number, freeBytes: number): CommandError {
  const detail = `${directory} has ${freeBytes} bytes free, and ${neededBytes} are still to come.`;
  return retrieveProblem('DISK_FULL', detail, `Make room, or name another directory by --to. ${GOES_ON}`);
}
