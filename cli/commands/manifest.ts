// `icehouse manifest`: what an asset was like, read from the vault without a thaw.
import type { Command } from 'commander';
import type { Manifest } from '../../lambdas/domain/manifest.ts';
import { id } from '../arguments.ts';
import { bytes, minute, plain } from '../format.ts';
import type { OpenSession } from '../session.ts';
import { filesIn, readManifest } from '../sidecar-files.ts';
import { grid } from '../table.ts';

export function addManifest(program: Command, open: OpenSession): void {
  program
    .command('manifest')
    .summary('what an archived asset was like')
    .description(
      'Shows the manifest of an archive, before and after the deletion; nothing is thawed for it. ' +
        'With --json the manifest itself, byte for byte: all that Mux said of the asset.',
    )
    .argument('<id>', 'asset id: the first one or any that a restore made', id)
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse manifest 01Tq7hnCrmxvE8OrKhQ7\n  $ icehouse manifest 01Tq7hnCrmxvE8OrKhQ7 --json | jq .asset.playback_ids',
    )
    .action(async (asset: string, _options: object, command: Command) => {
      const { api, json, screen } = open(command);
      const { body, manifest } = await readManifest(api, asset);
      screen.print(json ? new TextDecoder().decode(body).trimEnd() : manifestView(manifest));
    });
}

function manifestView(manifest: Manifest): string {
  const { master, losses } = manifest;
  const rows = [
    ['asset', `${manifest.asset_id} (life ${manifest.life}, environment ${manifest.environment})`],
    ['written', minute(manifest.made_at)],
    ['master', master.key],
    ['', `version ${master.version_id}`],
    ['', `${bytes(master.size_bytes)}, CRC32 ${master.crc32}, ${master.storage_class}`],
    ...filesIn(manifest).map(({ name }, at) => [at === 0 ? 'files' : '', plain(name)]),
    ...losses.map(({ code, attribute }, at) => [
      at === 0 ? 'would be lost' : '',
      `${code} ${plain(attribute)}`,
    ]),
  ];
  return grid(rows).text;
}
