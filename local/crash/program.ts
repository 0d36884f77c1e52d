// `npm run crash`: the function is killed before and after every single effect of two lives, and each comes to its end.
import { type CrashOptions, chosenPoints, parseOptions } from './arguments.ts';
import { type CrashHouse, openHouse } from './house.ts';
import type { LifeName } from './life.ts';
import { asJson, complaints, type LifeResult, nameOf, table, unmet } from './report.ts';
import { handful, pointsOf, Sweep, type Tried } from './sweep.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);

async function main(options: CrashOptions): Promise<number> {
  say('The embedded cloud shows what Icehouse believes of AWS and Mux, not AWS and Mux themselves.');
  const house = await openHouse(options.data);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void house.close().finally(() => process.exit(1)));
  try {
    const results: LifeResult[] = [];
    for (const name of options.lives) results.push(await tryLife(house, name, options));
    const wrong = complaints(results);
    const denied = house.denied();
    for (const line of [...unmet(results), ...wrong, ...denied.map((call) => `denied: ${call}`)]) say(line);
    const calls = `\n${denied.length} calls that a role does not allow.\n`;
    process.stdout.write(options.json ? asJson(results, denied) : `${table(results)}\n${calls}`);
    return wrong.length + denied.length === 0 ? 0 : 1;
  } finally {
    await house.close();
  }
}

async function tryLife(house: CrashHouse, name: LifeName, options: CrashOptions): Promise<LifeResult> {
  const startedMs = Date.now();
  const progress = new Progress();
  const sweep = new Sweep(house, { ...options, onTried: (tried) => progress.add(tried) });
  // The first life of a house also starts its processes and reads its secrets; the second is like the many after it.
  await sweep.record(name);
  const effects = await sweep.record(name);
  const all = chosenPoints(pointsOf(effects), options);
  const points = options.points === undefined ? all : handful(all, options.points, options.seed);
  say(`${name}: ${effects.length} effects; trying ${points.length} points, ${options.sideBySide} at a time.`);
  progress.of = points.length;
  const tried = await sweep.tryAll(points.map((point) => ({ name, point })));
  return { name, effects, tried, seconds: (Date.now() - startedMs) / 1000 };
}

/** A line every ten seconds, and one for each life that went wrong as soon as it did. */
class Progress {
  of = 0;
  #tried = 0;
  #saidMs = Date.now();

  add({ name, point, violations }: Tried): void {
    this.#tried += 1;
    for (const { wrong, text } of violations) say(`${wrong}: ${name}, ${nameOf(point)}: ${text}`);
    if (Date.now() - this.#saidMs < 10_000 && this.#tried < this.of) return;
    this.#saidMs = Date.now();
    say(`${name}: ${this.#tried} of ${this.of}`);
  }
}

process.exitCode = await main(parseOptions(process.argv));
