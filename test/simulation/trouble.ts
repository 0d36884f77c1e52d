// What others do meanwhile: at Mux, in the vault, with the token, and to everything at once.
import type { Archive, AssetRecord, StoredObject } from '../../lambdas/domain/record.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lambdas/domain/time.ts';
import { holdAll } from '../../lambdas/stages/hold-all.ts';
import type { World } from './world.ts';

const API_LIMIT_MS = 29 * SECOND_MS;

export function createTrouble(world: World) {
  const { timeline, chance, plan, startedMs, chaosEndsMs, records, vault, mux, brake, oracle, log } = world;
  const { counted, tell } = world;

  /** What others do at Mux and in the vault. */
  function planTrouble(): void {
    const sometime = () => startedMs + chance.between(0, plan.chaosMs);
    for (const assetId of plan.assetIds) {
      if (chance.is(0.1)) timeline.at(sometime(), () => mux.deleteElsewhere(assetId));
      if (chance.is(0.3)) timeline.at(sometime(), () => void mux.changeElsewhere(assetId));
      if (chance.is(0.15)) timeline.at(sometime(), () => damage(assetId));
      if (plan.settings.onStillWatched !== 'ignore' && chance.is(0.5))
        timeline.at(sometime(), () => mux.watch(assetId));
    }
    if (chance.is(plan.incidentRate)) timeline.at(sometime(), holdEverything);
    if (!chance.is(0.03)) return;
    const fromMs = sometime();
    timeline.at(fromMs, () => {
      // Whoever comes first decides which environment is ours: not a token that is wrong from the start.
      if (!world.isPinned()) return;
      counted('token of another environment');
      mux.setTokenWrong(true);
    });
    timeline.at(Math.min(fromMs + chance.between(MINUTE_MS, 3 * HOUR_MS), chaosEndsMs), () =>
      mux.setTokenWrong(false),
    );
  }

  function holdEverything(): void {
    const who = world.invocation('api hold everything', 3);
    const wish = { reason: 'an incident', userId: 'user-9' };
    const deps = {
      brake: who.wrap('brake', brake),
      log,
      deletions: plan.settings.deletions,
      limits: plan.limits,
    };
    who.run(
      () => holdAll(deps, wish, { nowMs: who.clock.nowMs(), actor: 'user-9' }),
      API_LIMIT_MS,
      ({ kind }) => {
        if (kind === 'answer') oracle.heldAll();
      },
    );
    // Behind a call that was still on its way.
    timeline.at(chaosEndsMs + 2 * API_LIMIT_MS, () => {
      oracle.releasingAll();
      void brake.setHoldOnAll(undefined);
    });
  }

  /** Somebody removes or replaces what the vault holds, while Mux still has the asset, or what it was restored as. */
  function damage(assetId: string): void {
    const { archive, current_asset_id = assetId } = records.get(assetId) ?? {};
    const atMux = mux.platform.assetIds();
    if (!archive || !(atMux.includes(assetId) || atMux.includes(current_asset_id))) return;
    // Between proof and DELETE nobody can look once more.
    if (records.get(current_asset_id)?.status === 'deleting') return;
    const objects = objectsOf(archive);
    const { key, version_id } = objects[chance.below(objects.length)] ?? archive;
    const versions = vault.versions.get(key) ?? [];
    counted('vault damaged');
    // A master may be that of a whole lineage.
    for (const [id, record] of records) {
      if (record.archive && objectsOf(record.archive).some((each) => each.key === key)) oracle.damaged(id);
    }
    tell(() => `somebody damages ${key}`);
    if (chance.is(0.5)) {
      vault.versions.set(
        key,
        versions.filter(({ head }) => head.versionId !== version_id),
      );
      return;
    }
    const changed = versions.map((version) => {
      if (version.head.versionId !== version_id) return version;
      const isOtherFile = chance.is(0.5);
      const wrong = chance.pick<Partial<typeof version.head>>(
        isOtherFile
          ? [{ crc32: 'AAAAAA==' }, { sizeBytes: 1 }]
          : [{ storageClass: 'STANDARD_IA' }, { token: 'another' }],
      );
      const bytes = isOtherFile ? Uint8Array.from([1]) : version.bytes;
      return { ...version, bytes, head: { ...version.head, ...wrong } };
    });
    vault.versions.set(key, changed);
  }

  /** An incident is noticed just when a deletion is about to begin. */
  function claimed({ status }: AssetRecord): void {
    if (!world.isChaos() || status !== 'archived' || !chance.is(plan.incidentRate)) return;
    timeline.after(chance.between(0, SECOND_MS), holdEverything);
  }

  return { planTrouble, claimed };
}

function objectsOf(archive: Archive): readonly StoredObject[] {
  return [archive, archive.manifest, ...archive.captions, ...(archive.sidecars ?? [])];
}
