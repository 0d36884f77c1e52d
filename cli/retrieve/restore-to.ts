// The options of `icehouse restore` that fetch archives out of the vault instead of bringing them back to Mux.
import { type Command, Option } from 'commander';
import { OBJECT_CLASSES, type ObjectClass } from '../../lambdas/contract/names.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import { count } from '../arguments.ts';
import type { Session } from '../session.ts';
import { type Target, target } from './target.ts';

export interface RestoreToOptions {
  readonly to?: Target;
  readonly storageClass?: ObjectClass;
  readonly days?: number;
  readonly overwrite?: true;
}

const DEFAULT_DAYS = 3;

export const RESTORE_TO_HELP = `
With --to nothing is made on Mux and the record stays as it is: master, manifest,
captions and sidecars are read from the vault with your own AWS credentials, as
{asset id}/master.mp4, {asset id}/manifest.json, {asset id}/captions/… below the
place you name, each checked against the CRC32 that was proved. A directory gets
NAME.part until then. A bucket gets copies made by S3 itself. Run again, it goes
on: a thaw under way is recognised, a partial file or copy is continued, what is
there already is checked and left. AWS_ENDPOINT_URL_S3 names another S3.

  $ icehouse restore 01Tq7hnCrmxvE8OrKhQ7 zGyWIBJsPRz5U00xM8 --to ./videos --tier Bulk
  $ icehouse restore 01Tq7hnCrmxvE8OrKhQ7 --to s3://our-films/from-mux`;

export function restoreToOptions(): readonly Option[] {
  return [
    new Option('--to <place>', 'fetch to a directory or s3://bucket/prefix, not to Mux')
      .argParser(target)
      .conflicts(['user', 'wait', 'from', 'needBy']),
    new Option('--storage-class <class>', 'with --to s3://…: of the masters (STANDARD)').choices(
      OBJECT_CLASSES,
    ),
    new Option('--days <n>', `with --to: how long S3 keeps a thawed copy (${DEFAULT_DAYS})`).argParser(count),
    new Option('--overwrite', 'with --to: replace other files of the same name'),
  ];
}

interface Given extends RestoreToOptions {
  readonly tier?: Tier;
  readonly interval: number;
}

/** Whether `--to` was given, and all has been done. */
export async function restoreTo(
  command: Command,
  open: () => Session,
  assetIds: readonly string[],
  options: Given,
  s3: { readonly pathStyle: boolean },
): Promise<boolean> {
  const { to, tier, storageClass, days, overwrite } = options;
  if (!to) {
    const stray = storageClass ? '--storage-class' : days ? '--days' : overwrite ? '--overwrite' : undefined;
    if (stray) command.error(`error: ${stray} goes with --to only`);
    return false;
  }
  if (assetIds.length === 0) command.error('error: say which assets: their ids');
  // The AWS libraries are loaded by the commands that need them.
  const { retrieveOnScreen } = await import('./run.ts');
  await retrieveOnScreen(open(), {
    ...{ assetIds, to, tier, pathStyle: s3.pathStyle },
    days: days ?? DEFAULT_DAYS,
    overwrite: overwrite === true,
    storageClass: storageClass ?? 'STANDARD',
    pollMs: options.interval * 1000,
  });
  return true;
}
