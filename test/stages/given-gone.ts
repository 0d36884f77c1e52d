// Given: a video that somebody else deletes at the platform, and how far we were with it by then.
// Large files have three parts: 16 MiB, 16 MiB and 1 MiB.
import { type House, type HouseOptions, house, masterUrl } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import type { ReadFault } from '../fakes/source-memory.ts';

export const MIB = 1024 ** 2;
export const PART = 16 * MIB;
export const SIZE = 33 * MIB;
export const URL = masterUrl('asset1');
export const KEY = 'mux/environment1/asset1/1/master.mp4';
export const CAPTIONS = 'https://stream.mux.test/asset1play1/text/text1.vtt';
export const LARGE = anMp4({ sizeBytes: SIZE });
export const SMALL = anMp4();
export const DATE_MS = Date.UTC(2026, 10, 15, 10, 30);
export const TICK_MS = Date.UTC(2026, 10, 15, 11);

export async function preparing(bytes = SMALL, options: HouseOptions = {}, raw = {}): Promise<House> {
  const home = house({ prepareMs: 0, ...options });
  home.addVideo(bytes, raw);
  await home.requestDeletion({ expirationMs: DATE_MS });
  await home.live('preparing');
  return home;
}

/** The copy has broken off at `firstByte`, its environment is warm, and now somebody deletes the asset. */
export async function goneUnderTheCopy(firstByte: number, home: House): Promise<House> {
  home.source.faults.set(firstByte, Array<ReadFault>(5).fill('unavailable'));
  await home.live(() => home.record().waiting_for?.includes('SOURCE_UNAVAILABLE') === true);
  home.source.faults.clear();
  home.platform.remove('asset1');
  return home;
}

export const largeGone = async (options?: HouseOptions) =>
  goneUnderTheCopy(2 * PART, await preparing(LARGE, options));

export async function archived(options: HouseOptions = {}): Promise<House> {
  const home = await preparing(SMALL, options);
  await home.live(() => home.record().status === 'archived' && home.record().leased_until === undefined);
  return home;
}

/** What people were told, in order. */
export const alarms = (home: House) =>
  home.bus.events.flatMap(({ entry }) => (entry.alarm ? [`${entry.alarm} ${entry.from} ${entry.to}`] : []));
export const bytesInVault = (home: House) => Buffer.from(home.vault.bytesOf(KEY) ?? []);
/** A notice from the platform, or anything else that wakes the record before its date. */
export const wakeNow = async (home: House) => {
  await home.ledger.save({
    ...home.record(),
    wake_at: new Date(home.clock.nowMs()).toISOString(),
    wake_lane: 'step',
  });
  await home.round();
};
