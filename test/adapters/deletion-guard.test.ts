// Law 1 at run time: nothing but a fresh proof of a verifier, for this asset, with a slot of ours, deletes a video.
import { expect, test } from 'vitest';
import { createDeletionGuard } from '../../lambdas/adapters/deletion-guard.ts';
import { VerifiedArchive } from '../../lambdas/domain/verified-archive.ts';
import { archiveProof, ownProof } from '../fakes/proofs.ts';
import { recordingLog } from '../fakes/recorders.ts';

const GRANTED_AT_MS = 1_800_000_000_000;

function guardAt(nowMs: number) {
  const clock = { now: GRANTED_AT_MS, nowMs: () => clock.now };
  const guard = createDeletionGuard(clock);
  const slot = guard.grant();
  clock.now = nowMs;
  return { guard, slot };
}

test.each([
  ['an archive', archiveProof('asset1', GRANTED_AT_MS)],
  ['an asset of our own', ownProof('asset1', GRANTED_AT_MS)],
])('lets a proof of %s pass while it is 60 s old', (_, proof) => {
  const { guard, slot } = guardAt(GRANTED_AT_MS + 60_000);

  expect(() => guard.spend('asset1', proof, slot)).not.toThrow();
});

const lookAlike = { assetId: 'asset1', provedAtMs: GRANTED_AT_MS };

test.each([
  ['no proof', undefined, 'no verifier made this proof'],
  ['a look-alike', lookAlike, 'no verifier made this proof'],
  ['a cast', Object.create(VerifiedArchive.prototype, {}), 'no verifier made this proof'],
  ['a copy', { ...archiveProof('asset1', GRANTED_AT_MS) }, 'no verifier made this proof'],
  ['a proof of another asset', archiveProof('asset2', GRANTED_AT_MS), 'the proof is of asset asset2'],
  ['a proof older than the slot', archiveProof('asset1', GRANTED_AT_MS - 1), 'older than the slot'],
  ['a proof from the future', archiveProof('asset1', GRANTED_AT_MS + 1), 'the proof is -1 ms old'],
])('refuses %s', (_, proof, words) => {
  const { guard, slot } = guardAt(GRANTED_AT_MS);

  expect(() => guard.spend('asset1', proof, slot)).toThrow(words);
});

test('refuses a proof that is a millisecond too old', () => {
  const { guard, slot } = guardAt(GRANTED_AT_MS + 60_001);

  expect(() => guard.spend('asset1', archiveProof('asset1', GRANTED_AT_MS), slot)).toThrow('60001 ms old');
});

test('takes a slot once only', () => {
  const { guard, slot } = guardAt(GRANTED_AT_MS);
  const proof = archiveProof('asset1', GRANTED_AT_MS);
  guard.spend('asset1', proof, slot);

  expect(() => guard.spend('asset1', proof, slot)).toThrow('the slot is spent or not ours');
});

test('refuses a slot that another guard or nobody granted', () => {
  const { guard } = guardAt(GRANTED_AT_MS);
  const proof = archiveProof('asset1', GRANTED_AT_MS);

  expect(() => guard.spend('asset1', proof, { grantedAtMs: GRANTED_AT_MS })).toThrow('not ours');
});

test('keeps the slot when the proof was refused', () => {
  const { guard, slot } = guardAt(GRANTED_AT_MS);
  expect(() => guard.spend('asset1', archiveProof('asset2', GRANTED_AT_MS), slot)).toThrow('asset2');

  expect(() => guard.spend('asset1', archiveProof('asset1', GRANTED_AT_MS), slot)).not.toThrow();
});

test('counts each deletion by its proof, and each refusal as one without', () => {
  const log = recordingLog();
  const guard = createDeletionGuard({ nowMs: () => GRANTED_AT_MS }, log);

  guard.spend('asset1', archiveProof('asset1', GRANTED_AT_MS), guard.grant());
  guard.spend('asset2', ownProof('asset2', GRANTED_AT_MS), guard.grant());
  expect(() => guard.spend('asset3', lookAlike, guard.grant())).toThrow('Refused');

  expect(log.lines.map(({ fields }) => [fields.asset_id, fields.proof, fields.metrics])).toEqual([
    ['asset1', 'VerifiedArchive', { Deletions: 1, DeletionsWithoutProof: 0 }],
    ['asset2', 'OwnUnpublishedAsset', { Deletions: 1, DeletionsWithoutProof: 0 }],
    ['asset3', undefined, { DeletionsWithoutProof: 1 }],
  ]);
});
