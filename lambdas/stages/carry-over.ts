// A master that is copied anew while its captions and images can no longer be fetched, since we took the playback ids
// away: what the vault has of them already is written once more, for the new archive.
import { captionKey, parseKey, sidecarKey } from '../contract/keys.ts';
import type { StoredObject } from '../domain/record.ts';
import { unreplaced } from '../domain/revoked.ts';
import type { ArchivedMaster, KeptSidecars } from './sidecars.ts';
import type { Work } from './stage.ts';

/** All that an archive lists carries its token, so the old files are no part of a new archive as they are. */
export async function carryOver(
  { record: { archive, revoked }, deps: { vault } }: Work,
  { key: masterKey, token }: ArchivedMaster,
): Promise<KeptSidecars | undefined> {
  const folder = parseKey(masterKey);
  if (!archive || !folder || unreplaced(revoked).length === 0) return undefined;
  const again = async (old: StoredObject, key: string, contentType: string): Promise<StoredObject[]> => {
    const body = await vault.get({ key: old.key, versionId: old.version_id });
    if (!body) return [];
    const stored = await vault.put({ key, contentType, token, body });
    return stored.crc32 === old.crc32 ? [stored] : [];
  };
  const captions: KeptSidecars['captions'][number][] = [];
  for (const { track_id, ...old } of archive.captions)
    for (const stored of await again(old, captionKey(folder, track_id), 'text/vtt'))
      captions.push({ ...stored, track_id });
  const sidecars: NonNullable<KeptSidecars['sidecars']>[number][] = [];
  for (const { name, content_type, ...old } of archive.sidecars ?? [])
    for (const stored of await again(old, sidecarKey(folder, name), content_type))
      sidecars.push({ ...stored, name, content_type });
  return { captions, sidecars };
}
