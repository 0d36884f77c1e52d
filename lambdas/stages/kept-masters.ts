// The masters that the archive stage copies, kept in the memory of a warm environment and nowhere else (law 6): when
// somebody deletes the asset under the copy, nobody can be asked for its master any more.
import type { PlatformAsset } from '../domain/asset.ts';

/** An environment meets few masters; a bound all the same, since a URL is a secret that should not linger. */
const MOST_MASTERS = 20;

export interface KeptMaster {
  /** As it was when it was last read. */
  readonly asset: PlatformAsset;
  readonly url: string;
}

export class KeptMasters {
  readonly #masters = new Map<string, KeptMaster>();

  /** The oldest makes room. */
  keep(asset: PlatformAsset, url: string): void {
    this.#masters.delete(asset.id);
    this.#masters.set(asset.id, { asset, url });
    const [oldest = ''] = this.#masters.keys();
    if (this.#masters.size > MOST_MASTERS) this.#masters.delete(oldest);
  }

  of(assetId: string): KeptMaster | undefined {
    return this.#masters.get(assetId);
  }

  forget(assetId: string): void {
    this.#masters.delete(assetId);
  }
}
