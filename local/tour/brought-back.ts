// What Icehouse itself says of an asset with everything on it: its price beforehand, what it was like while it is deleted,
// and how the restored one compares.
import { bytes } from '../../cli/format.ts';
import type { Finding } from './findings.ts';
import type { Life } from './life.ts';

export async function findingsOfFidelity(life: Life, api: string): Promise<readonly Finding[]> {
  const answer = await fetch(`${api}/v1/assets/${life.assetId}/fidelity`);
  return [price(life), manifest(life), comparison((await answer.json()) as Comparison)];
}

interface Comparison {
  readonly counts?: Readonly<Record<string, number>>;
}

/** At a few hundred kilobytes Standard costs less than ten dollars more than Bulk, and is taken. */
function price({ whileDeleted }: Life): Finding {
  const { chosen, offers = [] } = whileDeleted?.quote ?? {};
  const words = offers.map((offer) => {
    return `${offer.tier} $${offer.total_usd.toFixed(6)} within ${offer.within_seconds / 3_600} h`;
  });
  return {
    subject: 'price',
    isRight: chosen === 'Standard',
    text: `${words.join(', ')}; ${chosen} is taken`,
  };
}

function manifest({ assetId, whileDeleted }: Life): Finding {
  const text = new TextDecoder().decode(whileDeleted?.manifest);
  const { asset, captions, sidecars } = JSON.parse(text || '{}');
  const beside = [captions, sidecars].flat().length;
  const words = `${bytes(text.length)} of JSON and ${beside} files beside it, read while the asset was deleted`;
  return { subject: 'manifest', isRight: asset?.id === assetId && beside === 4, text: words };
}

function comparison({ counts = {} }: Comparison): Finding {
  const { equal = 0, derived = 0, lost = 0, differs } = counts;
  const words = `${equal} attributes equal, ${derived} made anew by Mux, ${lost} lost and said so, ${differs} differ`;
  return { subject: 'compared', isRight: differs === 0 && equal > 20, text: words };
}
