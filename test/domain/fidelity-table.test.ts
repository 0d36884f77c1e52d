// Every attribute and every value that Mux's SDK knows of an asset has an answer. Checked twice: by the compiler, and by
// reading the SDK's types as text, so that the tests alone notice what an update of the SDK brings.
import { readFileSync } from 'node:fs';
import type Mux from '@mux/mux-node';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { BEYOND_THE_ASSET, FIDELITY, type Fidelity } from '../../lambdas/domain/fidelity-table.ts';

/** Leaves of a type, by path: `tracks[].name`. */
type Leaves<T, Path extends string = ''> = T extends readonly (infer Item)[]
  ? Leaves<NonNullable<Item>, `${Path}[]`>
  : T extends object
    ? {
        [K in keyof T & string]-?: Leaves<NonNullable<T[K]>, Path extends '' ? K : `${Path}.${K}`>;
      }[keyof T & string]
    : { readonly path: Path; readonly value: T };
type AssetLeaf = Leaves<Mux.Video.Asset>;
type ValueAt<Path extends string> = Extract<AssetLeaf, { readonly path: Path }>['value'];
/** The closed list of values at a path; never for open texts, numbers and flags. */
type KnownValue<Path extends string> =
  ValueAt<Path> extends string ? (string extends ValueAt<Path> ? never : ValueAt<Path>) : never;
type AnsweredValue<Path> = Path extends keyof typeof FIDELITY
  ? (typeof FIDELITY)[Path] extends Fidelity<infer Value>
    ? Value
    : never
  : never;
type Unanswered = { [P in AssetLeaf['path']]: Exclude<KnownValue<P>, AnsweredValue<P>> }[AssetLeaf['path']];

/** Seen in Mux's answers and examples, not in the SDK's types. */
const SEEN_ONLY = ['tracks[].max_channel_layout', 'updated_at'];

test('the compiler finds an answer for every attribute and every value', () => {
  expectTypeOf<Exclude<AssetLeaf['path'], keyof typeof FIDELITY>>().toBeNever();
  expectTypeOf<Unanswered>().toBeNever();
  // The types above are no empty promise: they do see nested attributes and closed lists.
  expectTypeOf<'shots.errors.messages[]'>().toExtend<AssetLeaf['path']>();
  expectTypeOf<KnownValue<'playback_ids[].policy'>>().toEqualTypeOf<'public' | 'signed' | 'drm'>();
});

interface Member {
  readonly path: string;
  /** Of a closed list of texts. */
  readonly values: readonly string[];
}

const TYPES = '../../node_modules/@mux/mux-node/resources';

/** The SDK's interfaces and type aliases by name, members of a namespace as `Asset.Errors`; comments cut. */
function readTypes(...files: string[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const file of files) {
    const source = readFileSync(new URL(`${TYPES}/${file}`, import.meta.url), 'utf8');
    const text = source.replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, name = '', type = ''] of text.matchAll(/^export type (\w+) = ([^;]+);/gm))
      types.set(name, type);
    readBlocks(text, '', types);
  }
  return types;
}

function readBlocks(text: string, prefix: string, types: Map<string, string>): void {
  for (const found of text.matchAll(/\b(interface|namespace) (\w+)[^{]*\{/g)) {
    const [all, kind, name] = found;
    const from = found.index + all.length;
    // What stands in braces that are still open is read with the namespace around it.
    if (depthAt(text, found.index) > 0) continue;
    const body = text.slice(from, closing(text, from));
    if (kind === 'interface') types.set(`${prefix}${name}`, body);
    else readBlocks(body, `${prefix}${name}.`, types);
  }
}

function depthAt(text: string, end: number): number {
  const before = text.slice(0, end);
  return before.split('{').length - before.split('}').length;
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error('The SDK has a brace that is never closed.');
}

const PRIMITIVES = new Set(['string', 'number', 'boolean']);

/** All leaves below a type. Throws for a type that it cannot follow: then this reader wants an eye. */
function membersOf(types: Map<string, string>, type: string, path: string, scope: string): readonly Member[] {
  const list = /^Array<(.+)>$/.exec(type.trim())?.[1];
  if (list) return membersOf(types, list, `${path}[]`, scope);
  const parts = type.split('|').map((part) => part.trim());
  if (parts.every((part) => PRIMITIVES.has(part))) return [{ path, values: [] }];
  if (parts.every((part) => /^'.*'$/.test(part)))
    return [{ path, values: parts.map((part) => part.slice(1, -1)) }];
  const bare = type.trim().replace(/^(Shared|AssetsAPI)\./, '');
  const name = types.has(`${scope}.${bare}`) ? `${scope}.${bare}` : bare;
  const body = types.get(name);
  if (body === undefined) throw new Error(`${path} has the type ${type}, which this test cannot read.`);
  if (/^\s*'/.test(body)) return membersOf(types, body, path, scope);
  return [...body.matchAll(/^\s*(\w+)\??: ([^;]+);/gm)].flatMap(([, key = '', of = '']) =>
    membersOf(types, of, path === '' ? key : `${path}.${key}`, name),
  );
}

describe("Mux's Asset, as the SDK's types have it", () => {
  const types = readTypes('video/assets.d.ts', 'shared.d.ts');
  const members = membersOf(types, 'Asset', '', '');
  const answers: Readonly<Record<string, Fidelity>> = FIDELITY;

  test('is read to its leaves', () => {
    const paths = members.map(({ path }) => path);

    // Counted by hand in SDK 15.3.0, so that a reader that reads nothing does not pass.
    expect(paths).toEqual(expect.arrayContaining(['id', 'meta.title', 'shots.errors.messages[]']));
    expect(paths).toContain('static_renditions.files[].passthrough');
    expect(paths.filter((path) => path.startsWith('tracks[].'))).toHaveLength(16);
    expect(paths.length).toBeGreaterThanOrEqual(83);
  });

  test.each(members)('has an answer for $path', ({ path, values }) => {
    expect(answers[path], `lambdas/domain/fidelity-table.ts has no answer for ${path}`).toBeDefined();
    expect(Object.keys(answers[path]?.values ?? {}).toSorted()).toEqual([...values].toSorted());
  });

  test('has all that the table answers, but for what is known from elsewhere', () => {
    const known = new Set(members.map(({ path }) => path));

    expect(
      Object.keys(FIDELITY)
        .filter((path) => !known.has(path))
        .toSorted(),
    ).toEqual(SEEN_ONLY);
  });
});

test('no answer is empty, and whatever is not set says how it is with it', () => {
  for (const [path, { how }] of Object.entries(FIDELITY)) expect(how.length, path).toBeGreaterThan(1);
  for (const { what, note } of BEYOND_THE_ASSET) expect(note ?? '', what).not.toBe('');
});
