// Work on many things at once, but never on more than so many: answers come in the order of the things.

export async function sideBySide<T, R>(
  things: readonly T[],
  most: number,
  work: (thing: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = [];
  const queue = things.entries();
  const worker = async () => {
    for (const [at, thing] of queue) answers[at] = await work(thing);
  };
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, worker));
  return answers;
}
