// A master out of Glacier: whether it can be read, the request that makes it readable, and when it will be.
import type { ObjectHead } from '../../lambdas/domain/object-head.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import { chooseTier, type ThawOffer, thawOffers } from '../../lambdas/domain/thaw.ts';
import { HOUR_MS } from '../../lambdas/domain/time.ts';
import { bytesDiffer } from './contents.ts';
import type { Archived, ArchiveFacts, RetrieveOrder, RetrievePorts, ThawAsked } from './order.ts';
import { retrieveProblem } from './retrieve-problems.ts';

/** A thawed copy that ends sooner than this is asked to stay. */
const SHORT_MS = 2 * HOUR_MS;

export type ThawState =
  | { readonly kind: 'readable'; readonly thaw?: ThawAsked }
  | { readonly kind: 'waiting'; readonly thaw: ThawAsked; readonly wasUnderWay: boolean };

/** The master's exact version as S3 shows it. Throws CommandError when it is gone or not what was proved. */
export async function lookAt(
  ports: Pick<RetrievePorts, 'vaultOf'>,
  { bucket, key, version_id, size_bytes, crc32 }: ArchiveFacts,
): Promise<ObjectHead> {
  const head = await ports.vaultOf(bucket).head({ key, versionId: version_id });
  const where = `s3://${bucket}/${key}`;
  if (!head) {
    const detail = `${where}: version ${version_id} is not there.`;
    const action = `\`aws s3api list-object-versions --bucket ${bucket} --prefix ${key}\` shows what is left; \`icehouse audit --start\` looks at the whole vault.`;
    throw retrieveProblem('ARCHIVE_MISSING', detail, action);
  }
  if (head.sizeBytes !== size_bytes) {
    const detail = `${where} has ${head.sizeBytes} bytes; ${size_bytes} were proved.`;
    throw retrieveProblem(
      'ARCHIVE_SIZE_MISMATCH',
      detail,
      'Run `icehouse audit --start`: the vault was changed.',
    );
  }
  // An S3 that keeps no CRC32 of the whole says nothing: the bytes themselves are checked when they are here.
  if (head.crc32 && head.checksumType !== 'COMPOSITE' && head.crc32 !== crc32)
    throw bytesDiffer(where, crc32, head.crc32);
  return head;
}

export function isReadable({ storageClass, thaw }: ObjectHead): boolean {
  const isCold = storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
  return !isCold || (thaw !== undefined && !thaw.ongoing);
}

/** What getting this archive out costs and takes; undefined for a class that is read at once. */
export function offerFor(archive: ArchiveFacts, tier: Tier | undefined): ThawOffer | undefined {
  if (archive.storage_class === 'GLACIER_IR') return undefined;
  const choice = chooseTier(thawOffers(archive.storage_class, archive.size_bytes), { tier });
  if (choice.kind === 'chosen') return choice.offer;
  const detail = `${archive.storage_class} is not thawed by the tier ${tier}.`;
  throw retrieveProblem('TIER_NOT_OFFERED', detail, `Take --tier ${choice.offered.join(' or ')}.`);
}

/** Asks S3 for a readable copy, once: a thaw under way is recognised, and made faster if a faster tier is asked for. */
export async function askForThaw(
  ports: RetrievePorts,
  { archive }: Archived,
  head: ObjectHead,
  { tier, days }: Pick<RetrieveOrder, 'tier' | 'days'>,
): Promise<ThawState> {
  const offer = offerFor(archive, tier);
  if (isReadable(head) || !offer) {
    const endsSoon = head.thaw?.untilMs !== undefined && head.thaw.untilMs < ports.clock.nowMs() + SHORT_MS;
    if (endsSoon && offer) await send(ports, archive, offer.tier, days);
    return { kind: 'readable' };
  }
  const wasUnderWay = head.thaw?.ongoing === true;
  if (wasUnderWay && !tier) return waiting(ports, offer, true);
  const outcome = await send(ports, archive, offer.tier, days);
  if (outcome === 'readable') return { kind: 'readable' };
  return waiting(ports, offer, outcome === 'in-progress');
}

function send({ vaultOf }: RetrievePorts, archive: ArchiveFacts, tier: Tier, days: number) {
  const { bucket, key, version_id: versionId } = archive;
  return vaultOf(bucket).thaw({ key, versionId, tier, days });
}

/** S3 does not say when a thaw under way began, so the time is the latest it can be. */
function waiting({ clock }: RetrievePorts, offer: ThawOffer, wasUnderWay: boolean): ThawState {
  const nowMs = clock.nowMs();
  const thaw = {
    tier: offer.tier,
    cost_usd: wasUnderWay ? 0 : offer.costUsd,
    asked_at: new Date(nowMs).toISOString(),
    ready_by: new Date(nowMs + offer.withinMs).toISOString(),
  };
  return { kind: 'waiting', thaw, wasUnderWay };
}
