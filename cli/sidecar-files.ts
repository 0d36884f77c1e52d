// The files beside a master as its manifest lists them, and their way into a directory.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, encodeCrc32 } from '../lambdas/domain/crc32.ts';
import type { Manifest } from '../lambdas/domain/manifest.ts';
import type { IcehouseApi } from './api.ts';
import { CommandError, EXIT } from './problems.ts';

export interface SidecarFile {
  readonly name: string;
  readonly key: string;
  readonly crc32: string;
}

/** The manifest's bytes as they lie in the vault, and what they say. Throws CommandError for any other JSON. */
export async function readManifest(
  api: IcehouseApi,
  id: string,
): Promise<{ readonly body: Uint8Array; readonly manifest: Manifest }> {
  const body = await api.manifest(id);
  try {
    const manifest: Manifest = JSON.parse(new TextDecoder().decode(body));
    if (manifest.asset_id && manifest.master.key && Array.isArray(manifest.captions))
      return { body, manifest };
  } catch {
    // Falls through to the same words.
  }
  throw failure('NO_MANIFEST', `What the API gave for ${id} is no manifest.`, 'Look at it with --json.');
}

/** Manifests of earlier days know captions only. */
export function filesIn({ captions, sidecars = [] }: Partial<Manifest>): readonly SidecarFile[] {
  return [
    ...(captions ?? []).map(({ track_id, ...rest }) => ({ ...rest, name: `${track_id}.vtt` })),
    ...sidecars,
  ].map(({ name, key, crc32 }) => ({ name, key, crc32 }));
}

/** Writes one file, once its CRC32 is the manifest's. Answers its size. */
export async function saveSidecar(
  api: IcehouseApi,
  id: string,
  file: SidecarFile,
  directory: string,
): Promise<number> {
  const body = await api.sidecar(id, file.name);
  const found = encodeCrc32(crc32(body));
  if (found !== file.crc32)
    throw failure(
      'BYTES_DIFFER',
      `${file.name}: expected CRC32 ${file.crc32}, got ${found}.`,
      'Nothing was written of it. Ask again; if it stays so, `icehouse audit --start --wait`.',
    );
  await save(directory, file.name, body);
  return body.length;
}

/** Throws CommandError for a name that leads out of the directory. */
export async function save(directory: string, name: string, body: Uint8Array): Promise<void> {
  if (!/^[\w-][\w.-]*$/.test(name))
    throw failure('UNSAFE_NAME', `${JSON.stringify(name)} is no plain file name.`, 'Write it yourself.');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), body);
}

function failure(code: string, detail: string, action: string): CommandError {
  return new CommandError({ title: 'Not what was archived', code, detail, action }, EXIT.refused);
}
