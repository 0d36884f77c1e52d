// Master access: asked for, prepared, open for a while, gone (mux.md, section 5).
import { randomBytes } from 'node:crypto';
import { badRequest } from './answers.ts';
import type { MasterFile, StoredAsset } from './model.ts';
import { emitAsset } from './webhooks.ts';
import { newId, schedule, type World } from './world.ts';

/** Throws a refusal where the switches say so. */
export function putMasterAccess(world: World, stored: StoredAsset, access: unknown): void {
  if (access !== 'temporary' && access !== 'none')
    throw badRequest('master_access must be one of: temporary, none');
  if (access === 'none') closeMaster(world, stored);
  else askForMaster(world, stored);
}

function askForMaster(world: World, stored: StoredAsset): void {
  const { asset } = stored;
  if (asset.status === 'errored') throw badRequest('Asset is errored');
  if (asset.status !== 'ready' || asset.is_live) {
    if (world.behaviour.masterOnPreparing === 'bad-request') throw badRequest('Asset is not ready');
    asset.master_access = 'temporary';
  } else if (asset.master_access === 'temporary') {
    askAgain(world, stored);
  } else {
    prepareMaster(world, stored);
  }
}

function askAgain(world: World, stored: StoredAsset): void {
  const { masterRepeat } = world.behaviour;
  if (masterRepeat === 'bad-request') throw badRequest('Master access is already temporary');
  const status = stored.asset.master?.status;
  if (masterRepeat === 'new-url' && status === 'errored') prepareMaster(world, stored);
  if (masterRepeat === 'new-url' && status === 'ready') reopenMaster(world, stored);
}

function reopenMaster(world: World, stored: StoredAsset): void {
  const master: MasterFile = { key: newId(), requestedAtMs: Date.now() };
  stored.master = master;
  openMaster(world, stored, master);
}

/** Also what a master asked for too early begins with, once the asset is ready. */
export function prepareMaster(world: World, stored: StoredAsset): void {
  const key = newId();
  stored.master = { key, requestedAtMs: Date.now() };
  stored.asset.master_access = 'temporary';
  stored.asset.master = { status: 'preparing' };
  emitAsset(world, stored, 'video.asset.master.preparing');
  schedule(
    world,
    { kind: 'master-ready', assetId: stored.asset.id, key },
    world.behaviour.masterPreparationMs,
  );
}

/** The preparation of the master with this key has come to its end. */
export function finishMaster(world: World, stored: StoredAsset, key: string): void {
  if (stored.master?.key !== key || stored.asset.master?.status !== 'preparing') return;
  if (world.behaviour.masterErrors > 0) {
    world.behaviour.masterErrors -= 1;
    stored.asset.master = { status: 'errored' };
    emitAsset(world, stored, 'video.asset.master.errored');
    return;
  }
  openMaster(world, stored, stored.master);
}

function openMaster(world: World, stored: StoredAsset, master: MasterFile): void {
  const { masterUrlTtlFrom, masterUrlTtlMs } = world.behaviour;
  master.readyAtMs = Date.now();
  const fromMs = masterUrlTtlFrom === 'ready' ? master.readyAtMs : master.requestedAtMs;
  master.expiresAtMs = fromMs + masterUrlTtlMs / world.timeScale;
  master.signature = signatureUntil(master.expiresAtMs);
  stored.asset.master = { status: 'ready' };
  world.scheduler.add(
    { kind: 'master-expire', assetId: stored.asset.id, key: master.key },
    master.expiresAtMs,
  );
  emitAsset(world, stored, 'video.asset.master.ready');
}

/** The lifetime of the URL has ended by itself. */
export function expireMaster(world: World, stored: StoredAsset, key: string): void {
  if (stored.master?.key !== key) return;
  removeMaster(stored);
  if (world.behaviour.masterDeletedAtExpiry) emitAsset(world, stored, 'video.asset.master.deleted');
}

function closeMaster(world: World, stored: StoredAsset): void {
  const wasOpen = stored.asset.master_access === 'temporary';
  removeMaster(stored);
  if (wasOpen) emitAsset(world, stored, 'video.asset.master.deleted');
}

function removeMaster(stored: StoredAsset): void {
  stored.asset.master_access = 'none';
  delete stored.asset.master;
  delete stored.master;
}

/** As seen in the field: base64 of `<hex unix expiry>_<64 hex characters>`. Rounded up, never shorter than promised. */
function signatureUntil(expiresAtMs: number): string {
  const expiry = Math.ceil(expiresAtMs / 1000).toString(16);
  return Buffer.from(`${expiry}_${randomBytes(32).toString('hex')}`).toString('base64');
}

/** When a signature says that its URL ends; 0 when it says nothing. */
export function expiryOf(signature: string): number {
  return (Number.parseInt(Buffer.from(signature, 'base64').toString().split('_')[0] ?? '', 16) || 0) * 1000;
}
