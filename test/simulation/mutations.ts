// Mistakes that the simulation must catch, each an edit of one place in the code under test. A text that has moved or
// changed is said at once, so that no mistake is left out silently.
import type { Mutation } from './mutate.ts';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the proof looks at the vault and does not mind what it finds',
    file: 'lambdas/domain/verified-archive.ts',
    find: 'if (fault) return fault;',
    replace: '',
  },
  {
    name: 'the proof leaves the checksum out',
    file: 'lambdas/domain/verified-archive.ts',
    find: 'if (head.crc32 !== object.crc32) {',
    replace: 'if (false) {',
  },
  {
    name: 'the proof leaves the captions out',
    file: 'lambdas/domain/verified-archive.ts',
    find: '...[archive.manifest, ...archive.captions].map(',
    replace: '...[archive.manifest].map(',
  },
  {
    name: 'an asset that was changed since is deleted with its old manifest',
    file: 'lambdas/domain/verified-archive.ts',
    find: "if (fingerprint(asset) !== fingerprint(evidence.manifestAsset)) return { kind: 'stale' };",
    replace: '',
  },
  {
    name: 'a lease does not say when the record wakes again',
    file: 'lambdas/domain/lifecycle.ts',
    find: "return { ...record, wake_at: until, wake_lane: 'step', leased_until: until };",
    replace: "return { ...record, wake_at: undefined, wake_lane: 'step', leased_until: until };",
  },
  {
    name: 'the date is not looked at again when the deletion begins',
    file: 'lambdas/stages/expire.ts',
    find: 'isDue(work, record) && !isHeld(record.hold, work.nowMs);',
    replace: '!isHeld(record.hold, work.nowMs);',
  },
  {
    name: 'the hold on everything is not read again before the DELETE',
    file: 'lambdas/stages/expire.ts',
    find: 'const stop = (await heldBy(work)) ?? (await overLimit(work));',
    replace: 'const stop = await overLimit(work);',
  },
  {
    name: 'losses need no notice',
    file: 'lambdas/stages/due.ts',
    find: 'return Math.max(Date.parse(record.expiration_date), saidMs);',
    replace: 'return Date.parse(record.expiration_date);',
  },
  {
    name: 'a cancel is still promised while the DELETE is on its way',
    file: 'lambdas/domain/lifecycle.ts',
    find: "return ['requested', 'preparing', 'archiving', 'archived'].includes(status);",
    replace: "return ['requested', 'preparing', 'archiving', 'archived', 'deleting'].includes(status);",
  },
  {
    name: 'a 404 under a token of another environment counts as deleted',
    file: 'lambdas/stages/gone.ts',
    find: '  await confirmEnvironment(work);\n  const { archive } = work.record;',
    replace: '  const { archive } = work.record;',
  },
  {
    name: 'a master that still grows is taken as it is',
    file: 'lambdas/stages/archive-copy.ts',
    find: '  if (isSame) return;',
    replace: '  return;',
  },
  {
    name: 'a create whose answer was lost is not looked for once another has made the asset',
    file: 'lambdas/stages/restore.ts',
    find: 'if (restore.first_create_at !== restore.create_attempted_at) await adoptLostCreate(work, archive, restore);',
    replace: '',
  },
  {
    name: 'assets that a restore made twice are left at Mux',
    file: 'lambdas/stages/own-assets.ts',
    find: 'if (kept && asset.id !== kept.id) await deleteOwn(work, asset);',
    replace: '',
  },
  {
    name: 'the alias of a restored asset is not written',
    file: 'lambdas/stages/restore.ts',
    find: "await work.deps.ledger.putAlias('asset', asset.id, work.record.asset_id);",
    replace: '',
  },
  {
    name: 'a bus that fails is not told again',
    file: 'lambdas/stages/stage.ts',
    find: 'await deps.bus.publish(pending.map((entry) => ({ entry, record })));',
    replace: 'await deps.bus.publish(pending.map((entry) => ({ entry, record }))).catch(() => undefined);',
  },
  {
    name: 'a record rests although news of it is still to be told',
    file: 'lambdas/stages/stage.ts',
    find: 'const wake_at = unpublished(record).length > 0 ? record.wake_at : undefined;',
    replace: 'const wake_at = undefined;',
  },
  {
    name: 'a stage writes over what was taken back meanwhile',
    file: 'lambdas/stages/stage.ts',
    find: 'return newer.life === mine.life && newer.status === mine.status && newer.leased_until === mine.leased_until;',
    replace: 'return newer.life === mine.life;',
  },
  {
    name: 'uploads that a crash left unknown are not looked for',
    file: 'lambdas/stages/archive-seal.ts',
    find: 'if (unfinished.uploadId !== work.record.upload?.upload_id) await work.deps.vault.abortUpload(unfinished);',
    replace: '',
  },
  {
    name: 'a cancelled upload is given up once and not looked at again',
    file: 'lambdas/stages/cancel.ts',
    find: 'if (isGone && nowMs >= quietAtMs)',
    replace: 'if (isGone)',
  },
  {
    name: 'the governor counts half of each interval',
    file: 'lambdas/adapters/governor.ts',
    find: 'const intervalMs = Math.ceil(1_000 / perSecond);',
    replace: 'const intervalMs = Math.ceil(500 / perSecond);',
  },
  {
    name: 'a webhook is believed whoever signed it',
    file: 'lambdas/adapters/mux-webhook.ts',
    find: '  if (!genuine)\n',
    replace: '  if (false)\n',
  },
  // From here on chosen by a reviewer who had not read the simulation. Four of the fourteen were above already.
  {
    name: 'a stage message is checked by its life alone, no longer by the claim (version)',
    file: 'lambdas/stages/stage.ts',
    find: "if (!record || record.life !== message.life || record.version !== message.version) return say('stale');",
    replace: "if (!record || record.life !== message.life) return say('stale');",
  },
  {
    name: 'when a write is made again on a newer record, the news of whoever wrote in between counts as published',
    file: 'lambdas/stages/stage.ts',
    find: 'const published_version = Math.max(newer.published_version, this.record.published_version);',
    replace: 'const published_version = Math.max(newer.version, this.record.published_version);',
  },
  {
    name: 'date and hold are not looked at again in the write that begins the deletion',
    file: 'lambdas/stages/expire.ts',
    find: "await work.enter('deleting', 'expiration date passed', undefined, mayGo);",
    replace: "await work.enter('deleting', 'expiration date passed');",
  },
  {
    name: 'a loss that is new does not start the notice anew',
    file: 'lambdas/domain/verdict.ts',
    find: 'return { losses, losses_said_at: isNew ? undefined : record.losses_said_at };',
    replace: 'return { losses, losses_said_at: record.losses_said_at };',
  },
  {
    name: 'the attempt to create is not written down before the create',
    file: 'lambdas/stages/restore.ts',
    find: '  await work.renew({ restore: attempted });',
    replace: '  await work.renew();',
  },
  {
    name: 'two missing or weak ETags that are equal vouch for the same file',
    file: 'lambdas/stages/representation.ts',
    find: 'if (isStrong(now.etag) && now.etag === begun.etag) return true;',
    replace: 'if (now.etag === begun.etag) return true;',
  },
  {
    name: 'cancel aborts the upload that the ledger knows, and none beside it (=== for !==)',
    file: 'lambdas/stages/unfinished-uploads.ts',
    find: '.filter((id) => id !== upload?.upload_id)',
    replace: '.filter((id) => id === upload?.upload_id)',
  },
  {
    name: 'the same request again on a failed record brings its first date back',
    file: 'lambdas/domain/decisions-request.ts',
    find: 'const laterMs = Math.max(request.expirationMs, Date.parse(record.expiration_date));',
    replace: 'const laterMs = request.expirationMs;',
  },
  {
    name: 'a pause saves up a minute of calls instead of the burst',
    file: 'lambdas/adapters/governor.ts',
    find: 'creditMs: (BURST[verb] - 1) * intervalMs',
    replace: 'creditMs: 60_000',
  },
  {
    name: 'a webhook signed in the future is fresh',
    file: 'lambdas/adapters/mux-webhook.ts',
    find: 'if (Math.abs(skewMs) <= toleranceMs) return readEvent(body);',
    replace: 'if (skewMs <= toleranceMs) return readEvent(body);',
  },
];
