// Takes all letters into the hand and asks the API how the record of each stands.
import type { IcehouseApi } from '../api.ts';
import { CommandError } from '../problems.ts';
import { type Explanation, explain, type Known } from './explain.ts';
import { assetOf, type Letter, type QueueName, readLetter } from './letter.ts';
import type { HeldLetter, Mailbox } from './mailbox.ts';

export interface Explained {
  readonly letter: Letter;
  readonly held: HeldLetter;
  readonly from: URL;
  readonly explanation: Explanation;
}

export interface Gathered {
  readonly letters: readonly Explained[];
  /** Letters that somebody else has in hand; they are seen again within a minute. */
  readonly hidden: number;
  /** Why the API could not be asked. */
  readonly apiSilent?: string;
}

export interface Sources {
  readonly mailbox: Mailbox;
  readonly queues: readonly (readonly [QueueName, URL])[];
  /** Throws when the API cannot even be named, as its options stand. */
  readonly api: () => IcehouseApi;
  readonly nowMs: () => number;
}

export async function gather({ mailbox, queues, api, nowMs }: Sources): Promise<Gathered> {
  const opened = await Promise.all(
    queues.map(async ([queue, url]) => ({ url, ...(await mailbox.open(queue, url)) })),
  );
  const read = opened.flatMap(({ url, letters }) =>
    letters.map((held) => ({ held, from: url, letter: readLetter(held) })),
  );
  const { known, apiSilent } = await recordsOf(
    read.map(({ letter }) => letter),
    api,
  );
  const letters = read.map((one) => {
    const asset = assetOf(one.letter);
    return { ...one, explanation: explain(one.letter, (asset && known.get(asset)) || 'unasked', nowMs()) };
  });
  return { letters, hidden: opened.reduce((sum, { hidden }) => sum + hidden, 0), apiSilent };
}

/** Each asset once, one after the other; an API that does not answer is not asked again. */
async function recordsOf(letters: readonly Letter[], api: Sources['api']) {
  const known = new Map<string, Known>();
  const assets = new Set(letters.flatMap((letter) => assetOf(letter) ?? []));
  try {
    for (const asset of assets) known.set(asset, await recordOf(api(), asset));
    return { known };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { known, apiSilent: error.message };
  }
}

async function recordOf(api: IcehouseApi, asset: string): Promise<Known> {
  try {
    return await api.status(asset);
  } catch (error) {
    if (error instanceof CommandError && error.code === 'NOT_TRACKED') return 'untracked';
    throw error;
  }
}
