// `icehouse sidecars`: captions, poster and the other files beside a master, listed or downloaded without a thaw.
import type { Command } from 'commander';
import { id } from '../arguments.ts';
import { bytes, plain } from '../format.ts';
import { type OpenSession, type Session, show } from '../session.ts';
import { filesIn, readManifest, save, saveSidecar } from '../sidecar-files.ts';
import { grid } from '../table.ts';

interface Options {
  readonly to?: string;
}

export function addSidecars(program: Command, open: OpenSession): void {
  program
    .command('sidecars')
    .summary('captions, poster and storyboard of an archived asset')
    .description(
      'Lists the files beside the master of an archive; with --to downloads them and the manifest, each checked by ' +
        'its CRC32. Nothing is thawed for it.',
    )
    .argument('<id>', 'asset id: the first one or any that a restore made', id)
    .option('--to <dir>', 'write them into this directory')
    .addHelpText('after', '\nExample:\n  $ icehouse sidecars 01Tq7hnCrmxvE8OrKhQ7 --to ./kept')
    .action(async (asset: string, { to }: Options, command: Command) => {
      const session = open(command);
      await (to === undefined ? list(session, asset) : download(session, asset, to));
    });
}

async function list(session: Session, asset: string): Promise<void> {
  const { manifest } = await readManifest(session.api, asset);
  const files = filesIn(manifest);
  show(session, { asset_id: manifest.asset_id, files }, () => {
    if (files.length === 0) return 'None: this asset had no captions and no images.';
    const head = ['FILE', 'CRC32', 'KEY'].map((text) => session.screen.paint('dim', text));
    return grid([head, ...files.map(({ name, crc32, key }) => [plain(name), crc32, plain(key)])]).text;
  });
}

async function download(session: Session, asset: string, directory: string): Promise<void> {
  const { body, manifest } = await readManifest(session.api, asset);
  await save(directory, 'manifest.json', body);
  const written = [{ name: 'manifest.json', size_bytes: body.length }];
  for (const file of filesIn(manifest)) {
    written.push({ name: file.name, size_bytes: await saveSidecar(session.api, asset, file, directory) });
  }
  show(session, { asset_id: manifest.asset_id, directory, files: written }, () => {
    const rows = written.map(({ name, size_bytes }) => [plain(name), bytes(size_bytes)]);
    return `${grid(rows).text}\n\nWritten to ${plain(directory)}, each as its checksum says.`;
  });
}
