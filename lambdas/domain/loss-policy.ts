// What weighs how much of all that a restore may not bring back, and what policy does with it: losses that may matter
// are waved through by a person's word, or by the setting `warn`. Pure.
import type { AssetRecord, Loss } from './record.ts';

/**
 * `grave`: viewers would hear, see or read less, and nothing can make it again. `small`: said, no reason to stop.
 * `always`: every restore of an asset that could be played has it.
 */
export type Weight = 'grave' | 'small' | 'always';

const WEIGHTS = {
  NEW_PLAYBACK_IDS: 'always',
  ADDITIONAL_AUDIO_TRACK: 'grave',
  SURROUND_SOUND: 'grave',
  // Of requests for a deletion without a copy, which accept it by what they ask for.
  NOT_ARCHIVED: 'grave',
  OVERLAY: 'grave',
  DRM_CONFIGURATION: 'grave',
  CAPTION_UNREACHABLE: 'grave',
  // Said when the asset was gone, and nothing was left to be held back. One that is there after all is read again, and
  // its archive made anew, before it is deleted.
  ASSET_UNREAD: 'small',
  MASTER_UNCHECKED: 'small',
  // The overlay itself is said above: this is only about whether the vault has its image.
  OVERLAY_IMAGE_UNREACHABLE: 'small',
  POSTER_UNREACHABLE: 'small',
  STORYBOARD_UNREACHABLE: 'small',
  TEXT_SOURCE: 'small',
  EMBEDDED_CAPTIONS: 'small',
  LIVE_STREAM_LINK: 'small',
  CLIP_SOURCE: 'small',
  DIRECTIVES: 'small',
} as const satisfies Record<string, Weight>;

export const LOSS_CODES = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[];

/** Stands for every code in `accepted_losses`. */
export const EVERY_LOSS = '*';

/** A code that this table does not know may matter. */
export function weightOf(code: string): Weight {
  return Object.entries(WEIGHTS).find(([known]) => known === code)?.[1] ?? 'grave';
}

/** The losses that stand in the way: grave, accepted by nobody, and policy is to hold. */
export function refusedLosses(
  { losses, accepted_losses: accepted = [] }: Pick<AssetRecord, 'losses' | 'accepted_losses'>,
  onLoss: 'warn' | 'hold',
): readonly Loss[] {
  if (onLoss === 'warn' || accepted.includes(EVERY_LOSS)) return [];
  return losses.filter(({ code }) => weightOf(code) === 'grave' && !accepted.includes(code));
}

/** What a request adds to the codes accepted before it; the same array when it adds none. */
export function withAccepted(
  accepted: readonly string[] | undefined,
  accept: true | readonly string[] | undefined,
): readonly string[] | undefined {
  const added = (accept === true ? [EVERY_LOSS] : (accept ?? [])).filter((code) => !accepted?.includes(code));
  return added.length === 0 ? accepted : [...(accepted ?? []), ...new Set(added)];
}

export interface LossRefusal {
  readonly code: 'LOSS_REFUSED';
  readonly message: string;
  readonly action: string;
}

export function lossRefusal(record: AssetRecord, refused: readonly Loss[]): LossRefusal {
  const codes = [...new Set(refused.map(({ code }) => code))];
  const details = refused.map(({ code, detail }) => `${code}: ${detail}`);
  return {
    code: 'LOSS_REFUSED',
    message: `A restore would lose something, so nothing is deleted. ${details.join(' ')}`,
    action: `To go on all the same, send the same delete request with "accept_loss": ${JSON.stringify(codes)}, or run: ${command(record, codes)}`,
  };
}

/** The request as it was made, with the word that was missing. */
function command(record: AssetRecord, codes: readonly string[]): string {
  const { asset_id, deleted_by_user_id, asked, reason, group_id, mode, playback } = record;
  const options: readonly [string, string | number | undefined][] = [
    ['--user', deleted_by_user_id],
    ['--expiration-date', asked.expiration_date],
    ['--grace-days', asked.grace_days],
    ['--reason', reason],
    ['--group', group_id],
    ['--mode', mode],
    ['--playback', playback],
    ['--archive-until', asked.archive_until === null ? 'never' : asked.archive_until],
  ];
  const given = options.flatMap(([name, value]) =>
    value === undefined ? [] : [name, quoted(String(value))],
  );
  return ['icehouse request', asset_id, ...given, '--accept-loss', ...codes].join(' ');
}

/** For a shell: as it is where nothing in it means anything there. */
function quoted(text: string): string {
  return /^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
