// The URLs of masters that are being copied, kept in the memory of a warm environment and nowhere else (law 6).
import { confirmEnvironment } from './gone.ts';
import type { Ledger, Platform } from './ports.ts';

/** A worker meets few masters; a bound all the same, since a URL is a secret that should not linger. */
const MOST_URLS = 20;

/** The copy that a URL is for: another upload may be of another master, whose URL must not be mixed up with this one's. */
export interface CopyOfMaster {
  readonly assetId: string;
  readonly uploadId: string;
}

/** Asks the platform once per upload and environment, and again only when a URL was refused. */
export class MasterUrls {
  readonly #platform: Pick<Platform, 'inspect'>;
  readonly #urls = new Map<string, string>();

  constructor(platform: Pick<Platform, 'inspect'>) {
    this.#platform = platform;
  }

  /** A URL other than `refused`; undefined when the platform has none to give. */
  async of({ assetId, uploadId }: CopyOfMaster, refused?: string): Promise<string | undefined> {
    const known = this.#urls.get(uploadId);
    if (known !== undefined && known !== refused) return known;
    this.#urls.delete(uploadId);
    const asset = await this.#platform.inspect(assetId);
    if (asset?.master.kind !== 'ready') return undefined;
    const { url } = asset.master;
    if (this.#urls.size >= MOST_URLS) this.#urls.clear();
    this.#urls.set(uploadId, url);
    return url === refused ? undefined : url;
  }
}

/**
 * A worker's token may be another than that of the stages (prop `readSecret`), and one of another environment sees none of our
 * assets: then it throws SetUpError WRONG_ENVIRONMENT, where else every master would seem to be gone.
 */
export function assetsOfOurs(
  platform: Pick<Platform, 'inspect' | 'environment'>,
  ledger: Pick<Ledger, 'pinEnvironment'>,
): Pick<Platform, 'inspect'> {
  return {
    async inspect(assetId) {
      const asset = await platform.inspect(assetId);
      if (!asset) await confirmEnvironment({ deps: { platform, ledger } });
      return asset;
    },
  };
}
