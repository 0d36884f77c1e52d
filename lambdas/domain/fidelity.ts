// Which answers of the fidelity table concern one asset: its JSON taken apart into leaves, and the verdict of each. Pure.
import { FIDELITY, type Fidelity, type FidelityVerdict } from './fidelity-table.ts';

export interface Leaf {
  /** Where it stands in the JSON: `tracks[2].name`. */
  readonly path: string;
  readonly value: unknown;
}

/** One attribute that the asset has, at whatever positions, as the manifest keeps it. */
export interface AttributeVerdict {
  /** As in the table: `tracks[].name`. */
  readonly attribute: string;
  readonly verdict: FidelityVerdict;
  readonly how: string;
  readonly note?: string;
}

/** Of what Mux says of an asset and the table does not know. */
export const UNKNOWN: Fidelity = {
  verdict: 'lost',
  how: 'kept in the manifest',
  note: 'This version of Icehouse does not know the attribute.',
};

/** Deeper than this no asset of Mux is; what lies below counts as one leaf. */
const DEEPEST = 8;

/** Everything in a JSON value that is no object and no list; null counts as absent. */
export function leavesOf(value: unknown, path = '', depth = 0): readonly Leaf[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || depth >= DEEPEST) return [{ path, value }];
  if (Array.isArray(value)) {
    return value.flatMap((inner, at) => leavesOf(inner, `${path}[${at}]`, depth + 1));
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    leavesOf(inner, path === '' ? name : `${path}.${name}`, depth + 1),
  );
}

/** The answer for the attribute at a path; undefined for what the table does not know. */
export function fidelityAt(path: string): Fidelity | undefined {
  const attribute = attributeAt(path);
  return Object.hasOwn(FIDELITY, attribute) ? FIDELITY[attribute as keyof typeof FIDELITY] : undefined;
}

function attributeAt(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}

/** A verdict for every attribute that this asset has, each once, in the order of its JSON. */
export function verdictsOf(raw: Readonly<Record<string, unknown>>): readonly AttributeVerdict[] {
  const attributes = new Set(leavesOf(raw).map(({ path }) => attributeAt(path)));
  return [...attributes].map((attribute) => {
    const { verdict, how, note } = fidelityAt(attribute) ?? UNKNOWN;
    return { attribute, verdict, how, note };
  });
}
