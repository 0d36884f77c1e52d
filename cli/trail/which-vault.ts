// Which bucket has the trail: the one that is named, else that of the deployed stack.
import { type Command, Option } from 'commander';
import { regionOf } from '../credentials.ts';
import { said, sourceOf, stackBeside } from '../place.ts';
import { CommandError, EXIT } from '../problems.ts';
import type { Screened } from '../session.ts';

export interface VaultPlace {
  readonly bucket: string;
  /** Where AWS_REGION and the profile name none. */
  readonly region?: string;
}

export function bucketOption(): Option {
  return new Option('--bucket <name>', 'the vault, instead of the output VaultBucket').env('ICEHOUSE_BUCKET');
}

/** `bucket`: the option; `known`: the bucket that a record names. Throws CommandError NO_BUCKET, and what the outputs throw. */
export function vaultPlace(
  command: Command,
  { note }: Pick<Screened, 'note'>,
  bucket: string | undefined,
  known?: string,
): VaultPlace {
  const named = said(command, 'bucket', bucket)?.value ?? known;
  if (named !== undefined) return { bucket: named };
  const stack = stackBeside(command);
  const { VaultBucket, ApiUrl = '' } = stack?.outputs ?? {};
  if (!stack || !VaultBucket) throw noBucket();
  note(`Vault: ${VaultBucket} (${sourceOf(stack)})`);
  return { bucket: VaultBucket, region: URL.canParse(ApiUrl) ? regionOf(new URL(ApiUrl)) : undefined };
}

function noBucket(): CommandError {
  const problem = {
    title: 'The trail cannot be read',
    code: 'NO_BUCKET',
    detail: 'Which bucket is the vault is not known.',
    action:
      'Run it where cdk-outputs.json of the stack is, or give --bucket or ICEHOUSE_BUCKET (output VaultBucket). ' +
      'Where --url or ICEHOUSE_URL names another API than the file, --stack says that it is the stack all the same.',
  };
  return new CommandError(problem, EXIT.usage);
}
