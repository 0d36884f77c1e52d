// The URLs of masters that are being copied, kept in the memory of a warm environment and nowhere else (law 6).
import type { Platform } from './ports.ts';

/** A worker meets few masters; a bound all the same, since a URL is a secret that should not linger. */
const MOST_URLS = 20;

/** Asks the platform once per master and environment, and again only when a URL was refused. */
export class MasterUrls {
  readonly #platform: Pick<Platform, 'inspect'>;
  readonly #urls = new Map<string, string>();

  constructor(platform: Pick<Platform, 'inspect'>) {
    this.#platform = platform;
  }

  /** A URL other than `refused`; undefined when the platform has none to give. */
  async of(assetId: string, refused?: string): Promise<string | undefined> {
    const known = this.#urls.get(assetId);
    if (known !== undefined && known !== refused) return known;
    this.#urls.delete(assetId);
    const asset = await this.#platform.inspect(assetId);
    if (asset?.master.kind !== 'ready' || asset.master.url === refused) return undefined;
    if (this.#urls.size >= MOST_URLS) this.#urls.clear();
    this.#urls.set(assetId, asset.master.url);
    return asset.master.url;
  }
}
