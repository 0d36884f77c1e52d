// `icehouse request`: asks for an asset to be archived now and deleted from Mux at its date.
import { type Command, Option } from 'commander';
import { days, id, neverOr } from '../arguments.ts';
import { receipt } from '../render.ts';
import { type OpenSession, show } from '../session.ts';

interface Options {
  readonly user: string;
  readonly playbackId?: string;
  readonly uploadId?: string;
  readonly expirationDate?: string;
  readonly graceDays?: number;
  readonly archiveUntil?: string;
  readonly reason?: string;
  readonly group?: string;
  readonly mode?: 'archive_and_delete' | 'archive_only';
  readonly playback?: 'keep' | 'revoke';
  readonly acceptLoss?: true | readonly string[];
}

export function addRequest(program: Command, open: OpenSession): void {
  program
    .command('request')
    .summary('ask for an asset to be archived, then deleted from Mux')
    .description(
      'Archives the asset now and deletes it from Mux when its date has passed. Free to take back until then.',
    )
    .argument('[asset]', 'asset id at Mux', id)
    .option('--playback-id <id>', 'the asset that this plays, instead of its id', id)
    .option('--upload-id <id>', 'the asset that this upload became, instead of its id', id)
    .requiredOption('--user <id>', 'who asks; goes on the record')
    .addOption(
      new Option(
        '--expiration-date <date>',
        'when to delete: 2026-12-24 (end of that UTC day) or ISO with offset',
      ).conflicts('graceDays'),
    )
    .option('--grace-days <n>', 'delete after so many days (the API decides when neither is given)', days)
    .option('--archive-until <date>', 'when the archive ends: such a date, or never')
    .option('--reason <text>', 'why; goes on the record')
    .option('--group <id>', 'a label to list by')
    .addOption(
      new Option(
        '--mode <mode>',
        'archive_only: copied and proved, never deleted; see `delete-only` for the opposite',
      ).choices(['archive_and_delete', 'archive_only']),
    )
    .addOption(
      new Option(
        '--playback <what>',
        'revoke: nobody can watch it once it is archived; taken back, it plays under new playback ids',
      ).choices(['keep', 'revoke']),
    )
    .option(
      '--accept-loss [code...]',
      'go on although a restore would lose this; without codes, whatever it is',
    )
    .addHelpText('after', '\nExample:\n  $ icehouse request 01Tq7hnCrmxvE8OrKhQ7 --user u-17 --grace-days 30')
    .action(async (asset: string | undefined, options: Options, command: Command) => {
      const names = { asset_id: asset, playback_id: options.playbackId, upload_id: options.uploadId };
      if (Object.values(names).filter((name) => name !== undefined).length !== 1)
        command.error('error: give one of <asset>, --playback-id, --upload-id');
      const session = open(command);
      const record = await session.api.request({
        ...names,
        deleted_by_user_id: options.user,
        expiration_date: options.expirationDate,
        grace_days: options.graceDays,
        archive_until: neverOr(options.archiveUntil),
        reason: options.reason,
        group_id: options.group,
        mode: options.mode,
        playback: options.playback,
        accept_loss: options.acceptLoss,
      });
      const { asset_id: assetId } = record;
      const next = `Follow it: icehouse watch ${assetId}\nTake back: icehouse cancel ${assetId}`;
      show(session, record, () => `${receipt(record, session.screen, session.nowMs())}\n\n${next}`);
    });
}
